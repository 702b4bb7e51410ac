"""A money request of the till as an order for the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.nexo.numbers import minor_units
from simulators.terminal import Order

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from simulators.bank import BookingKind

_KINDS: Final[dict[str | None, BookingKind]] = {"Refund": "refund", "Normal": "sale", None: "sale"}


def order_of(message: Message, currency: str) -> Order | None:
    """What is wanted; None where it makes no sense to a terminal of this currency (number)."""
    reversal = message.layout.name == "ReversalRequest"
    text = message.text("reversed_amount" if reversal else "requested_amount")
    told = currency if reversal else message.text("currency") or ""
    try:
        known = Currency.of(told).numeric
        amount = None if text is None else minor_units(text, told)
    except BadField:
        return None
    if known != currency or (amount is None and (text is not None or not reversal)):
        return None
    original = message.text("original_transaction_id") if reversal else None
    kind = "void" if reversal else _KINDS.get(message.text("payment_type"))
    if kind is None or (reversal and original is None):
        return None
    return Order(
        kind=kind,
        amount_minor=amount,
        currency=known,
        original_receipt_number=original,
        reference=message.text("service_id"),
    )
