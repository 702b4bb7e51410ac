"""Void or refund, and why; or neither, and why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.capabilities import Capabilities, CommitVote, MissingAck
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Operation
from terminal_agent.policy.decision import (
    Decision,
    Refusal,
    SaleHistory,
    Situation,
    approvers_needed,
    check_people,
    check_reason,
    decide,
)
from terminal_agent.policy.rules import REASONS, PolicyRules
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.sale import Sale, SaleSource
from tests.refund import story as s

EUR, CHF = Currency.of("EUR"), Currency.of("CHF")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RULES = PolicyRules()
CAN = Capabilities(declared=frozenset(), vote=CommitVote(MissingAck.UNKNOWN, 60))
SALE = Sale(
    sale_id="s1",
    terminal="desk",
    amount=Amount(1000, EUR),
    sold_at=NOON - timedelta(hours=2),
    source=SaleSource.TERMINAL,
    receipt_number="0050",
)
NOW = Situation(
    sale=SALE,
    amount=SALE.amount,
    history=SaleHistory(),
    terminal="desk",
    capabilities=CAN,
    now=NOON,
)
VOID, REFUND = Operation.VOID, Operation.REFUND


def test_the_whole_sale_of_today_is_voided_as_that_can_be_done_only_once() -> None:
    assert decide(RULES, NOW) == Decision(
        VOID, ("why.same_batch", "why.full_amount", "why.void_is_safer")
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"capabilities": replace(CAN, can_void=False)}, "why.cannot_void"),
        ({"terminal": "other"}, "why.other_terminal"),
        (
            {"amount": Amount(400, EUR), "history": SaleHistory(taken_minor=600)},
            "why.already_refunded_part",
        ),
        ({"amount": Amount(999, EUR)}, "why.partial"),
        ({"sale": replace(SALE, receipt_number=None)}, "why.no_receipt_number"),
        ({"last_end_of_day": NOON - timedelta(hours=1)}, "why.batch_closed"),
        ({"last_end_of_day": SALE.sold_at}, "why.batch_closed"),
        ({"sale": replace(SALE, sold_at=NOON - timedelta(days=1))}, "why.other_day"),
        (
            {"sale": replace(SALE, batch_number="7"), "batch_number": "8"},
            "why.batch_closed",
        ),
        ({"history": SaleHistory(refused_ways=frozenset({VOID}))}, "why.void_refused"),
    ],
)
def test_what_cannot_be_voided_is_refunded_with_the_reason(
    change: dict[str, object], why: str
) -> None:
    at_hand = situation(change)
    assert decide(RULES, at_hand) == Decision(REFUND, (why,))
    only_void = replace(at_hand, capabilities=replace(at_hand.capabilities, can_refund=False))
    told = decide(RULES, only_void)
    assert told == Refusal(BANK.get(why, "refusal.no_way"))
    demanded = decide(RULES, replace(only_void, asked=VOID))
    if why in BANK and why != "why.void_refused":  # a refused void may be asked for again
        assert demanded == told


# Where a terminal can only void, the bank is the way that is left.
BANK = {
    "why.already_refunded_part": "refusal.bank_partial",
    "why.partial": "refusal.bank_partial",
    "why.batch_closed": "refusal.bank_closed",
    "why.other_day": "refusal.bank_closed",
    "why.void_refused": "refusal.bank_refused",
}


def situation(change: dict[str, object]) -> Situation:
    changed: Callable[..., Situation] = replace
    return changed(NOW, **change)


def test_an_equal_batch_number_is_enough_on_any_day() -> None:
    old = replace(SALE, batch_number="7", sold_at=NOON - timedelta(days=3))
    found = decide(RULES, replace(NOW, sale=old, batch_number="7"))
    assert isinstance(found, Decision)
    assert found.operation is VOID


def test_a_sale_after_the_last_end_of_day_is_in_the_batch() -> None:
    found = decide(RULES, replace(NOW, last_end_of_day=SALE.sold_at - timedelta(seconds=1)))
    assert isinstance(found, Decision)
    assert found.operation is VOID


def test_a_shop_may_prefer_refunds_but_a_terminal_that_cannot_still_voids() -> None:
    rules = PolicyRules(prefer_void=False)
    assert decide(rules, NOW) == Decision(REFUND, ())
    cannot = replace(NOW, capabilities=replace(CAN, can_refund=False))
    assert decide(rules, cannot) == Decision(
        VOID, ("why.same_batch", "why.full_amount", "why.cannot_refund")
    )


def test_the_business_day_may_begin_after_midnight() -> None:
    rules = PolicyRules(day_begins_hour=5)
    late = replace(SALE, sold_at=datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    found = decide(rules, replace(NOW, sale=late, now=datetime(2026, 11, 24, 2, 0, tzinfo=UTC)))
    assert isinstance(found, Decision)
    assert found.operation is VOID


def test_the_day_of_a_sale_is_the_day_of_the_shop() -> None:
    shanghai = timezone(timedelta(hours=8))
    sold = replace(SALE, sold_at=datetime(2026, 11, 23, 17, 0, tzinfo=UTC))  # 01:00 on the 24th
    now = datetime(2026, 11, 24, 9, 0, tzinfo=shanghai)
    found = decide(RULES, replace(NOW, sale=sold, now=now))
    assert isinstance(found, Decision)
    assert found.operation is VOID


@pytest.mark.parametrize(
    ("change", "code", "params"),
    [
        ({"amount": Amount(1000, CHF)}, "refusal.currency", {"currency": "EUR"}),
        ({"amount": Amount(0, EUR)}, "refusal.zero_amount", {}),
        ({"history": SaleHistory(already_voided=True)}, "refusal.already_voided", {}),
        (
            {"history": SaleHistory(taken_minor=1000, blocking_case="RF-1")},
            "refusal.duplicate",
            {"case": "RF-1"},
        ),
        (
            {"history": SaleHistory(taken_minor=1, blocking_case="RF-1")},
            "refusal.over_remaining",
            {"amount": "EUR 10.00", "rest": "EUR 9.99"},
        ),
        (
            {"amount": Amount(1001, EUR)},
            "refusal.over_remaining",
            {"amount": "EUR 10.01", "rest": "EUR 10.00"},
        ),
        (
            {"history": SaleHistory(taken_minor=2000)},
            "refusal.over_remaining",
            {"amount": "EUR 10.00", "rest": "EUR 0.00"},
        ),
    ],
)
def test_what_no_way_may_do(change: dict[str, object], code: str, params: dict[str, str]) -> None:
    assert decide(RULES, situation(change)) == Refusal(code, params)


def test_limits_of_the_shop() -> None:
    rules = PolicyRules(single_limit_minor=999, refund_window_days=7)
    assert decide(rules, NOW) == Refusal(
        "refusal.over_limit", {"amount": "EUR 10.00", "limit": "EUR 9.99"}
    )
    small = replace(NOW, amount=Amount(999, EUR))
    assert isinstance(decide(rules, small), Decision)
    old = replace(small, sale=replace(SALE, sold_at=NOON - timedelta(days=8)))
    assert decide(rules, old) == Refusal("refusal.over_window", {"days": 7})
    edge = replace(small, sale=replace(SALE, sold_at=NOON - timedelta(days=7)))
    assert isinstance(decide(rules, edge), Decision)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"capabilities": replace(CAN, can_void=False)}, "refusal.cannot_void"),
        ({"terminal": "other"}, "refusal.other_terminal"),
        ({"amount": Amount(999, EUR)}, "refusal.void_partial"),
        (
            {"amount": Amount(400, EUR), "history": SaleHistory(taken_minor=600)},
            "refusal.void_partial",
        ),
        ({"sale": replace(SALE, receipt_number=None)}, "refusal.cannot_void"),
        ({"last_end_of_day": NOON}, "refusal.batch_closed"),
        ({"sale": replace(SALE, sold_at=NOON - timedelta(days=2))}, "refusal.batch_closed"),
    ],
)
def test_a_void_that_is_asked_for_is_refused_where_it_cannot_be(
    change: dict[str, object], code: str
) -> None:
    found = decide(RULES, replace(situation(change), asked=VOID))
    assert isinstance(found, Refusal)
    assert found.code == code


def test_a_way_that_is_asked_for_is_taken_where_it_can_be() -> None:
    assert decide(RULES, replace(NOW, asked=REFUND)) == Decision(REFUND, ("why.asked_for",))
    declined_before = replace(NOW, history=SaleHistory(refused_ways=frozenset({VOID})))
    assert decide(RULES, replace(declined_before, asked=VOID)) == Decision(VOID, ("why.asked_for",))
    cannot = replace(NOW, capabilities=replace(CAN, can_refund=False), asked=REFUND)
    assert decide(RULES, cannot) == Refusal("refusal.cannot_refund")


def test_a_void_on_another_terminal_names_the_right_one() -> None:
    other = decide(RULES, replace(NOW, terminal="other", asked=VOID))
    assert other == Refusal("refusal.other_terminal", {"want": "desk", "got": "other"})


@pytest.mark.parametrize(
    ("approvers", "code"),
    [
        ((), "refusal.approver_needed"),
        (("Anna",), "refusal.same_person"),
        ((" ANNA ",), "refusal.same_person"),
        (("Bruno", "bruno"), "refusal.same_person"),
        (("Bruno", "Anna"), "refusal.same_person"),
        (("Bruno",), None),
        (("Bruno", "Carla"), None),
    ],
)
def test_cashier_and_approvers_are_different_people(
    approvers: tuple[str, ...], code: str | None
) -> None:
    found = check_people(RULES, cashier="Anna", approvers=approvers, amount=SALE.amount)
    assert (found.code if found else None) == code


def test_above_a_limit_two_must_approve() -> None:
    rules = PolicyRules(second_approver_above_minor=1000)
    above, at = Amount(1001, EUR), Amount(1000, EUR)
    assert (approvers_needed(rules, above), approvers_needed(rules, at)) == (2, 1)
    alone = check_people(rules, cashier="Anna", approvers=("Bruno",), amount=above)
    assert alone == Refusal("refusal.approver_needed")
    both = check_people(rules, cashier="Anna", approvers=("Bruno", "Carla"), amount=above)
    assert both is None


@given(
    cashier=st.sampled_from("ABC"),
    approvers=st.lists(st.sampled_from("ABC"), max_size=3).map(tuple),
    minor=st.integers(1, 2000),
)
def test_nobody_ever_approves_for_himself(
    cashier: str, approvers: tuple[str, ...], minor: int
) -> None:
    rules = PolicyRules(second_approver_above_minor=1000)
    if check_people(rules, cashier=cashier, approvers=approvers, amount=Amount(minor, EUR)) is None:
        assert len({cashier, *approvers}) >= (3 if minor > 1000 else 2)


def test_a_reason_is_needed_and_other_needs_words() -> None:
    for reason in REASONS[:-1]:
        assert check_reason(RULES, reason=reason, text="") is None
    assert check_reason(RULES, reason="other", text="wrong colour") is None
    for reason, text in (("other", "  "), ("", "x"), ("whim", "x")):
        assert check_reason(RULES, reason=reason, text=text) == Refusal("refusal.reason_needed")


def test_the_history_of_a_sale_is_read_from_its_cases() -> None:
    open_case = s.case_of(*s.TO_ARMED)
    declined = s.case_of(*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined())
    voided = s.case_of(
        s.created(), s.authorised(operation=VOID), s.baselined(operation=VOID), s.armed(),
        s.seen(), s.approved(),
    )  # fmt: skip
    elsewhere = s.case_of(*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined(already_done=True))
    taken_back = s.case_of(
        *s.TO_PARKED, s.verdict(PersonVerdict.BOOKED), s.correction(PersonVerdict.NOT_BOOKED)
    )
    assert SaleHistory.of(0, []) == SaleHistory()
    assert SaleHistory.of(1000, [open_case]).blocking_case == s.CASE
    assert SaleHistory.of(0, [declined]).refused_ways == frozenset({REFUND})
    assert not SaleHistory.of(0, [declined, taken_back]).already_voided
    assert SaleHistory.of(1000, [voided]).already_voided
    assert SaleHistory.of(0, [elsewhere]).already_voided


@pytest.mark.parametrize("approver", ["anna", " Anna ", "Ａｎｎａ", "An na"])
def test_another_spelling_of_the_cashier_may_not_approve(approver: str) -> None:
    found = check_people(RULES, cashier="Anna", approvers=(approver,), amount=SALE.amount)
    assert found == Refusal("refusal.same_person")
