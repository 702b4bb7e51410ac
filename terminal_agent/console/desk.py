"""What the cashier's dialogue needs to know and whom it asks; the runtime stands behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from protocols.kit.money import Amount
    from protocols.kit.vocabulary import Operation
    from terminal_agent.prompts.reasons import Reason


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text key with its parameters."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleView:
    """A sale as the cashier sees it. `remaining` is what can still be refunded."""

    sale_id: str
    receipt_number: str
    trace_number: str
    amount: Amount
    remaining: Amount
    when: datetime
    masked_pan: str
    card_name: str
    terminal: str


@dataclass(frozen=True, slots=True)
class WayView:
    """How the money goes back (VOID or REFUND), why in this way, and how many must approve."""

    way: Operation
    why: tuple[Phrase, ...] = ()
    approvals: int = 1


@dataclass(frozen=True, slots=True)
class RefusalView:
    """Why it may not be: the key of a message (`refusal.…`) and its parameters."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the cashier and the approvers agreed on; nothing has been sent yet."""

    sale_id: str
    amount: Amount
    way: Operation
    reason: Reason
    reason_text: str
    cashier: str
    approvers: tuple[str, ...]


class Desk(Protocol):
    """Answers the dialogue's questions from sale book and policy; it sends nothing.

    What it says is advice for the person: the runtime decides again when the intent is carried out.
    """

    def sales(self, search: str) -> Sequence[SaleView]:
        """Sales with this receipt number (leading zeros do not count), or today's for ""."""

    def decide(self, sale_id: str, amount: Amount) -> WayView | RefusalView:
        """How this amount of this sale would go back, or why it may not."""

    def alike(self, sale_id: str, amount: Amount) -> Phrase | None:
        """The question about an earlier refund of the same amount of this sale; None for none."""

    def may_approve(
        self, sale_id: str, amount: Amount, *, cashier: str, approvers: tuple[str, ...]
    ) -> RefusalView | None:
        """Why these people may not approve; None if they may."""
