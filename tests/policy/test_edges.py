"""The edges of the policy: what earlier cases mean, which batch, and which business day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from protocols.kit.vocabulary import Operation
from terminal_agent.policy.decision import Decision, SaleHistory, decide
from terminal_agent.policy.rules import PolicyRules
from tests.policy.test_decision import NOON, NOW, REFUND, RULES, SALE, VOID
from tests.refund import story as s


def way(at_hand: object, rules: PolicyRules = RULES) -> Operation:
    """The way that is chosen for NOW with these changes."""
    assert isinstance(at_hand, type(NOW))
    found = decide(rules, at_hand)
    assert isinstance(found, Decision)
    return found.operation


def test_a_refund_that_was_made_is_no_void() -> None:
    refunded = s.case_of(*s.TO_REFUNDED)
    expected = SaleHistory(taken_minor=1000, blocking_case=s.CASE)
    assert SaleHistory.of(1000, [refunded]) == expected


def test_a_void_that_was_not_made_is_none() -> None:
    authorised = s.case_of(s.created(), s.authorised(operation=VOID))
    assert not SaleHistory.of(0, [authorised]).already_voided


def test_a_refusal_behind_a_dead_attempt_counts() -> None:
    tried_twice = s.case_of(
        *s.TO_RESOLVING,
        s.dead(),
        s.baselined(2),
        s.armed(2),
        s.seen(2, record=s.REFUSED),
        s.declined(2),
    )
    assert SaleHistory.of(0, [tried_twice]).refused_ways == {REFUND}


def test_a_batch_number_that_only_one_side_tells_decides_nothing() -> None:
    of_the_sale = replace(NOW, sale=replace(SALE, batch_number="7"))
    of_the_terminal = replace(NOW, batch_number="7")
    assert way(of_the_sale) is VOID
    assert way(of_the_terminal) is VOID


def test_before_the_business_day_begins_it_is_still_yesterday() -> None:
    rules = PolicyRules(day_begins_hour=5)
    early = replace(SALE, sold_at=NOON.replace(hour=4))
    assert way(replace(NOW, sale=early, now=NOON.replace(hour=6)), rules) is REFUND
    late = replace(SALE, sold_at=NOON.replace(hour=23) - timedelta(days=1))
    assert way(replace(NOW, sale=late, now=NOON.replace(hour=4)), rules) is VOID
