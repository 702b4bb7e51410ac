"""What the shop allows, as data."""

from __future__ import annotations

from dataclasses import dataclass

# Reasons a cashier can choose; the words stand in the texts under `reason.`.
REASONS = ("wrong_amount", "charged_twice", "complaint", "outcome_unknown", "other")

# The reason that says nothing by itself and needs a text.
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRules:
    """Limits in minor units of the sale's currency; None means that there is no such limit.

    Cashier and approver always differ; that is no rule that could be switched off.
    `second_approver_above_minor`: an amount above it needs two approvers.
    `prefer_void`: void rather than refund where both are possible (a void can be done only once).
    `day_begins_hour`: the hour at which a new business day begins, for shops open past midnight.
    """

    single_limit_minor: int | None = None
    second_approver_above_minor: int | None = None
    refund_window_days: int | None = None
    prefer_void: bool = True
    day_begins_hour: int = 0
    reasons: tuple[str, ...] = REASONS
