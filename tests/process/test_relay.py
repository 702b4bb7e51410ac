"""A terminal that reaches its host through the till: three real processes' worth of bytes."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from simulators.pytest_plugin import TIME_SCALE, TerminalFactory
from simulators.testing import TerminalSimulator
from tests.process.till import PEOPLE, Till, rows_of, standing
from tests.process.told import outcome

VOID = ("void", "--sale", "S1", *PEOPLE, "--json")
SALES = "version = 1\n[[sale]]\namount_minor = 1234\n[[sale]]\namount_minor = 5000\n"


def shop(
    factory: TerminalFactory, folder: Path, *, steps: str = "", allowed: bool = True
) -> tuple[TerminalSimulator, Till]:
    """A relaying terminal with its host, and a till that may carry its messages or may not."""
    file = folder / "scenario.toml"
    file.write_text(SALES + steps, encoding="utf-8")
    port = folder / "port"
    terminal = factory(
        protocol="aip",
        profile="relay",
        scenario=file,
        options=("--host", "127.0.0.1:0", "--pty-link", str(port)),
    )
    keys: dict[str, object] = {"profile": "relay", "capabilities_confirmed": ["L"]}
    if allowed:
        keys["relay_hosts"] = [str(terminal.listening["host"])]
    till = Till(folder / "till", f"serial:{port}", TIME_SCALE, protocol="aip", keys=keys)
    assert till.import_sales([1234, 5000]).code == 0
    return terminal, till


def paid(terminal: TerminalSimulator) -> list[tuple[str, int]]:
    return [(row.kind, row.amount_minor) for row in standing(rows_of(terminal.ledger()))]


def test_a_void_goes_through_the_till_to_the_host_and_back(
    terminal_simulator: TerminalFactory, tmp_path: Path
) -> None:
    terminal, till = shop(terminal_simulator, tmp_path)
    assert set(terminal.listening) == {
        *("listening", "protocol", "profile", "pid", "seed", "version", "host"),
    }
    ended = till.run(*VOID)
    assert outcome(ended) == (0, "approved", "yes"), ended
    assert paid(terminal) == [("void", 1234)]


HOST_STEPS = {
    "declined": ('do = "decline"\ncode = "05"', (3, "declined", "no")),
    # The terminal has its host take the void back, and says so.
    "silent": ('do = "no_connection"', (3, "declined", "no")),
    "too-slow": ('do = "host_delay"\nseconds = 80', (3, "declined", "no")),
    "slow": ('do = "host_delay"\nseconds = 20', (0, "approved", "yes")),
}


@pytest.mark.parametrize("name", HOST_STEPS)
def test_what_the_host_does_reaches_the_operator(
    terminal_simulator: TerminalFactory, tmp_path: Path, name: str
) -> None:
    step, expected = HOST_STEPS[name]
    terminal, till = shop(terminal_simulator, tmp_path, steps=f'[[step]]\non = "void"\n{step}\n')
    ended = till.run(*VOID)
    assert outcome(ended) == expected, ended
    assert paid(terminal) == ([("void", 1234)] if ended.code == 0 else [])


def test_a_till_that_may_not_carry_it_says_so_and_nothing_is_booked(
    terminal_simulator: TerminalFactory, tmp_path: Path
) -> None:
    terminal, till = shop(terminal_simulator, tmp_path, allowed=False)
    ended = till.run(*VOID)
    assert outcome(ended) == (3, "declined", "no"), ended
    assert paid(terminal) == []


def test_the_port_is_free_again_when_the_terminal_ends(
    terminal_simulator: TerminalFactory, tmp_path: Path
) -> None:
    terminal, _ = shop(terminal_simulator, tmp_path)
    host, _, port = str(terminal.listening["host"]).partition(":")
    with socket.create_connection((host, int(port)), timeout=20.0):
        assert terminal.stop() == 0
    with pytest.raises(OSError, match=r"refused|reset"):
        socket.create_connection((host, int(port)), timeout=20.0)
