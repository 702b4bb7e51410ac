"""Agents with one mistake each, and worlds that no agent can bear: each must break a promise.

A mistake is a changed row of the product's table, an effect that is left out, or a flag that the
model's agent knows. A search that did not find them would prove nothing by finding nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from terminal_agent.refund.effects import Effect
from terminal_agent.refund.events import AttemptEvent
from terminal_agent.refund.states import AttemptState
from terminal_agent.refund.table import Row
from tests.model.cases import Case, counter_example
from tests.model.properties import P1
from tests.model.rules import AttemptRow, Change
from tests.model.world import Habit, Line, People, Reset, World

__all__ = ["IMPOSSIBLE", "MISTAKES", "Case", "counter_example"]

_S, _E, _X = AttemptState, AttemptEvent, Effect


def _row(state: AttemptState, event: AttemptEvent, to: AttemptState, *does: Effect) -> AttemptRow:
    return Row(state, event, to, does, "a mistake")


def _rows(*rows: AttemptRow) -> Change:
    return Change(rows=rows)


def _flag(name: str) -> Change:
    return Change(flags=frozenset({name}))


_SEEN_IS_APPROVED = _rows(
    _row(_S.ARMED, _E.RESULT_READ, _S.APPROVED, _X.RECORD_RESULT, _X.ACKNOWLEDGE)
)
_UNBOOKS: Final = World(signs="L+N", habit=Habit.REC1)

MISTAKES: Final[tuple[Case, ...]] = (
    Case(
        name="sent again on silence",
        says="The message is written a second time when no answer comes.",
        world=World(signs="L+N+R"),
        promise=P1,
        change=_rows(_row(_S.ARMED, _E.TIMED_OUT, _S.ARMED, _X.SEND)),
    ),
    Case(
        name="sent again on NAK",
        says="A NAK is taken for proof that the request was not taken.",
        world=World(signs="L+N+R", nak=True),
        promise=P1,
        change=_rows(_row(_S.ARMED, _E.NAK_READ, _S.ARMED, _X.SEND)),
    ),
    Case(
        name="sent again after a restart",
        says="An armed attempt that is found after a restart is sent.",
        world=World(signs="L+N+R"),
        promise=P1,
        change=_rows(_row(_S.ARMED, _E.RESTARTED, _S.ARMED, _X.SEND)),
    ),
    Case(
        name="armed read as not sent",
        says="After a restart, armed without a result is taken for never sent.",
        world=World(signs="L+N+R"),
        change=_rows(_row(_S.ARMED, _E.RESTARTED, _S.DEAD, _X.RECORD_OUTCOME)),
    ),
    Case(
        name="NAK read as not sent",
        says="A NAK closes the attempt as not booked.",
        world=World(signs="L+N+R", nak=True),
        change=_rows(_row(_S.ARMED, _E.NAK_READ, _S.DEAD, _X.RECORD_OUTCOME)),
    ),
    Case(
        name="verdict by timer",
        says="No answer in time is taken for declined.",
        world=World(signs="L+N+R"),
        change=_rows(_row(_S.ARMED, _E.TIMED_OUT, _S.DEAD, _X.RECORD_OUTCOME)),
    ),
    Case(
        name="doubt that ages",
        says="Recovery that gets no answer closes the attempt as not booked.",
        world=World(signs="L+N+R"),
        change=_rows(_row(_S.RESOLVING, _E.RECOVERY_INTERRUPTED, _S.DEAD, _X.RECORD_OUTCOME)),
    ),
    Case(
        name="recovery that assumes the best",
        says="Recovery that gets no answer closes the attempt as booked.",
        world=World(signs="L+N+R"),
        change=_rows(_row(_S.RESOLVING, _E.RECOVERY_INTERRUPTED, _S.APPROVED, _X.RECORD_OUTCOME)),
    ),
    Case(
        name="approved at result seen",
        says="The result itself, before our vote has arrived, is taken for the booking.",
        world=_UNBOOKS,
        change=_SEEN_IS_APPROVED,
    ),
    Case(
        name="approved when the acknowledgement was sent",
        says="A sent acknowledgement is taken for one that arrived.",
        world=_UNBOOKS,
        change=_flag("approved_at_ack"),
    ),
    Case(
        name="late result taken as the answer",
        says="A result that arrives during recovery is taken for the answer to the enquiry.",
        world=_UNBOOKS,
        change=_flag("late_is_answer"),
    ),
    Case(
        name="no fence",
        says="Recovery asks and decides while messages are still under way.",
        world=World(signs="L+N"),
        change=Change(without=frozenset({_X.FENCE})),
    ),
    Case(
        name="no fence, with references",
        says="As before; our reference in the record does not help.",
        world=World(signs="L+N+R"),
        promise=P1,
        change=Change(without=frozenset({_X.FENCE})),
    ),
    Case(
        name="sent before it was armed",
        says="The message leaves before the intent is durable.",
        world=World(signs="L+N+R"),
        change=_flag("sent_before_armed"),
    ),
    Case(
        name="horizon not waited for",
        says="The terminal is asked while it may still un-book, which it does not tell.",
        world=replace(_UNBOOKS, busy_told=False),
        change=_flag("no_horizon"),
    ),
    Case(
        name="horizon by the clock",
        says="A fixed time is waited instead of an unbroken stretch of idle.",
        world=replace(_UNBOOKS, busy_told=False),
        change=_flag("clock_only"),
    ),
    Case(
        name="never voted, so dead",
        says="No durable result is taken for not booked, on a terminal that stays booked.",
        world=World(signs="L+N", habit=Habit.STAY),
        change=_flag("never_voted_is_dead"),
    ),
    Case(
        name="number of the counter",
        says="The number is read from a counter and not from the record itself.",
        world=World(signs="L+N", habit=Habit.OLD1),
        change=_flag("counter_read"),
    ),
    Case(
        name="number of another batch",
        says="Numbers are compared across an end of day that the batch number shows.",
        world=World(signs="L+N", reset=Reset.BATCH, foreign=3),
        change=_flag("batch_ignored"),
    ),
    Case(
        name="shared taken for exclusive",
        says="The configuration says that nobody else uses the terminal, and somebody does.",
        world=World(signs="L+N", foreign=1),
        change=_flag("said_exclusive"),
    ),
    Case(
        name="a sign that the terminal does not have: R",
        says="References are believed in, and the terminal gives none back.",
        world=World(signs="L+N+R"),
        change=_flag("reference_not_given"),
    ),
    Case(
        name="a sign that the terminal does not have: I1",
        says="Voiding once only is believed in, and the terminal voids again.",
        world=World(signs="I1"),
        promise=P1,
        change=_flag("voids_twice"),
    ),
    Case(
        name="judged by the amount",
        says="A last record with our amount is taken for ours, and any other for not booked.",
        world=World(signs="L+N"),
        change=_flag("by_amount"),
    ),
    Case(
        name="only the repeat is judged",
        says="Of a commit-once chain only the newest attempt is compared with its baseline.",
        world=World(signs="L+N+I1", foreign=1),
        change=_flag("newest_only"),
    ),
)

# Worlds in which the product itself cannot keep a promise, and nobody could: the conditions of
# docs/explanation/exactly-once.md, each with its counter-example.
IMPOSSIBLE: Final[tuple[Case, ...]] = (
    *(
        Case(
            name=f"no fence to be had, {signs}, {line.value}",
            says="The line delivers old messages late and nothing can throw them away.",
            world=World(signs=signs, line=line),
            promise=P1,
        )
        for signs in ("none", "L", "L+N", "L+R", "L+N+R", "Q")
        for line in (Line.ORDERED, Line.BAG)
    ),
    Case(
        name="the line doubles a request",
        says="One request arrives twice, and the terminal does not know it again.",
        world=World(signs="L+N+R", duplicates=1),
        promise=P1,
    ),
    *(
        Case(
            name=f"un-booked but still shown, {signs}",
            says="The terminal's record and its books differ; only end-of-day totals show it.",
            world=World(signs=signs, habit=Habit.GHOST),
        )
        for signs in ("none", "L", "L+N", "L+R", "L+N+R", "I1", "L+N+I1", "Q", "I2")
    ),
    Case(
        name="busy lied about",
        says="The terminal answers from its old record while it still runs.",
        world=World(signs="L+N+R", running_told=False),
        promise=P1,
    ),
    *(
        Case(
            name=f"numbers begin anew and nothing shows it, {signs}",
            says="One number, no batch number, an end of day in between.",
            world=World(signs=signs, reset=Reset.HIDDEN, foreign=3),
        )
        for signs in ("L+N", "L+N+R")
    ),
    *(
        Case(
            name=f"the same sale refunded at the keypad, {signs}",
            says="Somebody refunds the sale by hand, past the agent.",
            world=World(signs=signs, keypad=True, foreign=1, p1_only=True),
            promise=P1,
        )
        for signs in ("L+N+R", "Q", "I2")
    ),
    *(
        Case(
            name=f"the journal lost, {signs}",
            says="The journal is gone, or an old copy is put in its place, and nobody stops it.",
            world=World(signs=signs, amnesia=True, crashes=2, p1_only=True),
            promise=P1,
        )
        for signs in ("none", "L+N+R", "Q")
    ),
    Case(
        name="people look too early",
        says="Two people look while the terminal may still un-book what they see.",
        world=World(signs="none", habit=Habit.SAME, busy_told=False, people=People.HASTY),
    ),
    *(
        Case(
            name=f"people are wrong, {signs}",
            says="Two people say that a booking is not there, and the refund is tried again.",
            world=World(signs=signs, people=People.WRONG),
            promise=P1,
        )
        for signs in ("none", "L+N+R", "Q")
    ),
)

# What a void on a terminal that voids a sale once only still keeps in such worlds: P1.
HELD_BY_COMMIT_ONCE: Final[tuple[World, ...]] = (
    World(signs="I1", keypad=True, foreign=1, p1_only=True),
    World(signs="I1", amnesia=True, crashes=2, p1_only=True),
    World(signs="I1", people=People.WRONG),
    World(signs="I1", line=Line.ORDERED, p1_only=True),
    World(signs="I1", line=Line.BAG, p1_only=True),
    World(signs="I1", line=Line.BAG, duplicates=1, attempts=1, crashes=0, p1_only=True),
    World(signs="I1", running_told=False, p1_only=True),
    World(signs="I1", habit=Habit.GHOST, p1_only=True),
    World(signs="I1", habit=Habit.SAME, busy_told=False, people=People.HASTY, p1_only=True),
)

# Not a breach, but a person more: the baseline is read and never written down.
BASELINE_NOT_SAVED: Final = Case(
    name="baseline not saved",
    says="What the terminal showed before is forgotten, so a person is needed more often.",
    world=World(signs="L+N"),
    change=_flag("baseline_not_saved"),
)
