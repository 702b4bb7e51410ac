"""How an AIP request ends, in our words; what may answer which request, and how long that takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from protocols.aip import tags
from protocols.aip.commands import TYPES
from protocols.aip.records import matches, text
from protocols.aip.results import NO_RECORD, meaning
from protocols.kit.masking import mask_digits
from protocols.kit.session import ExchangeResult, ReceiptText, Request
from protocols.kit.vocabulary import Booking, Operation, Outcome, TerminalStatus, TransactionRecord

if TYPE_CHECKING:
    from protocols.aip.profiles import AipProfile
    from protocols.kit.messages import Message

# What a query or a reprint may tell of: the answer has the type of that transaction, or its own.
# 7 is left out: it cannot be told from the answer to a line test.
_TOLD_TYPES: Final = frozenset({*range(2, 14), *range(22, 31)}) - {tags.LINE_TEST}
BUSY: Final = "09"
READY: Final = frozenset({"", "00"})
_SLOW: Final = frozenset({Operation.END_OF_DAY, Operation.INITIALISE})
_DETAILS: Final = ("terminal_id", "merchant_id", "batch_number", "result_text")


def answers_to(operation: Operation) -> frozenset[int]:
    """The types that an answer may have."""
    own = frozenset({TYPES[operation]})
    return own | _TOLD_TYPES if operation in _TELLING else own


_TELLING: Final = frozenset({Operation.LAST_TRANSACTION, Operation.REPRINT})


def wait_s(operation: Operation, profile: AipProfile) -> float:
    """How long an answer may take."""
    if operation.moves_money or operation in _SLOW:
        return profile.money_s
    return profile.test_s if TYPES[operation] == tags.LINE_TEST else profile.answer_s


def not_offered(operation: Operation) -> ExchangeResult:
    """What AIP has no form for: to sign off is harmless, everything else cannot be had."""
    harmless = operation is Operation.DISCONNECT
    outcome = Outcome.APPROVED if harmless else Outcome.DECLINED
    return ExchangeResult(outcome, "not_offered", line_clean=True)


def of_money(request: Request, record: TransactionRecord) -> ExchangeResult:
    """What an answer that is on disk means."""
    code = record.result_code or ""
    told = meaning(code)
    if record.booking is Booking.DECLINED:
        outcome, reason = Outcome.DECLINED, "refused"
    elif record.booking is Booking.UNKNOWN:
        outcome, reason = Outcome.UNKNOWN, "unclear"
    elif matches(request, record):
        outcome, reason = Outcome.APPROVED, "completed"
    else:
        outcome, reason = Outcome.UNKNOWN, "mismatch"
    return ExchangeResult(
        outcome, reason, record=record, result_code=code, result_text=told.text if code else ""
    )


def of_question(
    operation: Operation, message: Message, record: TransactionRecord
) -> ExchangeResult:
    """The answer to a request that moves no money."""
    code = record.result_code or ""
    if operation is Operation.STATUS:
        advice = "" if code in READY else meaning(code).advice
        status = TerminalStatus(code in READY, code == BUSY, code, advice)
        return ExchangeResult(Outcome.APPROVED, "completed", status=status, result_code=code)
    if operation is Operation.CONNECT:  # whatever it says: it is there
        return ExchangeResult(Outcome.APPROVED, "completed", details=_details(message))
    if operation is Operation.LAST_TRANSACTION:
        return _of_query(code, record)
    outcome = meaning(code).outcome
    if outcome is Outcome.UNKNOWN and operation is not Operation.END_OF_DAY:
        outcome = Outcome.DECLINED  # nothing was to move: whatever it is, it was not done
    reasons = {Outcome.APPROVED: "completed", Outcome.DECLINED: "refused"}
    return ExchangeResult(
        outcome,
        reasons.get(outcome, "unclear"),
        record=record if operation is Operation.REPRINT else None,
        result_code=code,
        result_text=meaning(code).text,
        details=_details(message),
    )


def _of_query(code: str, record: TransactionRecord) -> ExchangeResult:
    """Type 15. A code with a voucher number is that transaction's, without one the query's own."""
    if record.trace_number is not None:
        return ExchangeResult(Outcome.APPROVED, "completed", record=record, result_code=code)
    if code in NO_RECORD or meaning(code).outcome is Outcome.APPROVED:
        return ExchangeResult(Outcome.APPROVED, "completed", result_code=code)
    return ExchangeResult(
        Outcome.DECLINED, "refused", result_code=code, result_text=meaning(code).text
    )


def receipts(message: Message) -> list[ReceiptText]:
    """What the terminal wants printed (9F52)."""
    content = message.text("print_content")
    if not content:
        return []
    return [ReceiptText(tuple(mask_digits(line) for line in content.splitlines()), last=True)]


def with_cleanness(result: ExchangeResult, *, clean: bool) -> ExchangeResult:
    """The same ending with what is known of the line."""
    return replace(result, line_clean=clean)


def _details(message: Message) -> dict[str, str]:
    found = {name: text(message, name) for name in _DETAILS}
    return {name: mask_digits(value) for name, value in found.items() if value is not None}
