"""Our requests in the words of Caisse-AP: CD 0 debit, 1 credit, 2 cancellation, 3 duplicate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.layouts import REQUEST
from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.caisse_ap.profiles import CaisseApProfile
    from protocols.kit.messages import Message
    from protocols.kit.session import Request, SessionSettings

ACTIONS: Final[Mapping[Operation, str]] = {
    Operation.SALE: "0",
    Operation.REFUND: "1",
    Operation.VOID: "2",
    Operation.LAST_TRANSACTION: "3",
    Operation.REPRINT: "3",
}
DUPLICATE: Final = "3"
_AT_THE_END: Final = "0"  # BA: the answer comes when all is over; with 1 nobody learns the end
_AMOUNT_DIGITS_LEAST: Final = 2
_PRIVATE_MAX: Final = 99


def encode(request: Request, settings: SessionSettings, profile: CaisseApProfile) -> Message | None:
    """The message of a request; None where the protocol has no form for it.

    A duplicate carries no CF: what comes back then is the original's. Raises BadField.
    """
    action = ACTIONS.get(request.operation)
    if action is None or (action == DUPLICATE and not profile.has_duplicate):
        return None
    money = request.operation.moves_money
    private = _private(request) if money else None
    return REQUEST.message(
        version=profile.version,
        integrator=settings.options.get("integrator") or profile.integrator,
        till=settings.options.get("till") or profile.till,
        currency=settings.currency,
        answer_when=_AT_THE_END,
        action=action,
        amount=_amount(request, settings) if money else None,
        private=private,
        till_reference=private if profile.till_reference else None,
    )


def _amount(request: Request, settings: SessionSettings) -> str:
    amount = request.amount
    if amount is None:
        raise BadField("a booking needs an amount")
    if amount.currency != Currency.of(settings.currency):
        raise BadField(f"this terminal books {settings.currency}, not {amount.currency.alpha}")
    return str(amount.minor).zfill(_AMOUNT_DIGITS_LEAST)


def _private(request: Request) -> str | None:
    reference = request.reference
    if reference is not None and not 0 < len(reference) <= _PRIVATE_MAX:
        raise BadField(f"a reference of {len(reference)} letters does not fit CF (1 to 99)")
    return reference
