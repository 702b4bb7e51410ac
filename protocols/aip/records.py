"""The answer to a money request, or to a query, as a transaction record in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.aip.results import booking
from protocols.aip.tags import REFUND, SALE, VOID
from protocols.kit.masking import mask_pan
from protocols.kit.vocabulary import Operation, TransactionRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.messages import Message
    from protocols.kit.session import Request

KINDS: Final[Mapping[int, Operation]] = {
    SALE: Operation.SALE,
    VOID: Operation.VOID,
    REFUND: Operation.REFUND,
}


def record_of(message: Message) -> TransactionRecord:
    """What an answer tells. The voucher number is both the receipt's and the trace number.

    The wire names no currency: amounts are in the terminal's own.
    """
    code = text(message, "result_code")
    voucher = text(message, "trace_number")
    original = text(message, "original_trace_number")
    return TransactionRecord(
        booking=booking(code),
        kind=_kind(message, original),
        amount_minor=message.number("amount_minor"),
        receipt_number=voucher,
        trace_number=voucher,
        original_trace_number=original,
        original_receipt_number=original,
        terminal_id=text(message, "terminal_id"),
        merchant_id=text(message, "merchant_id"),
        batch_number=text(message, "batch_number"),
        auth_code=text(message, "auth_code"),
        rrn=text(message, "rrn"),
        reference=text(message, "order_number"),
        date=text(message, "date"),
        time=text(message, "time"),
        result_code=code,
        masked_pan=_pan(message),
        card_name=text(message, "card_name"),
    )


def text(message: Message, name: str) -> str | None:
    """A text of a message; None where the item is missing or empty."""
    return (message.text(name) or "").strip() or None


def _kind(message: Message, original: str | None) -> Operation | None:
    """By the type; the answer to a query may have the query's own, then only a void shows."""
    told = KINDS.get(message.number("trans_type") or 0)
    return told or (Operation.VOID if original is not None else None)


def _pan(message: Message) -> str | None:
    secret = message.secret("pan")
    return mask_pan(secret.clear.strip()) if secret is not None and secret.clear.strip() else None


def matches(request: Request, record: TransactionRecord) -> bool:
    """Whether an approved answer is what was asked for: the amount, and a void's original.

    An answer without an amount is not (nothing else in it is surely ours). What it leaves out
    beside that cannot contradict. A partial approval (code 10) has another amount, so it is not.
    """
    assert request.amount is not None
    if record.amount_minor != request.amount.minor:
        return False
    if request.operation is not Operation.VOID:
        return record.original_trace_number is None
    told = record.original_trace_number
    return told is None or same(told, voucher_of(request))


def voucher_of(request: Request) -> str:
    """The voucher number of the original, "" where the sale has none."""
    original = request.original
    return (original.receipt_number or original.trace_number or "") if original else ""


def same(one: str, other: str) -> bool:
    """Whether two spellings mean one number."""
    return one.lstrip("0") == other.lstrip("0")
