"""An ECR17 result as a transaction record in our words.

Nothing in a result says what it answers; its length does, as each kind of request has a form of its
own. A reversal's result has no amount and, where it was booked, an authorisation code of zeros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.ecr17.layouts import CONVERTED_RESULT, EXTENDED_RESULT, REVERSAL_RESULT
from protocols.ecr17.masking import mask_card
from protocols.ecr17.profiles import StanShown
from protocols.ecr17.results import meaning
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.session import Request

_BOOKINGS: Final = {Outcome.APPROVED: Booking.APPROVED, Outcome.DECLINED: Booking.DECLINED}
_SALES: Final = (*EXTENDED_RESULT, *CONVERTED_RESULT)
_EURO: Final = "978"
FORMS: Final = {Operation.SALE: _SALES, Operation.VOID: REVERSAL_RESULT}


def record_of(
    message: Message, *, shown: StanShown, currency: str = _EURO, original: str = ""
) -> TransactionRecord:
    """What a result says. `currency` is that of the terminal: amounts carry none of their own.

    `original` is the trace number of the sale that a reversal was asked for; where it is not known
    which number a reversal shows, that one is recognised and every other one is its own.
    """
    code = _known(message, "result_code")
    trace = _known(message, "trace_number")
    voided = None
    if message.layout in REVERSAL_RESULT and (
        shown is StanShown.ORIGINAL or (shown is StanShown.UNKNOWN and trace and trace == original)
    ):
        trace, voided = None, trace
    amount = message.number("amount_minor") if "amount_minor" in message.layout.names else None
    return TransactionRecord(
        booking=_BOOKINGS.get(meaning(code or "").outcome, Booking.UNKNOWN),
        kind=_kind(message),
        amount_minor=amount,
        currency=currency if amount is not None else None,
        trace_number=trace,
        turnover_number=_known(message, "online_id"),
        original_trace_number=voided,
        terminal_id=_known(message, "terminal_id"),
        merchant_id=_known(message, "acquirer_id"),
        auth_code=_known(message, "auth_code"),
        date=_known(message, "date"),
        time=message.text("time") if _known(message, "date") else None,
        result_code=code,
        masked_pan=_pan(message),
    )


def matches(request: Request, message: Message, *, shown: StanShown) -> bool:
    """Whether a result can be the answer to this money request: form, amount, trace number."""
    if message.layout not in FORMS[request.operation]:
        return False
    if meaning(message.text("result_code") or "").outcome is not Outcome.APPROVED:
        return True
    if request.operation is Operation.SALE:
        return request.amount is not None and message.number("amount_minor") == request.amount.minor
    if _known(message, "auth_code"):
        return False
    wanted = request.original.trace_number if request.original else None
    same = (_known(message, "trace_number") or "").lstrip("0") == (wanted or "").lstrip("0")
    return {StanShown.OWN: not same, StanShown.ORIGINAL: same}.get(shown, True)


def is_nothing(record: TransactionRecord) -> bool:
    """Whether a refused answer without any number says that there is no last transaction."""
    numbers = record.trace_number or record.turnover_number or record.original_trace_number
    return record.booking is Booking.DECLINED and not numbers


def _kind(message: Message) -> Operation | None:
    if message.layout in REVERSAL_RESULT:
        return Operation.VOID
    return Operation.SALE if message.layout in _SALES else None


def _known(message: Message, name: str) -> str | None:
    """A field that holds more than zeros and blanks; "00" is a result code all the same."""
    if name not in message.layout.names:
        return None
    text = (message.text(name) or "").strip()
    return text if text.strip("0") or name == "result_code" else None


def _pan(message: Message) -> str | None:
    secret = message.secret("pan") if "pan" in message.layout.names else None
    number = secret.clear.lstrip("0 ") if secret is not None else ""
    return mask_card(number) if number else None
