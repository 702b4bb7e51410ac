"""Prints the slips that are due: at least once, every further copy marked, money never touched.

That a copy is due stands in the journal before anything is printed; that it was printed, after. A
crash in between writes the very same file again, which is the same as having written it once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.facts import PrintDue, Printed, PrintFailed
from terminal_agent.refund.states import SlipState
from terminal_agent.runtime.attempts import COPIES, newest_slip
from terminal_agent.runtime.slip_content import slip_data
from terminal_agent.slips.model import SlipError
from terminal_agent.slips.writer import write_slip

if TYPE_CHECKING:
    from pathlib import Path

    from drivers.clock import Clock
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import RefundCase, Slip
    from terminal_agent.runtime.slip_content import SlipSettings
    from terminal_agent.slips.model import SlipData


class SlipPrinter:
    """Renders from the journal and keeps in it what was printed."""

    def __init__(self, journal: Journal, clock: Clock, settings: SlipSettings) -> None:
        self._journal = journal
        self._clock = clock
        self._settings = settings

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
        wanted = newest_slip(case)
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
        return slip_data(
            self._journal,
            case,
            self._settings,
            slip_id=slip.slip_id,
            copy=slip.copy,
            reprint=slip.reprint,
        )
