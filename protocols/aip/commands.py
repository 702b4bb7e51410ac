"""Our requests in AIP's words: one frame each, with the items that its type takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.aip import tags
from protocols.aip.messages import build
from protocols.aip.records import voucher_of
from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.aip.profiles import AipProfile
    from protocols.kit.messages import Message
    from protocols.kit.session import Request, SessionSettings

_VOUCHER_DIGITS: Final = 6
_RRN_MAX: Final = 12
_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REFERENCE_SIZE: Final = 10
CHECKS: Final = 1_000_000  # check numbers have six digits

TYPES: Final[Mapping[Operation, int]] = {
    # Not the sign-on: that one asks the host, and a terminal without a host must be asked, too.
    Operation.CONNECT: tags.LINE_TEST,
    Operation.INITIALISE: tags.SIGN_ON,
    Operation.STATUS: tags.LINE_TEST,
    Operation.LAST_TRANSACTION: tags.QUERY_LAST,
    Operation.REPRINT: tags.REPRINT,
    Operation.SALE: tags.SALE,
    Operation.VOID: tags.VOID,
    Operation.REFUND: tags.REFUND,
    Operation.END_OF_DAY: tags.SETTLE,
    Operation.DIAGNOSE: tags.DETAILS,
}


def reference(number: int) -> str:
    """Our reference of an attempt (9FFF): ten digits and letters, too few for a card number."""
    letters = ""
    while number or len(letters) < _REFERENCE_SIZE:
        number, place = divmod(number, len(_LETTERS))
        letters = _LETTERS[place] + letters
    return letters


def money_check(order_number: str) -> str:
    """The check number of a money request: odd, and made from our reference."""
    number = int.from_bytes(order_number.encode("utf-8"), "big")
    return f"{(2 * number + 1) % CHECKS:06d}"


def other_check(opened: int, count: int) -> str:
    """The check number of the `count`th other request on a line opened then: even."""
    return f"{2 * (opened + count) % CHECKS:06d}"


def encode(request: Request, settings: SessionSettings, profile: AipProfile, check: str) -> Message:
    """The message of a request. Raises BadField for one that has no form on this wire."""
    number = TYPES[request.operation]
    if number == tags.LINE_TEST:
        return build(number, app_name=tags.APP_MANAGER, check=check)
    if not request.operation.moves_money:
        return build(number, app_name=profile.app_name, check=check)
    return build(
        number,
        app_name=profile.app_name,
        amount_minor=_amount(request, settings),
        rrn=_rrn(request) if request.operation is Operation.REFUND else None,
        date=_date(request) if request.operation is Operation.REFUND else None,
        original_trace_number=_voucher(request) if request.operation is Operation.VOID else None,
        order_number=request.reference,
        check=check,
    )


def _amount(request: Request, settings: SessionSettings) -> int:
    amount = request.amount
    if amount is None:
        raise BadField("a booking needs an amount")
    if amount.currency != Currency.of(settings.currency):
        raise BadField(f"this terminal books {settings.currency}, not {amount.currency.alpha}")
    return amount.minor


def _voucher(request: Request) -> str:
    """The voucher number (9F20) by which the terminal finds the original in its batch."""
    number = voucher_of(request)
    digits = number.lstrip("0").rjust(_VOUCHER_DIGITS, "0")
    if not number or len(digits) > _VOUCHER_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise BadField(f"a void needs the voucher number of the sale, six digits: {number!r}")
    return digits


def _rrn(request: Request) -> str:
    """The host's reference number of the original (9F10)."""
    number = (request.original.rrn if request.original else None) or ""
    if not 0 < len(number) <= _RRN_MAX or not (number.isascii() and number.isalnum()):
        raise BadField(f"a refund needs the host's reference number of the sale: {number!r}")
    return number


def _date(request: Request) -> str:
    """The original's date (9F11), MMDD or YYYYMMDD as the sale has it."""
    date = (request.original.date if request.original else None) or ""
    if len(date) not in {4, 8} or not (date.isascii() and date.isdigit()):
        raise BadField(f"a refund needs the date of the sale: {date!r}")
    return date
