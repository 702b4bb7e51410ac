"""How the program starts: quickly, with help for every command, and never with a trace."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import terminal_agent.installation
from terminal_agent import cli
from terminal_agent.cli import parser as parser_module
from terminal_agent.cli.context import Context
from terminal_agent.cli.parser import LANGUAGES, REASONS, build_parser
from terminal_agent.cli.reporting import ConsoleReporter
from terminal_agent.cli.running import _COMMANDS, exit_code
from terminal_agent.console.screen import Screen
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal.errors import JournalError, refusal
from terminal_agent.policy import rules
from terminal_agent.prompts import catalog
from terminal_agent.prompts.catalog import Texts
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.slips.model import SlipError
from tests.cli.till import Till

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "pydantic", "sqlite3", "serial", "usb", "escpos", "PIL", "asyncio", "http", "wcwidth",
    "importlib.metadata", "platformdirs", "drivers", "protocols", "tomllib",
    "terminal_agent.runtime", "terminal_agent.journal", "terminal_agent.console",
}  # fmt: skip


def program(*argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, *argv],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
    )


def test_help_imports_nothing_but_the_parser() -> None:
    ran = program("-X", "importtime", "-m", "terminal_agent", "--help")
    assert ran.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "terminal_agent.cli.parser" in imported
    assert imported & FORBIDDEN == set()


def commands() -> list[str]:
    """All commands of the parser, by running over its table."""
    found = [name for name, _, _ in parser_module._COMMANDS]
    for group, _, children in parser_module._GROUPS:
        found += [f"{group} {name}" for name, _, _ in children]
    return found


def test_every_command_of_the_parser_can_be_run_and_the_other_way_round() -> None:
    assert sorted(commands()) == sorted(_COMMANDS)


@pytest.mark.parametrize("command", ["", *commands()])
def test_every_command_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command.split(), "--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "UNKNOWN (do not repeat)" in said
    assert "usage: refund-agent" in said


def test_the_version_is_that_of_the_installation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in (("pos-refund-agent", "0.1.0"), ("no-such-distribution", "0")):
        monkeypatch.setattr(terminal_agent.installation, "DISTRIBUTION", name)
        with pytest.raises(SystemExit) as ended:
            cli.main(["--version"])
        assert ended.value.code == 0
        assert capsys.readouterr().out == f"refund-agent {version}\n"


def test_an_unknown_command_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["pay"], [], ["cases"], ["refund", "--reason", "none"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(argv)
        assert ended.value.code == ExitCode.USAGE
    assert "usage:" in capsys.readouterr().err


def test_the_parsers_own_lists_are_those_of_the_product() -> None:
    assert REASONS == rules.REASONS
    assert LANGUAGES == catalog.LANGUAGES


def test_main_runs_a_command_on_the_processs_own_streams(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    assert cli.main(["--config", str(config), "config", "check"]) == 0
    assert "in order" in capsys.readouterr().out


def test_an_output_that_is_closed_early_ends_quietly() -> None:
    code = "import os,sys; r,w=os.pipe(); os.close(r); os.dup2(w,1); sys.exit(main(%r))"
    run = "from terminal_agent.cli import main; " + code
    ran = program("-c", run % ["decode", "--protocol", "zvt", "--layer", "apdu", "040F022700"])
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_message_that_cannot_be_flushed_changes_no_exit_code() -> None:
    run = (
        "import io,os,sys; from terminal_agent.cli import _flush;"
        "r,w=os.pipe(); os.close(r); os.dup2(w,1); sys.stdout.write('rest'); _flush(sys.stdout)"
    )
    ran = program("-c", run)
    assert (ran.returncode, ran.stderr) == (0, "")


class Deaf(io.StringIO):
    """A stream whose reader is gone, over a file that can be pointed elsewhere."""

    def __init__(self, handle: int) -> None:
        super().__init__()
        self.handle = handle

    def flush(self) -> None:
        raise BrokenPipeError

    def fileno(self) -> int:
        return self.handle


def test_what_cannot_be_flushed_goes_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "out"
    handle = os.open(file, os.O_CREAT | os.O_WRONLY)
    try:
        cli._flush(Deaf(handle))
        os.write(handle, b"lost")
    finally:
        os.close(handle)
    assert file.read_bytes() == b""


def test_only_a_technician_who_asks_hears_technical_remarks() -> None:
    for verbose in (False, True):
        out = io.StringIO()
        reporter = ConsoleReporter(Screen(out), Texts.load("en"), verbose=verbose)
        for _ in range(2):
            reporter.technical("stray_bytes", "3 bytes came between requests")
        assert out.getvalue().count("[stray_bytes]") == int(verbose)


def test_every_kind_of_error_has_its_exit_code() -> None:
    told = {
        JournalError("x", path="j"): ExitCode.JOURNAL,
        refusal("refusal.not_found", "x", ""): ExitCode.REFUSED,
        refusal("refusal.open_case", "x", ""): ExitCode.UNKNOWN,
        IllegalFact("x", case_id="c"): ExitCode.JOURNAL,
        SlipError("slip.exists", "x"): ExitCode.LINK,
    }
    for error, code in told.items():
        assert exit_code(error) is code


def test_the_real_context_has_the_processs_streams_and_clock() -> None:
    context = Context.of_process(build_parser().parse_args(["ports"]))
    assert context.stdout is sys.stdout
    assert context.environment is os.environ
    assert context.as_json is False
    assert context.trace is None


def test_a_damaged_installation_refuses_everything_but_help_for_the_technician(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_agent.installation, "damage", lambda: ["drivers/x.py is not ours"])
    ran = till.refund()
    assert (ran.code, ran.error) == (2, "installation.damaged")
    assert till.run("decode", "--protocol", "zvt", "--layer", "apdu", "040F022700").code == 0
    assert till.bookings == []


def test_python_never_runs_it_without_its_assertions() -> None:
    """Assertions are part of the product; `-O` would take them away, and nothing sets it."""
    for file in (ROOT / "Makefile", ROOT / ".ci" / "run", ROOT / "pyproject.toml"):
        text = file.read_text(encoding="utf-8")
        assert "PYTHONOPTIMIZE" not in text
        assert "python -O" not in text
    assert sys.flags.optimize == 0
