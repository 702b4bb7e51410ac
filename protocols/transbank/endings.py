"""How a request ends, in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Booking, Operation, Outcome, TerminalStatus
from protocols.transbank.records import fits
from protocols.transbank.results import NO_SALE, meaning

if TYPE_CHECKING:
    from protocols.kit.session import Request
    from protocols.kit.vocabulary import TransactionRecord

# Endings after which bytes of the old conversation may still come.
NEVER_CLEAN: Final = frozenset({"timeout", "no_answer", "nak", "garbled", "line_lost"})


def polled() -> ExchangeResult:
    """The poll was acknowledged: the terminal lives and is idle."""
    status = TerminalStatus(ready=True, busy=False, code="")
    return ExchangeResult(Outcome.APPROVED, "completed", status=status)


def nothing_yet() -> ExchangeResult:
    """Asked for the last sale, and there is none."""
    return ExchangeResult(Outcome.APPROVED, "completed", result_code=NO_SALE)


def of_code(code: str, record: TransactionRecord | None = None) -> ExchangeResult:
    """A reply with this result code, to something that moves no money."""
    told = meaning(code)
    reason = {Outcome.APPROVED: "completed", Outcome.DECLINED: "refused"}.get(told.outcome)
    return ExchangeResult(
        told.outcome,
        reason or "unclear",
        record=record if told.outcome is Outcome.APPROVED else None,
        result_code=code,
        result_text=told.text,
    )


def of_money(request: Request, record: TransactionRecord) -> ExchangeResult:
    """A durable result of a sale or a void. Approved only when it is what was asked for."""
    code = record.result_code or ""
    told = meaning(code)
    outcome, reason = Outcome.UNKNOWN, "unclear"
    if record.booking is Booking.DECLINED:
        outcome, reason = Outcome.DECLINED, "refused"
    elif record.booking is Booking.APPROVED:
        right = fits(request, record)
        outcome, reason = (Outcome.APPROVED, "completed") if right else (outcome, "mismatch")
    return ExchangeResult(
        outcome,
        reason,
        record=record,
        result_code=code,
        result_text=told.text,
        already_done=told.already_done and request.operation is Operation.VOID,
    )


def found(record: TransactionRecord | None) -> ExchangeResult:
    """The list of the batch was read to its end."""
    reason = "not_found" if record is None else "completed"
    return ExchangeResult(Outcome.APPROVED, reason, record=record)
