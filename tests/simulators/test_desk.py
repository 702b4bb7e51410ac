"""The desk that terminals with STX lines share: dialogues, the line's end, and the pump."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from protocols.kit.framing import Control
from protocols.kit.stx import ACK, ENQ, EOT, NAK, StxFramer, StxShape
from simulators.desk.desk import Desk
from simulators.desk.engine import Fate, Hear, Put, Steps, Tell, Wait
from simulators.desk.link import Delivered, LinkHabits, StxLink, Undelivered, Verdict
from simulators.terminal import Happening, Order
from tests.simulators.device import a_terminal

if TYPE_CHECKING:
    from simulators.steps import Plan

SHAPE = StxShape(controls=frozenset({ACK, NAK, ENQ, EOT}))
HABITS = LinkHabits(byte_s=0.5, ack_s=3.0)


def frame(body: bytes) -> bytes:
    return StxFramer(SHAPE).frame(body)


class Toy(Desk):
    """Does what a test puts into `plays`, and remembers what it was told."""

    def __init__(self, *, stream: bool = False) -> None:
        super().__init__(a_terminal(), SHAPE, HABITS, stream=stream)
        self.told: list[object] = []
        self.controls: list[str] = []
        self.plays: dict[bytes, Steps] = {}
        self.verdict = Verdict.TAKE
        self.lost_power = False

    def names(self, payload: bytes) -> tuple[str, ...]:
        return (payload.decode(),)

    def hears(self, payload: bytes) -> Verdict:
        return Verdict.IGNORE if payload == b"deaf" else self.verdict

    def command(self, payload: bytes, plan: Plan) -> None:
        steps = self.plays.get(payload)
        if steps is None:
            self.beside(self.echo(payload))
        else:
            self.start(steps)

    def control(self, control: Control) -> None:
        self.controls.append(control.name)

    def forgotten(self) -> None:
        self.lost_power = True

    def echo(self, payload: bytes) -> Steps:
        self.told.append((yield Tell(payload)))

    def steps(self, *wishes: object) -> Steps:
        for wish in wishes:
            self.told.append((yield wish))  # type: ignore[misc]


def test_a_handshake_of_control_bytes_goes_step_by_step() -> None:
    toy = Toy()
    toy.plays[b"go"] = toy.steps(Put(b"\x05"), Tell(b"result"), Put(b"\x04", awaited=False))
    assert toy.receive(frame(b"go"), 0.0) == b"\x06\x05"
    assert toy.receive(b"\x06", 0.1) == frame(b"result")
    assert toy.receive(b"\x06", 0.2) == b"\x04"
    assert toy.told == [Fate.TAKEN] * 3
    assert not toy.occupied


def test_what_nobody_acknowledges_is_said_three_times_and_is_lost() -> None:
    toy = Toy()
    toy.plays[b"go"] = toy.steps(Tell(b"result"))
    toy.receive(frame(b"go"), 0.0)
    assert toy.tick(3.0) == toy.receive(b"\x15", 3.1) == frame(b"result")
    assert toy.tick(6.2) == b""
    assert toy.told == [Fate.LOST]


def test_a_dialogue_hears_control_bytes_while_it_wants_them() -> None:
    toy = Toy()
    toy.plays[b"go"] = toy.steps(Hear(2.0), Hear(2.0))
    toy.receive(frame(b"go") + b"\x05", 0.0)
    toy.tick(2.0)
    assert toy.told == [Control(b"\x05", "ENQ"), None]
    toy.receive(b"\x04", 3.0)
    assert toy.controls == ["EOT"]


def test_progress_needs_no_acknowledgement() -> None:
    toy = Toy()
    toy.plays[b"go"] = toy.steps(Tell(b"a", awaited=False), Tell(b"b", awaited=False))
    assert toy.receive(frame(b"go"), 0.0) == b"\x06" + frame(b"a") + frame(b"b")


def test_an_order_makes_room_when_only_its_last_word_is_under_way() -> None:
    toy = Toy()
    toy.plays[b"go"] = toy.steps(Tell(b"x", last=True))
    toy.plays[b"more"] = toy.steps(Wait(1.0))
    toy.receive(frame(b"go"), 0.0)
    assert not toy.occupied
    toy.receive(frame(b"more"), 0.1)
    assert toy.occupied
    # The new request said that the last word was read.
    assert toy.told == [Fate.TAKEN]


def test_an_order_of_its_own_accord_ends_the_one_before_it() -> None:
    toy = Toy()
    toy.start(toy.steps(Tell(b"x", last=True)))
    toy.start(toy.steps(Tell(b"y", last=True)))
    assert toy.tick(0.0) == frame(b"x")
    assert toy.receive(b"\x06", 0.1) == frame(b"y")
    assert toy.told == []


def test_two_requests_in_one_go_are_taken_one_after_the_other() -> None:
    toy = Toy()
    assert toy.receive(frame(b"a") + frame(b"b"), 0.0).count(b"\x06") == 2
    assert toy.told == [Fate.TAKEN]


def test_a_till_that_only_talks_does_not_fill_the_memory() -> None:
    toy = Toy()
    toy.verdict = Verdict.TAKE
    for at in range(40):
        toy.beside(toy.echo(b"%d" % at))
    assert toy.tick(0.0) == frame(b"0")
    assert toy.receive(b"\x06", 0.1) == frame(b"24")


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict.TAKE, b"\x06"),
        (Verdict.TAKE_SILENTLY, b""),
        (Verdict.REFUSE_AND_TAKE, b"\x15"),
    ],
)
def test_what_a_terminal_answers_is_its_own_business(verdict: Verdict, said: bytes) -> None:
    toy = Toy()
    toy.verdict = verdict
    assert toy.receive(frame(b"go"), 0.0) == said + frame(b"go")


def test_what_is_refused_or_not_heard_is_not_done() -> None:
    toy = Toy()
    assert toy.receive(frame(b"deaf"), 0.0) == b""
    toy.verdict = Verdict.REFUSE
    assert toy.receive(frame(b"go"), 0.0) == b"\x15"
    assert toy.told == []


def test_power_ends_everything_and_nobody_is_heard() -> None:
    toy = Toy(stream=True)
    toy.plays[b"go"] = toy.steps(Tell(b"x"))
    toy.receive(frame(b"go"), 0.0)
    toy.terminal.power_off(1.0)
    assert toy.tick(1.0) == b""
    assert toy.lost_power
    assert not toy.listening
    assert toy.receive(frame(b"go"), 1.5) == b""
    assert toy.deadline is None


def test_a_connection_that_ends_loses_what_is_under_way_and_nothing_old_comes_on_the_next() -> None:
    toy = Toy(stream=True)
    toy.plays[b"go"] = toy.steps(Tell(b"x"), Tell(b"y"), Wait(1.0))
    toy.receive(frame(b"go"), 0.0)
    assert toy.line_down(0.5) == b""
    assert toy.told == [Fate.LOST, Fate.LOST]
    assert toy.line_up(0.6) == b""
    assert toy.tick(9.0) == b""
    assert toy.receive(frame(b"again"), 9.5) == b"\x06" + frame(b"again")


def test_a_serial_terminal_does_not_notice_a_till_that_goes() -> None:
    toy = Toy()
    toy.plays[b"go"] = toy.steps(Tell(b"x"))
    toy.receive(frame(b"go"), 0.0)
    assert toy.line_down(0.5) == toy.line_up(0.6) == b""
    assert toy.tick(3.0) == frame(b"x")
    assert toy.listening


def test_happenings_wait_for_the_dialogue_or_go_by() -> None:
    toy = Toy()
    terminal = toy.terminal
    terminal.start(Order("sale", 100, "978"), 0.0)
    toy.plays[b"go"] = toy.steps(Tell(b"x"), Wait(90.0), Wait(90.0))
    toy.receive(frame(b"go"), 0.0)
    toy.tick(1.0)
    assert toy.told == []
    toy.receive(b"\x06", 1.5)
    assert toy.told == [Fate.TAKEN, Happening.CARD_WANTED, Happening.HOST_ASKED]
    alone = Toy()
    alone.terminal.start(Order("sale", 100, "978"), 0.0)
    alone.tick(0.0)
    assert not alone.terminal.happenings


def test_a_desk_must_say_what_it_does() -> None:
    plain = Desk(a_terminal(), SHAPE, HABITS, stream=False)
    for act in (lambda: plain.names(b""), lambda: plain.command(b"", None)):  # type: ignore[arg-type]
        with pytest.raises(NotImplementedError):
            act()
    plain.control(Control(b"\x05", "ENQ"))
    plain.forgotten()
    assert plain.hears(b"") is Verdict.TAKE


# --- the line alone ----------------------------------------------------------------------------


def link(habits: LinkHabits = HABITS) -> StxLink:
    return StxLink(SHAPE, habits, lambda _payload: Verdict.TAKE)


def feed(it: StxLink, data: bytes, now: float) -> bytes:
    for piece in it.pieces(data, now):
        it.take(piece, now)
    return it.out()


def test_the_same_request_again_is_known_for_as_long_as_it_can_be_a_repeat() -> None:
    it = link()
    assert feed(it, frame(b"go"), 0.0) == b"\x06"
    assert feed(it, frame(b"go"), 2.0) == b"\x06"
    assert it.heard() == [b"go"]
    it.send(b"reply", 2.5)
    assert it.out() == frame(b"reply")
    assert feed(it, frame(b"go"), 3.0) == b"\x06" + frame(b"reply")
    feed(it, b"\x06", 3.5)
    assert it.heard() == [Delivered(1)]
    assert feed(it, frame(b"go"), 4.0) == b"\x06"
    assert it.heard() == [b"go"]
    unknowing = link(LinkHabits(byte_s=0.5, ack_s=3.0, know_repeats=False))
    feed(unknowing, frame(b"go") * 2, 0.0)
    assert unknowing.heard() == [b"go", b"go"]


def test_a_frame_that_does_not_go_on_is_refused_or_not_as_it_is_the_terminal_s_habit() -> None:
    for refuses, said in ((True, b"\x15"), (False, b"")):
        it = link(LinkHabits(byte_s=0.5, ack_s=3.0, refuses_damage=refuses))
        feed(it, frame(b"go")[:3], 0.0)
        assert it.deadline == 0.5
        it.tick(0.5)
        assert it.out() == said
        assert it.deadline is None


def test_acknowledgements_of_nothing_are_nothing() -> None:
    it = link()
    assert feed(it, b"\x06\x15noise", 0.0) == b""
    assert it.heard() == []


def test_both_timers_can_run_and_the_earlier_one_counts() -> None:
    it = link()
    it.send(b"x", 0.0)
    feed(it, b"\x02", 0.1)
    assert it.deadline == pytest.approx(0.6)


def test_what_is_cancelled_before_its_turn_is_not_said() -> None:
    it = link()
    first, second = it.send(b"a", 0.0), it.send(b"b", 0.0)
    it.cancel(second)
    it.cancel(first)
    assert it.out() == frame(b"a")
    feed(it, b"\x06", 0.1)
    assert it.out() == b""
    it.hang_up()
    it.put(b"\x05", 10.0)
    assert it.heard() == [Undelivered(3)]
