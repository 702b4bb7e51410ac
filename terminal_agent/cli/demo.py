"""`refund-agent demo`: two real refunds against a software terminal, in processes of their own.

The terminal is the program `terminal-simulator` on a pseudo terminal (TCP where there are none),
the receipt printer is `printer-simulator`. Every command that is shown is run as it is shown. Exit
0 means: what was promised was seen, in the bank's books and on paper.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from protocols.kit.capabilities import Capability
from protocols.kit.registry import load
from terminal_agent.cli.demo_paper import DemoPrinter, kept_picture
from terminal_agent.exit_codes import ExitCode

if TYPE_CHECKING:
    from protocols.kit.capabilities import Capabilities
    from terminal_agent.cli.context import Context

_STOP_S = 10.0
# The shop's files of slips, one for each piece of paper.
_FIRST_SLIPS = "RF-*.txt"
_SALES = """\
sale_id,receipt_number,trace_number,rrn,auth_code,amount,sold_at
till-1001,0001,000001,000001000001,007919,12.50,{now}
till-1002,0002,000002,000001000002,015838,12.50,{now}
till-1003,0003,000003,000001000003,023757,30.00,{now}
"""
_CONFIG = """\
language = "{language}"

[terminal.front]
protocol = "{protocol}"
link = "{link}"
exclusive = true
capabilities_confirmed = {signs}

{printer}
[time]
scale = {scale}
"""
# Three sales; the terminal keeps what it booked, and the line dies with the answer of the last one.
_SCENARIO = """\
version = 1

[terminal]
vote = "stay"

[[sale]]
amount_minor = 1250

[[sale]]
amount_minor = 1250

[[sale]]
amount_minor = 3000

[[fault]]
direction = "to_ecr"
message = "result"
after = {after}
do = "cut"
seconds = 5
"""
_WHOLE, _PART = 3000, 1000
_TWICE = 1250
# Signs that show only while money moves are not confirmed of a terminal that nobody has watched.
_WATCHED = frozenset({Capability.BUSY_TOLD, Capability.COMMIT_ONCE, Capability.STORED_RESULT})


@dataclass(frozen=True, slots=True)
class _Story:
    """What a protocol's default terminal can do, and so what is played and must come out."""

    protocol: str
    title: str
    transport: str
    can: Capabilities

    @classmethod
    def of(cls, protocol: str) -> _Story:
        """Serial where the protocol has a serial line and this system a pseudo one."""
        spec = load(protocol)
        serial = "serial" in spec.framers and sys.platform != "win32"
        can = spec.profiles[spec.default_profile].capabilities
        return cls(protocol, spec.title, "serial" if serial else "tcp", can)

    @property
    def signs(self) -> list[str]:
        """What the configuration confirms."""
        return sorted(sign.value for sign in self.can.declared - _WATCHED)

    @property
    def first(self) -> str:
        """How the sale that was charged twice goes back; "" where only the last one can."""
        return "" if self.can.voids_last_only else "void" if self.can.can_void else "refund"

    @property
    def lost(self) -> str:
        """How the money goes back whose answer is lost."""
        return "refund" if self.can.can_refund else "void"

    @property
    def people(self) -> bool:
        """Whether two people must look after the lost answer."""
        proved = self.can.declared - _WATCHED
        return not self.can.needs_nobody(proved, void=self.lost == "void")

    @property
    def after(self) -> list[str]:
        """Behind which messages the line dies."""
        return [self.lost] * (1 + (self.first == self.lost))

    @property
    def expected(self) -> list[tuple[str, int]]:
        """What the bank must have booked in the end, beside the three sales."""
        begun = [(self.first, _TWICE)] if self.first else []
        return [*begun, (self.lost, _PART if self.lost == "refund" else _WHOLE)]


@dataclass(frozen=True, slots=True)
class _Stage:
    """The demo's folder and how to run things in it."""

    context: Context
    folder: Path
    seen: set[str] = field(default_factory=set)

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

    def cases(self) -> list[str]:
        """The numbers of all cases, newest first."""
        command = [sys.executable, "-m", "terminal_agent", "--config", "config.toml"]
        done = subprocess.run(  # noqa: S603 - our own program
            [*command, "cases", "list", "--json"],
            cwd=self.folder,
            capture_output=True,
            check=True,
            text=True,
            encoding="utf-8",
            env={**self.context.environment, "PYTHONIOENCODING": "utf-8"},
        )
        return [json.loads(line)["case"] for line in done.stdout.splitlines()]

    def show_file(self, path: Path) -> None:
        """A slip as it came out of the printer."""
        lines = path.read_text(encoding="utf-8").splitlines()
        self.context.screen.lines([f"    | {line}" for line in lines])

    def show_paper(self, printer: DemoPrinter) -> bool:
        """What the last command printed, and where its picture is; False where paper is missing."""
        wanted = len(list((self.folder / "slips").glob(_FIRST_SLIPS)))
        if not wanted or str(wanted) in self.seen:
            return True
        self.seen.add(str(wanted))
        picture = printer.paper(wanted, self.context.clock)
        if picture is None:
            return False
        self.show_file(picture.with_suffix(".txt"))
        with suppress(OSError):
            if not self.context.arguments.keep:
                picture = kept_picture(picture)
        self.context.screen.lines(
            ["", f"  {self.context.texts.line('demo.picture', path=str(picture))}"]
        )
        return True


def demo(context: Context) -> ExitCode:
    """Play the demo; 0 when the bank's books and ours show exactly what was promised."""
    with ExitStack() as undo:
        keep = context.arguments.keep
        folder = Path(keep) if keep else Path(undo.enter_context(TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        stage = _Stage(context, folder.resolve())
        story = _Story.of(context.arguments.protocol)
        stage.say("intro", protocol=story.title)
        scenario = _SCENARIO.format(after=json.dumps(story.after))
        (stage.folder / "scenario.toml").write_text(scenario, encoding="utf-8")
        link = _start_terminal(stage, story, undo)
        printer = _start_printer(stage, undo)
        _write_files(stage, story, link, printer)
        good = _play(stage, story, printer)
        stage.say("good" if good else "bad")
        if keep:
            stage.say("kept", path=str(stage.folder))
        return ExitCode.APPROVED if good else ExitCode.BUG


def _play(stage: _Stage, story: _Story, printer: DemoPrinter) -> bool:
    by = ("--cashier", "Anna", "--approver", "Ben", "--yes")
    stage.say("sales")
    good = [stage.run("sale", "import", "sales.csv") == 0, stage.run("sale", "list") == 0]
    if story.first:
        stage.say(f"twice_{story.first}")
        twice = ("refund", "--receipt", "0002", "--reason", "charged_twice", *by)
        good.append(stage.run(*twice, "--trace", "first.trace") == 0)
        good.append(stage.show_paper(printer))
    stage.say(f"lost_{story.lost}")
    part = ("--amount", "10.00") if story.lost == "refund" else ()
    lost = ("refund", "--receipt", "0003", *part, "--reason", "wrong_amount", *by)
    wanted = ExitCode.UNKNOWN if story.people else ExitCode.APPROVED
    good.append(stage.run(*lost, "--key", "till-42", "--trace", "lost.trace") == wanted)
    good.append(stage.show_paper(printer))
    stage.say("again")
    good.append(stage.run(*lost, "--key", "till-42") == wanted)
    if story.people:
        good.append(_people_decide(stage))
        good.append(stage.show_paper(printer))
    stage.say("books")
    good.append(stage.run("cases", "list") == 0)
    bookings = _bookings(stage)
    stage.context.screen.lines(
        [f"    {kind:<8} {minor / 100:>8.2f} EUR" for kind, minor, _ in bookings]
    )
    refunds = [(kind, minor) for kind, minor, _ in bookings if kind != "sale"]
    return refunds == story.expected and all(good)


def _people_decide(stage: _Stage) -> bool:
    """Two people look into the terminal's own journal, and say what they see."""
    stage.say("people")
    case = next(iter(stage.cases()))
    number = _bookings(stage)[-1][2]
    saw = ("--verdict", "refunded", "--number", number, "--evidence", "journal of the terminal")
    return stage.run("cases", "resolve", case, *saw, "--first", "Anna", "--second", "Ben") == 0


def _bookings(stage: _Stage) -> list[tuple[str, int, str]]:
    """Kind, minor units and receipt number of everything that the bank booked."""
    ledger = json.loads((stage.folder / "ledger.json").read_text(encoding="utf-8"))
    keys = ("kind", "amount_minor", "receipt_number")
    return [(row[keys[0]], row[keys[1]], row[keys[2]]) for row in ledger["bookings"]]


def _start_printer(stage: _Stage, undo: ExitStack) -> DemoPrinter:
    """Start the software printer."""
    printer = DemoPrinter.start(stage.folder, scale=stage.context.arguments.time_scale)
    undo.callback(_stop, printer.process)
    stage.context.stdout.write(f"\n$ {printer.command}\n")
    stage.context.screen.lines([f"  {printer.announced}"])
    return printer


def _start_terminal(stage: _Stage, story: _Story, undo: ExitStack) -> str:
    """Start the software terminal; gives the link to it."""
    scale = str(stage.context.arguments.time_scale)
    serial = story.transport == "serial"
    name = str(stage.folder / "ttyTERMINAL")
    where = ["--pty", "--pty-link", name] if serial else ["--tcp", "127.0.0.1:0"]
    arguments = ["--scenario", "scenario.toml", "--time-scale", scale, "--ledger", "ledger.json"]
    command = [sys.executable, "-m", "simulators", story.protocol, *where, *arguments]
    shown = " ".join([story.protocol, *where[:1], *arguments])
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


def _write_files(stage: _Stage, story: _Story, link: str, printer: DemoPrinter) -> None:
    context = stage.context
    now = context.clock.wall().replace(microsecond=0, tzinfo=None).isoformat()
    (stage.folder / "sales.csv").write_text(_SALES.format(now=now), encoding="utf-8")
    config = _CONFIG.format(
        language=context.texts.language,
        protocol=story.protocol,
        link=link.replace("\\", "/"),
        signs=json.dumps(story.signs),
        scale=context.arguments.time_scale,
        printer=printer.config(context.texts.language),
    )
    (stage.folder / "config.toml").write_text(config, encoding="utf-8")
