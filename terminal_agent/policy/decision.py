"""Chooses void or refund for a sale and says why, or refuses and says why not. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from protocols.kit.money import Amount
from protocols.kit.vocabulary import Operation
from terminal_agent.policy.rules import OTHER, PolicyRules
from terminal_agent.refund.facts import AttemptDeclined
from terminal_agent.refund.states import CaseState

if TYPE_CHECKING:
    from datetime import date, datetime

    from protocols.kit.capabilities import Capabilities
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.refund.sale import Sale


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed, in this way. `why` are text keys."""

    operation: Operation
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not allowed. `code` is a text key, `params` the values that its words name."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleHistory:
    """What earlier cases of the same sale mean for a new one.

    `taken_minor` is refunded or reserved. `blocking_case` names the case that holds it, the newest
    first. `refused_ways` are operations that the terminal declined before; a declined refund may be
    tried again (another card), a declined void gives way to a refund unless a void is asked for.
    """

    taken_minor: int = 0
    blocking_case: str = ""
    refused_ways: frozenset[Operation] = frozenset()
    already_voided: bool = False

    @classmethod
    def of(cls, taken_minor: int, cases: Iterable[RefundCase]) -> SaleHistory:
        """Read it from the earlier cases, oldest first."""
        blocking, refused, voided = "", set[Operation](), False
        for case in cases:
            if case.holds:
                blocking = case.case_id
            for attempt in case.attempts:
                declined = attempt.verdict
                if not isinstance(declined, AttemptDeclined):
                    continue
                refused.add(attempt.start.operation)
                voided = voided or declined.already_done
            voided = voided or _voids(case)
        return cls(
            taken_minor=taken_minor,
            blocking_case=blocking,
            refused_ways=frozenset(refused),
            already_voided=voided,
        )


def _voids(case: RefundCase) -> bool:
    return case.state is CaseState.REFUNDED and case.operation is Operation.VOID


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision looks at.

    `now` and the sale's time are the shop's time. `last_end_of_day` is when the terminal last
    closed its batch, as far as the agent knows; `batch_number` its present batch, if it tells.
    `asked` is a way that a person demands; None lets the policy choose.
    """

    sale: Sale
    amount: Amount
    history: SaleHistory
    terminal: str
    capabilities: Capabilities
    now: datetime
    last_end_of_day: datetime | None = None
    batch_number: str | None = None
    asked: Operation | None = None


def decide(rules: PolicyRules, at_hand: Situation) -> Decision | Refusal:
    """Void or refund, or why neither. The first refusal that fits is given."""
    refused = _money_refusal(rules, at_hand)
    if refused is not None:
        return refused
    against_void = _against_void(rules, at_hand)
    against_refund = _against_refund(at_hand)
    if at_hand.asked is Operation.VOID:
        refusals = {**_VOID_REFUSALS, **_BANK_ROUTE} if against_refund else _VOID_REFUSALS
        return _asked(Operation.VOID, against_void, refusals, at_hand)
    if at_hand.asked is Operation.REFUND:
        return _asked(Operation.REFUND, against_refund, _REFUND_REFUSALS, at_hand)
    if not against_void and Operation.VOID in at_hand.history.refused_ways:
        against_void = "why.void_refused"
    if not against_void and (rules.prefer_void or against_refund):
        return Decision(Operation.VOID, _for_void(against_refund))
    if not against_refund:
        return Decision(Operation.REFUND, (against_void,) if against_void else ())
    return Refusal(_BANK_ROUTE.get(against_void, "refusal.no_way"))


def check_people(
    rules: PolicyRules, *, cashier: str, approvers: tuple[str, ...], amount: Amount
) -> Refusal | None:
    """Whether enough others than the cashier approve this amount."""
    if len({_name(person) for person in (cashier, *approvers)}) <= len(approvers):
        return Refusal("refusal.same_person")
    if len(approvers) < approvers_needed(rules, amount):
        return Refusal("refusal.approver_needed")
    return None


def approvers_needed(rules: PolicyRules, amount: Amount) -> int:
    """How many others than the cashier must approve."""
    above = rules.second_approver_above_minor
    return 2 if above is not None and amount.minor > above else 1


def check_reason(rules: PolicyRules, *, reason: str, text: str) -> Refusal | None:
    """Whether a reason is given, and in words where the choice says nothing."""
    if reason not in rules.reasons or (reason == OTHER and not text.strip()):
        return Refusal("refusal.reason_needed")
    return None


def _name(person: str) -> str:
    """What makes two spellings one person: letters only, whatever their case, width and blanks."""
    return "".join(unicodedata.normalize("NFKC", person).casefold().split())


def _money_refusal(rules: PolicyRules, at_hand: Situation) -> Refusal | None:
    """What forbids every way."""
    sale, amount, history = at_hand.sale, at_hand.amount, at_hand.history
    left = max(0, sale.amount.minor - history.taken_minor)
    if amount.currency != sale.amount.currency:
        return Refusal("refusal.currency", {"currency": sale.amount.currency.alpha})
    if amount.minor == 0:
        return Refusal("refusal.zero_amount")
    if history.already_voided:
        return Refusal("refusal.already_voided")
    if not left and history.blocking_case:
        return Refusal("refusal.duplicate", {"case": history.blocking_case})
    if amount.minor > left:
        rest = Amount(left, amount.currency)
        return Refusal("refusal.over_remaining", {"amount": str(amount), "rest": str(rest)})
    limit = rules.single_limit_minor
    if limit is not None and amount.minor > limit:
        most = Amount(limit, amount.currency)
        return Refusal("refusal.over_limit", {"amount": str(amount), "limit": str(most)})
    days = rules.refund_window_days
    if days is not None and _age_days(rules, at_hand) > days:
        return Refusal("refusal.over_window", {"days": days})
    return None


def _day(rules: PolicyRules, moment: datetime) -> date:
    return (moment - timedelta(hours=rules.day_begins_hour)).date()


def _age_days(rules: PolicyRules, at_hand: Situation) -> int:
    sold = at_hand.sale.sold_at.astimezone(at_hand.now.tzinfo)
    return (_day(rules, at_hand.now) - _day(rules, sold)).days


def _against_void(rules: PolicyRules, at_hand: Situation) -> str:
    """The text key of the first thing that forbids a void; "" when nothing does."""
    sale = at_hand.sale
    if not at_hand.capabilities.can_void:
        return "why.cannot_void"
    if sale.terminal != at_hand.terminal:
        return "why.other_terminal"
    if at_hand.history.taken_minor:
        return "why.already_refunded_part"
    if at_hand.amount != sale.amount:
        return "why.partial"
    if sale.receipt_number is None:
        return "why.no_receipt_number"
    return _against_batch(rules, at_hand)


def _against_batch(rules: PolicyRules, at_hand: Situation) -> str:
    """Whether the terminal's batch may still be the one of the sale.

    Being wrong here costs a refusal by the terminal, never money: it knows its own batch.
    """
    sale, closed = at_hand.sale, at_hand.last_end_of_day
    if sale.batch_number is not None and at_hand.batch_number is not None:
        return "" if sale.batch_number == at_hand.batch_number else "why.batch_closed"
    if closed is not None and closed >= sale.sold_at:
        return "why.batch_closed"
    return "" if _age_days(rules, at_hand) == 0 else "why.other_day"


def _against_refund(at_hand: Situation) -> str:
    return "" if at_hand.capabilities.can_refund else "why.cannot_refund"


def _for_void(against_refund: str) -> tuple[str, ...]:
    last = against_refund or "why.void_is_safer"
    return ("why.same_batch", "why.full_amount", last)


_VOID_REFUSALS = {
    "why.cannot_void": "refusal.cannot_void",
    "why.other_terminal": "refusal.other_terminal",
    "why.already_refunded_part": "refusal.void_partial",
    "why.partial": "refusal.void_partial",
    "why.no_receipt_number": "refusal.cannot_void",
    "why.batch_closed": "refusal.batch_closed",
    "why.other_day": "refusal.batch_closed",
}
# Where the terminal can only void and this sale cannot be voided, the bank gives the money back.
_BANK_ROUTE = {
    "why.already_refunded_part": "refusal.bank_partial",
    "why.partial": "refusal.bank_partial",
    "why.batch_closed": "refusal.bank_closed",
    "why.other_day": "refusal.bank_closed",
    "why.void_refused": "refusal.bank_refused",
}
_REFUND_REFUSALS = {"why.cannot_refund": "refusal.cannot_refund"}


def _asked(
    operation: Operation, against: str, refusals: Mapping[str, str], at_hand: Situation
) -> Decision | Refusal:
    if not against:
        return Decision(operation, ("why.asked_for",))
    code = refusals[against]
    terminals = {"want": at_hand.sale.terminal, "got": at_hand.terminal}
    return Refusal(code, terminals if code == "refusal.other_terminal" else {})
