"""A fact that cannot follow names its case and what was wrong, so that a technician finds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from protocols.kit.errors import BadField, MoneyMoved
from protocols.kit.vocabulary import Operation
from terminal_agent.refund.case import apply, fold
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import EndOfDay
from tests.refund import story as s

END_OF_DAY = EndOfDay(at=s.AT, terminal="desk")
OTHER = "RF-20261124-0002"


@pytest.mark.parametrize(
    ("act", "case_id", "told"),
    [
        (lambda: fold(()), "", "a case without any fact"),
        (lambda: apply(fold([s.created()]), s.created()), s.CASE, "exists already"),
        (lambda: apply(None, s.created(minor=0)), s.CASE, "a case of nothing"),
        (lambda: apply(None, END_OF_DAY), "", "EndOfDay is no fact of a case"),
        (lambda: apply(None, s.refusal_noted(None)), "", "RefusalNoted is no fact of a case"),
        (lambda: apply(None, s.authorised()), s.CASE, "CaseAuthorised of no case"),
        (
            lambda: apply(fold([s.created()]), s.authorised(OTHER)),
            s.CASE,
            f"a fact of {OTHER} in {s.CASE}",
        ),
        (
            lambda: fold([s.created(), s.authorised(approvers=())]),
            s.CASE,
            "nobody approved",
        ),
        (
            lambda: fold([s.created(), s.authorised(), s.authorised()]),
            s.CASE,
            "approved_by_people in authorised",
        ),
        (
            lambda: fold([*s.TO_REFUNDED, s.recovery()]),
            s.CASE,
            r"recovery_started in approved \(attempt 1\)",
        ),
        (lambda: fold(s.TO_ARMED).attempt(2), s.CASE, "there is no attempt 2"),
        (
            lambda: apply(fold(s.TO_ARMED), s.correction(PersonVerdict.BOOKED)),
            s.CASE,
            "no other verdict of people is there to be corrected",
        ),
        (
            lambda: apply(fold(s.TO_ARMED), s.baselined(2, repeats=1)),
            s.CASE,
            "a repeat settles the newest open attempt",
        ),
        (
            lambda: apply(fold(s.TO_RESOLVING), s.baselined(2, repeats=1, terminal="bar")),
            s.CASE,
            "a repeat on another terminal",
        ),
        (
            lambda: apply(fold(s.TO_REFUNDED), s.print_due(reprint=1)),
            s.CASE,
            "copy 1 of a slip, not 0",
        ),
        (
            lambda: apply(fold(s.TO_REFUNDED), s.printed()),
            s.CASE,
            "a print that was not due",
        ),
        (
            lambda: apply(fold([*s.TO_REFUNDED, s.print_due()]), s.printed(reprint=1)),
            s.CASE,
            "copy 1 of a slip, not 0",
        ),
        (
            lambda: apply(
                fold([s.created(), s.authorised()]), s.baselined(operation=Operation.VOID)
            ),
            s.CASE,
            "void was not authorised",
        ),
    ],
)
def test_it_names_its_case_and_what_was_wrong(
    act: Callable[[], object], case_id: str, told: str
) -> None:
    with pytest.raises(IllegalFact) as refused:
        act()
    error = refused.value
    assert re.search(told, error.what_happened)
    assert error.details == {"case": case_id}
    assert (error.code, error.money) == ("case.illegal_fact", MoneyMoved.MAYBE)
    assert error.what_to_do.startswith("Do not repeat the refund.")


def test_the_facts_that_end_something_are_kept() -> None:
    declined = fold([*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined()])
    assert declined.attempts[0].verdict == s.declined()
    dead = fold([*s.TO_RESOLVING, s.dead()])
    assert dead.attempts[0].verdict == s.dead()
    assert fold([s.created(), s.cancelled()]).cancelled == s.cancelled()
    due = apply(fold(s.TO_REFUNDED), s.print_due())
    assert due.slips[0].last == s.print_due()
    assert apply(due, s.printed()).slips[0].last == s.printed()
    assert apply(due, s.print_failed()).slips[0].last == s.print_failed()


def test_a_time_without_its_zone_says_so() -> None:
    with pytest.raises(BadField, match="a fact's time needs its zone"):
        replace(END_OF_DAY, at=s.AT.replace(tzinfo=None))
