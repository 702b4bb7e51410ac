"""What the sheet of a case says for the shop's file, from the journal alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from terminal_agent.journal.table import register_row, status
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptDead,
    AttemptDeclined,
    Correction,
    HumanVerdict,
)
from terminal_agent.runtime.attempts import sale_of
from terminal_agent.runtime.slip_content import meaning_of, original_of, reason_of, told
from terminal_agent.slips.model import CaseSheet, Happening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from terminal_agent.journal.replay import Reader
    from terminal_agent.refund.nouns import Attempt, RefundCase
    from terminal_agent.runtime.slip_content import SlipSettings


def case_sheet(
    journal: Reader, case: RefundCase, settings: SlipSettings, at: datetime
) -> CaseSheet:
    """The page as of `at`. Raises JournalRefusal where the sale book lacks the sale."""
    sale = sale_of(journal, case)
    row, last = register_row(case, sale), case.last_attempt
    settled = last is not None and not last.live  # before that a record could pass for a proof
    record = last.record if last is not None and settled else None
    return CaseSheet(
        language=settings.language,
        columns=settings.columns,
        merchant_lines=settings.merchant_lines,
        case_number=case.case_id,
        status=status(case),
        when=at,
        operation=case.operation,
        amount=case.amount,
        original=original_of(journal, case),
        source=sale.source.value,
        reason=reason_of(case, settings.language),
        terminal=row.terminal,
        terminal_id=(last.start.terminal_id if last is not None else sale.terminal_id) or "",
        card_name=told(record, "card_name") or sale.card_name or "",
        masked_pan=row.card,
        receipt_number=told(record, "receipt_number"),
        trace_number=told(record, "trace_number"),
        rrn=told(record, "rrn"),
        auth_code=told(record, "auth_code"),
        result_code=row.result_code if settled else "",
        result_text=meaning_of(row.result_text, settings.language),
        cashier=row.cashier,
        approver=", ".join(row.approvers),
        deciders=", ".join(case.by_people.people) if case.by_people is not None else "",
        proof=row.proof.removeprefix("evidence."),
        evidence=row.evidence_text,
        contact=row.customer_contact,
        reported=row.reported,
        timeline=tuple(sorted(_happenings(case), key=lambda one: one.when)),
    )


def _happenings(case: RefundCase) -> Iterator[Happening]:
    created = case.created
    yield Happening(created.at, "created", created.cashier)
    if case.authorised is not None:
        yield Happening(case.authorised.at, "authorised", ", ".join(case.authorised.approvers))
    for attempt in case.attempts:
        yield from _of_attempt(attempt)
    for correction in case.corrections:
        yield _by_people(correction, "corrected")
    for note in case.notes:
        yield Happening(note.at, note.kind.value, note.by)
    if case.cancelled is not None:
        yield Happening(case.cancelled.at, "cancelled", case.cancelled.by)


def _of_attempt(attempt: Attempt) -> Iterator[Happening]:
    if attempt.armed is not None:
        yield Happening(attempt.armed.at, "sent", attempt.start.terminal)
    if attempt.unknown is not None:
        yield Happening(attempt.unknown.at, "unknown")
    if attempt.parked is not None:
        yield Happening(attempt.parked.at, "parked")
    verdict = attempt.verdict
    match verdict:
        case None:
            return
        case HumanVerdict():
            yield _by_people(verdict, "people")
        case AttemptApproved():
            yield Happening(verdict.at, "approved")
        case AttemptDeclined():
            yield Happening(verdict.at, "declined")
        case AttemptDead():
            yield Happening(verdict.at, "dead")
        case _:  # pragma: no cover
            assert_never(verdict)


def _by_people(word: HumanVerdict | Correction, who: str) -> Happening:
    booked = "booked" if word.verdict is PersonVerdict.BOOKED else "not_booked"
    return Happening(word.at, f"{who}_{booked}", ", ".join(word.people))
