"""A void is asked for again only while its number surely means the same sale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.capabilities import Capability
from protocols.kit.session import Original
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.refund.recovery import Question, Verdict, judge
from tests.refund import world as w

SIGNS = frozenset({Capability.LAST, Capability.NUMBERS, Capability.COMMIT_ONCE})
SALE = w.record(Booking.APPROVED, 9)
SOLD = Original(receipt_number="9")


def asked(
    last: TransactionRecord | None,
    *,
    before: TransactionRecord | None = SALE,
    original: Original | None = SOLD,
) -> Question:
    """A void of sale 9 on a terminal that others use, too."""
    some = next(iter(w.histories(w.STAY, 0)))
    question = w.question(some, SIGNS, exclusive=False, operation=Operation.VOID)
    return replace(
        question, original=original, baseline=before, last=last, last_known=last is not None
    )


LATER = w.record(Booking.APPROVED, 12)
ANOTHER_9 = replace(SALE, batch_number="8")
UNDONE_9 = replace(SALE, booking=Booking.REVERSED)
# Another record under the number of the one from before: as many were booked since it fell.
OTHER_12 = replace(LATER, amount_minor=7, batch_number="8")
FELL = replace(w.record(Booking.APPROVED, 3), batch_number="8")


@pytest.mark.parametrize(
    ("last", "before", "original", "tried"),
    [
        (LATER, SALE, SOLD, True),
        (UNDONE_9, SALE, SOLD, True),  # the sale itself, voided: that can only be told "done"
        (None, SALE, SOLD, True),
        (ANOTHER_9, SALE, SOLD, False),
        (ANOTHER_9, None, SOLD, False),
        (FELL, SALE, SOLD, False),
        (OTHER_12, LATER, SOLD, False),
        (replace(LATER, booking=Booking.REVERSED), LATER, SOLD, True),
        (replace(OTHER_12, receipt_number="0013"), LATER, SOLD, True),
        (replace(OTHER_12, receipt_number=None), LATER, SOLD, True),
        (LATER, None, SOLD, True),
        (LATER, SALE, None, True),
        (LATER, SALE, Original(), True),
        (replace(LATER, receipt_number=None), SALE, SOLD, True),
    ],
)
def test_a_number_that_may_be_given_anew_is_not_voided_again(
    last: TransactionRecord | None,
    before: TransactionRecord | None,
    original: Original | None,
    tried: bool,
) -> None:
    found = judge(asked(last, before=before, original=original)).verdict
    assert found is (Verdict.TRY_COMMIT_ONCE if tried else Verdict.CANNOT_TELL)


@pytest.mark.parametrize(
    ("receipt", "trace", "tried"),
    [
        ("0012", "000013", True),  # a refusal may take a trace number and no receipt number
        ("0013", "000012", True),
        ("0012", "000012", False),
        ("0013", "000011", False),
        ("0011", "000013", False),
    ],
)
def test_one_number_may_stand_still_where_another_went_on(
    receipt: str, trace: str, tried: bool
) -> None:
    before = replace(LATER, receipt_number="0012", trace_number="000012")
    last = replace(before, receipt_number=receipt, trace_number=trace, amount_minor=7)
    fields = ("receipt_number", "trace_number")
    found = judge(replace(asked(last, before=before), number_fields=fields)).verdict
    assert found is (Verdict.TRY_COMMIT_ONCE if tried else Verdict.CANNOT_TELL)
