"""Everything that goes wrong with a line: what happened, the money, what to do; nothing is lost."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from serial import Serial

from simulators.pytest_plugin import TIME_SCALE, TerminalFactory
from simulators.testing import TerminalSimulator
from terminal_agent.refund.states import CaseState
from tests.process.agents import cold
from tests.process.strangers import network_stranger, serial_stranger
from tests.process.till import Till, rows_of, standing
from tests.process.told import outcome, told
from tests.process.tools import as_somebody_else, is_root

# The card comes when the test says so.
CARD_BY_HAND = """
version = 1
[terminal]
card = "absent"
card_timeout_s = 120
[[sale]]
amount_minor = 1234
[[sale]]
amount_minor = 5000
"""


def refuses(till: Till, code: str, *, exit_code: int = 7) -> str:
    """A refund that is not sent; gives what to do."""
    before = till.records()
    ended = till.run(*till.refund("S2", "--amount", "12.50"))
    error = told(ended)
    assert (ended.code, error.code, error.money) == (exit_code, code, "no"), ended
    # Nothing is lost, and nothing was armed.
    after = till.records()
    assert after[: len(before)] == before
    assert "attempt_armed" not in {kind for _, kind, _ in after}
    return error.do


@contextmanager
def elsewhere(till: Till, link: str) -> Iterator[Till]:
    """The till is plugged in at the wrong place."""
    right, till.link = till.link, link
    till.configure()
    yield till
    till.link = right
    till.configure()


def paid(terminal: TerminalSimulator) -> list[int]:
    """Amounts that the bank gave back."""
    return [row.amount_minor for row in standing(rows_of(terminal.ledger()))]


@pytest.fixture
def slow(terminal_simulator: TerminalFactory, tmp_path: Path) -> tuple[TerminalSimulator, Till]:
    """A terminal that waits for a card, on a port whose name stays."""
    scenario, port = tmp_path / "card-by-hand.toml", tmp_path / "port"
    scenario.write_text(CARD_BY_HAND, encoding="utf-8")
    terminal = terminal_simulator(scenario=scenario, options=("--pty-link", str(port)))
    till = Till(tmp_path / "till", f"serial:{port}", TIME_SCALE)
    assert till.import_sales([1234, 5000]).code == 0
    return terminal, till


def test_unplugged_in_the_middle_it_says_unknown_and_finds_out_later(
    slow: tuple[TerminalSimulator, Till],
) -> None:
    terminal, till = slow
    running = till.begin(*till.refund("S2", "--amount", "12.50", "--key", "k"))
    assert running.until("Insert or present the card")
    terminal.command("pull")
    ended = running.end()
    assert outcome(ended) == (5, "unknown", "maybe"), ended
    assert "failed" not in ended.said.lower()
    # While it is open, nothing else is sent.
    assert till.run(*till.refund("S1", "--way", "void")).code == 5
    terminal.command("plug")
    terminal.ledger()  # an answer means that it is done
    recovered = till.run("recover", "--json")
    assert (recovered.code, recovered.json["still_open"]) == (0, 0), recovered
    assert paid(terminal) == []
    case = till.case_of("k")
    assert case is not None
    assert case.state is CaseState.AUTHORISED
    running = till.begin(*till.refund("S2", "--amount", "12.50", "--key", "k"))
    assert running.until("Insert or present the card")
    terminal.command("card present")
    assert outcome(running.end()) == (0, "approved", "yes")
    assert paid(terminal) == [1250]


def test_plugged_in_again_while_it_waits_the_agent_finds_out_by_itself(
    slow: tuple[TerminalSimulator, Till],
) -> None:
    terminal, till = slow
    running = till.begin(*till.refund("S2", "--amount", "12.50"))
    assert running.until("Insert or present the card")
    terminal.command("pull")
    terminal.command("plug")
    terminal.ledger()  # an answer means that it is done
    assert outcome(running.end()) == (4, "not_sent", "no")
    assert paid(terminal) == []


def test_a_port_that_is_not_there_is_named(till: Till) -> None:
    with elsewhere(till, "serial:/dev/tty-of-nobody"):
        assert "refund-agent ports" in refuses(till, "link.no_port")


def test_a_network_port_where_nobody_listens_is_refused(till: Till) -> None:
    with network_stranger(lambda _: b"") as address:
        pass
    with elsewhere(till, f"tcp:{address}"):
        refuses(till, "link.refused")


def test_a_file_is_no_port(till: Till) -> None:
    with elsewhere(till, f"serial:{till.config}"):
        refuses(till, "link.not_a_port")


def test_a_link_that_makes_no_sense_is_an_error_of_the_configuration(till: Till) -> None:
    with elsewhere(till, "seriell:/dev/ttyS0"):
        assert "serial:" in refuses(till, "config.value", exit_code=2)


def test_a_port_that_another_program_has_is_busy(till: Till, terminal: TerminalSimulator) -> None:
    with Serial(terminal.device, exclusive=True):
        assert "other program" in refuses(till, "link.port_busy")


def test_a_second_agent_on_the_same_port_is_turned_away_and_disturbs_nothing(
    slow: tuple[TerminalSimulator, Till], tmp_path: Path
) -> None:
    terminal, till = slow
    other = Till(tmp_path / "other", till.link, TIME_SCALE)
    assert other.import_sales([1234, 5000]).code == 0
    running = till.begin(*till.refund("S2", "--amount", "12.50"))
    assert running.until("Insert or present the card")
    refuses(other, "link.port_busy")
    terminal.command("card present")
    assert outcome(running.end()) == (0, "approved", "yes")
    assert paid(terminal) == [1250]


def test_without_the_permission_it_tells_whom_to_ask(
    till: Till, terminal: TerminalSimulator
) -> None:
    words = as_somebody_else()
    till.folder.chmod(0o777)
    for part in till.folder.rglob("*"):
        part.chmod(0o777 if part.is_dir() else 0o666)
    for above in till.folder.parents:
        if above.stat().st_uid == os.getuid() and is_root() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    os.chmod(terminal.device, 0)  # noqa: PTH101 - a device, not a path of ours
    ended = cold(*till.arguments("terminal", "status", "--json"), before=words).end()
    error = told(ended)
    assert (ended.code, error.code, error.money) == (7, "link.no_permission", "no"), ended
    assert "dialout" in error.do


def test_noise_as_from_a_wrong_baud_rate_is_told_as_such(till: Till) -> None:
    dice = random.Random(9)
    with (
        serial_stranger(lambda heard: dice.randbytes(len(heard) + 3)) as device,
        elsewhere(till, f"serial:{device}"),
    ):
        assert "baud rate" in refuses(till, "link.wrong_protocol")


def test_a_device_that_says_nothing_is_told_as_such(till: Till) -> None:
    with (
        serial_stranger(lambda _: b"") as device,
        elsewhere(till, f"serial:{device}"),
    ):
        assert "switched on" in refuses(till, "link.no_answer")


def test_a_device_that_only_ever_says_no_is_not_taken_for_a_terminal(till: Till) -> None:
    with (
        serial_stranger(lambda _: b"\x15") as device,
        elsewhere(till, f"serial:{device}"),
    ):
        refuses(till, "link.nak")


def test_another_protocol_on_a_serial_port_is_told_as_such(till: Till) -> None:
    with (
        serial_stranger(lambda _: b"\x06\x020|1|APP 1.0\x03\x5a") as device,
        elsewhere(till, f"serial:{device}"),
    ):
        refuses(till, "link.wrong_protocol")


def test_a_web_server_on_the_port_is_told_as_such(till: Till) -> None:
    page = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    with network_stranger(lambda _: page) as address, elsewhere(till, f"tcp:{address}"):
        refuses(till, "link.wrong_protocol")


def test_another_terminal_than_the_configured_one_gets_no_money_command(
    till: Till, terminal: TerminalSimulator
) -> None:
    till.keys = {"terminal_id": "11111111"}
    till.configure()
    refuses(till, "link.wrong_terminal")
    till.keys = {"terminal_id": "52500038"}
    till.configure()
    ended = till.run(*till.refund("S2", "--amount", "12.50"))
    assert outcome(ended) == (0, "approved", "yes")
    assert paid(terminal) == [1250]
