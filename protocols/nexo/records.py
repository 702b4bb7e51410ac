"""PaymentResponse and ReversalResponse as records in our words, and whether one fits a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.masking import mask_digits, mask_pan
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from protocols.nexo.numbers import currency_number, minor_units
from protocols.nexo.results import NOT_FOUND, PARTIAL, SUCCESS, code_of, meaning

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.session import Request

_KINDS: Final = {"Refund": Operation.REFUND, "Normal": Operation.SALE}
PAYMENT: Final = "Payment"
REVERSAL: Final = "Reversal"


def category_of(operation: Operation | None) -> str:
    """Which category of message an operation travels as."""
    return REVERSAL if operation is Operation.VOID else PAYMENT


def record_of(
    message: Message, category: str, *, prefix: str = "", reference: str, currency: str
) -> TransactionRecord:
    """What an answer says; `currency` is the one of the terminal, which a reversal does not tell.

    `prefix` is that of the names where the answer stands inside of another message.
    """

    def text(name: str) -> str | None:
        return message.text(f"{prefix}{name}")

    code = code_of(text("result") or "", text("error_condition"))
    reversal = category == REVERSAL
    amount = text("reversed_amount" if reversal else "authorized_amount")
    told = None if reversal else text("currency")
    number = currency_number(told)
    pan = None if reversal else message.secret(f"{prefix}masked_pan")
    date, time = _moment(text("poi_transaction_time"))
    return TransactionRecord(
        booking=_booking(code, reversal=reversal),
        kind=Operation.VOID if reversal else _KINDS.get(text("payment_type") or ""),
        amount_minor=_minor(amount, number or currency),
        currency=number,
        receipt_number=text("poi_transaction_id"),
        original_receipt_number=text("original_transaction_id") if reversal else None,
        merchant_id=None if reversal else text("merchant_id"),
        auth_code=None if reversal else text("approval_code"),
        rrn=None if reversal else text("acquirer_transaction_id"),
        reference=reference,
        date=date,
        time=time,
        result_code=code,
        masked_pan=mask_pan(pan.clear) if pan is not None else None,
        card_name=None if reversal else mask_digits(text("card_name") or "") or None,
    )


def _booking(code: str, *, reversal: bool) -> Booking:
    if code in {SUCCESS, PARTIAL}:
        return Booking.APPROVED
    if code == NOT_FOUND and not reversal:  # there is nothing that a payment could not find
        return Booking.UNKNOWN
    refused = meaning(code).outcome is Outcome.DECLINED
    return Booking.DECLINED if refused else Booking.UNKNOWN


def _minor(amount: str | None, currency: str) -> int | None:
    """Minor units; None for an amount that cannot be told in them."""
    if amount is None:
        return None
    try:
        return minor_units(amount, currency)
    except BadField:  # a currency that is not known
        return None


def _moment(time: str | None) -> tuple[str | None, str | None]:
    """MMDD and HHMMSS of an ISO 8601 time, as the terminal writes them."""
    digits = "".join(
        letter for letter in (time or "")[:19] if letter.isascii() and letter.isdigit()
    )
    return (digits[4:8], digits[8:14]) if len(digits) == 14 else (None, None)  # noqa: PLR2004


def contradiction(request: Request, message: Message, record: TransactionRecord) -> str:
    """Why a success is not what was asked for, as a word for the trace; "" when it is.

    A payment must tell its type, amount and currency. A reversal tells less; what it leaves out
    cannot contradict, what it tells must fit.
    """
    amount = request.amount
    assert amount is not None, "money has an amount"
    echo = message.text("sale_transaction_id") if request.operation is not Operation.VOID else None
    if echo is not None and request.reference is not None and echo != request.reference:
        return "sale_transaction"
    if record.kind is not request.operation:
        return "payment_type"
    if request.operation is Operation.VOID:
        return _reversal_contradiction(request, message, record)
    if record.currency != amount.currency.numeric:
        return "currency"
    return "" if record.amount_minor == amount.minor else "amount"


def _reversal_contradiction(request: Request, message: Message, record: TransactionRecord) -> str:
    amount, original = request.amount, request.original
    assert amount is not None, "money has an amount"
    assert original is not None, "a void names its original"
    told = message.text("reversed_amount")
    if told is not None and record.amount_minor != amount.minor:
        return "amount"
    undone = record.original_receipt_number
    return "" if undone in {None, original.receipt_number} else "original"
