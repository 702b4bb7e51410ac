"""The judge of evidence: right in every history of a small world, undecided only where it must."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from protocols.kit.capabilities import Capability
from protocols.kit.session import ExchangeResult, Original
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.recovery import (
    Likeness,
    Question,
    Verdict,
    judge,
    judge_repeat,
    likeness,
)
from tests.refund import world as w

N = frozenset({Capability.LAST, Capability.NUMBERS})
BOTH_OPERATIONS = (Operation.REFUND, Operation.VOID)


@pytest.mark.parametrize("operation", BOTH_OPERATIONS)
@pytest.mark.parametrize("capabilities", w.SETS)
@pytest.mark.parametrize("behaviour", [w.STAY, w.SAME, w.REC1, w.REC2, w.OLD1])
@pytest.mark.parametrize("exclusive", [True, False])
def test_the_judge_never_contradicts_the_truth(
    exclusive: bool, behaviour: str, capabilities: str, operation: Operation
) -> None:
    proved = w.SETS[capabilities]
    told = set()
    for history in w.histories(behaviour, 0 if exclusive else 3):
        asked = w.question(history, proved, exclusive=exclusive, operation=operation)
        found = judge(asked)
        told.add(found.verdict)
        if found.verdict is Verdict.BOOKED:
            assert history.booked, (found, history)
        if found.verdict is Verdict.NOT_BOOKED:
            assert not history.booked, (found, history)
        assert (found.evidence is None) == (found.verdict is Verdict.CANNOT_TELL)
    decides = capabilities != "none" and (exclusive or capabilities != "L")
    assert (told - {Verdict.CANNOT_TELL} != set()) == decides


@pytest.mark.parametrize("capabilities", w.SETS)
@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("refusals", [True, False])
def test_where_the_judge_cannot_tell_both_truths_were_possible(
    refusals: bool, exclusive: bool, capabilities: str
) -> None:
    """Observations only up to as many new numbers as others can have used in this small world:
    one more would betray us by the bound alone."""
    truths: dict[Question, set[bool]] = defaultdict(set)
    others = 0 if exclusive else 3
    for history in w.histories(w.STAY, others, refusals=refusals):
        if w.numbers_used(history) > max(1, others):
            continue
        asked = w.question(history, w.SETS[capabilities], exclusive=exclusive)
        truths[asked].add(history.booked)
    undecided = {asked for asked in truths if judge(asked).verdict is Verdict.CANNOT_TELL}
    needless = [asked for asked in undecided if len(truths[asked]) == 1]
    assert needless == []


@pytest.mark.parametrize("capabilities", ["L+N", "L+R", "L+N+R"])
@pytest.mark.parametrize("behaviour", [w.STAY, w.SAME, w.REC1, w.REC2, w.OLD1])
def test_an_exclusive_terminal_with_numbers_or_references_never_needs_a_person(
    behaviour: str, capabilities: str
) -> None:
    for history in w.histories(behaviour, 0):
        asked = w.question(history, w.SETS[capabilities], exclusive=True)
        assert judge(asked).verdict is not Verdict.CANNOT_TELL, (behaviour, history)


@pytest.mark.parametrize("operation", BOTH_OPERATIONS)
def test_before_the_terminal_has_settled_nothing_counts(operation: Operation) -> None:
    for history in w.histories(w.STAY, 1):
        for proved in w.SETS.values():
            asked = w.question(history, proved, exclusive=True, operation=operation)
            found = judge(replace(asked, settled=False))
            assert (found.verdict, found.reasons) == (Verdict.CANNOT_TELL, ("doubt.not_settled",))


def plain(
    last: TransactionRecord | None,
    *,
    baseline: TransactionRecord | None = w.BEFORE[1],
    proved: frozenset[Capability] = N,
    exclusive: bool = True,
    operation: Operation = Operation.REFUND,
) -> Question:
    history = w.History(baseline, last, booked=False)
    return w.question(history, proved, exclusive=exclusive, operation=operation)


def reason(asked: Question) -> str:
    found = judge(asked)
    assert len(found.reasons) == 1
    return found.reasons[0]


OURS = w.record(Booking.APPROVED, 10)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (plain(OURS, proved=frozenset()), "doubt.no_enquiry"),
        (replace(plain(OURS), proved=frozenset()), "doubt.no_enquiry"),
        (replace(plain(OURS), last_known=False), "doubt.no_enquiry"),
        (plain(None), "doubt.no_record"),
        (plain(None, baseline=None), "doubt.no_record"),
        (plain(replace(OURS, terminal_id="99999999")), "doubt.other_terminal"),
        (plain(replace(OURS, booking=Booking.UNKNOWN)), "doubt.record_unclear"),
        (replace(plain(OURS), baseline_known=False), "doubt.no_baseline"),
        (plain(OURS), "proof.advanced_like_ours"),
        (plain(w.record(Booking.APPROVED, 15)), "proof.advanced_like_ours"),
        (plain(w.BEFORE[1]), "proof.unchanged"),
        (plain(replace(w.BEFORE[1], auth_code="1")), "doubt.number_same_record_other"),
        (plain(w.record(Booking.APPROVED, 8)), "doubt.number_went_back"),
        (plain(w.record(Booking.APPROVED, 10, minor=5)), "doubt.not_exclusive"),
        (plain(w.record(Booking.DECLINED, 10, minor=5)), "doubt.not_exclusive"),
        (plain(replace(OURS, amount_minor=None)), "doubt.not_exclusive"),
        (plain(w.record(Booking.REVERSED, 11)), "proof.ours_not_booked"),
        (plain(OURS, exclusive=False), "doubt.shared_looks_like_ours"),
        (plain(replace(OURS, amount_minor=None), exclusive=False), "doubt.shared_looks_like_ours"),
        (plain(w.record(Booking.APPROVED, 11), exclusive=False), "doubt.several_since"),
        (plain(w.record(Booking.DECLINED, 10), exclusive=False), "proof.next_is_not_ours"),
        (plain(w.record(Booking.APPROVED, 10, minor=5), exclusive=False), "proof.next_is_not_ours"),
        (plain(OURS, baseline=None), "doubt.empty_baseline"),
        (plain(OURS, baseline=None, exclusive=False), "doubt.shared_no_number"),
    ],
)
def test_each_rule_says_its_reason(asked: Question, expected: str) -> None:
    assert reason(asked) == expected


LR = w.SETS["L+R"]
LNR = w.SETS["L+N+R"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (plain(replace(OURS, reference=w.OURS), proved=LR), "proof.reference_booked"),
        (
            replace(plain(replace(OURS, reference=w.OURS), proved=LR), baseline_known=False),
            "proof.reference_booked",
        ),
        (
            plain(w.record(Booking.REVERSED, 10, reference=w.OURS), proved=LR),
            "proof.reference_not_booked",
        ),
        (
            plain(w.record(Booking.APPROVED, 10, minor=5, reference=w.OURS), proved=LR),
            "doubt.reference_other_content",
        ),
        (plain(w.BEFORE[1], proved=LR), "proof.reference_absent"),
        (plain(w.record(Booking.REVERSED, 11), proved=LR), "proof.reference_absent"),
        (plain(w.record(Booking.APPROVED, 10, minor=5), proved=LR), "doubt.not_exclusive"),
        (plain(w.BEFORE[1], proved=LR, exclusive=False), "doubt.shared_may_be_below"),
        (
            plain(w.BEFORE[3], baseline=w.BEFORE[3], proved=LR, exclusive=False),
            "proof.unchanged",
        ),
        (plain(OURS, proved=LNR, exclusive=False), "proof.next_is_not_ours"),
        (plain(w.record(Booking.APPROVED, 11), proved=LNR), "doubt.not_exclusive"),
        (plain(w.record(Booking.REVERSED, 11), proved=LNR), "proof.ours_not_booked"),
        (plain(w.record(Booking.APPROVED, 11), proved=LNR, exclusive=False), "doubt.several_since"),
    ],
)
def test_a_reference_counts_before_anything_else(asked: Question, expected: str) -> None:
    assert reason(asked) == expected


def test_a_reference_that_did_not_travel_proves_nothing() -> None:
    asked = replace(plain(OURS, proved=LR), reference=None)
    assert reason(asked) == "proof.advanced_like_ours"


L = w.SETS["L"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (plain(OURS, proved=L), "proof.advanced_like_ours"),
        (plain(w.BEFORE[1], proved=L), "proof.unchanged"),
        (plain(OURS, baseline=w.BEFORE[0], proved=L), "doubt.baseline_looks_like_ours"),
        (plain(w.BEFORE[0], baseline=w.BEFORE[0], proved=L), "doubt.baseline_looks_like_ours"),
        (plain(w.record(Booking.DECLINED, 10), proved=L), "proof.ours_not_booked"),
        (
            plain(w.record(Booking.DECLINED, 10), baseline=w.BEFORE[0], proved=L),
            "proof.ours_not_booked",
        ),
        (plain(w.BEFORE[4], baseline=w.BEFORE[4], proved=L), "proof.unchanged"),
        (plain(OURS, baseline=w.BEFORE[4], proved=L), "proof.advanced_like_ours"),
        (plain(OURS, proved=L, exclusive=False), "doubt.shared_no_number"),
        (
            plain(
                OURS, baseline=replace(w.BEFORE[1], booking=Booking.UNKNOWN, amount_minor=None),
                proved=L,
            ),
            "doubt.baseline_looks_like_ours",
        ),
    ],
)  # fmt: skip
def test_content_alone_tells_only_on_an_exclusive_terminal(asked: Question, expected: str) -> None:
    assert reason(asked) == expected


def test_numbers_that_may_not_be_used_leave_the_weaker_rules() -> None:
    other_batch = replace(OURS, batch_number="8")
    assert reason(plain(other_batch, exclusive=False)) == "doubt.shared_no_number"
    assert reason(plain(other_batch, baseline=w.BEFORE[0])) == "doubt.baseline_looks_like_ours"


VOID = Operation.VOID


def test_the_original_marked_reversed_may_be_the_void_that_we_ask_about() -> None:
    undone = w.record(Booking.REVERSED, 50)
    for proved in (L, N, LR, LNR):
        assert reason(plain(undone, proved=proved, operation=VOID)) == "doubt.original_undone"
    unnumbered = replace(w.record(Booking.REVERSED, 11), receipt_number=None)
    assert reason(plain(unnumbered, operation=VOID)) == "doubt.original_undone"
    asked = replace(plain(w.record(Booking.REVERSED, 11), operation=VOID), original=None)
    assert reason(asked) == "doubt.original_undone"
    assert reason(plain(w.record(Booking.REVERSED, 11), operation=VOID)) == "proof.ours_not_booked"


def test_likeness_is_by_everything_that_the_record_tells() -> None:
    refund, void = plain(OURS), plain(OURS, operation=VOID)
    assert likeness(refund, OURS) is Likeness.LIKE_OURS
    assert likeness(refund, replace(OURS, currency=None)) is Likeness.LIKE_OURS
    assert likeness(refund, replace(OURS, amount_minor=None)) is Likeness.UNSURE
    assert likeness(refund, replace(OURS, amount_minor=1)) is Likeness.UNLIKE
    assert likeness(refund, replace(OURS, currency="756")) is Likeness.UNLIKE
    assert likeness(refund, replace(OURS, kind=Operation.SALE)) is Likeness.UNLIKE
    assert likeness(refund, replace(OURS, kind=Operation.REFUND)) is Likeness.LIKE_OURS
    of_ours = replace(OURS, original_trace_number="50", original_receipt_number="0050")
    assert likeness(void, of_ours) is Likeness.LIKE_OURS
    assert likeness(void, replace(OURS, original_trace_number="000051")) is Likeness.UNSURE
    assert likeness(void, replace(OURS, original_receipt_number="51")) is Likeness.UNSURE
    bare = replace(void, original=Original())
    assert likeness(bare, of_ours) is Likeness.LIKE_OURS
    assert likeness(replace(void, original=None), of_ours) is Likeness.LIKE_OURS
    assert likeness(refund, replace(OURS, original_trace_number="51")) is Likeness.LIKE_OURS


ONCE = frozenset({Capability.COMMIT_ONCE})


def test_commit_once_is_tried_only_for_a_void_that_nothing_else_decides() -> None:
    assert judge(plain(OURS, proved=ONCE, operation=VOID)).verdict is Verdict.TRY_COMMIT_ONCE
    assert judge(plain(OURS, proved=ONCE)).verdict is Verdict.CANNOT_TELL
    assert judge(plain(OURS, proved=ONCE | N, operation=VOID)).verdict is Verdict.BOOKED
    unsettled = replace(plain(OURS, proved=ONCE, operation=VOID), settled=False)
    assert judge(unsettled).verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (ExchangeResult(Outcome.APPROVED, "completed", line_clean=True), Verdict.BOOKED),
        (
            ExchangeResult(Outcome.DECLINED, "refused", already_done=True, line_clean=True),
            Verdict.BOOKED,
        ),
        (ExchangeResult(Outcome.DECLINED, "refused", line_clean=True), Verdict.CANNOT_TELL),
        (ExchangeResult(Outcome.DECLINED, "refused"), Verdict.CANNOT_TELL),
        (ExchangeResult(Outcome.UNKNOWN, "timeout"), Verdict.CANNOT_TELL),
        (ExchangeResult(Outcome.NOT_SENT, "not_started", line_clean=True), Verdict.CANNOT_TELL),
    ],
)
def test_a_repeat_proves_by_its_answer(result: ExchangeResult, verdict: Verdict) -> None:
    found = judge_repeat(result)
    assert found.verdict is verdict
    assert found.evidence is (None if verdict is Verdict.CANNOT_TELL else Evidence.BY_REFERENCE)


@pytest.mark.parametrize("exclusive", [True, False])
def test_our_sale_voided_with_another_amount_is_for_people_even_with_commit_once(
    exclusive: bool,
) -> None:
    baseline = w.question(next(iter(w.histories(w.STAY, 0))), N, exclusive=exclusive).baseline
    assert baseline is not None
    asked = w.question(
        next(iter(w.histories(w.STAY, 0))),
        N | {Capability.COMMIT_ONCE},
        exclusive=exclusive,
        operation=Operation.VOID,
    )
    last = replace(
        baseline,
        booking=Booking.APPROVED,
        kind=Operation.VOID,
        amount_minor=222,
        original_trace_number="000017",
    )
    asked = replace(asked, last=last, original=Original(trace_number="17"))
    assert judge(asked).verdict is Verdict.CANNOT_TELL
    assert judge(asked).reasons == ("doubt.reference_other_content",)
    without_original = replace(asked, original=None)
    assert judge(without_original).reasons != ("doubt.reference_other_content",)
