"""Our requests in the words of Concert V2.

The name trap: one open client calls type 1 "credit" and type 2 "refund". Type 1 is the credit to
the card, our refund; type 2 is the cancellation, our void (the tags of Concert V3 say so).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.concert.layouts import PRIVATE_SIZE, REQUEST
from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.kit.references import base36
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.concert.profiles import ConcertProfile
    from protocols.kit.messages import Message
    from protocols.kit.session import Request, SessionSettings

TYPES: Final[Mapping[Operation, str]] = {
    Operation.SALE: "0",
    Operation.REFUND: "1",
    Operation.VOID: "2",
    Operation.REPRINT: "3",
    Operation.LAST_TRANSACTION: "3",
}
_SHORT: Final = "0"  # the report holds card data, which we do not want
_CARD: Final = "1"
_AT_THE_END: Final = "A010"  # never A011: then nobody learns the end
_TERMINAL_DECIDES: Final = "B010"


def reference(number: int) -> str:
    """Our reference of an attempt: the ten private bytes."""
    return base36(number, PRIVATE_SIZE)


def encode(request: Request, settings: SessionSettings, profile: ConcertProfile) -> Message | None:
    """The message of a request; None where the protocol has no form for it. Raises BadField."""
    kind = TYPES.get(request.operation)
    if kind is None:
        return None
    money = request.operation.moves_money
    return REQUEST.message(
        pos=settings.options.get("till") or profile.pos,
        amount_minor=_amount(request, settings) if money else 0,
        answer_flag=_SHORT,
        mode=_CARD,
        type=kind,
        currency=settings.currency,
        private=private_of(request),
        delay=_AT_THE_END,
        auto=_TERMINAL_DECIDES,
    )


def private_of(request: Request) -> str:
    """The private bytes of a request; blank for what moves no money. Raises BadField."""
    if not request.operation.moves_money:
        return " " * PRIVATE_SIZE
    private = request.reference or ""
    if private != private.strip() or len(private) > PRIVATE_SIZE:
        raise BadField(f"a reference has up to {PRIVATE_SIZE} letters and no blanks around them")
    return private.ljust(PRIVATE_SIZE)


def _amount(request: Request, settings: SessionSettings) -> int:
    amount = request.amount
    if amount is None:
        raise BadField("a booking needs an amount")
    if amount.currency != Currency.of(settings.currency):
        raise BadField(f"this terminal books {settings.currency}, not {amount.currency.alpha}")
    return amount.minor
