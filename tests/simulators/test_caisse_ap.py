"""A Caisse-AP terminal on its port: what it says, to whom, and what it never says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from protocols.caisse_ap.framing import ItemsFramer
from protocols.caisse_ap.messages import parse
from protocols.kit.framing import Payload
from simulators import personality
from simulators.bank import Bank
from simulators.personalities.caisse_ap.habits import CaisseApHabits
from simulators.personalities.caisse_ap.personality import QUIET_S, CaisseApPersonality
from simulators.personalities.caisse_ap.words import REASONS, is_code, knows, names_of
from simulators.personality import PersonalitySettings
from simulators.scenario import Sale
from simulators.scenario import parse as scenario
from simulators.settings import CardHabit
from simulators.steps import Script
from simulators.terminal import Phase, SimTerminal

if TYPE_CHECKING:
    from protocols.kit.messages import Message

SPEC = personality.load("caisse-ap")
OURS = "RF-1"
MOMENT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def request(action: str, **values: str) -> bytes:
    """A request of these items; an empty one is left out."""
    usual = {"CZ": "0300", "CE": "978", "BA": "0", "CD": action, "CB": "1250", "CF": OURS}
    found = {tag: value for tag, value in {**usual, **values}.items() if value}
    return "".join(f"{tag}{len(value):03d}{value}" for tag, value in found.items()).encode()


@dataclass
class Port:
    """One terminal with a sale of 12.50, and a till of raw bytes."""

    steps: str = ""
    profile: str = "generic"
    habits: CaisseApHabits | None = None
    now: float = 0.0
    terminal: SimTerminal = field(init=False)
    line: CaisseApPersonality = field(init=False)

    def __post_init__(self) -> None:
        played = scenario("version = 1\n" + self.steps, "test")
        settings = SPEC.terminal(self.profile)
        self.terminal = SimTerminal(
            bank=Bank(wall=lambda: MOMENT),
            wall=lambda: MOMENT,
            settings=settings,
            script=Script(played.steps),
        )
        self.terminal.preload([Sale(1250)])
        self.line = CaisseApPersonality(
            self.terminal, PersonalitySettings(self.profile, "tcp", habits=self.habits)
        )
        self.line.line_up(self.now)

    def redial(self) -> None:
        """A new connection."""
        assert self.line.line_down(self.now) == b""
        self.line.line_up(self.now)

    def say(self, data: bytes) -> bytes:
        """Bytes to the terminal; gives what comes back at once."""
        return self.line.receive(data, self.now)

    def wait(self, seconds: float = 60.0) -> bytes:
        """What the terminal says within so long."""
        end, said = self.now + seconds, b""
        while (due := self.line.deadline) is not None and due <= end:
            self.now = max(self.now, due)
            said += self.line.tick(self.now)
        self.now = end
        return said

    def ask(self, data: bytes) -> list[Message]:
        """A request over a connection of its own, and every answer to it."""
        self.redial()
        return answers(self.say(data) + self.wait())

    @property
    def kinds(self) -> list[str]:
        """What stands in the bank's books behind the sale."""
        return [booking.kind for booking in self.terminal.bank.bookings[1:]]


def answers(said: bytes) -> list[Message]:
    framer = ItemsFramer()
    pieces = [*framer.pieces(said), *framer.quiet()]
    assert not framer.pending
    return [parse(piece.data) for piece in pieces if isinstance(piece, Payload)]


@pytest.mark.parametrize(("action", "kind"), [("0", "sale"), ("1", "refund"), ("2", "void")])
def test_what_is_asked_is_booked_and_answered_with_our_reference(action: str, kind: str) -> None:
    port = Port()
    (answer,) = port.ask(request(action))
    assert port.kinds == [kind]
    assert answer.text("result") == "10"
    assert answer.text("reason") == "01"
    assert answer.text("private") == OURS
    assert answer.text("action") == action
    assert answer.text("amount") == "00001250"
    assert answer.text("auth_code")
    assert port.terminal.bank.bookings[-1].reference == OURS


def test_a_request_is_over_when_nothing_follows_it() -> None:
    port = Port()
    wire = request("1")
    assert port.say(wire[:20]) == b""
    assert port.wait(10.0) == b""
    assert port.terminal.phase is Phase.IDLE
    port.say(wire[20:])
    assert port.line.deadline == pytest.approx(port.now + QUIET_S)
    assert answers(port.wait())[0].text("result") == "10"


def test_there_is_one_request_on_each_connection() -> None:
    port = Port()
    (answer,) = port.ask(request("1") + request("1", CF="RF-2"))
    assert answer.text("private") == OURS
    assert port.say(request("1", CF="RF-3")) + port.wait() == b""
    assert port.kinds == ["refund"]
    assert len(port.ask(request("1", CF="RF-4"))) == 1


@pytest.mark.parametrize("stays", [True, False])
def test_a_refusal_may_have_no_amount(*, stays: bool) -> None:
    steps = '[[step]]\non = "refund"\ndo = "decline"\ncode = "0104"'
    port = Port(steps, habits=CaisseApHabits(amount_stays=stays))
    (answer,) = port.ask(request("1"))
    assert (answer.text("result"), answer.text("reason")) == ("01", "04")
    assert (answer.text("amount") is not None) is stays
    assert answer.text("private") == OURS
    assert port.kinds == []


def test_a_terminal_may_give_no_reference_back() -> None:
    port = Port(profile="no-echo")
    (answer,) = port.ask(request("1"))
    assert answer.text("private") is None
    (copy,) = port.ask(request("3", CB="", CF=""))
    assert copy.text("private") is None


def test_a_cancellation_undoes_the_last_sale_of_its_amount_once() -> None:
    port = Port()
    assert port.ask(request("2", CB="999"))[0].text("reason") == "05"
    assert port.ask(request("2"))[0].text("result") == "10"
    assert port.ask(request("2"))[0].text("reason") == "05"
    assert port.kinds == ["void"]


def test_the_duplicate_shows_what_was_booked_last_and_under_which_reference() -> None:
    port = Port()
    port.ask(request("1"))
    (copy,) = port.ask(request("3", CB="", CF=""))
    assert copy.text("result") == "10"
    assert copy.text("action") == "3"
    assert (copy.text("private"), copy.text("amount")) == (OURS, "00001250")
    assert copy.text("date") == "261124"
    assert port.terminal.paper[-1][0] == "DUPLICATA"
    port.terminal.memory.last = None
    assert port.ask(request("3", CB="", CF=""))[0].text("reason") == "07"


@pytest.mark.parametrize("wire", [request("B"), request("1", CB="")])
def test_what_it_does_not_know_it_says(wire: bytes) -> None:
    port = Port()
    assert port.ask(wire)[0].text("reason") == "12"
    assert port.kinds == []


@pytest.mark.parametrize("junk", [b"\x05\x06", b"CZ0040300CD0011CB0041x50", b"CZ0040300AE00210"])
def test_what_is_no_request_is_not_answered(junk: bytes) -> None:
    port = Port()
    assert port.ask(junk) == []
    port.redial()
    assert port.ask(request("1"))[0].text("result") == "10"


def test_while_it_works_it_hears_nothing() -> None:
    port = Port()
    port.say(request("1"))
    assert port.wait(QUIET_S) == b""
    port.redial()
    port.say(request("1", CF="RF-2"))
    assert port.wait() == b""
    assert port.kinds == ["refund"]


@pytest.mark.parametrize("newcomer", [True, False])
def test_an_answer_whose_connection_is_gone_is_heard_by_nobody_or_by_another(
    *, newcomer: bool
) -> None:
    port = Port(habits=CaisseApHabits(answers_newcomer=newcomer))
    port.say(request("1"))
    port.wait(QUIET_S)
    port.redial()
    heard = answers(port.wait())
    assert [answer.text("private") for answer in heard] == ([OURS] if newcomer else [])
    assert port.kinds == ["refund"]


def test_a_terminal_may_hang_up_behind_its_answer_and_takes_the_next_call() -> None:
    port = Port(habits=CaisseApHabits(hangs_up=True))
    assert len(port.ask(request("1"))) == 1
    assert not port.line.listening
    port.redial()
    assert port.line.listening
    assert len(port.ask(request("1"))) == 1


@pytest.mark.parametrize("step", ["silent", "ignore"])
def test_a_request_may_vanish(step: str) -> None:
    port = Port(f'[[step]]\non = "money"\ndo = "{step}"')
    assert port.ask(request("1")) == []
    assert port.kinds == []
    assert len(port.ask(request("1"))) == 1


def test_an_answer_may_leave_its_result_out_be_repeated_or_come_behind_an_old_one() -> None:
    port = Port(
        '[[step]]\non = "refund"\ndo = "no_result"\n'
        '[[step]]\non = "refund"\nnth = 2\ndo = "repeat_result"\ncount = 2\n'
        '[[step]]\non = "refund"\nnth = 3\ndo = "stale"\n'
    )
    (first,) = port.ask(request("1"))
    assert first.text("action") == "1"
    assert "result" not in first.values
    assert len(port.ask(request("1", CF="RF-2"))) == 3
    third = port.ask(request("1", CF="RF-3"))
    assert [answer.text("private") for answer in third] == ["RF-2"] * 3 + ["RF-3"]
    assert port.kinds == ["refund"] * 3


def test_steps_of_host_keypad_and_stop() -> None:
    port = Port(
        '[[step]]\non = "refund"\ndo = "no_connection"\n'
        '[[step]]\non = "refund"\nnth = 2\ndo = "abort"\ncode = "0111"\n'
        '[[step]]\non = "refund"\nnth = 3\ndo = "keypad"\nkind = "sale"\namount_minor = 99\n'
    )
    assert port.ask(request("1"))[0].text("reason") == "07"
    assert port.ask(request("1"))[0].text("reason") == "11"
    assert port.ask(request("1"))[0].text("result") == "10"
    assert port.kinds == ["sale", "refund"]


ODD_ANSWERS: dict[str, dict[str, str | None]] = {
    "no_echo": {"private": None},
    "other_echo": {"private": "of another"},
    "no_amount": {"amount": None},
    "other_amount": {"amount": "00000001"},
    "no_reason": {"reason": None},
    "contradiction": {"result": "10", "reason": "04"},
    "taken": {"result": "11"},
    "amount_stays": {"result": "10"},
}


@pytest.mark.parametrize("way", sorted(ODD_ANSWERS))
def test_an_answer_may_be_odd(way: str) -> None:
    port = Port(f'[[step]]\non = "refund"\ndo = "odd"\ncode = "{way}"')
    (answer,) = port.ask(request("1"))
    for name, value in ODD_ANSWERS[way].items():
        assert answer.text(name) == value
    assert port.kinds == ["refund"]


@pytest.mark.parametrize("way", ["hang_up", "newcomer"])
def test_a_terminal_may_be_odd_once(way: str) -> None:
    port = Port(f'[[step]]\non = "refund"\ndo = "odd"\ncode = "{way}"')
    port.say(request("1"))
    port.wait(QUIET_S)
    if way == "newcomer":
        port.redial()
    assert len(answers(port.wait())) == 1
    assert port.line.listening is (way == "newcomer")
    port.redial()
    assert len(port.ask(request("1"))) == 1
    assert port.line.listening


def test_a_customer_may_go_away() -> None:
    port = Port()
    port.terminal.card_habit = CardHabit.ABSENT
    port.say(request("1"))
    (answer,) = answers(port.wait(120.0))
    assert (answer.text("result"), answer.text("reason")) == ("01", "06")


def test_without_power_nobody_hears_and_nothing_is_said_later() -> None:
    port = Port()
    port.say(request("1"))
    port.wait(QUIET_S)
    port.terminal.power_off(port.now, for_s=5.0)
    assert port.line.tick(port.now) == b""
    assert not port.line.listening
    assert port.say(request("1")) == b""
    assert port.wait(30.0) == b""
    assert port.line.listening
    assert port.kinds == []


def test_names_and_codes_are_those_of_the_protocol() -> None:
    assert names_of(request("1")) == ("CD1", "refund", "money")
    assert names_of(b"CZ0040300AE00210CD0011") == ("AE10", "result", "answer")
    assert names_of(b"CZ0040300AE00210CD0013") == ("AE10", "answer")
    assert names_of(b"?") == ()
    for name in ("CD2", "AE01", "money", "result", "enquiry"):
        assert knows(name)
    assert not knows("status")
    assert is_code("0104")
    assert ODD_ANSWERS.keys() < SPEC.odd.keys()
    assert not is_code("10")
    assert not is_code("0199")
    assert all(len(reason) == 2 for reason in REASONS.values())
    assert "nak" not in SPEC.plays
