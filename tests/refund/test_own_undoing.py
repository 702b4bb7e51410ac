"""A terminal that un-books with a record of its own (rec2) proves by it that nothing stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.capabilities import Capability
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Original
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.recovery import Question, Verdict, judge

BASELINE = TransactionRecord(
    booking=Booking.APPROVED,
    amount_minor=5000,
    currency="978",
    receipt_number="0041",
    trace_number="000041",
    date="1124",
    time="100000",
)
# Record 42 was ours; 43 is the terminal's own undoing of it.
UNDOING = TransactionRecord(
    booking=Booking.APPROVED,
    kind=Operation.VOID,
    amount_minor=1250,
    currency="978",
    receipt_number="0043",
    trace_number="000043",
    original_trace_number="000042",
    date="1124",
    time="100100",
)


def question(operation: Operation, last: TransactionRecord) -> Question:
    return Question(
        operation=operation,
        amount=Amount(1250, Currency.of("EUR")),
        original=Original(receipt_number="0007", trace_number="000007"),
        baseline=BASELINE,
        baseline_known=True,
        last=last,
        last_known=True,
        settled=True,
        proved=frozenset({Capability.LAST, Capability.NUMBERS}),
        exclusive=True,
        number_fields=("receipt_number", "trace_number"),
    )


@pytest.mark.parametrize("operation", [Operation.REFUND, Operation.VOID])
def test_the_record_that_undid_ours_proves_that_nothing_stands(operation: Operation) -> None:
    found = judge(question(operation, UNDOING))
    assert found.verdict is Verdict.NOT_BOOKED
    assert (found.evidence, found.reasons) == (Evidence.ADVANCED, ("proof.ours_undone",))


@pytest.mark.parametrize("operation", [Operation.REFUND, Operation.VOID])
@pytest.mark.parametrize(
    "changed",
    [
        {"original_trace_number": "000041"},  # it undid something else
        {"original_trace_number": "000043"},
        {"booking": Booking.UNKNOWN},
        {"amount_minor": 1251},
    ],
)
def test_any_other_undoing_proves_nothing(
    operation: Operation, changed: dict[str, str | int | Booking]
) -> None:
    last = replace(UNDOING, **changed)  # type: ignore[arg-type]
    assert judge(question(operation, last)).verdict is Verdict.CANNOT_TELL


def test_an_undoing_that_was_refused_may_have_left_ours_standing() -> None:
    refused = replace(UNDOING, booking=Booking.DECLINED)
    for operation in (Operation.REFUND, Operation.VOID):
        assert judge(question(operation, refused)).verdict is Verdict.CANNOT_TELL
    next_one = replace(refused, receipt_number="0042", trace_number="000042", kind=None)
    assert judge(question(Operation.REFUND, next_one)).verdict is Verdict.NOT_BOOKED


def test_without_a_baseline_number_the_undoing_proves_nothing() -> None:
    asked = question(Operation.REFUND, UNDOING)
    assert asked.baseline is not None
    without = replace(asked, baseline=replace(asked.baseline, trace_number=None))
    assert judge(without).verdict is Verdict.CANNOT_TELL
    assert judge(replace(asked, baseline=None)).verdict is Verdict.CANNOT_TELL


def test_without_numbers_a_refused_undoing_proves_nothing_either() -> None:
    refused = replace(UNDOING, booking=Booking.DECLINED)
    for operation in (Operation.REFUND, Operation.VOID):
        asked = replace(question(operation, refused), proved=frozenset({Capability.LAST}))
        assert judge(asked).verdict is Verdict.CANNOT_TELL
    ours = replace(refused, kind=None, original_trace_number=None)
    asked = replace(question(Operation.REFUND, ours), proved=frozenset({Capability.LAST}))
    assert judge(asked).verdict is Verdict.NOT_BOOKED
