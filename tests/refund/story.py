"""Facts with sensible contents, and every fact that a test may try next on a case."""

from __future__ import annotations

from datetime import UTC, datetime

from protocols.kit.capabilities import Capability
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.refund.case import RefundCase, fold
from terminal_agent.refund.events import UnknownReason
from terminal_agent.refund.evidence import Evidence, PersonVerdict, PrintProof
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptArmed,
    AttemptBaselined,
    AttemptDead,
    AttemptDeclined,
    AttemptParked,
    AttemptUnknown,
    CaseAuthorised,
    CaseCancelled,
    CaseCreated,
    CaseNoted,
    Correction,
    Fact,
    HumanVerdict,
    NoteKind,
    PrintDue,
    Printed,
    PrintFailed,
    PrintNotSent,
    PrintStarted,
    PrintUncertain,
    ReceiptKept,
    RecoveryStarted,
    RefusalNoted,
    ResultSeenFact,
)

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
EUR = Currency.of("EUR")
CASE = "RF-20261124-0001"
BOOKED = TransactionRecord(
    Booking.APPROVED, amount_minor=1000, currency="978", receipt_number="0002"
)
REFUSED = TransactionRecord(Booking.DECLINED, amount_minor=1000, result_code="05")
TWO = ("Chen", "Meier")


def created(case_id: str = CASE, *, key: str = "k1", minor: int = 1000) -> CaseCreated:
    return CaseCreated(
        at=AT,
        case_id=case_id,
        key=key,
        sale_id="s1",
        amount=Amount(minor, EUR),
        reason="complaint",
        reason_text="",
        cashier="Anna",
    )


def authorised(
    case_id: str = CASE,
    *,
    approvers: tuple[str, ...] = ("Bruno",),
    operation: Operation = Operation.REFUND,
) -> CaseAuthorised:
    return CaseAuthorised(
        at=AT, case_id=case_id, approvers=approvers, operation=operation, why=("why.partial",)
    )


def baselined(
    attempt: int = 1,
    case_id: str = CASE,
    *,
    repeats: int | None = None,
    terminal: str = "desk",
    operation: Operation = Operation.REFUND,
) -> AttemptBaselined:
    return AttemptBaselined(
        at=AT,
        case_id=case_id,
        attempt=attempt,
        operation=operation,
        terminal=terminal,
        baseline=TransactionRecord(Booking.APPROVED, amount_minor=77, receipt_number="0001"),
        baseline_known=True,
        repeats=repeats,
    )


def armed(attempt: int = 1, case_id: str = CASE, *, reference: str = "") -> AttemptArmed:
    return AttemptArmed(
        at=AT,
        case_id=case_id,
        attempt=attempt,
        reference=reference or f"{case_id}-{attempt}",
        link="serial:/dev/ttyUSB0",
        request_digest="ab" * 32,
        exclusive=True,
        proved=frozenset({Capability.LAST, Capability.NUMBERS}),
        number_fields=("receipt_number",),
        horizon_s=45.0,
    )


def seen(
    attempt: int = 1, case_id: str = CASE, *, record: TransactionRecord = BOOKED
) -> ResultSeenFact:
    return ResultSeenFact(at=AT, case_id=case_id, attempt=attempt, record=record)


def approved(
    attempt: int = 1, case_id: str = CASE, *, evidence: Evidence = Evidence.LIVE_ANSWER
) -> AttemptApproved:
    return AttemptApproved(
        at=AT, case_id=case_id, attempt=attempt, evidence=evidence, record=BOOKED
    )


def declined(
    attempt: int = 1, case_id: str = CASE, *, already_done: bool = False
) -> AttemptDeclined:
    return AttemptDeclined(
        at=AT,
        case_id=case_id,
        attempt=attempt,
        result_code="05",
        result_text="zvt.result.05",
        record=REFUSED,
        already_done=already_done,
    )


def unknown(
    attempt: int = 1, case_id: str = CASE, *, reason: UnknownReason = UnknownReason.TIMED_OUT
) -> AttemptUnknown:
    return AttemptUnknown(at=AT, case_id=case_id, attempt=attempt, reason=reason)


def recovery(attempt: int = 1, case_id: str = CASE) -> RecoveryStarted:
    return RecoveryStarted(at=AT, case_id=case_id, attempt=attempt)


def dead(
    attempt: int = 1, case_id: str = CASE, *, evidence: Evidence = Evidence.UNCHANGED
) -> AttemptDead:
    return AttemptDead(at=AT, case_id=case_id, attempt=attempt, evidence=evidence)


def parked(attempt: int = 1, case_id: str = CASE) -> AttemptParked:
    return AttemptParked(
        at=AT, case_id=case_id, attempt=attempt, reasons=("doubt.several_since",), last=BOOKED
    )


def verdict(
    told: PersonVerdict, attempt: int = 1, case_id: str = CASE, *, number: str | None = "0002"
) -> HumanVerdict:
    return HumanVerdict(
        at=AT,
        case_id=case_id,
        attempt=attempt,
        people=TWO,
        verdict=told,
        evidence_text="terminal journal of today",
        number_typed=number,
    )


def correction(told: PersonVerdict, case_id: str = CASE) -> Correction:
    return Correction(
        at=AT, case_id=case_id, people=TWO, verdict=told, evidence_text="call with the acquirer"
    )


def cancelled(case_id: str = CASE) -> CaseCancelled:
    return CaseCancelled(at=AT, case_id=case_id, by="Anna", why="cancel.by_cashier")


def noted(case_id: str = CASE, *, kind: NoteKind = NoteKind.CONTACT) -> CaseNoted:
    return CaseNoted(at=AT, case_id=case_id, kind=kind, by="Anna", text="called on Tuesday")


def receipt(attempt: int = 1, case_id: str = CASE) -> ReceiptKept:
    return ReceiptKept(
        at=AT, case_id=case_id, attempt=attempt, copy="merchant", lines=("REFUND", "EUR 10.00")
    )


def print_due(case_id: str = CASE, *, reprint: int = 0) -> PrintDue:
    return PrintDue(at=AT, case_id=case_id, slip_id="slip", copy="merchant", reprint=reprint)


def print_started(
    case_id: str = CASE, *, reprint: int = 0, process_id: str = "0001"
) -> PrintStarted:
    return PrintStarted(
        at=AT,
        case_id=case_id,
        slip_id="slip",
        copy="merchant",
        reprint=reprint,
        printer="counter",
        process_id=process_id,
    )


def printed(
    case_id: str = CASE, *, reprint: int = 0, proof: PrintProof = PrintProof.KEPT
) -> Printed:
    return Printed(
        at=AT,
        case_id=case_id,
        slip_id="slip",
        copy="merchant",
        reprint=reprint,
        proof=proof,
        where="screen",
    )


def print_not_sent(case_id: str = CASE, *, reprint: int = 0) -> PrintNotSent:
    return PrintNotSent(
        at=AT, case_id=case_id, slip_id="slip", copy="merchant", reprint=reprint, why="paper_out"
    )


def print_uncertain(case_id: str = CASE, *, reprint: int = 0) -> PrintUncertain:
    return PrintUncertain(
        at=AT, case_id=case_id, slip_id="slip", copy="merchant", reprint=reprint, why="line_lost"
    )


def print_failed(case_id: str = CASE, *, reprint: int = 0) -> PrintFailed:
    return PrintFailed(
        at=AT, case_id=case_id, slip_id="slip", copy="merchant", reprint=reprint, why="paper_out"
    )


def refusal_noted(case_id: str | None = CASE) -> RefusalNoted:
    return RefusalNoted(at=AT, state="approved", event="timed_out", text="late", case_id=case_id)


TO_ARMED: tuple[Fact, ...] = (created(), authorised(), baselined(), armed())
TO_RESOLVING: tuple[Fact, ...] = (*TO_ARMED, unknown(), recovery())
TO_PARKED: tuple[Fact, ...] = (*TO_RESOLVING, parked())
TO_REFUNDED: tuple[Fact, ...] = (*TO_ARMED, seen(), approved())


def case_of(*facts: Fact) -> RefundCase:
    return fold(facts)


def everything_next(case: RefundCase) -> list[Fact]:
    """Every kind of fact, for every attempt there is and the next: legal and illegal ones."""
    case_id, newest = case.case_id, len(case.attempts)
    way = case.operation or Operation.REFUND
    facts: list[Fact] = [
        authorised(case_id, operation=Operation.VOID),
        authorised(case_id),
        cancelled(case_id),
        correction(PersonVerdict.BOOKED, case_id),
        correction(PersonVerdict.NOT_BOOKED, case_id),
        baselined(newest + 1, case_id, operation=way),
    ]
    for number in range(1, newest + 1):
        facts.append(baselined(newest + 1, case_id, repeats=number, operation=way))
        facts += of_attempt(number, case_id)
    return facts


def of_attempt(number: int, case_id: str) -> list[Fact]:
    """Every kind of fact of one attempt, with every meaning that matters to the tables."""
    return [
        armed(number, case_id),
        seen(number, case_id),
        seen(number, case_id, record=REFUSED),
        declined(number, case_id),
        recovery(number, case_id),
        parked(number, case_id),
        approved(number, case_id),
        approved(number, case_id, evidence=Evidence.ADVANCED),
        dead(number, case_id),
        dead(number, case_id, evidence=Evidence.NOT_STARTED),
        verdict(PersonVerdict.BOOKED, number, case_id),
        verdict(PersonVerdict.NOT_BOOKED, number, case_id),
        *(unknown(number, case_id, reason=reason) for reason in UnknownReason),
    ]
