"""The edges of the rules: one step before, one step after, and the reason that is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from protocols.kit.session import ExchangeResult, Original
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from terminal_agent.refund import case, table
from terminal_agent.refund.events import AttemptEvent
from terminal_agent.refund.facts import CaseNoted
from terminal_agent.refund.idle import IdleWatch, Sign
from terminal_agent.refund.machine import Transition, step_attempt
from terminal_agent.refund.nouns import case_number
from terminal_agent.refund.numbers import advance, same_number
from terminal_agent.refund.recovery import Judgement, Verdict, judge, judge_repeat
from terminal_agent.refund.states import AttemptState
from tests.refund import story as s
from tests.refund import world as w
from tests.refund.test_own_undoing import UNDOING
from tests.refund.test_own_undoing import question as undoing
from tests.refund.test_recovery import LNR, ONCE, OURS, L, N, plain, reason

# --- idleness --------------------------------------------------------------------------------


def test_two_looks_at_one_moment_do_not_break_the_idleness() -> None:
    watch = IdleWatch(2, gap_s=5)
    assert [watch.feed(now, Sign.IDLE) for now in (0, 1, 1, 2.5)] == [False] * 3 + [True]


def test_a_gap_of_just_the_longest_length_is_none() -> None:
    watch = IdleWatch(4, gap_s=5)
    assert [watch.feed(now, Sign.IDLE) for now in (0, 5)] == [False, True]


# --- numbers ---------------------------------------------------------------------------------


def test_the_first_case_of_a_day_has_number_one() -> None:
    assert case_number(date(2026, 11, 24), 1) == "RF-20261124-0001"


@pytest.mark.parametrize(("one", "other"), [("X1", "1"), ("1", "X1")])
def test_only_zeros_may_be_left_away(one: str, other: str) -> None:
    assert not same_number(one, other)


@pytest.mark.parametrize(("before", "after"), [("1215", "1214"), ("0102", "0101")])
def test_only_december_is_followed_by_january(before: str, after: str) -> None:
    baseline, last = (
        TransactionRecord(Booking.APPROVED, receipt_number=number, date=day, time="100000")
        for number, day in (("0009", before), ("0010", after))
    )
    assert advance(baseline, last, ("receipt_number",)) is None


# --- the judge -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (ExchangeResult(Outcome.APPROVED, "", line_clean=True), "proof.done_now"),
        (
            ExchangeResult(Outcome.DECLINED, "", already_done=True, line_clean=True),
            "proof.already_done",
        ),
        (ExchangeResult(Outcome.DECLINED, "", line_clean=True), "doubt.repeat_refused"),
        (ExchangeResult(Outcome.UNKNOWN, ""), "doubt.repeat_unclear"),
    ],
)
def test_a_repeat_says_its_reason(result: ExchangeResult, told: str) -> None:
    assert judge_repeat(result).reasons == (told,)


def test_a_repeat_is_tried_for_the_reason_of_the_doubt() -> None:
    asked = plain(OURS, proved=ONCE, operation=Operation.VOID)
    expected = Judgement(Verdict.TRY_COMMIT_ONCE, None, ("doubt.no_enquiry",))
    assert judge(asked) == expected


def test_the_terminal_of_the_baseline_counts_too() -> None:
    asked = replace(plain(OURS), terminal_id=None)
    assert reason(asked) == "proof.advanced_like_ours"
    assert asked.baseline is not None
    baseline = replace(asked.baseline, terminal_id="99999999")
    assert reason(replace(asked, baseline=baseline)) == "doubt.other_terminal"


def test_a_record_of_our_original_and_amount_is_our_void() -> None:
    last = replace(OURS, kind=Operation.VOID, original_trace_number="50")
    asked = plain(last, operation=Operation.VOID)
    assert reason(asked) == "proof.advanced_like_ours"


@pytest.mark.parametrize("booking", [Booking.DECLINED, Booking.REVERSED])
def test_another_amount_that_does_not_stand_is_no_void_of_ours(booking: Booking) -> None:
    last = replace(w.record(booking, 10, minor=5), original_trace_number="50")
    assert reason(plain(last, operation=Operation.VOID)) == "doubt.not_exclusive"


def test_another_amount_of_another_original_is_no_void_of_ours() -> None:
    last = replace(w.record(Booking.APPROVED, 10, minor=5), original_trace_number="51")
    assert reason(plain(last, operation=Operation.VOID)) == "doubt.not_exclusive"


def test_a_refused_record_above_others_hides_them() -> None:
    assert reason(plain(w.record(Booking.DECLINED, 11))) == "doubt.several_since"
    assert reason(plain(w.record(Booking.DECLINED, 11), proved=LNR)) == "doubt.several_since"


def test_a_void_that_says_it_did_not_stand_undid_nothing() -> None:
    reversed_void = replace(UNDOING, booking=Booking.REVERSED)
    assert judge(undoing(Operation.REFUND, reversed_void)).reasons == ("proof.ours_not_booked",)


def test_an_approved_record_of_another_kind_undid_nothing() -> None:
    refund = replace(UNDOING, kind=Operation.REFUND)
    assert judge(undoing(Operation.REFUND, refund)).reasons == ("proof.advanced_like_ours",)


@pytest.mark.parametrize(
    "last",
    [
        w.record(Booking.DECLINED, 10, minor=5),
        replace(w.record(Booking.DECLINED, 10), original_trace_number="51"),
    ],
)
def test_without_numbers_what_is_not_ours_hides_what_lies_below(last: TransactionRecord) -> None:
    asked = plain(last, proved=L, operation=Operation.VOID)
    assert judge(asked).verdict is Verdict.CANNOT_TELL
    assert reason(asked) == "doubt.not_exclusive"


def test_an_original_without_a_trace_number_is_told_by_its_receipt() -> None:
    last = w.record(Booking.APPROVED, 10, minor=5)
    asked = replace(plain(last, proved=N, operation=Operation.VOID), original=Original())
    assert reason(asked) == "doubt.not_exclusive"


# --- tables ----------------------------------------------------------------------------------


def test_the_rows_of_doubt_are_in_the_table_as_they_are_made() -> None:
    ends = {
        AttemptState.ARMED: AttemptEvent.ENDED_WITHOUT_RESULT,
        AttemptState.RESULT_SEEN: AttemptEvent.CONTRADICTED,
    }
    for state, odd_end in ends.items():
        made = table._doubts(state, odd_end, "odd")
        rows = [row for row in table.ATTEMPT_TABLE if row.target is AttemptState.UNKNOWN]
        there = [row for row in rows if row.state is state]
        assert [replace(row, why="odd") if row.event is odd_end else row for row in there] == [
            *made
        ]


def test_a_step_says_why() -> None:
    step = step_attempt(AttemptState.BASELINED, AttemptEvent.INTENT_DURABLE)
    assert isinstance(step, Transition)
    assert step.why == "The intent is durable, so the message may be written, once."


def test_a_rule_for_a_fact_gets_the_case_and_the_fact() -> None:
    before, fact = s.case_of(s.created()), s.noted()
    kind, rule = case._row(CaseNoted, case._noted)
    assert kind is CaseNoted
    assert rule(before, fact).notes == (fact,)
    with pytest.raises(AssertionError, match="CaseCancelled under CaseNoted"):
        rule(before, s.cancelled())
