"""A second refund of the same amount of a sale is noticed, whatever became of the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from protocols.kit.money import Amount
from terminal_agent.policy.alike import Alike, alike
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import Fact
from tests.refund import story as s

TEN = Amount(1000, s.EUR)
REFUNDED = s.case_of(*s.TO_REFUNDED)
OTHER = "RF-20261124-0002"


@pytest.mark.parametrize(
    ("facts", "settled"),
    [
        (s.TO_REFUNDED, True),
        ((*s.TO_PARKED, s.verdict(PersonVerdict.BOOKED)), True),
        (s.TO_ARMED, False),
        ((*s.TO_ARMED, s.seen()), False),
        ((*s.TO_ARMED, s.unknown()), False),
        (s.TO_RESOLVING, False),
        (s.TO_PARKED, False),
    ],
)
def test_money_that_went_back_or_may_have_is_told(facts: tuple[Fact, ...], settled: bool) -> None:
    found = alike(TEN, [s.case_of(*facts)])
    assert found == Alike(s.CASE, s.AT, TEN, settled=settled)


@pytest.mark.parametrize(
    "facts",
    [
        (s.created(),),
        (s.created(), s.authorised()),
        (s.created(), s.authorised(), s.cancelled()),
        (*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined()),
        (*s.TO_RESOLVING, s.dead()),
        (*s.TO_PARKED, s.verdict(PersonVerdict.NOT_BOOKED)),
    ],
)
def test_a_case_that_gave_nothing_back_is_none(facts: tuple[Fact, ...]) -> None:
    assert alike(TEN, [s.case_of(*facts)]) is None


def test_another_amount_is_another_refund() -> None:
    assert alike(Amount(999, s.EUR), [REFUNDED]) is None
    assert alike(TEN, []) is None


def test_the_first_of_the_cases_is_told_and_when_it_was_tried_last() -> None:
    later = s.AT + timedelta(hours=1)
    tried_again = s.case_of(
        *s.TO_RESOLVING, s.dead(), replace(s.baselined(2), at=later), s.armed(2)
    )
    elsewhere = s.case_of(s.created(OTHER), s.authorised(OTHER))
    assert alike(TEN, [elsewhere, tried_again, REFUNDED]) == Alike(
        s.CASE, later, TEN, settled=False
    )
