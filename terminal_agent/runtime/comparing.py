"""What our journal knows last of a terminal, beside what the terminal shows, in plain words.

It helps two people to compare; it never decides, and nothing it says releases anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.refund.numbers import number
from terminal_agent.refund.states import AttemptState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from terminal_agent.journal.replay import Reader

# An old case may be tried again after newer ones, but not after many: so many are looked at.
_ATTEMPTS: Final = 20
_NUMBERS: Final = ("receipt_number", "trace_number")
_NOT_BOOKED: Final = frozenset({AttemptState.DECLINED, AttemptState.DEAD})
# What two records of one transaction cannot differ in, where both tell it.
_CONTENT: Final = ("kind", "amount_minor", "date", "time")


@dataclass(frozen=True, slots=True)
class Known:
    """The newest record of a terminal that our journal holds.

    `source` is a text key: from where we have it. `name` is the number of the case, or the sale's.
    """

    at: datetime
    source: str
    name: str
    record: TransactionRecord


@dataclass(frozen=True, slots=True)
class Difference:
    """How the terminal's last record lies to ours: a text key, and by how many numbers."""

    key: str
    count: int = 0


def last_known(journal: Reader, terminal: str) -> Known | None:
    """What the journal knows last of this terminal; None where it knows nothing."""
    found = islice(_attempts(journal, terminal), _ATTEMPTS)
    newest = max(found, key=lambda known: known.at, default=None)
    return newest or _sale(journal, terminal)


def _attempts(journal: Reader, terminal: str) -> Iterator[Known]:
    """Of each attempt on this terminal what it booked, or what the terminal showed before it."""
    for case in journal.newest_cases():
        for attempt in reversed(case.attempts):
            if attempt.start.terminal != terminal:
                continue
            booked, before = attempt.record, attempt.start.baseline
            if booked is not None and attempt.state not in _NOT_BOOKED:
                told = attempt.verdict or attempt.start
                yield Known(told.at, "quarantine.from_case", case.case_id, booked)
            elif before is not None:
                yield Known(attempt.start.at, "quarantine.from_before", case.case_id, before)


def _sale(journal: Reader, terminal: str) -> Known | None:
    """The newest sale of the sale book, where no attempt tells anything."""
    for state in journal.sales(terminal=terminal, limit=1):
        sale = state.sale
        record = TransactionRecord(
            Booking.APPROVED,
            kind=Operation.SALE,
            amount_minor=sale.amount.minor,
            currency=sale.amount.currency.numeric,
            receipt_number=sale.receipt_number,
            trace_number=sale.trace_number,
        )
        return Known(sale.sold_at, "quarantine.from_sale", sale.sale_id, record)
    return None


def difference(ours: Known | None, theirs: TransactionRecord | None) -> Difference:
    """Compare by numbers first; where they say nothing, say so."""
    if ours is None or theirs is None:
        return _one_missing(ours, theirs)
    known = ours.record
    if _differ(known, theirs, "terminal_id"):
        return Difference("quarantine.other_terminal")
    steps = _steps(known, theirs)
    if steps is None:
        return Difference("quarantine.no_numbers")
    if steps < 0 or _differ(known, theirs, "batch_number"):
        return Difference("quarantine.began_anew")
    if steps > 0:
        return Difference("quarantine.further", steps)
    same = not any(_differ(known, theirs, name) for name in _CONTENT)
    return Difference("quarantine.same" if same else "quarantine.differs")


def _one_missing(ours: Known | None, theirs: TransactionRecord | None) -> Difference:
    if ours is None:
        return Difference("quarantine.both_nothing" if theirs is None else "quarantine.we_nothing")
    return Difference("quarantine.they_nothing")


def _steps(ours: TransactionRecord, theirs: TransactionRecord) -> int | None:
    for name in _NUMBERS:
        before, after = number(ours, name), number(theirs, name)
        if before is not None and after is not None:
            return after - before
    return None


def _differ(ours: TransactionRecord, theirs: TransactionRecord, name: str) -> bool:
    """Whether both tell it, and tell it differently."""
    one: object = getattr(ours, name)
    other: object = getattr(theirs, name)
    return one is not None and other is not None and one != other
