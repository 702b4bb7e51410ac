"""Writes into the journal what becomes of one case's slips; the slip table judges each note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.evidence import PrintProof
from terminal_agent.refund.facts import (
    PrintDue,
    Printed,
    PrintNotSent,
    PrintStarted,
    PrintUncertain,
)

if TYPE_CHECKING:
    from drivers.clock import Clock
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import RefundCase, Slip


# A job that came out, behind one that may have eaten its head: it proves that nothing is left.
WAS_IN_DOUBT = "print.was_in_doubt"


class SlipNotes:
    """The slips of one case. Methods raise JournalError, and IllegalFact for what cannot be."""

    def __init__(self, journal: Journal, clock: Clock, case_id: str) -> None:
        self._journal = journal
        self._clock = clock
        self.case_id = case_id

    def case(self) -> RefundCase:
        """The case as it stands now."""
        return self._journal.case(self.case_id)

    def now(self, slip: Slip) -> Slip:
        """Where this copy stands now."""
        wanted = (slip.slip_id, slip.copy)
        return next(s for s in self.case().slips if (s.slip_id, s.copy) == wanted)

    def due(self, slip_id: str, copy: str, reprint: int = 0) -> None:
        """This copy has to come out."""
        self._journal.append(
            PrintDue(
                at=self._clock.wall(),
                case_id=self.case_id,
                slip_id=slip_id,
                copy=copy,
                reprint=reprint,
            )
        )

    def again(self, slip: Slip) -> None:
        """A further copy has to come out, marked with the next number."""
        self.due(slip.slip_id, slip.copy, slip.reprint + 1)

    def started(self, slip: Slip, printer: str) -> str:
        """The intent to print; gives the process id of the job, which no job before it had."""
        number = process_id(self._journal.tail()[0] + 1)
        self._journal.append(
            PrintStarted(
                at=self._clock.wall(),
                case_id=self.case_id,
                slip_id=slip.slip_id,
                copy=slip.copy,
                reprint=slip.reprint,
                printer=printer,
                process_id=number,
            )
        )
        return number

    def printed(self, slip: Slip, proof: PrintProof, where: str, by: str = "") -> None:
        """It came out."""
        self._journal.append(
            Printed(
                at=self._clock.wall(),
                case_id=self.case_id,
                slip_id=slip.slip_id,
                copy=slip.copy,
                reprint=slip.reprint,
                proof=proof,
                where=where,
                by=by,
            )
        )

    def not_sent(self, slip: Slip, why: str) -> None:
        """Nothing of it came out."""
        self._journal.append(
            PrintNotSent(
                at=self._clock.wall(),
                case_id=self.case_id,
                slip_id=slip.slip_id,
                copy=slip.copy,
                reprint=slip.reprint,
                why=why,
            )
        )

    def uncertain(self, slip: Slip, why: str) -> None:
        """It may have come out, wholly or in part."""
        self._journal.append(
            PrintUncertain(
                at=self._clock.wall(),
                case_id=self.case_id,
                slip_id=slip.slip_id,
                copy=slip.copy,
                reprint=slip.reprint,
                why=why,
            )
        )

    def printer_in_doubt(self, printer: str) -> bool:
        """Whether this printer may still hold a part of a job: its last one has no good end."""
        last = self._journal.last_print(printer)
        flushed = isinstance(last, PrintUncertain) and last.why == WAS_IN_DOUBT
        return not (last is None or flushed or isinstance(last, Printed))


# Process ids are numbers in these digits: 1.6 million jobs before one comes again.
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACES = 4


def process_id(sequence: int) -> str:
    """Four signs that a printer can echo; `sequence` is the number of a journal record."""
    signs = ""
    for _ in range(_PLACES):
        sequence, place = divmod(sequence, len(_DIGITS))
        signs = _DIGITS[place] + signs
    return signs
