"""How an ECR17 request ends, in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.ecr17.results import meaning, terminal_status
from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Booking, Outcome, TransactionRecord

if TYPE_CHECKING:
    from protocols.ecr17.profiles import Ecr17Profile
    from protocols.kit.messages import Message

DONE: Final = ExchangeResult(Outcome.APPROVED, "completed")
_REASONS: Final = {Outcome.APPROVED: "completed", Outcome.DECLINED: "refused"}


def not_offered(*, missed: bool) -> ExchangeResult:
    """What ECR17 has no form for; `missed`: somebody wanted an answer."""
    outcome = Outcome.DECLINED if missed else Outcome.APPROVED
    return ExchangeResult(outcome, "not_offered", line_clean=True)


def unknown(reason: str, record: TransactionRecord | None = None) -> ExchangeResult:
    """The outcome was lost."""
    return ExchangeResult(Outcome.UNKNOWN, reason, record=record)


def not_sent(cause: str) -> ExchangeResult:
    """What must be known before a money message could not be known, so it was never written."""
    return ExchangeResult(Outcome.NOT_SENT, "nothing_written", details={"cause": cause})


def answered_status(message: Message, profile: Ecr17Profile) -> ExchangeResult:
    """The terminal told its state."""
    state = message.text("terminal_state") or ""
    version = (message.text("version") or "").strip()
    return ExchangeResult(
        Outcome.APPROVED,
        "completed",
        status=terminal_status(state, profile.ready_states, version),
        details={"terminal_id": message.text("terminal_id") or ""},
    )


def answered_close(message: Message) -> ExchangeResult:
    """The batch was closed, or was not."""
    code = message.text("result_code") or ""
    told = meaning(code)
    names = ("terminal_total_minor", "host_total_minor")
    totals = {name: str(message.values[name]) for name in names if name in message.values}
    good = told.outcome is Outcome.APPROVED
    return ExchangeResult(
        Outcome.APPROVED if good else Outcome.DECLINED,
        "completed" if good else "refused",
        result_code=code,
        result_text=told.text,
        details=totals,
    )


def of_money(record: TransactionRecord) -> ExchangeResult:
    """What a result says, if nothing happens to it any more; codes that are not certain say
    nothing."""
    told = meaning(record.result_code or "")
    return ExchangeResult(
        told.outcome,
        _REASONS.get(told.outcome, "unclear"),
        record=record,
        result_code=record.result_code or "",
        result_text=told.text,
    )


def enquired(record: TransactionRecord | None) -> ExchangeResult:
    """The last transaction, None where there is none."""
    code = (record.result_code or "") if record else ""
    return ExchangeResult(Outcome.APPROVED, "completed", record=record, result_code=code)


def of_reprint(reason: str, *, printed: bool) -> ExchangeResult:
    """Receipts came, or none for this reason."""
    return DONE if printed else unknown(reason)


def is_booked(record: TransactionRecord | None) -> bool:
    """Whether a result says that money moved."""
    return record is not None and record.booking is Booking.APPROVED
