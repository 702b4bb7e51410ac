"""Replies as transaction records in our words, and whether one is what was asked for.

The operation number is what a terminal and its vouchers know a sale by, so it stands in a record's
receipt number; a void has no number of its own, only that of its original. The wire names no
currency, and a void's reply no amount: what is not told stays empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from protocols.transbank.messages import marked, whole
from protocols.transbank.results import meaning

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.session import Request

_BOOKINGS: Final = {
    Outcome.APPROVED: Booking.APPROVED,
    Outcome.DECLINED: Booking.DECLINED,
    Outcome.UNKNOWN: Booking.UNKNOWN,
}
_DATE_SIZE: Final = 8
TICKET_SIZE: Final = 6


def record_of(message: Message) -> TransactionRecord:
    """What a reply with a result says: a sale (0210, 0260), a void (1210) or a line (0261).

    Raises BadField for an amount that is none.
    """
    code = marked(message, "result_code")
    amount = whole(message, "amount")
    void = "amount" not in message.layout.names or (amount is not None and amount < 0)
    number = _told(message, "operation_number")
    last_four = _told(message, "last_four")
    return TransactionRecord(
        booking=_BOOKINGS[meaning(code).outcome],
        kind=Operation.VOID if void else Operation.SALE,
        amount_minor=None if amount is None else abs(amount),
        receipt_number=None if void else number,
        original_receipt_number=number if void else None,
        terminal_id=_told(message, "terminal_id"),
        merchant_id=_told(message, "merchant_id"),
        auth_code=_told(message, "auth_code"),
        date=_month_and_day(_told(message, "date")),
        time=_told(message, "time"),
        result_code=code,
        masked_pan=f"****{last_four}" if last_four else None,
        card_name=_told(message, "card_brand"),
    )


def _told(message: Message, name: str) -> str | None:
    return marked(message, name) or None


def _month_and_day(date: str | None) -> str | None:
    """DDMMYYYY as the MMDD of our records; another shape tells nothing."""
    if date is None or len(date) != _DATE_SIZE or not date.isdecimal():
        return None
    return date[2:4] + date[:2]


def same_number(one: str | None, other: str | None) -> bool:
    """Whether two numbers are equal, zeros in front not counted; nothing equals nothing."""
    return one is not None and other is not None and one.lstrip("0") == other.lstrip("0")


def ticket_of(request: Request) -> str:
    """The ticket number of a sale: the last letters and digits of our reference."""
    letters = [c for c in request.reference or "" if c.isascii() and c.isalnum()]
    return "".join(letters)[-TICKET_SIZE:] or "0"


def answers(request: Request, message: Message, *, unnamed: bool) -> bool:
    """Whether a reply can belong to this request, and not to an older one of the same kind.

    `unnamed`: a refusal without a number or a ticket counts, too. That is right once the request
    was acknowledged: it went out over a line that had been silent for longer than any repeat.
    """
    void = request.operation is Operation.VOID
    told = marked(message, "operation_number" if void else "ticket_number")
    if not told:
        refused = meaning(marked(message, "result_code")).outcome is not Outcome.APPROVED
        return unnamed and refused
    return same_number(told, _original_number(request) if void else ticket_of(request))


def _original_number(request: Request) -> str | None:
    return request.original.receipt_number if request.original else None


def fits(request: Request, record: TransactionRecord) -> bool:
    """Whether an approved record is what was asked for; a void's reply tells no amount."""
    assert request.amount is not None
    if request.operation is Operation.VOID:
        return same_number(record.original_receipt_number, _original_number(request))
    return record.amount_minor == request.amount.minor
