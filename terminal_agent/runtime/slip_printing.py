"""Puts out the slips that are due: at least once, every further copy marked, money never touched.

That a copy is due stands in the journal before anything is printed. The shop's own file comes
first; writing the very same file again after a crash is the same as having written it once. Where a
printer is configured it gets the copy after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from printing.errors import PrintingError
from protocols.kit.errors import MoneyMoved
from terminal_agent.refund.slips import may_reprint
from terminal_agent.refund.states import CaseState, SlipState
from terminal_agent.runtime.attempts import COPIES, newest_slip
from terminal_agent.runtime.print_jobs import Kept, PrintJobs, Unattended
from terminal_agent.runtime.slip_content import slip_data
from terminal_agent.runtime.slip_notes import SlipNotes
from terminal_agent.slips.model import SlipError
from terminal_agent.slips.writer import file_name, write_slip

if TYPE_CHECKING:
    from pathlib import Path

    from drivers.clock import Clock
    from protocols.kit.errors import RefundAgentError
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import RefundCase, Slip
    from terminal_agent.runtime.print_jobs import PaperPeople, Press
    from terminal_agent.runtime.slip_content import SlipSettings
    from terminal_agent.slips.model import SlipData


@dataclass(frozen=True, slots=True)
class PutOut:
    """What came of a case's slips: the case, the files, and what stood in the way first."""

    case: RefundCase
    files: tuple[Path, ...] = ()
    failed: RefundAgentError | None = None

    @property
    def doubtful(self) -> bool:
        """Whether the paper may be there all the same."""
        return self.failed is not None and self.failed.code == SLIP_DOUBTFUL


SLIP_DOUBTFUL = "slip.doubtful"


class SlipPrinter:
    """Renders from the journal and keeps in it what came out.

    `press` None: the files are all that is wanted.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        settings: SlipSettings,
        *,
        press: Press | None = None,
        people: PaperPeople | None = None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self._press = press
        self._people = people or Unattended()

    def print_due(self, case: RefundCase, copies: tuple[str, ...] = COPIES) -> PutOut:
        """Put out every copy of the case that did not come out yet. Raises JournalError.

        Ctrl-C leaves what is left for later: whatever happens to paper, the caller goes on.
        """
        files: list[Path] = []
        failed: RefundAgentError | None = None
        try:
            for slip in case.slips:
                if slip.waiting and slip.copy in copies:
                    trouble = self._put_out(case, slip, files)
                    failed = failed or trouble
        except KeyboardInterrupt:
            failed = _stopped(case)
        return PutOut(self._journal.case(case.case_id), tuple(files), failed)

    def _put_out(self, case: RefundCase, slip: Slip, files: list[Path]) -> RefundAgentError | None:
        """One copy; gives what stood in the way."""
        notes = SlipNotes(self._journal, self._clock, case.case_id)
        jobs = PrintJobs(notes, self._press, self._people, partial(self._kept, case, files))
        try:
            slip = jobs.settle(slip)
        except (SlipError, PrintingError) as error:
            slip = notes.now(slip)
            if slip.state is SlipState.PRINT_DUE:
                notes.not_sent(slip, error.code)
            return error
        return _missing(case, slip) if slip.waiting else None

    def _kept(self, case: RefundCase, files: list[Path], slip: Slip) -> Kept:
        """What stands on the copy, once the shop has it in a file.

        A copy that no printer took keeps the file that was written then, though another refund may
        have changed since what is left of the sale.
        """
        data = self.data(case, slip)
        path = self._settings.folder / file_name(data)
        try:
            path = write_slip(data, self._settings.folder)
        except SlipError as error:
            if error.code != "slip.exists" or slip.state is not SlipState.NOT_SENT:
                raise
        if path not in files:
            files.append(path)
        return Kept(data, str(path))

    def reprint(self, case: RefundCase, copies: tuple[str, ...] = COPIES) -> RefundCase:
        """Make a further, marked copy of the newest slip due; a first slip where there is none.

        A copy of which nothing came out yet stays what it is: it needs no mark.
        """
        notes = SlipNotes(self._journal, self._clock, case.case_id)
        wanted = newest_slip(case)
        for copy in copies:
            before = next((s for s in case.slips if (s.slip_id, s.copy) == (wanted, copy)), None)
            if before is None:
                notes.due(wanted, copy)
                continue
            if before.state is SlipState.PRINTING:
                notes.uncertain(before, "print.interrupted")
                before = notes.now(before)
            if before.state is not SlipState.PRINT_DUE and may_reprint(before):
                notes.again(before)
        return notes.case()

    def data(self, case: RefundCase, slip: Slip) -> SlipData:
        """Everything one copy shows, from the facts alone."""
        return slip_data(
            self._journal,
            case,
            self._settings,
            slip_id=slip.slip_id,
            copy=slip.copy,
            reprint=slip.reprint,
        )


def _missing(case: RefundCase, slip: Slip) -> SlipError:
    """Why a copy still waits; the money is where it was."""
    doubtful = slip.state is SlipState.UNCERTAIN
    return SlipError(
        SLIP_DOUBTFUL if doubtful else "slip.not_printed",
        f"the {slip.copy} copy {slip.code} of {slip.slip_id} is {slip.state.value}",
        money=_money(case),
        what_to_do=f"Run: refund-agent slip print {case.case_id}",
        details={"case": case.case_id, "slip": slip.slip_id, "code": slip.code},
    )


def _stopped(case: RefundCase) -> SlipError:
    return SlipError(
        "slip.stopped",
        "printing was stopped by a person",
        money=_money(case),
        what_to_do="Run: refund-agent slip print --due",
        details={"case": case.case_id},
    )


def _money(case: RefundCase) -> MoneyMoved:
    if case.open_attempts:
        return MoneyMoved.MAYBE
    return MoneyMoved.YES if case.state is CaseState.REFUNDED else MoneyMoved.NO
