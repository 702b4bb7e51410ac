"""`refund-agent demo`: two real refunds against a software terminal, in processes of their own.

The terminal is the program `terminal-simulator` on a pseudo terminal (TCP where there are none);
every command that is shown is run as it is shown. Exit 0 means: what was promised was seen.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from terminal_agent.exit_codes import ExitCode

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context

_STOP_S = 10.0
_SALES = """\
sale_id,receipt_number,trace_number,amount,sold_at
till-1001,0001,000001,12.50,{now}
till-1002,0002,000002,12.50,{now}
till-1003,0003,000003,30.00,{now}
"""
_CONFIG = """\
language = "{language}"

[terminal.front]
protocol = "zvt"
link = "{link}"
exclusive = true
capabilities_confirmed = ["L", "N"]

[slip]
merchant = ["Café Müller", "Hauptstraße 1"]

[time]
scale = {scale}
"""
# What the bank must have booked in the end: kind and minor units, beside the three sales.
_EXPECTED = [("void", 1250), ("refund", 1000)]


@dataclass(frozen=True, slots=True)
class _Stage:
    """The demo's folder and how to run things in it."""

    context: Context
    folder: Path

    def say(self, key: str, **params: str | int) -> None:
        """A sentence of the story."""
        screen = self.context.screen
        screen.say()
        screen.headline(self.context.texts.line(f"demo.{key}", **params))

    def run(self, *arguments: str) -> int:
        """Run the agent as a user would, and show the command and everything it says."""
        out = self.context.stdout
        shown = " ".join(f'"{a}"' if " " in a else a for a in arguments)
        out.write(f"\n$ refund-agent {shown}\n")
        out.flush()
        command = [sys.executable, "-m", "terminal_agent", "--config", "config.toml", *arguments]
        with subprocess.Popen(  # noqa: S603 - our own program
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={**self.context.environment, "PYTHONIOENCODING": "utf-8"},
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                self.context.screen.lines([f"  {line.rstrip()}"])
        return process.returncode

    def show_file(self, path: Path) -> None:
        """A slip as it would come out of the printer."""
        lines = path.read_text(encoding="utf-8").splitlines()
        self.context.screen.lines([f"    | {line}" for line in lines])


def demo(context: Context) -> ExitCode:
    """Play the demo; 0 when the bank's books and ours show exactly what was promised."""
    with ExitStack() as undo:
        keep = context.arguments.keep
        folder = Path(keep) if keep else Path(undo.enter_context(TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        stage = _Stage(context, folder.resolve())
        stage.say("intro")
        link = _start_terminal(stage, undo)
        _write_files(stage, link)
        good = _play(stage)
        stage.say("good" if good else "bad")
        if keep:
            stage.say("kept", path=str(stage.folder))
        return ExitCode.APPROVED if good else ExitCode.BUG


def _play(stage: _Stage) -> bool:
    by = ("--cashier", "Anna", "--approver", "Ben", "--yes")
    stage.say("sales")
    codes = [stage.run("sale", "import", "sales.csv"), stage.run("sale", "list")]
    stage.say("twice")
    twice = ("refund", "--receipt", "0002", "--reason", "charged_twice", *by)
    codes.append(stage.run(*twice, "--trace", "void.trace"))
    _show_newest_slip(stage)
    stage.say("lost")
    part = ("refund", "--receipt", "0003", "--amount", "10.00", "--reason", "wrong_amount", *by)
    codes.append(stage.run(*part, "--key", "till-42", "--trace", "refund.trace"))
    _show_newest_slip(stage)
    stage.say("again")
    codes.append(stage.run(*part, "--key", "till-42"))
    stage.say("books")
    codes.append(stage.run("cases", "list"))
    bookings = _bookings(stage)
    stage.context.screen.lines(
        [f"    {kind:<8} {minor / 100:>8.2f} EUR" for kind, minor in bookings]
    )
    refunds = [booking for booking in bookings if booking[0] != "sale"]
    return refunds == _EXPECTED and not any(codes)


def _bookings(stage: _Stage) -> list[tuple[str, int]]:
    ledger = json.loads((stage.folder / "ledger.json").read_text(encoding="utf-8"))
    return [(booking["kind"], booking["amount_minor"]) for booking in ledger["bookings"]]


def _show_newest_slip(stage: _Stage) -> None:
    slips = sorted((stage.folder / "slips").glob("*-customer.txt"))
    if slips:
        stage.show_file(slips[-1])


def _start_terminal(stage: _Stage, undo: ExitStack) -> str:
    """Start the software terminal; gives the link to it."""
    scale = str(stage.context.arguments.time_scale)
    serial = sys.platform != "win32"
    name = str(stage.folder / "ttyTERMINAL")
    where = ["--pty", "--pty-link", name] if serial else ["--tcp", "127.0.0.1:0"]
    arguments = ["--scenario", "demo", "--time-scale", scale, "--ledger", "ledger.json"]
    command = [sys.executable, "-m", "simulators", "zvt", *where, *arguments]
    shown = " ".join(["zvt", *where[:1], *arguments])
    stage.context.stdout.write(f"\n$ terminal-simulator {shown}\n")
    process = subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=stage.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    undo.callback(_stop, process)
    assert process.stdout is not None
    first = process.stdout.readline()
    stage.context.screen.lines([f"  {first.rstrip()}"])
    address = json.loads(first)["listening"]
    return f"serial:{name}" if serial else f"tcp:{address}"


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_S)
    streams: tuple[IO[str] | None, ...] = (process.stdin, process.stdout)
    for stream in streams:
        if stream is not None:
            stream.close()


def _write_files(stage: _Stage, link: str) -> None:
    context = stage.context
    now = context.clock.wall().replace(microsecond=0, tzinfo=None).isoformat()
    (stage.folder / "sales.csv").write_text(_SALES.format(now=now), encoding="utf-8")
    config = _CONFIG.format(
        language=context.texts.language,
        link=link.replace("\\", "/"),
        scale=context.arguments.time_scale,
    )
    (stage.folder / "config.toml").write_text(config, encoding="utf-8")
