"""The sales that may be refunded, as the sale book knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from protocols.kit.errors import BadField
from protocols.kit.masking import mask_digits
from protocols.kit.money import Amount


class SaleSource(Enum):
    """How the agent came to know a sale."""

    IMPORT = "import"
    TERMINAL = "terminal"


def masked(value: object) -> object:
    """The same text or tuple of texts with everything hidden that could be a card number."""
    if isinstance(value, str):
        return mask_digits(value)
    if isinstance(value, tuple):
        return tuple(masked(part) for part in value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A charge that may be refunded, by the numbers on its slip.

    `terminal` is the name in our configuration, `terminal_id` what the terminal calls itself.
    """

    sale_id: str
    terminal: str
    amount: Amount
    sold_at: datetime
    source: SaleSource
    terminal_id: str | None = None
    receipt_number: str | None = None
    trace_number: str | None = None
    turnover_number: str | None = None
    rrn: str | None = None
    auth_code: str | None = None
    batch_number: str | None = None
    masked_pan: str | None = None
    card_name: str | None = None

    def __post_init__(self) -> None:
        """Mask what might be a card number; raise BadField for a time without a zone."""
        if self.sold_at.tzinfo is None:
            raise BadField("a sale's time needs its zone")
        for name in ("masked_pan", "card_name"):
            object.__setattr__(self, name, masked(getattr(self, name)))
