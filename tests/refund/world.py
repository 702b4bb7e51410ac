"""A small world around one attempt: what a terminal may have done, and what it then shows.

Events happen one after another on one terminal: bookings of others, look-alikes of ours, refusals,
our own attempt in every way it may end. `histories` gives every order of them, with the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from protocols.kit.capabilities import Capability
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Original
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.refund.recovery import Question

OURS, THEIRS = "our-reference", None
EARLIER = "our-earlier-reference"
AMOUNT = Amount(1000, Currency.of("EUR"))
ORIGINAL = Original(receipt_number="0050", trace_number="000050")

LAST = Capability.LAST
SETS = {
    "none": frozenset[Capability](),
    "L": frozenset({LAST}),
    "L+N": frozenset({LAST, Capability.NUMBERS}),
    "L+R": frozenset({LAST, Capability.REFERENCE}),
    "L+N+R": frozenset({LAST, Capability.NUMBERS, Capability.REFERENCE}),
}

# How a terminal un-books a booking whose result was not acknowledged (exactly-once section 5a).
STAY, SAME, REC1, REC2, OLD1 = "stay", "same", "rec1", "rec2", "old1"


@dataclass(frozen=True)
class Tape:
    """What the terminal would show: its last record, and the counter behind the next one."""

    last: TransactionRecord | None
    counter: int


@dataclass(frozen=True)
class History:
    """One thing that may have happened, and whether our attempt is booked in the end."""

    baseline: TransactionRecord | None
    last: TransactionRecord | None
    booked: bool


def record(
    booking: Booking, number: int, *, minor: int = 1000, reference: str | None = None
) -> TransactionRecord:
    return TransactionRecord(
        booking,
        amount_minor=minor,
        currency="978",
        receipt_number=f"{number:04d}",
        batch_number="7",
        terminal_id="52000001",
        reference=reference,
    )


def add(tape: Tape, booking: Booking, minor: int, reference: str | None = None) -> Tape:
    number = tape.counter + 1
    return Tape(record(booking, number, minor=minor, reference=reference), number)


FOREIGN = {
    "look-alike": (Booking.APPROVED, 1000),
    "other": (Booking.APPROVED, 77),
    "refused": (Booking.DECLINED, 77),
    "refused alike": (Booking.DECLINED, 1000),
    "reversed": (Booking.REVERSED, 77),
}
# The record that stands last before the attempt.
BEFORE = (
    record(Booking.APPROVED, 9),
    record(Booking.APPROVED, 9, minor=77),
    record(Booking.APPROVED, 9, reference=EARLIER),
    record(Booking.APPROVED, 9, minor=77, reference=EARLIER),
    record(Booking.DECLINED, 9),
    record(Booking.REVERSED, 9, minor=77),
)


def ours(tape: Tape, behaviour: str, *, refusals: bool) -> Iterator[tuple[Tape, bool]]:
    """Our attempt, in every way it may end at the terminal, and whether it is booked then."""
    yield tape, False  # never arrived, or refused without a record
    if refusals:
        yield add(tape, Booking.DECLINED, 1000, OURS), False
    booked = add(tape, Booking.APPROVED, 1000, OURS)
    yield booked, True
    assert booked.last is not None
    if behaviour == SAME:
        yield tape, False
    elif behaviour == REC1:
        yield replace(booked, last=replace(booked.last, booking=Booking.REVERSED)), False
    elif behaviour == REC2:
        yield add(booked, Booking.REVERSED, 1000), False
    elif behaviour == OLD1:
        yield replace(booked, last=tape.last), False


@cache
def histories(behaviour: str, foreign_most: int, *, refusals: bool = True) -> frozenset[History]:
    """Every order of up to `foreign_most` foreign events with our attempt among them.

    Without `refusals` neither ours nor theirs leave a record when they are not booked.
    """
    standing = {Booking.APPROVED} if not refusals else set(Booking)
    kinds = [kind for kind, (booking, _) in FOREIGN.items() if booking in standing]
    return frozenset(
        history
        for before in BEFORE
        if before.booking in standing
        for count in range(foreign_most + 1)
        for events in product(kinds, repeat=count)
        for place in range(count + 1)
        for history in _played(before, events, place, behaviour, refusals=refusals)
    )


def _played(
    before: TransactionRecord,
    events: tuple[str, ...],
    place: int,
    behaviour: str,
    *,
    refusals: bool,
) -> Iterator[History]:
    start = Tape(before, 9)
    for event in events[:place]:
        start = add(start, *FOREIGN[event])
    for tape, booked in ours(start, behaviour, refusals=refusals):
        after = tape
        for event in events[place:]:
            after = add(after, *FOREIGN[event])
        yield History(before, after.last, booked)


def numbers_used(history: History) -> int:
    """How far the numbers advanced."""
    ends = (history.baseline, history.last)
    before, after = (int(told.receipt_number or 0) if told else 0 for told in ends)
    return after - before


def visible(
    told: TransactionRecord | None, proved: frozenset[Capability]
) -> TransactionRecord | None:
    """The record as far as the capabilities let the agent see it."""
    if told is None or LAST not in proved:
        return None
    if Capability.NUMBERS not in proved:
        told = replace(told, receipt_number=None)
    if Capability.REFERENCE not in proved:
        told = replace(told, reference=None)
    return told


def question(
    history: History,
    proved: frozenset[Capability],
    *,
    exclusive: bool,
    operation: Operation = Operation.REFUND,
) -> Question:
    baseline = visible(history.baseline, proved)
    return Question(
        operation=operation,
        amount=AMOUNT,
        original=ORIGINAL if operation is Operation.VOID else None,
        baseline=baseline,
        baseline_known=LAST in proved,
        last=visible(history.last, proved),
        last_known=LAST in proved,
        settled=True,
        proved=proved,
        exclusive=exclusive,
        number_fields=("receipt_number",),
        reference=OURS if Capability.REFERENCE in proved else None,
        baseline_is_ours=baseline is not None and baseline.reference == EARLIER,
        terminal_id="52000001",
    )
