"""A ZVT status information (04 0F) as a transaction record in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.masking import mask_pan
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.session import Request

_OK: Final = "00"
# A trace number of zeros says that the long one stands in this tag (section 5).
_TAG_LONG_TRACE: Final = 0x1F2B


def record_of(message: Message) -> TransactionRecord:
    """What a status information says.

    ZVT has no field for the kind of transaction: only a void shows, by the trace number of its
    original (BMP 37); whether the rest are sales or refunds is not told.
    """
    code = message.text("result_code")
    original = message.text("original_trace_number")
    return TransactionRecord(
        booking=_booking(code),
        kind=Operation.VOID if original is not None else None,
        amount_minor=message.number("amount_minor"),
        currency=_currency(message.text("currency")),
        receipt_number=message.text("receipt_number"),
        trace_number=_trace(message),
        turnover_number=message.text("turnover_number"),
        original_trace_number=original,
        terminal_id=message.text("terminal_id"),
        merchant_id=message.text("contract_number"),
        auth_code=message.text("authorisation_attribute"),
        date=message.text("date"),
        time=message.text("time"),
        result_code=code,
        masked_pan=_pan(message),
        card_name=message.text("card_name"),
    )


def _booking(code: str | None) -> Booking:
    if code is None:
        return Booking.UNKNOWN
    return Booking.APPROVED if code == _OK else Booking.DECLINED


def _currency(digits: str | None) -> str | None:
    """Three digits, as ISO 4217 writes them; BCD has a zero in front."""
    return digits[-3:] if digits else None


def _trace(message: Message) -> str | None:
    trace = message.text("trace_number")
    if trace is not None and trace.strip("0") == "":
        container = message.container()
        node = container.first(_TAG_LONG_TRACE) if container else None
        if node is not None:
            return node.value.hex().upper()
    return trace


def _pan(message: Message) -> str | None:
    secret = message.secret("pan")
    return mask_pan(secret.clear.rstrip("F")) if secret is not None else None


def matches(request: Request, record: TransactionRecord) -> bool:
    """Whether an approved record is what was asked for: amount, currency, and a void's original.

    What the record leaves out cannot contradict. What it shows must fit: terminals have been seen
    to undo another sale than the one named.
    """
    amount = request.amount
    assert amount is not None
    if record.amount_minor is not None and record.amount_minor != amount.minor:
        return False
    if record.currency is not None and record.currency != amount.currency.numeric:
        return False
    wanted = request.original.trace_number if request.original else None
    if request.operation is Operation.VOID and wanted and record.original_trace_number:
        return wanted.lstrip("0") == record.original_trace_number.lstrip("0")
    return request.operation is Operation.VOID or record.original_trace_number is None
