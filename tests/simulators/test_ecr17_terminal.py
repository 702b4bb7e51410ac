"""What a simulated ECR17 terminal says; where the papers are silent it takes either side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from protocols.ecr17 import layouts
from protocols.ecr17.framing import MODES, framer
from protocols.ecr17.messages import build, parse, serialise
from protocols.ecr17.profiles import ECR17_PROFILES, StanShown
from protocols.kit.framing import Control, Payload
from protocols.kit.stx import ACK, NAK, StxFramer
from simulators import personality as registry
from simulators.bank import Bank
from simulators.memory import Memory
from simulators.personalities.ecr17.habits import HABITS, Ecr17Habits, WhenBusy
from simulators.personalities.ecr17.personality import Ecr17Personality
from simulators.personalities.ecr17.words import is_code, knows, names_of
from simulators.personality import PersonalitySettings
from simulators.scenario import Sale, Step
from simulators.settings import MissingAckHabit, Shown
from simulators.steps import Script
from simulators.terminal import Phase, SimTerminal

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message, MessageLayout

START = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
LONG_S = 400.0
QUIET = Ecr17Habits(progress_s=0.0)


@dataclass
class Till:
    """A till of raw frames; `takes`: whether it acknowledges what the terminal says."""

    habits: Ecr17Habits = QUIET
    transport: str = "serial"
    steps: tuple[Step, ...] = ()
    takes: bool = True
    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = 0.0
        spec = registry.load("ecr17")
        wall = lambda: START + timedelta(seconds=self.now)  # noqa: E731 - two lines of a clock
        self.bank = Bank(wall=wall)
        self.terminal = SimTerminal(
            bank=self.bank,
            wall=wall,
            settings=replace(spec.terminal("generic"), **self.settings),  # type: ignore[arg-type]
            memory=Memory(),
            script=Script(self.steps),
        )
        self.line = Ecr17Personality(
            self.terminal, PersonalitySettings("generic", self.transport, habits=self.habits)
        )
        self.shape = MODES[self.habits.lrc]
        self.reading = framer()
        self.said: list[str] = []  # letters, A and N, in the order of the line
        self.bodies: list[bytes] = []
        self.line.line_up(0.0)

    def sell(self, amount: int = 1250) -> str:
        """A sale by hand; its trace number."""
        self.terminal.preload([Sale(amount)])
        last = self.terminal.memory.last
        assert last is not None
        return last.trace_number

    def hear(self, data: bytes) -> None:
        owed = 0
        for piece in self.reading.pieces(data):
            if isinstance(piece, Payload):
                self.bodies.append(piece.data)
                progress = piece.data[0] == 1
                self.said.append("." if progress else chr(piece.data[9]))
                owed += self.takes and not progress
            elif isinstance(piece, Control):
                self.said.append(piece.name[0])
        for _ in range(owed):
            self.raw(self.shape.control(ACK))

    def raw(self, data: bytes) -> None:
        self.hear(self.line.receive(data, self.now))

    def send(self, layout: MessageLayout, **values: Value) -> None:
        """One request, and what is said to it at once."""
        body = serialise(build(layout, **values))
        self.raw(StxFramer(self.shape).frame(body))

    def run(self, seconds: float = LONG_S) -> None:
        """Let the terminal live so long."""
        end = self.now + seconds
        while (due := self.line.deadline) is not None and due <= end:
            self.now = max(self.now, due)
            self.hear(self.line.tick(self.now))
        self.now = end

    def ask(self, layout: MessageLayout, **values: Value) -> list[Message]:
        """A request and everything that is said to it."""
        self.said.clear()
        self.bodies.clear()
        self.send(layout, **values)
        self.run()
        return [parse(body, direction="to_ecr") for body in self.bodies]

    def void(self, trace: str, *, routed: bool = False) -> list[Message]:
        if routed:
            self.ask(layouts.ROUTING, to_ecr="1")
        return self.ask(layouts.REVERSAL, trace_number=trace)

    def last(self) -> Message:
        (found,) = self.ask(layouts.LAST_RESULT)
        return found


def code(message: Message) -> str | None:
    return message.text("result_code")


# -- what it says ------------------------------------------------------------------------------


def test_a_reversal_goes_through_card_host_result_and_receipt_at_the_till() -> None:
    till = Till(Ecr17Habits())
    trace = till.sell()
    result, *receipts = [m for m in till.void(trace, routed=True) if m.code != b"\x01"]
    assert till.said == ["A", ".", ".", "E", "S", "S"]
    assert result.layout is layouts.REVERSAL_RESULT[0]
    assert (result.text("auth_code"), result.text("trace_number")) == ("000000", "000002")
    assert (result.text("date"), result.text("time")) == ("329", "0936")
    assert [m.layout for m in receipts] == [layouts.RECEIPT, layouts.RECEIPT]
    assert str(receipts[-1].values["text"]) == "\x7d" * 6 + "\x1b"
    assert [b.kind for b in till.bank.standing()] == ["sale", "void"]
    assert not till.line.routed, "the wish for receipts is good for one order"
    assert not till.terminal.paper


def test_without_the_wish_the_terminal_prints_by_itself() -> None:
    till = Till()
    till.void(till.sell())
    assert till.said == ["A", "E"]
    assert till.terminal.paper[-1][0] == "STORNO"


@pytest.mark.parametrize("layout", [layouts.PAYMENT, layouts.PAYMENT_EXTENDED])
def test_each_kind_of_payment_has_its_own_form_of_result(layout: MessageLayout) -> None:
    till = Till()
    (result,) = till.ask(layout, amount_minor=700)
    extended = layout is layouts.PAYMENT_EXTENDED
    forms = layouts.EXTENDED_RESULT if extended else layouts.SHORT_RESULT
    assert result.layout is forms[0]
    assert till.bank.bookings[-1].amount_minor == 700
    assert till.last().layout is layouts.EXTENDED_RESULT[0]


@pytest.mark.parametrize("trace", ["000009", "000001"])
def test_only_the_newest_booking_can_be_undone(trace: str) -> None:
    till = Till()
    till.sell()
    till.sell(500)
    (result,) = till.void(trace)
    assert code(result) == "01"
    assert not till.bank.standing_refunds()


def test_zeros_undo_whatever_is_newest_and_a_void_is_not_undone_again() -> None:
    till = Till()
    trace = till.sell()
    (result,) = till.void("000000")
    assert code(result) == "00"
    for again in (trace, "000002"):
        (result,) = till.void(again)
        assert code(result) == "01"
    assert len(till.bank.standing_refunds()) == 1


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (Step("money", "decline", code="01"), "01"),
        (Step("money", "decline", code="05"), "05"),
        (Step("money", "no_connection"), "01"),
        (Step("void", "card_abort", seconds=2.0), "01"),
        (Step("S", "card_never"), "05"),
    ],
)
def test_a_reversal_that_comes_to_nothing(step: Step, wanted: str) -> None:
    till = Till(steps=(step,))
    (result,) = till.void(till.sell())
    assert code(result) == wanted
    assert not till.bank.standing_refunds()


def test_states_totals_close_and_reprint() -> None:
    till = Till()
    till.sell()
    (state,) = till.ask(layouts.STATUS)
    assert (state.text("terminal_state"), state.text("date_ddmmyy")) == ("2", "251126")
    (totals,) = till.ask(layouts.TOTALS)
    assert totals.number("terminal_total_minor") == 1250
    (copy, end) = till.ask(layouts.REPRINT, to_ecr="1")
    assert "ACQUISTO" in str(copy.values["text"])
    assert end.layout is layouts.RECEIPT
    assert till.ask(layouts.REPRINT, to_ecr="0") == []
    assert len(till.terminal.paper) == 1
    (closed,) = till.ask(layouts.CLOSE)
    assert closed.number("host_total_minor") == 1250
    assert till.terminal.memory.counters.batch == 2
    assert Till().ask(layouts.REPRINT, to_ecr="1")


@pytest.mark.parametrize(
    ("setting", "state"), [({"locked": True}, "0"), ({"end_of_day_pending": True}, "3")]
)
def test_a_terminal_that_cannot_book_says_so(setting: dict[str, object], state: str) -> None:
    till = Till(settings=setting)
    (said,) = till.ask(layouts.STATUS)
    assert said.text("terminal_state") == state
    (result,) = till.ask(layouts.PAYMENT_EXTENDED, amount_minor=1)
    assert code(result) == "01"


def test_a_terminal_without_a_saved_result_refuses_without_numbers() -> None:
    found = Till().last()
    assert (code(found), found.text("trace_number")) == ("01", "000000")


@pytest.mark.parametrize(
    "body",
    [
        b"123456780Z87654321",
        b"999999990s",
        serialise(build(layouts.STATUS))[:-1],
        serialise(build(layouts.REQUESTS[3], amount_minor=1)),
    ],
    ids=["unknown", "another-terminal", "cut", "not-offered"],
)
def test_what_it_does_not_take_is_refused(body: bytes) -> None:
    till = Till()
    till.raw(StxFramer(till.shape).frame(body))
    assert till.said == ["N"]
    own = Till()
    own.send(layouts.STATUS, terminal_id=own.terminal.settings.terminal_id)
    assert own.said == ["A", "s"]


def test_another_mode_is_refused() -> None:
    till = Till()
    till.raw(StxFramer(MODES["stx"]).frame(serialise(build(layouts.STATUS))))
    assert till.said == ["N"]


# -- scenarios ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("do", "said", "booked"),
    [
        ("silent", ["A"], 0),
        ("ignore", [], 0),
        ("nak", ["N"], 0),
        ("nak_and_run", ["N", "E"], 1),
        ("stale", ["A", "E", "E"], 1),
        ("no_result", ["A"], 0),
    ],
)
def test_a_terminal_that_misbehaves(do: str, said: list[str], booked: int) -> None:
    till = Till(steps=(Step("money", do),))
    till.void(till.sell())
    assert till.said == said
    assert len(till.bank.standing_refunds()) == booked


def test_a_result_may_come_more_than_once_and_a_state_be_another() -> None:
    steps = (Step("money", "repeat_result", count=2), Step("status", "status", code="6"))
    till = Till(steps=steps)
    till.void(till.sell())
    assert till.said == ["A", "E", "E", "E"]
    (state,) = till.ask(layouts.STATUS)
    assert state.text("terminal_state") == "6"


def test_somebody_may_book_just_before() -> None:
    till = Till(steps=(Step("void", "keypad", kind="sale", amount_minor=99),))
    (result,) = till.void(till.sell())
    assert code(result) == "01", "another sale is the newest now"


def test_a_power_cut_forgets_the_wish_for_receipts() -> None:
    till = Till(steps=(Step("void", "power_cut", when="after_commit", seconds=5.0),))
    till.void(till.sell(), routed=True)
    assert till.said == ["A"]
    assert not till.line.routed


# -- either side -------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(MODES))
def test_every_mode_of_the_check_value_can_be_spoken(mode: str) -> None:
    till = Till(Ecr17Habits(lrc=mode))
    assert till.ask(layouts.STATUS)
    assert till.said == ["A", "s"]


@pytest.mark.parametrize(("known", "bookings"), [(True, 1), (False, 2)])
def test_a_payment_that_is_sent_again_is_known_or_booked_twice(known: bool, bookings: int) -> None:
    till = Till(settings={"duplicate_filter": known}, takes=False)
    frame = StxFramer(till.shape).frame(serialise(build(layouts.PAYMENT, amount_minor=700)))
    till.raw(frame)
    if not known:
        # The till's next payment is the same one for a terminal that knows no repeats.
        till.takes = True
        till.run()
    till.raw(frame)
    till.takes = True
    till.run()
    assert len(till.bank.bookings) == bookings


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, "01"),
        ({"shows": Shown.LAST_POSITIVE}, "00"),
        ({"store_declines": False}, "00"),
    ],
)
def test_a_declined_one_replaces_the_saved_result_or_not(
    settings: dict[str, object], shown: str
) -> None:
    till = Till(settings=settings, steps=(Step("money", "decline", code="01"),))
    till.sell()
    till.ask(layouts.PAYMENT_EXTENDED, amount_minor=700)
    assert code(till.last()) == shown


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        (WhenBusy.NAK, ["A", "N", "N", "N"]),
        (WhenBusy.SILENCE, ["A"]),
        (WhenBusy.OLD_RESULT, ["A", "A", "E"]),
    ],
)
def test_what_a_busy_terminal_says(habit: WhenBusy, said: list[str]) -> None:
    till = Till(Ecr17Habits(when_busy=habit, progress_s=0.0))
    trace = till.sell()
    till.send(layouts.REVERSAL, trace_number=trace)
    for layout in (layouts.LAST_RESULT, layouts.STATUS, layouts.CLOSE):
        till.send(layout)
    assert till.said == said
    if habit is WhenBusy.OLD_RESULT:
        assert parse(till.bodies[-1]).text("trace_number") == trace, "the record before ours"


@pytest.mark.parametrize(("busy", "said"), [(True, ["N"]), (False, ["A", "s"])])
def test_while_it_settles_it_calls_itself_busy_or_not(busy: bool, said: list[str]) -> None:
    till = Till(settings={"busy_while_settling": busy, "reversal_s": 100.0}, takes=False)
    till.send(layouts.REVERSAL, trace_number=till.sell())
    till.run(30.0)
    assert till.terminal.phase is Phase.REVERSING
    till.takes = True
    till.said.clear()
    till.send(layouts.STATUS)
    assert till.said == said


@pytest.mark.parametrize(
    ("habit", "standing", "shown"),
    [(MissingAckHabit.REC1, 0, "01"), (MissingAckHabit.STAY, 1, "00")],
)
def test_a_result_that_nobody_takes_is_said_three_times_and_may_be_undone(
    habit: MissingAckHabit, standing: int, shown: str
) -> None:
    till = Till(settings={"vote": habit}, takes=False)
    till.void(till.sell())
    assert till.said == ["A", "E", "E", "E"]
    assert len(till.bank.standing_refunds()) == standing
    till.takes = True
    assert code(till.last()) == shown


@pytest.mark.parametrize(("hangs_up", "listening"), [(True, False), (False, True)])
def test_it_hangs_up_behind_an_answer_or_not(hangs_up: bool, listening: bool) -> None:
    till = Till(Ecr17Habits(hangs_up=hangs_up, progress_s=0.0), transport="tcp")
    for layout in (layouts.STATUS, layouts.LAST_RESULT, layouts.TOTALS, layouts.CLOSE):
        till.ask(layout)
        assert till.line.listening is listening
        till.line.line_down(till.now)
        assert till.line.listening
        till.line.line_up(till.now)
    till.ask(layouts.ROUTING, to_ecr="1")
    assert till.line.listening, "a wish is no answer"
    till.terminal.power_off(till.now)
    assert not till.line.listening


def test_without_a_till_it_does_not_hang_up() -> None:
    till = Till(Ecr17Habits(hangs_up=True, progress_s=0.0), transport="tcp", takes=False)
    till.send(layouts.STATUS)
    till.line.line_down(till.now)
    assert till.line.listening


@pytest.mark.parametrize(("progress_s", "texts"), [(20.0, 5), (0.0, 0)])
def test_it_says_what_goes_on_or_not(progress_s: float, texts: int) -> None:
    slow = Step("money", "host_delay", seconds=70.0)
    till = Till(Ecr17Habits(progress_s=progress_s), steps=(slow,))
    till.void(till.sell())
    assert till.said.count(".") == texts


def test_the_acknowledgement_may_come_behind_the_answer() -> None:
    till = Till(Ecr17Habits(ack_after_result=True, progress_s=0.0))
    trace = till.sell()
    till.ask(layouts.STATUS)
    assert till.said == ["s", "A"]
    till.void(trace, routed=True)
    assert till.said == ["E", "A", "S", "S"]
    till.ask(layouts.REPRINT, to_ecr="0")
    assert till.said == ["A"]
    till.ask(layouts.CLOSE)
    assert till.said == ["C", "A"]


def test_acknowledgements_may_be_one_byte() -> None:
    till = Till(Ecr17Habits(lone_ack=True))
    data = till.line.receive(StxFramer(till.shape).frame(serialise(build(layouts.STATUS))), 0.0)
    assert data.startswith(b"\x06\x02")
    assert till.line.receive(b"\x06", 0.1) == b""
    assert till.line.deadline is None
    assert till.line.receive(b"\x02x\x03\x00", 0.2) == bytes((NAK,))


@pytest.mark.parametrize(
    ("shown", "trace"), [(StanShown.OWN, "000002"), (StanShown.ORIGINAL, "000001")]
)
def test_a_reversal_shows_its_own_trace_number_or_its_originals(
    shown: StanShown, trace: str
) -> None:
    till = Till(Ecr17Habits(stan_shown=shown, progress_s=0.0))
    (result,) = till.void(till.sell())
    assert result.text("trace_number") == trace
    assert till.last().text("trace_number") == trace


@pytest.mark.parametrize("size", [23, 26])
def test_the_length_of_a_totals_request_may_be_either(size: int) -> None:
    layout = {len(serialise(build(each))): each for each in layouts.REQUESTS if each.code == b"T"}
    strict = Till(Ecr17Habits(totals_sizes=frozenset({size})))
    strict.ask(layout[size])
    assert strict.said == ["A", "T"]
    strict.ask(layout[49 - size])
    assert strict.said == ["N"]
    both = Till()
    both.ask(layout[size])
    assert both.said == ["A", "T"]


def test_a_receipt_that_nobody_takes_is_given_up() -> None:
    till = Till()
    trace = till.sell()
    till.ask(layouts.ROUTING, to_ecr="1")
    till.send(layouts.REVERSAL, trace_number=trace)
    till.takes = False
    while "E" not in till.said:
        till.run(0.5)
    till.raw(till.shape.control(ACK))
    till.run()
    assert till.said[-3:] == ["S", "S", "S"]
    assert len(till.bank.standing_refunds()) == 1, "a lost receipt is no lost reversal"


def test_of_two_requests_in_one_breath_only_the_first_is_carried_out() -> None:
    till = Till(settings={"duplicate_filter": False})
    frame = StxFramer(till.shape).frame(
        serialise(build(layouts.REVERSAL, trace_number=till.sell()))
    )
    till.raw(frame + frame)
    till.run()
    assert till.said == ["A", "N", "E"]  # busy with the first when the second is heard
    assert len(till.bank.standing_refunds()) == 1


# -- words -------------------------------------------------------------------------------------


def test_messages_go_by_their_letter_and_their_words() -> None:
    assert names_of(serialise(build(layouts.REVERSAL))) == ("S", "void", "money")
    assert names_of(serialise(build(layouts.RECEIPT, text="A"))) == ("S", "print")
    assert names_of(b"\x01WAIT") == ("SOH", "progress")
    assert names_of(b"?") == ("unknown",)
    assert names_of(b"123456780E") == ("E",)
    assert knows("money")
    assert knows("ACK")
    assert not knows("0631")
    assert is_code("01")
    assert is_code("6")
    assert not is_code("6C")
    assert not is_code("123")


def test_every_profile_has_a_device() -> None:
    assert HABITS.keys() == ECR17_PROFILES.keys()
    spec = registry.load("ecr17")
    for name, profile in ECR17_PROFILES.items():
        stays = spec.terminal(name).vote is MissingAckHabit.STAY
        assert stays == profile.stays_booked
