"""The refund register that the shop keeps: one row per case, computed, never typed.

Rows hold data and text keys; whoever shows them looks the words up in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptDead,
    AttemptDeclined,
    HumanVerdict,
    NoteKind,
)
from terminal_agent.refund.states import AttemptState, CaseState

if TYPE_CHECKING:
    from datetime import datetime

    from protocols.kit.money import Amount
    from terminal_agent.refund.nouns import Attempt, RefundCase
    from terminal_agent.refund.sale import Sale

# The columns, in order; their words stand in the texts under `record.column.`.
COLUMNS = (
    "date",
    "case",
    "amount",
    "way",
    "reason",
    "provider_response",
    "status",
    "cashier",
    "approver",
    "customer_contact",
    "evidence",
    "reported",
    "receipt_number",
    "original_receipt_number",
    "terminal",
    "card",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One case in the register.

    `way`, `reason`, `status` and `proof` are text keys ("" when there is none yet). The texts are
    what people and terminals wrote, with card numbers hidden.
    """

    date: datetime
    case: str
    amount: Amount
    way: str
    reason: str
    reason_text: str
    result_code: str
    result_text: str
    status: str
    cashier: str
    approvers: tuple[str, ...]
    customer_contact: str
    proof: str
    evidence_text: str
    reported: str
    receipt_number: str
    original_receipt_number: str
    terminal: str
    card: str


def register_row(case: RefundCase, sale: Sale) -> RegisterRow:
    """The row of a case."""
    last = case.last_attempt
    record = last.record if last is not None else None
    way = case.operation
    code, text = _answer(last)
    return RegisterRow(
        date=case.created.at,
        case=case.case_id,
        amount=case.amount,
        way=f"way.{way.value}" if way is not None else "",
        reason=f"reason.{case.created.reason}",
        reason_text=case.created.reason_text,
        result_code=code or (record.result_code if record is not None else None) or "",
        result_text=text,
        status=f"record.status.{status(case)}",
        cashier=case.created.cashier,
        approvers=case.authorised.approvers if case.authorised is not None else (),
        customer_contact=_notes(case, NoteKind.CONTACT),
        proof=_proof(case),
        evidence_text=_evidence_text(case),
        reported=_notes(case, NoteKind.REPORTED),
        receipt_number=(record.receipt_number if record is not None else None) or "",
        original_receipt_number=sale.receipt_number or "",
        terminal=last.start.terminal if last is not None else sale.terminal,
        card=(record.masked_pan if record is not None else None) or sale.masked_pan or "",
    )


# What an open attempt means for the register; the first state that any open attempt is in counts.
_OPEN = (
    (AttemptState.PARKED, "parked"),
    (AttemptState.UNKNOWN, "unknown"),
    (AttemptState.RESOLVING, "under_enquiry"),
)


def status(case: RefundCase) -> str:
    """The word of the register for where a case stands."""
    if case.state is CaseState.CREATED:
        return "awaiting_approval"
    if case.state is CaseState.ATTEMPTING:
        states = {attempt.state for attempt in case.open_attempts}
        return next((word for state, word in _OPEN if state in states), "in_process")
    if case.state is CaseState.REFUNDED:
        return _refunded(case)
    return _not_refunded(case)


def _refunded(case: RefundCase) -> str:
    doubted = case.by_people is not None or any(a.unknown is not None for a in case.attempts)
    if doubted:
        return "confirmed_done"
    return "voided" if case.operation is not None and case.operation.value == "void" else "refunded"


def _not_refunded(case: RefundCase) -> str:
    """Closed without money, or open for a further try after an attempt that is dead."""
    told = case.last_attempt.verdict if case.last_attempt is not None else None
    if case.corrections:
        return "confirmed_not_done"
    if case.cancelled is not None:
        return "cancelled"
    if isinstance(told, AttemptDeclined):
        return "declined"
    if isinstance(told, AttemptDead) and told.evidence is Evidence.NOT_STARTED:
        return "not_sent"
    return "authorised" if told is None else "confirmed_not_done"


def _answer(attempt: Attempt | None) -> tuple[str, str]:
    """The terminal's code and the text key of its meaning."""
    told = attempt.verdict if attempt is not None else None
    if isinstance(told, AttemptDeclined | AttemptDead):
        return told.result_code, told.result_text
    return "", ""


def _proof(case: RefundCase) -> str:
    if case.corrections:
        last = case.corrections[-1]
        return f"evidence.{last.evidence.value}"
    told = case.last_attempt.verdict if case.last_attempt is not None else None
    if isinstance(told, AttemptDeclined):
        return f"evidence.{Evidence.LIVE_ANSWER.value}"
    if isinstance(told, AttemptApproved | AttemptDead | HumanVerdict):
        return f"evidence.{told.evidence.value}"
    return ""


def _evidence_text(case: RefundCase) -> str:
    told = case.by_people
    texts = [told.evidence_text] if told is not None else []
    return "; ".join([*texts, *_texts(case, NoteKind.EVIDENCE)])


def _notes(case: RefundCase, kind: NoteKind) -> str:
    return "; ".join(_texts(case, kind))


def _texts(case: RefundCase, kind: NoteKind) -> list[str]:
    return [note.text for note in case.notes if note.kind is kind]
