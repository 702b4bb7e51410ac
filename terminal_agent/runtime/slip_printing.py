"""Prints the slips that are due: at least once, every further copy marked, money never touched.

That a copy is due stands in the journal before anything is printed; that it was printed, after. A
crash in between writes the very same file again, which is the same as having written it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.vocabulary import Operation, Outcome, TransactionRecord
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import PrintDue, Printed, PrintFailed
from terminal_agent.refund.states import AttemptState, SlipState
from terminal_agent.runtime.attempts import COPIES, sale_of, slip_id
from terminal_agent.slips.model import OriginalSale, SlipCopy, SlipData, SlipError
from terminal_agent.slips.writer import write_slip

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from drivers.clock import Clock
    from terminal_agent.journal.store import Journal
    from terminal_agent.prompts.catalog import Texts
    from terminal_agent.refund.nouns import Attempt, RefundCase, Slip

_OUTCOMES = {
    AttemptState.APPROVED: Outcome.APPROVED,
    AttemptState.DECLINED: Outcome.DECLINED,
    AttemptState.DEAD: Outcome.NOT_SENT,
}


@dataclass(frozen=True, slots=True)
class SlipSettings:
    """How slips look and where they go."""

    folder: Path
    columns: int = 32
    merchant_lines: tuple[str, ...] = ()
    merchant_id: str = ""


class SlipPrinter:
    """Renders from the journal and keeps in it what was printed, in the language of `texts`."""

    def __init__(
        self, journal: Journal, clock: Clock, settings: SlipSettings, texts: Texts
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self._texts = texts

    def print_due(self, case: RefundCase) -> tuple[RefundCase, list[Path], SlipError | None]:
        """Print every copy that is due; gives the case, the files, and the first error."""
        files: list[Path] = []
        failed: SlipError | None = None
        for slip in case.slips:
            if slip.state is SlipState.PRINTED:
                continue
            try:
                path = write_slip(self.data(case, slip), self._settings.folder)
            except SlipError as error:
                failed = failed or error
                if slip.state is SlipState.PRINT_DUE:
                    self._journal.append(self._failed(case, slip, error))
                continue
            files.append(path)
            if slip.state is SlipState.PRINT_DUE:
                self._journal.append(
                    Printed(
                        at=self._clock.wall(),
                        case_id=case.case_id,
                        slip_id=slip.slip_id,
                        copy=slip.copy,
                        reprint=slip.reprint,
                        where=str(path),
                    )
                )
        return self._journal.case(case.case_id), files, failed

    def reprint(self, case: RefundCase) -> RefundCase:
        """Make a further, marked copy of the newest slip due; a first slip where there is none."""
        wanted = self._newest(case)
        facts = []
        for copy in COPIES:
            before = next((s for s in case.slips if (s.slip_id, s.copy) == (wanted, copy)), None)
            facts.append(
                PrintDue(
                    at=self._clock.wall(),
                    case_id=case.case_id,
                    slip_id=wanted,
                    copy=copy,
                    reprint=before.reprint + 1 if before else 0,
                )
            )
        self._journal.append(*facts)
        return self._journal.case(case.case_id)

    def _newest(self, case: RefundCase) -> str:
        attempt = case.last_attempt
        number = attempt.number if attempt else 0
        letter = "U" if attempt is not None and attempt.live else ""
        return slip_id(case.case_id, number, letter)

    def _failed(self, case: RefundCase, slip: Slip, error: SlipError) -> PrintFailed:
        return PrintFailed(
            at=self._clock.wall(),
            case_id=case.case_id,
            slip_id=slip.slip_id,
            copy=slip.copy,
            reprint=slip.reprint,
            why=error.code,
        )

    def data(self, case: RefundCase, slip: Slip) -> SlipData:
        """Everything one copy shows, from the facts alone."""
        attempt = self._attempt_of(case, slip)
        outcome = self._outcome(case, slip, attempt)
        record = attempt.record if outcome is not Outcome.UNKNOWN else None
        state = self._journal.sale(case.created.sale_id)
        return SlipData(
            slip_id=slip.slip_id,
            case_number=case.case_id,
            operation=case.operation or Operation.REFUND,
            outcome=outcome,
            copy=SlipCopy(slip.copy),
            amount=case.amount,
            when=self._when(attempt, outcome),
            language=self._texts.language,
            columns=self._settings.columns,
            reprint=slip.reprint,
            merchant_lines=self._settings.merchant_lines,
            merchant_id=self._settings.merchant_id or _told(record, "merchant_id"),
            terminal_id=attempt.start.terminal_id or _told(record, "terminal_id"),
            card_name=_told(record, "card_name"),
            masked_pan=_told(record, "masked_pan"),
            receipt_number=_told(record, "receipt_number"),
            trace_number=_told(record, "trace_number"),
            rrn=_told(record, "rrn"),
            auth_code=_told(record, "auth_code"),
            batch_number=_told(record, "batch_number"),
            result_code=_told(record, "result_code"),
            original=self._original(case),
            remaining=state.remaining if state else None,
            reason=self._reason(case),
            cashier=case.created.cashier,
            approver=", ".join(case.authorised.approvers) if case.authorised else "",
            terminal_lines=tuple(
                line
                for receipt in attempt.receipts
                if receipt.copy in {slip.copy, ""} and outcome is not Outcome.UNKNOWN
                for line in receipt.lines
            ),
        )

    def _attempt_of(self, case: RefundCase, slip: Slip) -> Attempt:
        number = int(slip.slip_id.rstrip("U").rsplit("-", 1)[1])
        return case.attempt(number)

    def _outcome(self, case: RefundCase, slip: Slip, attempt: Attempt) -> Outcome:
        """What the slip says; a correction by people counts for the newest attempt."""
        if slip.slip_id.endswith("U"):
            return Outcome.UNKNOWN
        if case.corrections and attempt is case.attempts[-1]:
            booked = case.corrections[-1].verdict is PersonVerdict.BOOKED
            return Outcome.APPROVED if booked else Outcome.NOT_SENT
        return _OUTCOMES[attempt.state]

    def _when(self, attempt: Attempt, outcome: Outcome) -> datetime:
        told = attempt.verdict or attempt.unknown or attempt.armed or attempt.start
        if outcome is Outcome.UNKNOWN:
            told = attempt.armed or attempt.start
        return told.at

    def _original(self, case: RefundCase) -> OriginalSale:
        sale = sale_of(self._journal, case)
        return OriginalSale(
            amount=sale.amount,
            when=sale.sold_at,
            receipt_number=sale.receipt_number or "",
            trace_number=sale.trace_number or "",
            rrn=sale.rrn or "",
        )

    def _reason(self, case: RefundCase) -> str:
        created = case.created
        words = self._texts.line(f"reason.{created.reason}")
        return f"{words}: {created.reason_text}" if created.reason_text else words


def _told(record: TransactionRecord | None, name: str) -> str:
    value: object = getattr(record, name) if record is not None else None
    return value if isinstance(value, str) else ""
