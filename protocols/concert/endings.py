"""How a Concert V2 request ends, in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.concert.records import matches
from protocols.concert.results import meaning
from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Booking, Outcome

if TYPE_CHECKING:
    from protocols.kit.session import Request
    from protocols.kit.vocabulary import TransactionRecord


def of_money(request: Request, record: TransactionRecord) -> ExchangeResult:
    """What an answer to a money request comes to, once it is durable."""
    if record.booking is Booking.UNKNOWN:
        return unknown("unclear", record)
    if not matches(request, record):
        return unknown("mismatch", record)
    return _told(record, done=record.booking is Booking.APPROVED, shown=record)


def of_copy(record: TransactionRecord) -> ExchangeResult:
    """A duplicate slip: its answer says that it was printed, not how the original ended."""
    printed = meaning(record.result_code or "").outcome is Outcome.APPROVED
    return _told(record, done=printed, shown=record if printed else None)


def unknown(reason: str, record: TransactionRecord | None = None) -> ExchangeResult:
    """Nobody knows; `record` is what was told, if anything."""
    code = (record.result_code or "") if record else ""
    text = meaning(code).text if code else ""
    return ExchangeResult(
        Outcome.UNKNOWN, reason, record=record, result_code=code, result_text=text
    )


def _told(
    record: TransactionRecord, *, done: bool, shown: TransactionRecord | None
) -> ExchangeResult:
    code = record.result_code or ""
    return ExchangeResult(
        Outcome.APPROVED if done else Outcome.DECLINED,
        "completed" if done else "refused",
        record=shown,
        result_code=code,
        result_text="" if done else meaning(code).text,
        line_clean=True,
    )
