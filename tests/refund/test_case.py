"""A case as the fold of its facts: what may follow, what is refused, what is reserved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from protocols.kit.errors import BadField, MoneyMoved
from protocols.kit.money import Amount
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.refund.case import apply, case_number, fold
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.evidence import Evidence, PersonVerdict
from terminal_agent.refund.facts import (
    CaseNoted,
    Fact,
    JournalOpened,
    NoteKind,
    ReceiptKept,
    RefusalNoted,
)
from terminal_agent.refund.sale import Sale, SaleSource
from terminal_agent.refund.states import AttemptState, CaseState
from tests.refund import story as s

VOID = Operation.VOID
TO_VOID: tuple[Fact, ...] = (
    s.created(),
    s.authorised(operation=VOID),
    s.baselined(operation=VOID),
    s.armed(),
    s.unknown(),
    s.recovery(),
)
REPEAT: tuple[Fact, ...] = (*TO_VOID, s.baselined(2, repeats=1, operation=VOID), s.armed(2))


def refused(*facts: Fact) -> IllegalFact:
    *before, last = facts
    case = fold(before) if before else None
    with pytest.raises(IllegalFact) as caught:
        apply(case, last)
    return caught.value


def test_the_straight_way_ends_refunded_and_keeps_its_reservation() -> None:
    case = s.case_of(*s.TO_REFUNDED)
    assert (case.state, case.holds, case.closed) == (CaseState.REFUNDED, True, True)
    assert case.attempt(1).state is AttemptState.APPROVED
    assert case.attempt(1).record == s.BOOKED
    assert not case.open_attempts
    assert case.amount == Amount(1000, s.EUR)
    assert case.operation is Operation.REFUND


def test_a_result_is_no_verdict() -> None:
    case = s.case_of(*s.TO_ARMED, s.seen())
    assert case.state is CaseState.ATTEMPTING
    assert case.attempt(1).record == s.BOOKED
    assert case.open_attempts == (case.last_attempt,)


def test_a_declined_attempt_closes_the_case_and_gives_the_amount_back() -> None:
    case = s.case_of(*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined())
    assert (case.state, case.holds) == (CaseState.NOT_REFUNDED, False)
    assert case.attempt(1).record == s.REFUSED


@pytest.mark.parametrize(
    "facts",
    [
        (*s.TO_ARMED, s.dead(evidence=Evidence.NOT_STARTED)),
        (*s.TO_ARMED[:3], s.dead(evidence=Evidence.NOT_STARTED)),
        (*s.TO_RESOLVING, s.dead()),
        (*s.TO_PARKED, s.verdict(PersonVerdict.NOT_BOOKED)),
    ],
)
def test_after_a_dead_attempt_a_further_try_is_a_new_attempt(facts: tuple[Fact, ...]) -> None:
    case = s.case_of(*facts)
    assert (case.state, case.holds) == (CaseState.AUTHORISED, False)
    again = s.case_of(*facts, s.baselined(2), s.armed(2))
    assert (again.state, again.holds) == (CaseState.ATTEMPTING, True)
    assert [a.state for a in again.attempts] == [AttemptState.DEAD, AttemptState.ARMED]


def test_a_parked_attempt_may_be_looked_at_again() -> None:
    case = s.case_of(*s.TO_PARKED, s.recovery(), s.approved(evidence=Evidence.BY_REFERENCE))
    assert case.state is CaseState.REFUNDED
    assert case.attempt(1).parked == s.parked()


def test_a_late_result_in_recovery_is_seen_and_still_needs_its_completion() -> None:
    case = s.case_of(*s.TO_RESOLVING, s.seen())
    assert case.attempt(1).state is AttemptState.RESULT_SEEN
    assert s.case_of(*s.TO_RESOLVING, s.seen(), s.approved()).state is CaseState.REFUNDED


@pytest.mark.parametrize("told", list(PersonVerdict))
def test_people_decide_a_parked_attempt_only(told: PersonVerdict) -> None:
    assert "person_says" in str(refused(*s.TO_RESOLVING, s.verdict(told)))
    case = s.case_of(*s.TO_PARKED, s.verdict(told))
    booked = told is PersonVerdict.BOOKED
    assert case.state is (CaseState.REFUNDED if booked else CaseState.AUTHORISED)
    assert case.by_people == s.verdict(told)


@pytest.mark.parametrize("people", [("Chen", "Chen"), ("Chen", ""), ("", "Chen")])
def test_a_verdict_needs_two_people(people: tuple[str, str]) -> None:
    told = replace(s.verdict(PersonVerdict.BOOKED), people=people)
    assert "two people" in str(refused(*s.TO_PARKED, told))
    wrong = replace(s.correction(PersonVerdict.NOT_BOOKED), people=people)
    closed = (*s.TO_PARKED, s.verdict(PersonVerdict.BOOKED))
    assert "two people" in str(refused(*closed, wrong))


def test_a_verdict_of_people_with_a_number_is_better_proof_than_without() -> None:
    told = s.verdict(PersonVerdict.BOOKED)
    assert told.evidence is Evidence.PEOPLE_NUMBER
    assert replace(told, number_typed=None).evidence is Evidence.PEOPLE_ALONE
    assert s.correction(PersonVerdict.BOOKED).evidence is Evidence.PEOPLE_ALONE


def test_a_correction_turns_a_verdict_of_people_round_and_the_reservation_with_it() -> None:
    closed = (*s.TO_PARKED, s.verdict(PersonVerdict.BOOKED))
    case = s.case_of(*closed, s.correction(PersonVerdict.NOT_BOOKED))
    assert (case.state, case.holds) == (CaseState.NOT_REFUNDED, False)
    back = apply(case, s.correction(PersonVerdict.BOOKED))
    assert (back.state, back.holds) == (CaseState.REFUNDED, True)
    assert len(back.corrections) == 2


@pytest.mark.parametrize(
    "then",
    [
        (),
        (s.cancelled(),),
        (s.baselined(2), s.armed(2), s.seen(2, record=s.REFUSED), s.declined(2)),
    ],
)
def test_what_people_took_for_dead_can_be_corrected_to_booked(then: tuple[Fact, ...]) -> None:
    closed = (*s.TO_PARKED, s.verdict(PersonVerdict.NOT_BOOKED), *then)
    case = s.case_of(*closed, s.correction(PersonVerdict.BOOKED))
    assert (case.state, case.holds) == (CaseState.REFUNDED, True)


@pytest.mark.parametrize(
    "facts",
    [
        (*s.TO_REFUNDED, s.correction(PersonVerdict.NOT_BOOKED)),
        (s.created(), s.cancelled(), s.correction(PersonVerdict.BOOKED)),
        (
            *s.TO_PARKED,
            s.verdict(PersonVerdict.BOOKED),
            s.correction(PersonVerdict.BOOKED),
        ),
        (
            *s.TO_PARKED,
            s.verdict(PersonVerdict.NOT_BOOKED),
            s.baselined(2),
            s.armed(2),
            s.correction(PersonVerdict.BOOKED),
        ),
        (
            *s.TO_PARKED,
            s.verdict(PersonVerdict.NOT_BOOKED),
            s.baselined(2),
            s.armed(2),
            s.seen(2),
            s.approved(2),
            s.correction(PersonVerdict.NOT_BOOKED),
        ),
    ],
)
def test_only_another_verdict_of_people_can_be_corrected(facts: tuple[Fact, ...]) -> None:
    refused(*facts)


@pytest.mark.parametrize(
    ("approvers", "why"),
    [
        ((), "nobody approved"),
        (("Anna",), "approved himself"),
        (("Bruno", "Anna"), "approved himself"),
        (("Bruno", "Bruno"), "stands there twice"),
    ],
)
def test_cashier_and_approvers_are_different_people(approvers: tuple[str, ...], why: str) -> None:
    assert why in str(refused(s.created(), s.authorised(approvers=approvers)))


def test_a_further_attempt_waits_for_proof_about_the_one_before() -> None:
    for facts in (s.TO_ARMED, (*s.TO_ARMED, s.unknown()), s.TO_RESOLVING, s.TO_PARKED):
        refused(*facts, s.baselined(2))


def test_cancelling_waits_for_proof_about_an_open_attempt() -> None:
    for facts in (s.TO_ARMED, (*s.TO_ARMED, s.unknown()), s.TO_RESOLVING, s.TO_PARKED):
        refused(*facts, s.cancelled())
    assert s.case_of(s.created(), s.authorised(), s.cancelled()).holds is False
    assert s.case_of(s.created(), s.cancelled()).state is CaseState.NOT_REFUNDED


def test_commit_once_repeats_an_attempt_that_is_being_resolved() -> None:
    case = s.case_of(*REPEAT)
    assert [a.number for a in case.open_attempts] == [1, 2]
    done = s.case_of(*REPEAT, s.seen(2), s.dead(1), s.approved(2))
    assert done.state is CaseState.REFUNDED
    already = s.case_of(
        *REPEAT, s.seen(2, record=s.REFUSED), s.declined(2, already_done=True),
        s.approved(1, evidence=Evidence.BY_REFERENCE),
    )  # fmt: skip
    assert already.state is CaseState.REFUNDED
    neither = s.case_of(*REPEAT, s.seen(2, record=s.REFUSED), s.declined(2), s.dead(1))
    assert neither.state is CaseState.AUTHORISED
    other_order = s.case_of(*REPEAT, s.dead(1), s.seen(2, record=s.REFUSED), s.declined(2))
    assert other_order.state is CaseState.NOT_REFUNDED


def test_a_repeat_of_a_repeat_settles_the_newest_of_two() -> None:
    third = (
        *REPEAT, s.unknown(2), s.recovery(2),
        s.baselined(3, repeats=2, operation=VOID), s.armed(3),
    )  # fmt: skip
    assert [attempt.number for attempt in s.case_of(*third).open_attempts] == [1, 2, 3]


def test_people_who_close_one_of_a_chain_leave_the_other_open() -> None:
    both = (*REPEAT, s.unknown(2), s.recovery(2), s.parked(1), s.parked(2))
    case = s.case_of(*both, s.verdict(PersonVerdict.NOT_BOOKED, 1))
    assert case.state is CaseState.ATTEMPTING
    assert "another attempt is open" in str(refused(*both, s.verdict(PersonVerdict.BOOKED, 1)))


def test_nothing_is_approved_while_another_attempt_may_still_book() -> None:
    assert "another attempt is open" in str(refused(*REPEAT, s.seen(2), s.approved(2)))


@pytest.mark.parametrize(
    "facts",
    [
        (*TO_VOID[:4], s.baselined(2, repeats=1, operation=VOID)),
        (*REPEAT, s.baselined(3, repeats=1, operation=VOID)),
        (*TO_VOID, s.baselined(2, repeats=1, operation=VOID, terminal="other")),
        (*TO_VOID, s.baselined(2, repeats=7, operation=VOID)),
    ],
)
def test_a_repeat_settles_the_newest_attempt_on_its_own_terminal(facts: tuple[Fact, ...]) -> None:
    refused(*facts)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ((s.created(), s.created()), "exists already"),
        ((s.authorised(),), "of no case"),
        ((s.created(minor=0),), "nothing"),
        ((s.created(), s.authorised("RF-20261124-0002")), "in RF-20261124-0001"),
        ((s.created(), JournalOpened(at=s.AT, journal_id="j", agent_version="1")), "no fact of a"),
        ((s.created(), s.refusal_noted(None)), "no fact of a case"),
        ((s.created(), s.authorised(), s.baselined(2)), "without a gap"),
        ((s.created(), s.authorised(), s.baselined(operation=VOID)), "was not authorised"),
        ((*s.TO_ARMED, s.unknown(2)), "no attempt 2"),
        ((*s.TO_ARMED, s.unknown(0)), "no attempt 0"),
        ((*s.TO_ARMED, s.approved()), "completed in armed"),
        ((*s.TO_ARMED, s.seen(record=s.REFUSED), s.approved()), "a result that is not"),
        ((*s.TO_ARMED, s.seen(), s.declined()), "a result that is not"),
        ((*s.TO_ARMED, s.declined()), "refused in armed"),
        ((s.created(), s.authorised(), s.baselined(), s.receipt()), "never armed"),
        (
            (*s.TO_RESOLVING, s.dead(), s.baselined(2), s.armed(2, reference=f"{s.CASE}-1")),
            "was used before",
        ),
    ],
)
def test_a_fact_that_cannot_follow_is_refused_with_its_reason(
    facts: tuple[Fact, ...], why: str
) -> None:
    error = refused(*facts)
    assert why in str(error)
    assert error.money is MoneyMoved.MAYBE


def test_no_facts_are_no_case() -> None:
    with pytest.raises(IllegalFact, match="without any fact"):
        fold(())


def test_notes_receipts_and_refused_events_change_nothing_about_the_money() -> None:
    plain = s.case_of(*s.TO_REFUNDED)
    case = s.case_of(*s.TO_REFUNDED, s.noted(), s.receipt(), s.refusal_noted())
    assert case.notes == (s.noted(),)
    assert case.attempt(1).receipts == (s.receipt(),)
    assert case.refusals == (s.refusal_noted(),)
    assert (case.state, case.holds) == (plain.state, plain.holds)


def test_a_case_number_can_be_read_over_the_phone() -> None:
    assert case_number(date(2026, 11, 24), 7) == "RF-20261124-0007"
    with pytest.raises(AssertionError):
        case_number(date(2026, 11, 24), 0)


def test_free_text_loses_its_card_number_before_anything_can_keep_it() -> None:
    pan = "4111 1111 1111 1111"
    note = CaseNoted(at=s.AT, case_id=s.CASE, kind=NoteKind.CONTACT, by="Anna", text=f"card {pan}")
    assert pan not in repr(note)
    kept = ReceiptKept(at=s.AT, case_id=s.CASE, attempt=1, copy="", lines=("CARD", pan))
    assert pan not in repr(kept)
    assert kept.lines[0] == "CARD"
    odd = RefusalNoted(at=s.AT, state="x", event="y", text=pan.replace(" ", ""))
    assert "11111111" not in repr(odd)


def test_a_time_without_its_zone_is_refused() -> None:
    nowhere = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - the point of the test
    with pytest.raises(BadField):
        replace(s.created(), at=nowhere)
    with pytest.raises(BadField):
        Sale(
            sale_id="s",
            terminal="desk",
            amount=Amount(1, s.EUR),
            sold_at=nowhere,
            source=SaleSource.IMPORT,
        )


def test_a_sale_shows_no_card_number_that_was_not_masked_before() -> None:
    sale = Sale(
        sale_id="s",
        terminal="desk",
        amount=Amount(1, s.EUR),
        sold_at=s.AT,
        source=SaleSource.TERMINAL,
        masked_pan="4111111111111111",
    )
    assert sale.masked_pan == "411111******1111"
    assert sale.card_name is None


def test_a_second_use_of_a_key_asks_for_the_same_or_for_something_else() -> None:
    assert s.created().same_intent(s.created("RF-20261124-0009"))
    assert not s.created().same_intent(s.created(minor=999))


def test_the_record_of_an_attempt_is_the_verdicts_own_or_the_result() -> None:
    late = TransactionRecord(Booking.APPROVED, amount_minor=1000, receipt_number="0009")
    told = replace(s.approved(evidence=Evidence.ADVANCED), record=late)
    assert s.case_of(*s.TO_RESOLVING, told).attempt(1).record == late
    bare = replace(s.approved(), record=None)
    assert s.case_of(*s.TO_ARMED, s.seen(), bare).attempt(1).record == s.BOOKED
    assert s.case_of(s.created()).last_attempt is None
    assert s.case_of(s.created()).operation is None
