"""How requests end: what an answer that is ours says about money, and about the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from protocols.kit.masking import mask_digits
from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from protocols.nexo import records
from protocols.nexo.results import (
    NOT_FOUND,
    NOT_STARTED,
    READY,
    RUNNING,
    SUCCESS,
    code_of,
    meaning,
    terminal_status,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.messages import Message
    from protocols.kit.session import Request

# Endings after which nothing more can be under way on the line.
CLEAN: Final = frozenset(
    {"completed", "refused", "not_started", "not_found", "in_progress", "unclear", "mismatch"}
)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a request; `seen`: the record that must be durable before it counts."""

    result: ExchangeResult
    seen: TransactionRecord | None = None


def not_offered(operation: Operation) -> ExchangeResult:
    """What this dialect has no message for; nothing is written."""
    missed = operation not in {Operation.CONNECT, Operation.DISCONNECT, Operation.INITIALISE}
    outcome = Outcome.DECLINED if missed else Outcome.APPROVED
    return ExchangeResult(outcome, "not_offered", line_clean=True)


def unknown(reason: str, record: TransactionRecord | None = None) -> ExchangeResult:
    """Nobody can say what became of it."""
    code = record.result_code if record is not None else None
    return ExchangeResult(
        Outcome.UNKNOWN,
        reason,
        record=record,
        result_code=code or "",
        result_text=meaning(code).text if code else "",
    )


def _code(message: Message) -> str:
    return code_of(message.text("result") or "", message.text("error_condition"))


def of_money(request: Request, message: Message, reference: str, currency: str) -> Ending:
    """The answer to a payment or a reversal; four ways, and UNKNOWN wherever it is not certain."""
    category = records.category_of(request.operation)
    record = records.record_of(message, category, reference=reference, currency=currency)
    code = record.result_code or ""
    if code in NOT_STARTED:
        if record.amount_minor is None:
            return Ending(_said(Outcome.NOT_SENT, "not_started", code))
        return Ending(unknown("contradiction", record), record)
    if _repeated_message(code, message):
        return Ending(unknown("unclear", record), record)
    if record.booking is Booking.DECLINED:
        if record.amount_minor:
            return Ending(unknown("contradiction", record), record)
        return Ending(_said(Outcome.DECLINED, "refused", code, record), record)
    if code != SUCCESS:
        return Ending(unknown("unclear", record), record)
    if records.contradiction(request, message, record):
        return Ending(unknown("mismatch", record), record)
    return Ending(_said(Outcome.APPROVED, "completed", code, record), record)


def _repeated_message(code: str, message: Message) -> bool:
    """Whether the terminal had our request before: then this refuses the copy, not the request."""
    words = message.text("additional_response") or ""
    return code == _MESSAGE_FORMAT and "repeat" in words.lower()


_MESSAGE_FORMAT: Final = "MessageFormat"


def _said(
    outcome: Outcome, reason: str, code: str, record: TransactionRecord | None = None
) -> ExchangeResult:
    return ExchangeResult(
        outcome, reason, record=record, result_code=code, result_text=meaning(code).text
    )


def of_enquiry(request: Request, message: Message, currency: str) -> ExchangeResult:
    """The answer to a TransactionStatusRequest."""
    code = _code(message)
    if code == SUCCESS:
        return _repeated(request, message, currency)
    if request.operation is Operation.QUERY:
        if code in RUNNING:
            status = terminal_status(code)
            return ExchangeResult(Outcome.APPROVED, "in_progress", status=status, result_code=code)
        if code == NOT_FOUND:
            return ExchangeResult(Outcome.APPROVED, "not_found", result_code=code)
    elif code == NOT_FOUND:  # asked for the last one: there has been none
        return ExchangeResult(Outcome.APPROVED, "completed", result_code=code)
    elif code in RUNNING:
        return unknown("timeout")  # it may be asked again
    return _said(Outcome.DECLINED, "refused", code)


def _repeated(request: Request, message: Message, currency: str) -> ExchangeResult:
    """The answer of then, once more. One of another message than asked for is of another refund."""
    category = message.text("repeated_category") or ""
    reference = message.text("repeated_service_id")
    prefix = _PREFIXES.get(category)
    if prefix is None or reference is None or f"{prefix}result" not in message.values:
        return unknown("no_result")
    if request.operation is Operation.QUERY:
        wanted = records.category_of(request.about)
        if reference != request.reference or category != wanted:
            return unknown("mismatch")
    record = records.record_of(
        message, category, prefix=prefix, reference=reference, currency=currency
    )
    return ExchangeResult(
        Outcome.APPROVED, "completed", record=record, result_code=record.result_code or ""
    )


_PREFIXES: Final = {records.PAYMENT: "payment_", records.REVERSAL: "reversal_"}


def of_question(request: Request, message: Message) -> ExchangeResult:
    """The answer to any other harmless request."""
    code = _code(message)
    if request.operation is Operation.STATUS:
        return _status(code, message)
    outcome, reason = (
        (Outcome.APPROVED, "completed") if code == SUCCESS else (Outcome.DECLINED, "refused")
    )
    return ExchangeResult(
        outcome,
        reason,
        result_code=code,
        result_text=meaning(code).text,
        details=_details(message),
    )


def _status(code: str, message: Message) -> ExchangeResult:
    state = message.text("global_status") or ""
    if code != SUCCESS:
        state = code
    elif state == READY and message.values.get("communication_ok") is False:
        state = "Unreachable"
    return ExchangeResult(
        Outcome.APPROVED, "completed", status=terminal_status(state), result_code=code
    )


_DETAILS: Final[Mapping[str, str]] = {
    "terminal_id": "serial_number",
    "version": "software_version",
    "global_status": "global_status",
    "printer": "printer_status",
    "error_text": "additional_response",
}


def _details(message: Message) -> Mapping[str, str]:
    found = {
        key: mask_digits(text)
        for key, name in _DETAILS.items()
        if (text := message.text(name)) is not None
    }
    reachable = [
        bool(value) for name, value in message.values.items() if name.endswith("_reachable")
    ]
    if reachable:
        found["hosts_reachable"] = f"{sum(reachable)}/{len(reachable)}"
    return found
