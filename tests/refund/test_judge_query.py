"""The terminal is asked after one attempt: what it attests counts, what it does not know, not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.capabilities import Capability
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.recovery import Question, Verdict, judge
from tests.refund import world as w

Q = frozenset({Capability.QUERY})
VOID, REFUND, SALE = Operation.VOID, Operation.REFUND, Operation.SALE


def asked(
    told: TransactionRecord | None,
    *,
    way: Operation = VOID,
    proved: frozenset[Capability] = Q,
    last: TransactionRecord | None = None,
) -> Question:
    """Nothing but the query can prove anything, unless more is given."""
    some = next(iter(w.histories(w.STAY, 0)))
    question = w.question(some, proved, exclusive=False, operation=way)
    return replace(question, told=told, last=last, last_known=last is not None)


def ours(booking: Booking, way: Operation = VOID, **told: str) -> TransactionRecord:
    """The terminal's record of our attempt."""
    return replace(w.record(booking, 10), kind=way, **told)  # type: ignore[arg-type]


def sale(
    booking: Booking, *, number: str | None = None, minor: int | None = None
) -> TransactionRecord:
    """The original as the terminal shows it."""
    original = asked(None).original
    assert original is not None
    plain = w.record(booking, 3) if minor is None else w.record(booking, 3, minor=minor)
    return replace(plain, kind=SALE, receipt_number=number or original.receipt_number)


@pytest.mark.parametrize("way", [VOID, REFUND])
@pytest.mark.parametrize(
    ("booking", "verdict", "why"),
    [
        (Booking.APPROVED, Verdict.BOOKED, "proof.reference_booked"),
        (Booking.DECLINED, Verdict.NOT_BOOKED, "proof.reference_not_booked"),
        (Booking.REVERSED, Verdict.NOT_BOOKED, "proof.reference_not_booked"),
        (Booking.UNKNOWN, Verdict.CANNOT_TELL, "doubt.record_unclear"),
    ],
)
def test_the_record_of_the_attempt_decides(
    way: Operation, booking: Booking, verdict: Verdict, why: str
) -> None:
    found = judge(asked(ours(booking, way), way=way))
    assert (found.verdict, found.reasons) == (verdict, (why,))
    assert found.evidence is (None if verdict is Verdict.CANNOT_TELL else Evidence.BY_REFERENCE)


@pytest.mark.parametrize(
    ("told", "verdict", "why"),
    [
        (sale(Booking.APPROVED), Verdict.NOT_BOOKED, "proof.original_stands"),
        (sale(Booking.REVERSED), Verdict.BOOKED, "proof.original_undone"),
        (sale(Booking.DECLINED), Verdict.CANNOT_TELL, "doubt.reference_other_content"),
        (sale(Booking.APPROVED, minor=7), Verdict.CANNOT_TELL, "doubt.reference_other_content"),
        (
            sale(Booking.APPROVED, number="0999"),
            Verdict.CANNOT_TELL,
            "doubt.reference_other_content",
        ),
        (
            replace(sale(Booking.APPROVED), receipt_number=None),
            Verdict.NOT_BOOKED,
            "proof.original_stands",
        ),
    ],
)
def test_how_the_original_stands_decides_a_void(
    told: TransactionRecord, verdict: Verdict, why: str
) -> None:
    found = judge(asked(told))
    assert (found.verdict, found.reasons) == (verdict, (why,))
    assert found.evidence is (None if verdict is Verdict.CANNOT_TELL else Evidence.BY_REFERENCE)


def test_an_original_whose_number_nobody_knows_is_taken_as_it_is_shown() -> None:
    question = replace(asked(sale(Booking.APPROVED)), original=None)
    assert judge(question).reasons == ("proof.original_stands",)


def test_a_sale_is_no_answer_to_the_question_after_a_refund() -> None:
    found = judge(asked(sale(Booking.APPROVED), way=REFUND))
    assert (found.verdict, found.reasons) == (
        Verdict.CANNOT_TELL,
        ("doubt.reference_other_content",),
    )


def test_another_amount_under_our_reference_is_for_people() -> None:
    found = judge(asked(replace(ours(Booking.APPROVED), amount_minor=7)))
    assert found.reasons == ("doubt.reference_other_content",)


def test_that_the_terminal_does_not_know_it_proves_nothing() -> None:
    assert judge(asked(None)).reasons == ("doubt.no_enquiry",)


def test_what_a_terminal_says_that_is_not_proved_to_tell_is_not_heard() -> None:
    assert judge(asked(ours(Booking.APPROVED), proved=frozenset())).reasons == ("doubt.no_enquiry",)


def test_before_it_has_settled_its_answer_does_not_count() -> None:
    found = judge(replace(asked(ours(Booking.APPROVED)), settled=False))
    assert found.reasons == ("doubt.not_settled",)


@pytest.mark.parametrize("who", ["terminal_id", "home_id"])
def test_another_terminals_word_is_not_taken(who: str) -> None:
    told = ours(Booking.APPROVED, terminal_id="1")
    found = judge(replace(asked(told), **{who: "2"}))  # type: ignore[arg-type]
    assert found.reasons == ("doubt.other_terminal",)


def test_where_the_query_knows_nothing_the_last_record_is_looked_at() -> None:
    both = Q | {Capability.LAST, Capability.REFERENCE}
    question = asked(None, proved=both, way=REFUND, last=w.BEFORE[1])
    question = replace(
        question, exclusive=True, baseline=w.BEFORE[1], baseline_known=True, reference="ours"
    )
    found = judge(question)
    assert (found.verdict, found.reasons) == (Verdict.NOT_BOOKED, ("proof.reference_absent",))


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [("000111", Verdict.NOT_BOOKED), (None, Verdict.NOT_BOOKED), ("000222", Verdict.CANNOT_TELL)],
)
def test_another_authorisation_code_is_another_sale(shown: str | None, verdict: Verdict) -> None:
    question = asked(replace(sale(Booking.APPROVED), auth_code=shown))
    assert question.original is not None
    question = replace(question, original=replace(question.original, auth_code="000111"))
    assert judge(question).verdict is verdict


def test_a_void_is_never_repeated_where_its_number_is_another_sale_now() -> None:
    both = Q | {Capability.COMMIT_ONCE}
    other = sale(Booking.APPROVED, minor=7)
    assert judge(asked(other, proved=both)).verdict is Verdict.CANNOT_TELL
    assert judge(asked(None, proved=both)).verdict is Verdict.TRY_COMMIT_ONCE
    once = frozenset({Capability.COMMIT_ONCE})
    assert judge(asked(other, proved=once)).verdict is Verdict.TRY_COMMIT_ONCE
