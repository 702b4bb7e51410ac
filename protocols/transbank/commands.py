"""Our requests in Transbank's words, and what is to come back for each."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.kit.vocabulary import Operation
from protocols.transbank import layouts
from protocols.transbank.messages import build
from protocols.transbank.records import ticket_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.messages import Message, MessageLayout
    from protocols.kit.session import Request, SessionSettings

_NUMBER_MAX: Final = 6
_AMOUNT_MAX: Final = 9
_WITH_PROGRESS: Final = "1"
_SEND_TO_TILL: Final = "1"


@dataclass(frozen=True, slots=True)
class Command:
    """How one operation goes: its reply (None: the acknowledgement is all), and whether the same
    request may be written again on NAK or silence."""

    reply: MessageLayout | None
    repeatable: bool = True
    slow: bool = False  # the host is asked


COMMANDS: Final[Mapping[Operation, Command]] = MappingProxyType(
    {
        Operation.STATUS: Command(None),
        Operation.LAST_TRANSACTION: Command(layouts.LAST_SALE_RESULT),
        Operation.QUERY: Command(layouts.BATCH_LINE),
        Operation.SALE: Command(layouts.SALE_RESULT, repeatable=False, slow=True),
        Operation.VOID: Command(layouts.VOID_RESULT, repeatable=False, slow=True),
        Operation.END_OF_DAY: Command(layouts.CLOSE_RESULT, repeatable=False, slow=True),
        Operation.INITIALISE: Command(layouts.KEYS_RESULT, repeatable=False, slow=True),
    }
)


def encode(request: Request, settings: SessionSettings) -> Message:
    """The message of a request. Raises BadField for what has no place on this wire."""
    if request.operation not in COMMANDS or request.about is Operation.REFUND:
        raise BadField("this terminal voids whole sales only; there is no refund")
    match request.operation:
        case Operation.STATUS:
            return build(layouts.POLL)
        case Operation.LAST_TRANSACTION:
            return build(layouts.LAST_SALE, tail="")
        case Operation.QUERY:
            _number(request)
            _amount(request, settings)
            return build(layouts.LIST, flag=_SEND_TO_TILL, tail="")
        case Operation.END_OF_DAY:
            return build(layouts.CLOSE, filler_1="", tail="")
        case Operation.INITIALISE:
            return build(layouts.LOAD_KEYS)
        case Operation.SALE:
            return _sale(request, settings)
        case _:
            _amount(request, settings)
            return build(layouts.VOID, operation_number=_number(request), tail="")


def _sale(request: Request, settings: SessionSettings) -> Message:
    amount = str(_amount(request, settings))
    if len(amount) > _AMOUNT_MAX:
        raise BadField(f"an amount of more than {_AMOUNT_MAX} digits fits no sale")
    return build(
        layouts.SALE,
        amount=amount,
        ticket_number=ticket_of(request),
        filler_1="",
        filler_2="",
        status_flag=_WITH_PROGRESS,
        tail="",
    )


def _amount(request: Request, settings: SessionSettings) -> int:
    """Minor units: what the wire carries as a whole number, pesos as a rule."""
    amount = request.amount
    if amount is None:
        raise BadField("this needs an amount")
    if amount.currency != Currency.of(settings.currency):
        raise BadField(f"this terminal books {settings.currency}, not {amount.currency.alpha}")
    return amount.minor


def _number(request: Request) -> str:
    """The operation number of the sale, as the voucher shows it."""
    number = request.original.receipt_number if request.original else None
    digits = (number or "").strip()
    if len(digits) > _NUMBER_MAX:
        digits = digits.lstrip("0")
    decimal = digits.isascii() and digits.isdecimal()
    if not decimal or len(digits) > _NUMBER_MAX or not digits.strip("0"):
        raise BadField(f"a void needs the operation number of the sale, six digits: {number!r}")
    return digits
