"""A deep terminal as the till sees it: the acquirer's ledger is the truth, the wire is the same."""

from __future__ import annotations

import json
import logging
import os
import socket
from typing import TYPE_CHECKING

import pytest

from protocols.zvt.messages import build, serialise
from simulators import personality as registry
from simulators import station as stations
from simulators.acquirer import layout
from simulators.acquirer.deep import DeepHost
from simulators.acquirer.errors import NoIso8583
from simulators.acquirer.host import AcquirerHost
from simulators.acquirer.tcp import TcpLine
from simulators.clock import SimulatedClock
from simulators.errors import BadScenario, BadState
from simulators.settings import MissingAckHabit
from simulators.station import StationSettings
from simulators.terminal import Order, Phase, SimTerminal
from simulators.testing import TerminalSimulator
from tests.simulators.till import Till, result, scene

if TYPE_CHECKING:
    from pathlib import Path

DEEP = "[terminal]\ndeep = true\n"
SALE = "[[sale]]\namount_minor = 1234\n"


def a_deep_till(text: str = "", *, terminal: str = "", state: Path | None = None) -> Till:
    """A till at a deep terminal with one sale in it."""
    till = Till(scene(DEEP + terminal + text + SALE), state=state)
    till.register()
    return till


def host(till: Till) -> DeepHost:
    """What is behind the terminal."""
    found = till.terminal.host
    assert isinstance(found, DeepHost)
    return found


def codes(till: Till, *operations: str) -> list[str | None]:
    """The result codes of these operations."""
    said = []
    for operation in operations:
        found = result(till.void("0001") if operation == "void" else till.refund(500))
        said.append(None if found is None else found.text("result_code"))
    return said


@pytest.mark.parametrize("operation", ["void", "refund"])
def test_what_the_till_gives_back_stands_in_the_acquirers_ledger(operation: str) -> None:
    till = a_deep_till()
    assert codes(till, operation) == ["00"]
    (booking,) = till.bank.standing_refunds()
    assert booking.kind == operation
    entry = host(till).front.host.ledger.entries[-1]
    assert (entry.kind, entry.amount_minor) == (operation, booking.amount_minor)
    last = till.terminal.memory.last
    assert last is not None
    assert (last.rrn, last.receipt_number) == (entry.rrn, entry.receipt)


def test_a_shallow_terminal_needs_no_acquirer_and_is_the_default() -> None:
    till = Till()
    assert not isinstance(till.terminal.host, DeepHost)
    assert not till.terminal.settings.deep


@pytest.mark.parametrize("name", registry.names())
def test_every_personality_can_be_deep(name: str) -> None:
    spec = registry.load(name)
    for transport in spec.framers:
        station = stations.build(
            StationSettings(name, transport=transport, deep=True), wall=SimulatedClock().wall
        )
        assert isinstance(station.terminal.host, DeepHost)
        assert station.terminal.keypad("sale", 500) is not None
        totals = station.terminal.end_of_day()
        assert (totals.count, totals.total_minor) == (1, 500)
        assert station.terminal.host.front.host.ledger.batch == "000002"
        assert station.terminal.memory.counters.batch == 2


# --- what goes wrong ---------------------------------------------------------------------------


def test_a_void_whose_answer_is_lost_is_reversed_and_can_be_made_again() -> None:
    till = a_deep_till('[[host.fault]]\non = "void"\ndo = "lose_answer"\n')
    assert codes(till, "void") != ["00"]
    assert till.bank.standing_refunds() == ()
    assert [b.kind for b in till.bank.bookings] == ["sale", "void", "auto_reversal"]
    assert codes(till, "void") == ["00"]
    assert len(till.bank.standing_refunds()) == 1


def test_a_refund_whose_answer_is_lost_has_moved_money_although_the_terminal_shows_failure() -> (
    None
):
    till = a_deep_till('[[host.fault]]\non = "refund"\ndo = "lose_answer"\n')
    shown = codes(till, "refund")
    assert shown != ["00"]
    assert [b.amount_minor for b in till.bank.standing_refunds()] == [500]
    assert host(till).uplink.client.memory.incidents != []


def test_a_code_of_the_acquirer_is_shown_to_the_till() -> None:
    till = a_deep_till('[[host.fault]]\non = "refund"\ndo = "code"\ncode = "61"\n')
    assert codes(till, "refund", "refund") == ["61", "00"]


def test_a_code_that_the_tills_wire_cannot_carry_is_shown_as_declined() -> None:
    till = a_deep_till('[[host.fault]]\non = "refund"\ndo = "code"\ncode = "ZZ"\n')
    (shown,) = codes(till, "refund")
    assert shown not in {"00", "ZZ"}
    assert till.bank.standing_refunds() == ()


def test_a_partial_approval_is_shown_with_its_amount() -> None:
    till = a_deep_till('[[host.fault]]\non = "refund"\ndo = "partial"\namount_minor = 200\n')
    found = result(till.refund(500))
    assert found is not None
    assert found.number("amount_minor") == 200
    assert [b.amount_minor for b in till.bank.standing_refunds()] == [200]


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ('do = "decline"\ncode = "05"', "05"),
        ('do = "decline"\ncode = "96"', "96"),  # shown so; refused by the acquirer for good
        ('do = "no_connection"', None),
        ('do = "approve"\namount_minor = 300', "00"),
    ],
)
def test_the_hosts_steps_of_a_scenario_mean_the_same(step: str, shown: str | None) -> None:
    till = a_deep_till(f'[[step]]\non = "refund"\n{step}\n')
    (code,) = codes(till, "refund")
    assert shown is None or code == shown
    booked = [b.amount_minor for b in till.bank.standing_refunds()]
    assert booked == ([300] if shown == "00" else [])
    assert codes(till, "refund") == ["00"]


def test_a_step_that_was_not_played_does_not_fall_on_the_next_request() -> None:
    """The request of the step was never sent: a reversal was owed, and nobody answered it."""
    text = (
        "[host]\ntimeout_s = 5\ntries = 1\n"
        '[[host.fault]]\non = "void"\ndo = "lose_answer"\n'
        '[[host.fault]]\non = "reversal"\ndo = "lose_answer"\nnth = 1\n'
        '[[host.fault]]\non = "reversal"\ndo = "lose_answer"\nnth = 2\n'
        '[[step]]\non = "refund"\ndo = "decline"\ncode = "05"\n'
    )
    till = a_deep_till(text)
    assert codes(till, "void", "refund")[1] != "00"
    assert codes(till, "refund") == ["00"]


# --- power, memory, time -----------------------------------------------------------------------


def in_the_middle_of_a_void(state: Path | None = None) -> Till:
    """The acquirer has booked a void, and its answer will take long."""
    text = '[[host.fault]]\non = "void"\ndo = "late"\nseconds = 50\n'
    till = a_deep_till(text, state=state)
    till.send(serialise(build("0630", password="000000", receipt_number="0001")))
    while not till.bank.standing_refunds():
        for apdu in till.next_apdus(0.5):
            till.answer(apdu)
    assert till.terminal.phase is Phase.HOST
    return till


def test_a_power_cut_on_the_way_is_reversed_at_the_next_start() -> None:
    till = in_the_middle_of_a_void()
    till.terminal.power_off(till.clock.monotonic(), for_s=1.0)
    till.line.poke()
    till.line.pass_time(till.terminal.settings.boot_s + 5.0)
    assert till.bank.standing_refunds() == ()
    assert till.terminal.phase is Phase.IDLE
    assert not till.terminal.host.owes


def test_what_is_owed_and_the_acquirers_books_survive_a_restart_of_the_simulator(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state.json"
    in_the_middle_of_a_void(state)
    content = state.read_text(encoding="utf-8")
    pending = json.loads(content)["acquirer"]["line"]["pending"]
    assert (pending["money"]["kind"], pending["reason"]) == ("void", "")
    again = a_deep_till(state=state)
    assert [b.kind for b in again.bank.bookings] == ["sale", "void", "auto_reversal"]
    assert codes(again, "void") == ["00"]


def test_a_state_file_is_of_a_deep_terminal_or_of_a_shallow_one(tmp_path: Path) -> None:
    deep, shallow = tmp_path / "deep.json", tmp_path / "shallow.json"
    a_deep_till(state=deep)
    Till(scene(SALE), state=shallow)
    with pytest.raises(BadState, match="has an acquirer"):
        Till(scene(SALE), state=deep)
    with pytest.raises(BadState, match="has no acquirer"):
        a_deep_till(state=shallow)


@pytest.mark.parametrize("part", ["ledger", "line"])
@pytest.mark.parametrize("damage", [None, {"version": 2}, {"version": 1}, "nothing"])
def test_a_damaged_part_of_the_state_is_named(part: str, damage: object, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    a_deep_till(state=state)
    content = json.loads(state.read_text(encoding="utf-8"))
    content["acquirer"][part] = damage
    state.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BadState):
        a_deep_till(state=state)


@pytest.mark.parametrize("reversible", [True, False])
def test_an_unacknowledged_refund_is_undone_only_where_the_acquirer_can(
    *, reversible: bool
) -> None:
    text = f"[host]\nrefund_reversal = {str(reversible).lower()}\n"
    till = a_deep_till(text, terminal='vote = "rec1"\n')
    terminal = till.terminal
    assert terminal.settings.vote is MissingAckHabit.REC1
    unacknowledged(terminal)
    assert len(till.bank.standing_refunds()) == (not reversible)
    last = terminal.memory.last
    assert last is not None
    assert last.approved is not reversible


def unacknowledged(terminal: SimTerminal) -> None:
    """A refund whose result nobody takes."""
    terminal.start(Order("refund", 500, terminal.settings.currency), 1_000.0)
    terminal.tick(1_100.0)
    assert terminal.phase is Phase.VOTE
    terminal.no_vote(1_100.0)
    terminal.tick(1_200.0)
    terminal.finish()
    assert at_rest(terminal)


def at_rest(terminal: SimTerminal) -> bool:
    return terminal.phase is Phase.IDLE and terminal.deadline is None


# --- over a port -------------------------------------------------------------------------------


def test_over_a_port_the_same_bytes_have_the_same_outcome() -> None:
    clock = SimulatedClock()
    station = stations.build(
        StationSettings("zvt", scenario=scene(SALE), deep=True, acquirer_tcp=True),
        wall=clock.wall,
    )
    deep = station.terminal.host
    assert isinstance(deep, DeepHost)
    line = deep.uplink.line
    assert isinstance(line, TcpLine)
    assert line.address.startswith("127.0.0.1:")
    unacknowledged(station.terminal)
    assert [b.kind for b in station.bank.standing()] == ["sale", "refund"]
    deep.close()
    assert station.terminal.keypad("sale", 100) is None, "the acquirer cannot be reached"
    assert not station.terminal.host.owes
    assert len(station.bank.bookings) == 2


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="ptys and SIGTERM need POSIX")
def test_the_command_line_starts_a_deep_terminal(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    with TerminalSimulator("--deep", "--ledger", str(ledger), where=("--tcp", "127.0.0.1:0")) as it:
        host_name, _, port = it.device.rpartition(":")
        socket.create_connection((host_name, int(port))).close()
        it.command("sale 500")
        assert [row["amount_minor"] for row in it.ledger()] == [1234, 5000, 500]
        assert "acquirer" in it.log
    assert json.loads(ledger.read_text(encoding="utf-8"))["bookings"][2]["receipt_number"] == "0003"


# --- how it is asked for -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[host]\ntries = 2\n", "deep = true"),
        (DEEP + "[host]\ntries = 0\n", "tries"),
        (DEEP + "[host]\ntries = 10\n", "tries"),
        (DEEP + "[host]\nkey_bytes = 12\n", "8 or 16"),
        (DEEP + "[host]\nrefund_reversal = 1\n", "true nor false"),
        (DEEP + "[host]\nhurry = true\n", "hurry"),
        (DEEP + '[[host.fault]]\non = "void"\ndo = "explode"\n', "explode"),
        (DEEP + '[[host.fault]]\non = "nothing"\ndo = "late"\nseconds = 1\n', "nothing"),
        (DEEP + '[[host.fault]]\non = "void"\ndo = "late"\n', "seconds"),
        (DEEP + '[[host.fault]]\non = "void"\ndo = "lose_answer"\nseconds = 1\n', "seconds"),
        (DEEP + '[[host.fault]]\non = "void"\ndo = "code"\ncode = "a2"\n', "0-9 and A-Z"),
    ],
)
def test_a_mistake_in_the_hosts_table_is_named(text: str, what: str) -> None:
    with pytest.raises(BadScenario, match=what):
        scene(text)


def test_without_the_library_a_deep_terminal_does_not_start_and_a_shallow_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> None:
        raise NoIso8583

    monkeypatch.setattr(layout, "check_installed", missing)
    Till(scene(SALE))
    with pytest.raises(NoIso8583):
        a_deep_till()


def test_no_card_number_and_no_key_is_shown_logged_or_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    state = tmp_path / "state.json"
    till = in_the_middle_of_a_void(state)
    pan = till.terminal.settings.masked_pan.replace("*", "0")
    key = AcquirerHost._key(host(till).front.host)
    assert key is not None
    kept = state.read_text(encoding="utf-8") + caplog.text + json.dumps(till.bank.ledger())
    kept += repr(host(till).uplink.client.memory) + repr(host(till).front.host.ledger)
    for secret in (pan, key.hex(), key.hex().upper(), repr(key)):
        assert secret not in kept
