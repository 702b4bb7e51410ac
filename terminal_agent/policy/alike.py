"""Is this the same refund once more? Finds the earlier case that a person must be told of. Pure.

It refuses nothing: two equal parts of one sale may both be given back, on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal_agent.refund.states import CaseState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from protocols.kit.money import Amount
    from terminal_agent.refund.nouns import RefundCase


@dataclass(frozen=True, slots=True)
class Alike:
    """A case of the same sale and amount. `settled` False: nobody knows yet whether it paid."""

    case_id: str
    at: datetime
    amount: Amount
    settled: bool


def alike(amount: Amount, cases: Iterable[RefundCase]) -> Alike | None:
    """The first of these cases of one sale that gave back this very amount, or may have."""
    for case in cases:
        last = case.last_attempt
        paid = case.state is CaseState.REFUNDED
        if last is not None and case.amount == amount and (paid or case.open_attempts):
            return Alike(case.case_id, last.start.at, amount, settled=paid)
    return None
