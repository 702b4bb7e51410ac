"""Gets one copy of a slip onto paper: at least once, and every further copy says that it is one.

The intent is durable before the first byte leaves. What the printer then proves decides; where it
proves nothing a person does, and without one the copy stays uncertain. Nothing here is about money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from drivers.errors import LinkError
from printing.status import Paper
from terminal_agent.refund.evidence import PrintProof
from terminal_agent.refund.states import SlipState
from terminal_agent.runtime.slip_notes import WAS_IN_DOUBT

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.printers.contract import Printer, PrintReport
    from printing.profile import PrinterProfile
    from printing.status import PrinterStatus
    from terminal_agent.refund.nouns import Slip
    from terminal_agent.runtime.slip_notes import SlipNotes
    from terminal_agent.slips.model import SlipData

# Bounds one copy's dialogue: a cat on the keyboard does not print a roll of copies.
STEPS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One configured printer; `compose` makes the bytes of a slip. Raises PrintingError."""

    name: str
    printer: Printer
    profile: PrinterProfile
    compose: Callable[[SlipData, PrinterProfile], bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands on a copy, and the file that the shop has of it."""

    data: SlipData
    path: str


class PaperPeople(Protocol):
    """Whoever stands at the printer. Codes are those on the paper, needs are text keys."""

    def printing(self, copy: str, code: str) -> None:
        """This copy is on its way now."""

    def printer_needs(self, need: str, code: str, *, held: bool) -> bool:
        """The printer needs something; True when it was done.

        `held`: the printer has the copy already and goes on by itself; otherwise it has nothing.
        """

    def came_out(self, copy: str, code: str) -> bool | None:
        """Whether a complete slip with this code came out; None when nobody can tell."""

    def wants_copy(self, copy: str, number: int) -> bool:
        """Whether a further copy, marked with this number, is to be printed now."""


class Unattended:
    """Nobody is asked. What a printer holds is waited for `waits` times longer."""

    def __init__(self, waits: int = 2) -> None:
        self._waits = waits

    def printing(self, copy: str, code: str) -> None:
        """Nobody looks."""

    def printer_needs(self, need: str, code: str, *, held: bool) -> bool:
        """Somebody may pass by and do it."""
        self._waits -= held
        return held and self._waits >= 0

    def came_out(self, copy: str, code: str) -> bool | None:
        """Nobody can tell."""
        return None

    def wants_copy(self, copy: str, number: int) -> bool:
        """Nobody wants one."""
        return False


class Found(Enum):
    """What a report proves of the job."""

    ON_PAPER = "on_paper"
    NOTHING_LEFT = "nothing_left"
    HELD = "held"  # the printer, or our end of the line, still has some of it: it may come out
    IN_DOUBT = "in_doubt"


def judge(report: PrintReport, sent: int = 0) -> Found:
    """What is known of a job of which `sent` bytes may have left us before this report."""
    if report.echoed:
        return Found.ON_PAPER
    if not report.written and not sent:
        return Found.NOTHING_LEFT
    return Found.HELD if report.waiting and not report.lost else Found.IN_DOUBT


def need_of(status: PrinterStatus) -> str:
    """The text key of what has to be done at the printer; the most obvious cause goes first."""
    if status.cover_open:
        return "paper.needs.cover"
    if status.paper is Paper.OUT:
        return "paper.needs.paper"
    if status.error:
        return "paper.needs.repair"
    return "paper.needs.online" if status.offline else "paper.needs.look"


class PrintJobs:
    """Puts out the slips of one case, and notes what became of them.

    `keep` writes the shop's own file of a copy first. `press` None: that file is all that is
    wanted.
    """

    def __init__(
        self,
        notes: SlipNotes,
        press: Press | None,
        people: PaperPeople,
        keep: Callable[[Slip], Kept],
    ) -> None:
        self._notes = notes
        self._press = press
        self._people = people
        self._keep = keep

    def settle(self, slip: Slip) -> Slip:
        """Bring this copy out as far as printer and people get; gives where it stands.

        Raises SlipError and PrintingError where the slip cannot be made, JournalError.
        """
        for _ in range(STEPS_MAX):
            goes_on = self._step(slip)
            slip = self._notes.now(slip)
            if not goes_on:
                break
        return slip

    def _step(self, slip: Slip) -> bool:
        """One step; False when there is none to make now."""
        match slip.state:
            case SlipState.CONFIRMED:
                return False
            case SlipState.PRINTING:
                # Whoever began it is gone: one process has the journal, and it is here.
                self._notes.uncertain(slip, "print.interrupted")
                return True
            case SlipState.UNCERTAIN:
                return self._ask(slip)
            case _:
                kept = self._keep(slip)
                if self._press is not None:
                    return self._print(slip, kept.data, self._press)
                self._notes.printed(slip, PrintProof.KEPT, kept.path)
                return False

    def _ask(self, slip: Slip) -> bool:
        """A person holds the slip, or wants a further one; False leaves it uncertain."""
        seen = self._people.came_out(slip.copy, slip.code)
        if seen:
            self._notes.printed(slip, PrintProof.PERSON, self._press.name if self._press else "")
            return True
        if seen is None or not self._people.wants_copy(slip.copy, slip.reprint + 1):
            return False
        self._notes.again(slip)
        return True

    def _print(self, slip: Slip, data: SlipData, press: Press) -> bool:
        """Hand this copy over, once; False where the printer has none of it and nobody helps."""
        job = press.compose(data, press.profile)
        clean = self._clean(press)
        number = self._notes.started(slip, press.name)
        self._people.printing(slip.copy, slip.code)
        try:
            report = press.printer.print(job, number.encode())
        except LinkError as error:
            self._notes.not_sent(slip, error.code)
            return self._people.printer_needs("paper.needs.line", slip.code, held=False)
        found, report = self._waited(slip, report, press, number)
        if found is Found.NOTHING_LEFT:
            self._notes.not_sent(slip, _why_not(report))
            return self._people.printer_needs(need_of(report.status), slip.code, held=False)
        if found is Found.ON_PAPER and clean:
            self._notes.printed(slip, PrintProof.ECHO, press.name)
        else:
            self._notes.uncertain(slip, report.lost or _why_unproved(found, press.profile))
        return True

    def _clean(self, press: Press) -> bool:
        """Whether the printer holds nothing of a job before; it is made so where that is doubtful.

        Else the next slip lands inside of an unfinished one: it loses its head and is echoed all
        the same.
        """
        if not self._notes.printer_in_doubt(press.name):
            return True
        try:
            return press.printer.clear()
        except LinkError:
            return False

    def _waited(
        self, slip: Slip, report: PrintReport, press: Press, number: str
    ) -> tuple[Found, PrintReport]:
        """What came of the job, once nobody waits for it any longer. No byte is sent twice."""
        found, sent = judge(report), report.written
        for _ in range(
            STEPS_MAX
        ):  # a printer that is never ready again is no reason to ask for ever
            if found is not Found.HELD or not self._people.printer_needs(
                need_of(report.status), slip.code, held=True
            ):
                break
            try:
                report = press.printer.resume(number.encode())
            except LinkError as error:
                report = replace(report, lost=error.code)
            found, sent = judge(report, sent), max(sent, report.written)
        return found, report


def _why_unproved(found: Found, profile: PrinterProfile) -> str:
    if found is Found.ON_PAPER:
        return WAS_IN_DOUBT
    if not (profile.answers and profile.process_id):
        return "print.cannot_tell"
    return "print.holds_it" if found is Found.HELD else "print.no_echo"


def _why_not(report: PrintReport) -> str:
    if report.lost:
        return report.lost
    return "print.not_ready" if report.refused else "print.silent"
