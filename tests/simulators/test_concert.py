"""A Concert V2 terminal on its line: who has the line, what it says, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from protocols.concert.layouts import SHAPE
from protocols.concert.messages import parse
from protocols.kit.framing import Control, Payload
from protocols.kit.stx import StxFramer
from simulators import personality
from simulators.bank import Bank
from simulators.personalities.concert.habits import ConcertHabits
from simulators.personalities.concert.personality import ConcertPersonality
from simulators.personalities.concert.words import is_code, knows, names_of
from simulators.personality import PersonalitySettings
from simulators.scenario import Sale
from simulators.scenario import parse as scenario
from simulators.settings import CardHabit
from simulators.steps import Script
from simulators.terminal import Phase, SimTerminal

SPEC = personality.load("concert")
ENQ, EOT, ACK, NAK = b"\x05", b"\x04", b"\x06", b"\x15"
OURS = "A000000011"
MOMENT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def framed(body: bytes) -> bytes:
    return StxFramer(SHAPE).frame(body)


def request(kind: str, amount: int = 1250, private: str = OURS, flag: str = "0") -> bytes:
    """A request in its frame."""
    return framed(f"01{amount:08d}{flag}1{kind}978{private:10}A010B010".encode("ascii"))


@dataclass
class Line:
    """One terminal with a sale of 12.50, and a till of raw bytes."""

    steps: str = ""
    profile: str = "generic"
    habits: ConcertHabits | None = None
    now: float = 0.0
    terminal: SimTerminal = field(init=False)
    line: ConcertPersonality = field(init=False)

    def __post_init__(self) -> None:
        played = scenario("version = 1\n" + self.steps, "test")
        self.terminal = SimTerminal(
            bank=Bank(wall=lambda: MOMENT),
            wall=lambda: MOMENT,
            settings=SPEC.terminal(self.profile),
            script=Script(played.steps),
        )
        self.terminal.preload([Sale(1250)])
        settings = PersonalitySettings(self.profile, "serial", habits=self.habits)
        self.line = ConcertPersonality(self.terminal, settings)

    def say(self, data: bytes) -> bytes:
        """Bytes to the terminal; gives what comes back at once."""
        return self.line.receive(data, self.now)

    def wait(self, seconds: float = 90.0) -> bytes:
        """What the terminal says within so long, unanswered."""
        end, said = self.now + seconds, b""
        while (due := self.line.deadline) is not None and due <= end:
            self.now = max(self.now, due)
            said += self.line.tick(self.now)
        self.now = end
        return said

    def until_enquiry(self) -> bool:
        """Wait until the terminal asks for the line; False where it never does."""
        while (due := self.line.deadline) is not None and due < self.now + 200.0:
            self.now = max(self.now, due)
            if self.line.tick(self.now) == ENQ:
                return True
        return False

    def ask(self, wire: bytes) -> list[bytes]:
        """A request, and the bodies of every answer that is offered, each taken at once."""
        assert self.say(ENQ) == ACK
        assert self.say(wire) == ACK
        assert self.say(EOT) in {b"", ENQ}
        return self.hear(asked=self.terminal.phase is Phase.IDLE)

    def hear(self, *, asked: bool = False) -> list[bytes]:
        bodies: list[bytes] = []
        heard = ENQ if asked else b""
        while heard or self.until_enquiry():
            heard = b""
            said = self.say(ACK)
            bodies += payloads(said)
            heard = self.say(ACK).removeprefix(EOT)
        return bodies

    @property
    def kinds(self) -> list[str]:
        """What stands in the bank's books behind the sale."""
        return [booking.kind for booking in self.terminal.bank.bookings[1:]]


def payloads(said: bytes) -> list[bytes]:
    pieces = StxFramer(SHAPE).pieces(said)
    return [piece.data for piece in pieces if isinstance(piece, Payload)]


def controls(said: bytes) -> list[str]:
    return [p.name for p in StxFramer(SHAPE).pieces(said) if isinstance(p, Control)]


@pytest.mark.parametrize(("kind", "booked"), [("0", "sale"), ("1", "refund"), ("2", "void")])
def test_what_is_asked_is_booked_and_answered_with_our_private_bytes(
    kind: str, booked: str
) -> None:
    line = Line()
    assert line.say(ENQ) == ACK
    assert line.say(request(kind)) == ACK
    assert line.say(EOT) == b""
    assert line.until_enquiry()
    assert line.kinds == [booked]
    (body,) = payloads(line.say(ACK))
    assert body == b"010000012501978" + OURS.encode()
    assert line.say(ACK) == EOT
    assert line.wait() == b""
    assert line.terminal.phase is Phase.IDLE
    assert line.terminal.bank.bookings[-1].reference == OURS


def test_a_report_comes_where_it_is_wanted() -> None:
    (body,) = Line().ask(request("1", flag="1"))
    assert len(body) == 80
    report = parse(body).secret("report")
    assert report is not None
    assert report.clear.startswith("541333******0018 Mastercard")


def test_a_frame_without_the_line_is_not_heard() -> None:
    line = Line()
    assert line.say(request("1")) == b""
    assert line.say(ENQ + EOT) == ACK
    assert line.say(request("1")) == b""
    assert line.kinds == []


def test_a_terminal_at_work_hears_no_enquiry() -> None:
    line = Line()
    line.say(ENQ)
    line.say(request("1") + EOT)
    assert line.say(ENQ) == b""
    assert line.say(request("1", private="A000000012")) == b""
    assert len(line.hear()) == 1
    assert line.kinds == ["refund"]
    assert line.say(ENQ) == ACK


@pytest.mark.parametrize("wire", [framed(b"what"), framed(b"010000012501978A000000011")])
def test_what_is_no_request_is_refused_on_the_line(wire: bytes) -> None:
    line = Line()
    line.say(ENQ)
    assert line.say(wire) == NAK
    assert line.kinds == []


def test_a_till_that_keeps_the_line_is_not_waited_for_long() -> None:
    line = Line()
    line.say(ENQ + request("1"))
    assert line.until_enquiry()
    assert line.kinds == ["refund"]


def test_a_damaged_frame_is_refused_and_may_come_again() -> None:
    line = Line()
    line.say(ENQ)
    assert line.say(request("1")[:-1] + b"\x00") == NAK
    assert line.say(request("1")) == ACK


@pytest.mark.parametrize("stays", [True, False])
def test_a_refusal_may_have_a_blank_amount(*, stays: bool) -> None:
    steps = '[[step]]\non = "refund"\ndo = "decline"\ncode = "7"'
    (body,) = Line(steps, habits=ConcertHabits(amount_stays=stays)).ask(request("1"))
    assert body[2:11] == (b"700001250" if stays else b"7        ")


def test_private_bytes_may_come_back_blank() -> None:
    (body,) = Line(profile="blank-echo").ask(request("1"))
    assert body[-10:] == b" " * 10


def test_a_cancellation_is_of_the_last_sale_with_its_amount_only() -> None:
    line = Line()
    assert line.ask(request("2", 999))[0][2:3] == b"7"
    assert line.ask(request("2"))[0][2:3] == b"0"
    assert line.ask(request("2"))[0][2:3] == b"7"
    assert line.kinds == ["void"]


def test_a_duplicate_is_paper_and_an_amount() -> None:
    line = Line()
    line.ask(request("1"))
    (body,) = line.ask(request("3", 0, private=""))
    assert body == b"010000012501978" + b" " * 10
    assert line.terminal.paper[-1][0] == "DUPLICATA"
    line.terminal.memory.last = None
    assert line.ask(request("3", 0, private=""))[0][2:3] == b"7"


def test_a_type_that_it_does_not_know_is_not_done() -> None:
    line = Line()
    assert line.ask(request("4"))[0][2:3] == b"7"
    assert line.kinds == []


@pytest.mark.parametrize(("rounds", "enquiries"), [(1, 3), (2, 6)])
def test_an_answer_that_nobody_takes_is_offered_again_or_not(rounds: int, enquiries: int) -> None:
    line = Line(habits=ConcertHabits(rounds=rounds))
    line.say(ENQ)
    line.say(request("1") + EOT)
    said = controls(line.wait())
    assert said.count("ENQ") == enquiries
    assert said.count("EOT") == rounds
    assert line.kinds == ["refund"]
    assert line.terminal.phase is Phase.IDLE


def test_an_answer_without_its_acknowledgement_comes_three_times() -> None:
    line = Line()
    line.say(ENQ)
    line.say(request("1") + EOT)
    assert line.until_enquiry()
    said = line.say(ACK) + line.wait()
    assert len(payloads(said)) == 3
    assert controls(said) == ["EOT"]


@pytest.mark.parametrize(
    ("step", "answer", "booked"),
    [("silent", ACK, []), ("ignore", b"", []), ("nak", NAK, []), ("nak_and_run", NAK, ["refund"])],
)
def test_steps_of_the_line(step: str, answer: bytes, booked: list[str]) -> None:
    line = Line(f'[[step]]\non = "money"\ndo = "{step}"')
    line.say(ENQ)
    assert line.say(request("1")) == answer
    line.say(EOT)
    line.wait()
    assert line.kinds == booked


def test_an_answer_may_be_missing_repeated_or_come_behind_an_old_one() -> None:
    line = Line(
        '[[step]]\non = "refund"\ndo = "repeat_result"\ncount = 2\n'
        '[[step]]\non = "refund"\nnth = 2\ndo = "stale"\n'
        '[[step]]\non = "refund"\nnth = 3\ndo = "no_result"\n'
    )
    assert len(line.ask(request("1"))) == 3
    second = line.ask(request("1", private="A000000012"))
    assert [body[-10:].decode() for body in second] == [OURS, "A000000012"]
    assert line.ask(request("1")) == []
    assert line.kinds == ["refund"] * 3


def test_the_same_request_behind_a_new_enquiry_is_executed_again() -> None:
    """There is no duplicate check: only a frame that comes again without ENQ is known."""
    line = Line('[[step]]\non = "refund"\ndo = "no_result"\n')
    wire = request("1", private="")
    assert line.say(ENQ) + line.say(wire) + line.say(wire) == ACK * 3
    assert line.say(EOT) == b""
    assert line.wait(5.0) == b""
    assert line.kinds == ["refund"]
    assert line.say(wire) == ACK
    assert line.wait(1.0) == b""
    assert line.kinds == ["refund"]
    assert len(line.ask(wire)) == 1
    assert line.kinds == ["refund"] * 2


def test_steps_of_host_keypad_and_stop() -> None:
    line = Line(
        '[[step]]\non = "refund"\ndo = "no_connection"\n'
        '[[step]]\non = "refund"\nnth = 2\ndo = "abort"\ncode = "9"\n'
        '[[step]]\non = "refund"\nnth = 3\ndo = "keypad"\nkind = "sale"\namount_minor = 99\n'
    )
    assert line.ask(request("1"))[0][2:3] == b"7"
    assert line.ask(request("1"))[0][2:3] == b"9"
    assert line.ask(request("1"))[0][2:3] == b"0"
    assert line.kinds == ["sale", "refund"]


ODD_ANSWERS = {
    "blank_echo": b"010000012501978          ",
    "other_echo": b"010000012501978OF ANOTHER",
    "no_amount": b"010        1978A000000011",
    "other_amount": b"010000000011978A000000011",
    "unlisted": b"015000012501978A000000011",
    "amount_stays": b"010000012501978A000000011",
    "again": b"010000012501978A000000011",
}


@pytest.mark.parametrize("way", sorted(ODD_ANSWERS))
def test_an_answer_may_be_odd(way: str) -> None:
    line = Line(f'[[step]]\non = "refund"\ndo = "odd"\ncode = "{way}"')
    (body,) = line.ask(request("1"))
    assert body == ODD_ANSWERS[way]
    assert line.kinds == ["refund"]


def test_a_report_may_come_where_none_is_wanted_and_an_answer_may_be_offered_again() -> None:
    line = Line(
        '[[step]]\non = "refund"\ndo = "odd"\ncode = "report"\n'
        '[[step]]\non = "refund"\nnth = 2\ndo = "odd"\ncode = "again"\n'
    )
    assert len(line.ask(request("1"))[0]) == 80
    line.say(ENQ)
    line.say(request("1", private="A000000012") + EOT)
    assert controls(line.wait(120.0)).count("EOT") == 3


def test_a_customer_may_go_away() -> None:
    line = Line()
    line.terminal.card_habit = CardHabit.ABSENT
    assert line.ask(request("1"))[0][2:3] == b"7"
    assert line.kinds == []


def test_without_power_nobody_has_the_line() -> None:
    line = Line()
    line.say(ENQ)
    line.terminal.power_off(line.now, for_s=1.0)
    line.line.tick(line.now)
    assert line.say(ENQ) == b""
    line.wait()
    assert line.say(request("1")) == b""
    assert line.ask(request("1"))[0][2:3] == b"0"


def test_names_and_codes_are_those_of_the_protocol() -> None:
    (body,) = payloads(request("1"))
    assert names_of(body) == ("E1", "refund", "money")
    assert names_of(b"010000012501978" + OURS.encode()) == ("A0", "result", "answer")
    assert names_of(b"?") == ()
    for name in ("E2", "A7", "money", "result", "enquiry", "ENQ", "EOT"):
        assert knows(name)
    assert not knows("status")
    assert is_code("7")
    assert is_code("9")
    assert ODD_ANSWERS.keys() < SPEC.odd.keys()
    assert not is_code("0")
    assert not is_code("")
