"""One attempt: baseline and intent on disk, one money message, and what came of it on disk.

The order is the product. Nothing is written to the line before `append(AttemptBaselined,
AttemptArmed)` has returned; the terminal's result is acknowledged only after `ResultSeenFact` is
durable; the operator is told only after the verdict is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.errors import BadField, MoneyMoved, RefundAgentError
from protocols.kit.session import ExchangeResult, Note, Original, Progress, ReceiptText, Request
from protocols.kit.vocabulary import Operation, TransactionRecord
from terminal_agent.journal.errors import JournalError, refusal
from terminal_agent.journal.faults import supposing
from terminal_agent.refund.events import AttemptEvent, UnknownReason, end_of_exchange
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptArmed,
    AttemptBaselined,
    AttemptDead,
    AttemptDeclined,
    AttemptUnknown,
    Fact,
    PrintDue,
    ReceiptKept,
    ResultSeenFact,
)
from terminal_agent.refund.states import CaseState
from terminal_agent.runtime.originals import look_at

if TYPE_CHECKING:
    from datetime import datetime

    from terminal_agent.journal.replay import Reader
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import Attempt, RefundCase
    from terminal_agent.refund.sale import Sale
    from terminal_agent.runtime.conversation import Conversation, LastRead
    from terminal_agent.runtime.reporter import Reporter
    from terminal_agent.runtime.station import Station

# Receipt lines kept of one attempt; a terminal that prints without end must not fill the journal.
RECEIPT_LINES_MAX = 400
COPIES = ("merchant", "customer")
# 36 ** 4 beside 36 ** 6 seconds since 1970 (until the year 2038): ten letters or digits in all.
_JOURNAL_LENGTHS = 36**4


class Stopped(RefundAgentError):
    """The person at the counter stopped it before anything was armed: nothing was sent."""

    def __init__(self, what_happened: str) -> None:
        super().__init__("outcome.cancelled", what_happened)


@dataclass(frozen=True, slots=True)
class Ending:
    """What a live attempt came to; `interrupted` is an error that hid the result from us."""

    case: RefundCase
    result: ExchangeResult | None
    interrupted: RefundAgentError | None = None


class MoneyListener:
    """Hears a money exchange; the result is durable when `result_seen` returns."""

    def __init__(
        self, journal: Journal, station: Station, reporter: Reporter, case_id: str, attempt: int
    ) -> None:
        self._journal = journal
        self._station = station
        self._reporter = reporter
        self._case_id = case_id
        self._attempt = attempt
        self.seen: TransactionRecord | None = None
        self.receipts: list[ReceiptText] = []

    def result_seen(self, record: TransactionRecord) -> None:
        """Make the result durable; an error means that no acknowledgement is sent."""
        self._journal.append(
            ResultSeenFact(
                at=self._station.clock.wall(),
                case_id=self._case_id,
                attempt=self._attempt,
                record=record,
            )
        )
        self.seen = record

    def progress(self, progress: Progress) -> None:
        """Show what the terminal does."""
        self._reporter.terminal_says(progress.key, progress.text)

    def receipt(self, text: ReceiptText) -> None:
        """Keep the terminal's own receipt for the case file."""
        if sum(len(kept.lines) for kept in self.receipts) < RECEIPT_LINES_MAX:
            self.receipts.append(text)

    def note(self, note: Note) -> None:
        """Show it to the technician."""
        self._reporter.technical(note.code, note.text)

    def abort_wanted(self) -> bool:
        """Whether the cashier wants the terminal to stop."""
        return self._reporter.abort_wanted()


class AttemptRunner:
    """Makes attempts on one terminal."""

    def __init__(self, journal: Journal, station: Station, reporter: Reporter) -> None:
        self._journal = journal
        self._station = station
        self._reporter = reporter

    def baseline(self, talk: Conversation) -> LastRead:
        """The terminal is idle and the line clean: read its last transaction."""
        self._reporter.step("step.querying")
        return talk.clean_last()

    def look_at_original(self, case: RefundCase, talk: Conversation) -> None:
        """Where the terminal shows a sale by its number: is it the one that is to be voided?

        Raises LinkError, and JournalRefusal where it is not.
        """
        if case.operation is Operation.VOID and self._station.capabilities.shows_originals:
            look_at(case, sale_of(self._journal, case), self._request(case), talk)

    def run(
        self, case: RefundCase, talk: Conversation, before: LastRead, *, repeats: int | None = None
    ) -> Ending:
        """Arm and send once. Raises JournalError, JournalRefusal, Stopped: nothing is armed.

        A JournalError that tells of more than no money comes from behind that: not even the case
        could be read.
        """
        number = len(case.attempts) + 1
        request = self._request(case)
        self._refuse_unsayable(case, request)
        if self._reporter.abort_wanted():
            raise Stopped("stopped before anything was sent")
        self._arm(case, talk, before, number=number, request=request, repeats=repeats)
        with supposing(MoneyMoved.MAYBE):
            return self._send(case, number, request)

    def _send(self, case: RefundCase, number: int, request: Request) -> Ending:
        """The armed attempt's one message, and what came of it."""
        listener = MoneyListener(self._journal, self._station, self._reporter, case.case_id, number)
        self._reporter.step("step.sending")
        try:
            result = self._station.terminal.exchange(request, listener)
        except JournalError as error:
            # The result could not be kept, so it was not acknowledged: the terminal may undo it.
            return Ending(self._journal.case(case.case_id), None, error)
        return self._note_end(case, number, listener, result)

    def _refuse_unsayable(self, case: RefundCase, request: Request) -> None:
        """Before anything is armed: a number that the terminal's wire has no room for, say."""
        try:
            self._station.terminal.check(request)
        except BadField as error:
            raise refusal(
                "refusal.cannot_be_sent",
                f"{case.case_id}: {error.what_happened}",
                "Correct the sale in the sale book.",
                case=case.case_id,
                problem=error.what_happened,
            ) from error

    def _request(self, case: RefundCase) -> Request:
        assert case.operation is not None, "an unauthorised case is never sent"
        return Request(
            operation=case.operation,
            amount=case.amount,
            original=original_of(sale_of(self._journal, case)),
            reference=self._reference(case),
        )

    def _reference(self, case: RefundCase) -> str:
        """Our own reference of the next attempt: never used twice, not even by a lost journal's.

        Where the wire has little room it is made from the journal's length, which only grows, and
        the second of the clock; neither alone tells a restored journal from the one before it.
        """
        make = self._station.reference
        if make is None:
            return f"{case.case_id}-{len(case.attempts) + 1}"
        seconds = int(self._station.clock.wall().timestamp())
        return make(seconds * _JOURNAL_LENGTHS + self._journal.tail()[0] % _JOURNAL_LENGTHS)

    def _arm(
        self,
        case: RefundCase,
        talk: Conversation,
        before: LastRead,
        *,
        number: int,
        request: Request,
        repeats: int | None,
    ) -> None:
        station, at = self._station, self._station.clock.wall()
        assert case.operation is not None, "an unauthorised case is never sent"
        self._journal.append(
            AttemptBaselined(
                at=at,
                case_id=case.case_id,
                attempt=number,
                operation=case.operation,
                terminal=station.name,
                terminal_id=talk.terminal_id,
                baseline=before.record,
                baseline_known=before.supported,
                repeats=repeats,
            ),
            AttemptArmed(
                at=at,
                case_id=case.case_id,
                attempt=number,
                reference=request.reference or "",
                link=station.terminal.description,
                request_digest=digest_of(request),
                exclusive=station.exclusive,
                proved=station.proved,
                number_fields=station.capabilities.number_fields,
                horizon_s=station.horizon_s,
            ),
        )

    def _note_end(
        self, case: RefundCase, number: int, listener: MoneyListener, result: ExchangeResult
    ) -> Ending:
        at = self._station.clock.wall()
        end = end_of_exchange(result, listener.seen)
        facts: list[Fact] = [
            ReceiptKept(
                at=at, case_id=case.case_id, attempt=number, copy=text.copy, lines=text.lines
            )
            for text in joined(listener.receipts)
        ]
        facts += self._verdict(case, number, end, result, at)
        try:
            self._journal.append(*facts)
        except JournalError as error:
            return Ending(self._journal.case(case.case_id), result, error)
        return Ending(self._journal.case(case.case_id), result)

    def _verdict(
        self,
        case: RefundCase,
        number: int,
        end: AttemptEvent | UnknownReason,
        result: ExchangeResult,
        at: datetime,
    ) -> list[Fact]:
        case_id = case.case_id
        if isinstance(end, UnknownReason):
            return [AttemptUnknown(at=at, case_id=case_id, attempt=number, reason=end)]
        if end is AttemptEvent.COMPLETED:
            approved = AttemptApproved(
                at=at,
                case_id=case_id,
                attempt=number,
                evidence=Evidence.LIVE_ANSWER,
                record=result.record,
            )
            return [
                *self._settled_by(case, at),
                approved,
                *prints_due(case_id, slip_id(case_id, number), at),
            ]
        if end is AttemptEvent.REFUSED:
            return [
                AttemptDeclined(
                    at=at,
                    case_id=case_id,
                    attempt=number,
                    result_code=result.result_code,
                    result_text=result.result_text,
                    record=result.record,
                    already_done=result.already_done,
                )
            ]
        assert end is AttemptEvent.NOT_SENT, f"{end} is no end of an exchange"
        return [
            AttemptDead(
                at=at,
                case_id=case_id,
                attempt=number,
                evidence=Evidence.NOT_STARTED,
                why=(f"dead.{result.reason}",),
                result_code=result.result_code,
                result_text=result.result_text,
            )
        ]

    def _settled_by(self, case: RefundCase, at: datetime) -> list[Fact]:
        """A commit-once repeat that was done now proves that the attempts before it were not."""
        return [
            AttemptDead(
                at=at,
                case_id=case.case_id,
                attempt=attempt.number,
                evidence=Evidence.BY_REFERENCE,
                why=("proof.done_now",),
            )
            for attempt in case.open_attempts
        ]


def sale_of(journal: Reader, case: RefundCase) -> Sale:
    """The sale of a case; raises JournalRefusal where the sale book does not have it."""
    state = journal.sale(case.created.sale_id)
    if state is None:
        raise refusal(
            "refusal.not_found",
            f"the sale {case.created.sale_id} is not in the sale book",
            "Import the sale again.",
            receipt=case.created.sale_id,
        )
    return state.sale


def original_of(sale: Sale) -> Original:
    """The sale by all the numbers that a terminal may know it under."""
    return Original(
        receipt_number=sale.receipt_number,
        trace_number=sale.trace_number,
        turnover_number=sale.turnover_number,
        rrn=sale.rrn,
        auth_code=sale.auth_code,
        date=f"{sale.sold_at:%m%d}",
        sold_ms=round(sale.sold_at.timestamp() * 1_000),
    )


def query_of(case: RefundCase, attempt: Attempt, sale: Sale) -> Request:
    """The question what became of this attempt, as it was sent."""
    assert attempt.armed is not None, "what was never armed was never sent"
    return Request(
        operation=Operation.QUERY,
        amount=case.amount,
        original=original_of(sale),
        reference=attempt.armed.reference or None,
        about=attempt.start.operation,
    )


def slip_id(case_id: str, attempt: int, letter: str = "") -> str:
    """The id of a slip; `letter` tells the kinds of one attempt apart (U = not confirmed)."""
    return f"{case_id}-{attempt}{letter}"


def newest_slip(case: RefundCase) -> str:
    """The id of the slip that tells how the case stands now."""
    attempt = case.last_attempt
    number = attempt.number if attempt else 0
    return slip_id(case.case_id, number, "U" if attempt is not None and attempt.live else "")


def prints_due(case_id: str, slip: str, at: datetime) -> list[Fact]:
    """Both copies of a slip are to be printed."""
    return [PrintDue(at=at, case_id=case_id, slip_id=slip, copy=copy) for copy in COPIES]


def digest_of(request: Request) -> str:
    """SHA-256 of what is asked, in hex: shows later that the intent was not another one."""
    original = request.original
    told = {
        "operation": request.operation.value,
        "amount": str(request.amount),
        "receipt": original.receipt_number if original else None,
        "reference": request.reference,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def joined(texts: list[ReceiptText]) -> list[ReceiptText]:
    """Lines that came one by one, put together copy by copy."""
    found: list[ReceiptText] = []
    for text in texts:
        if found and found[-1].copy == text.copy and not found[-1].last:
            before = found.pop()
            text = ReceiptText(before.lines + text.lines, text.copy, text.last)  # noqa: PLW2901
        found.append(text)
    return found


def may_try(case: RefundCase) -> bool:
    """Whether a further attempt is allowed: authorised, and no attempt open."""
    return case.state is CaseState.AUTHORISED and case.operation in {
        Operation.VOID,
        Operation.REFUND,
    }
