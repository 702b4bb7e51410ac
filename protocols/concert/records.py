"""An answer as a transaction record in our words, and whom it belongs to."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from protocols.concert.commands import private_of
from protocols.concert.results import meaning
from protocols.kit.vocabulary import Booking, Outcome, TransactionRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.messages import Message
    from protocols.kit.session import Request

_BOOKINGS: Final[Mapping[Outcome, Booking]] = {
    Outcome.APPROVED: Booking.APPROVED,
    Outcome.DECLINED: Booking.DECLINED,
    Outcome.UNKNOWN: Booking.UNKNOWN,
}


class Whose(Enum):
    """Whom an answer belongs to, by the private bytes that it gives back."""

    OURS = auto()
    ANOTHERS = auto()
    NOT_TOLD = auto()  # they are blank


def whose(request: Request, message: Message) -> Whose:
    """Compare the private bytes with those that we sent."""
    told = message.text("private") or ""
    if not told:
        return Whose.NOT_TOLD if private_of(request).strip() else Whose.OURS
    return Whose.OURS if told == private_of(request).strip() else Whose.ANOTHERS


def record_of(message: Message, *, sure: bool) -> TransactionRecord:
    """What an answer says; where it is not `sure` that it is ours, nobody knows the booking.

    The protocol has no number and no authorisation code, and does not repeat the kind.
    """
    code = str(message.values["result"])
    return TransactionRecord(
        booking=_BOOKINGS[meaning(code).outcome] if sure else Booking.UNKNOWN,
        amount_minor=amount_of(message),
        currency=message.text("currency"),
        reference=message.text("private") or None,
        result_code=code,
    )


def amount_of(message: Message) -> int | None:
    """The amount of an answer in minor units; None where it is blank, or no number at all."""
    digits = (message.text("amount") or "").strip()
    return int(digits) if digits.isdecimal() else None


def matches(request: Request, record: TransactionRecord) -> bool:
    """Whether a record is of what was asked for: amount (a refusal may leave it out), currency."""
    amount = request.amount
    assert amount is not None
    if record.currency != amount.currency.numeric:
        return False
    if record.booking is Booking.DECLINED and not record.amount_minor:
        return True
    return record.amount_minor == amount.minor
