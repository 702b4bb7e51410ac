"""One print exchange with an ESC/POS printer: asks, sends once, waits for the word.

It decides nothing.

A printer that answers is asked before the first byte; one that says no, or nothing, is sent
nothing. A job leaves in counted pieces and is never sent again. What the printer holds back can be
waited for later (`resume`), and the part of a job that it would not take is kept for that: until
then, or until `clear`, every other job is refused: it would land inside of the unfinished one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.errors import PrinterLost
from drivers.printers.contract import PrintReport, TellsPortStatus
from drivers.printers.limits import PrintLimits
from printing.escpos.answers import StatusBoard
from printing.escpos.questions import CLEAR, NOTHING, Question, ask, ask_echo
from printing.escpos.replies import Cleared, Echo, ReplyReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drivers.clock import Clock
    from drivers.printers.contract import PrinterLink
    from printing.escpos.replies import Reply
    from printing.profile import PrinterProfile
    from printing.status import PrinterStatus

_LOG = logging.getLogger(__name__)
# A short look at the back channel where a printer took nothing; bounds how often it is asked.
_LOOK_S = 0.05
_CAUSES = (Question.OFFLINE_CAUSE, Question.ERROR_CAUSE)


@dataclass(slots=True)
class Job:
    """The job under way: its bytes with the question for the echo, and how far it went."""

    process_id: bytes
    data: bytes
    written: int = 0
    echoed: bool = False
    stalled: bool = False
    lost: str = ""

    @property
    def left(self) -> bytes:
        return self.data[self.written :]

    @property
    def unfinished(self) -> bool:
        """Whether the printer holds a part of it and waits for the rest."""
        return bool(self.written and self.left) and not self.lost

    @property
    def over(self) -> bool:
        """Whether nothing more can be learnt by going on."""
        return self.echoed or self.stalled or bool(self.lost)


class EscPosPrinter:
    """A contract.Printer. The line stays open from the first use to `close`, or to its loss."""

    def __init__(
        self,
        link: PrinterLink,
        clock: Clock,
        profile: PrinterProfile,
        limits: PrintLimits | None = None,
    ) -> None:
        self._link = link
        self._clock = clock
        self._profile = profile
        self._limits = limits or PrintLimits()
        self._reader = ReplyReader()
        self._board = StatusBoard()
        self._echoes: set[bytes] = set()
        self._cleared = False
        self._open = False
        self._job: Job | None = None

    @property
    def description(self) -> str:
        """The line in words for people."""
        return self._link.description

    @property
    def profile(self) -> PrinterProfile:
        """What is known about the printer."""
        return self._profile

    # -- what the agent calls --------------------------------------------------------------------

    def status(self) -> PrinterStatus:
        """Ask all four questions; where it says nothing, what the line itself knows.

        Raises LinkError when there is no line.
        """
        if self._link.readable:
            self._asked(tuple(Question))
        self._take_line()
        if not self._board.status.said and isinstance(self._link, TellsPortStatus):
            try:
                return self._link.port_status()
            except PrinterLost as error:
                self._give_up(error)
                raise
        return self._board.status

    def print(self, job: bytes, process_id: bytes) -> PrintReport:
        """Send `job` once and wait, at most as long as the limits allow.

        Nothing is written, and nothing refused, where a printer that should answer stays silent.
        A job before that was taken in part and is neither resumed nor cleared: refused.
        Raises LinkError only where not one byte of the job can have left us, BadSheet for an id
        that is none.
        """
        asked = ask_echo(process_id)
        run = Job(process_id, job + asked if self._hears_echo else job)
        if self._job is not None and self._job.unfinished:
            return self._report(run, refused=True)
        self._job = run
        if self._answers:
            status = self._asked((Question.PRINTER, Question.PAPER))
            if status.can_print is not True:
                self._job = None
                return self._report(run, refused=status.can_print is False)
        else:
            self._take_line()
        self._echoes.clear()
        self._send(run)
        self._wait(run, self._limits.echo_s, until_stopped=True)
        return self._report(run)

    def resume(self, process_id: bytes) -> PrintReport:
        """Wait further for the job of that id, and hand over what the printer had not taken of it.

        `written` and `total` are 0 for a job that another process, or another object, has sent.
        Raises LinkError when there is no line.
        """
        if self._job is None or self._job.process_id != process_id:
            self._job = Job(process_id, b"")
        run = self._job
        run.stalled, run.lost = False, ""
        self._take_line()
        if run.data:
            self._send(run)
        self._wait(run, self._limits.resume_s, until_stopped=False)
        return self._report(run)

    def clear(self) -> bool:
        """Throw away what the printer holds and what is left here of a job; True when it says so.

        Raises LinkError when there is no line.
        """
        self._job = None
        self._take_fresh_line()
        if not self._answers:
            return False
        self._cleared = False
        due = self._clock.monotonic() + self._limits.clear_s
        try:
            self._write_all(CLEAR, due)
            while not self._cleared and (left := due - self._clock.monotonic()) > 0:
                self._hear(left)
        except PrinterLost as error:
            self._give_up(error)
        return self._cleared

    def close(self) -> None:
        """Give the line back; never raises."""
        if self._open:
            self._open = False
            self._link.close()
        self._reader.reset()

    # -- the line --------------------------------------------------------------------------------

    @property
    def _answers(self) -> bool:
        return self._profile.answers and self._link.readable

    @property
    def _hears_echo(self) -> bool:
        return self._answers and self._profile.process_id

    def _take_line(self) -> None:
        if not self._open:
            self._link.open()
            self._open = True

    def _take_fresh_line(self) -> None:
        """The same, where a question or a job comes next.

        A line that broke in the middle of a question left the printer waiting for the rest of it;
        it would eat the head of whatever comes next. Raises LinkError.
        """
        if self._open:
            return
        self._take_line()
        if self._answers:
            try:
                self._write_all(NOTHING, self._clock.monotonic() + self._limits.answer_s)
            except PrinterLost as error:
                self._give_up(error)
                raise

    def _give_up(self, error: PrinterLost) -> None:
        """The line is dead; the next use opens it anew."""
        _LOG.info("%s: %s", self.description, error.what_happened)
        self.close()

    def _hear(self, timeout_s: float) -> None:
        """Take in what the printer says. Raises PrinterLost."""
        if not self._link.readable:
            self._clock.wait(timeout_s)
            return
        for reply in self._reader.feed(self._link.read(max(timeout_s, 0.0))):
            self._take_in(reply)

    def _take_in(self, reply: Reply) -> None:
        self._board.hear(reply)
        match reply:
            case Echo(process_id):
                self._echoes.add(process_id)
            case Cleared():
                self._cleared = True
            case _:
                pass

    def _write_all(self, data: bytes, due: float) -> bool:
        """Harmless bytes, all of them or as many as go in time. Raises PrinterLost."""
        while data and (left := due - self._clock.monotonic()) > 0:
            count = self._link.write(data, left)
            data = data[count:]
            if not count:
                self._hear(min(_LOOK_S, left))
        return not data

    # -- questions -------------------------------------------------------------------------------

    def _asked(self, questions: tuple[Question, ...]) -> PrinterStatus:
        """A fresh round. A line that died unnoticed since it was used last is opened once more.

        Raises LinkError.
        """
        fresh = not self._open
        self._take_fresh_line()
        try:
            return self._round(questions)
        except PrinterLost as error:
            self._give_up(error)
            if fresh:
                raise
        self._take_fresh_line()
        try:
            return self._round(questions)
        except PrinterLost as error:
            self._give_up(error)
            raise

    def _round(self, questions: tuple[Question, ...]) -> PrinterStatus:
        """Ask one after the other until one stays unanswered; an off-line printer tells why."""
        self._hear(0)  # what was under way before is no answer of this round
        self._board.new_round()
        for question in questions:
            if not self._answer(question):
                return self._board.status
        if self._board.status.offline:
            for question in _CAUSES:
                if question not in questions and not self._answer(question):
                    break
        return self._board.status

    def _answer(self, question: Question) -> bool:
        due = self._clock.monotonic() + self._limits.answer_s
        self._board.asked(question)
        self._write_all(ask(question), due)
        while self._board.waiting and (left := due - self._clock.monotonic()) > 0:
            self._hear(left)
        return not self._board.waiting

    # -- the job ---------------------------------------------------------------------------------

    def _send(self, run: Job) -> None:
        """Hand over what is left until the printer takes no byte for `stall_s`."""
        due = self._clock.monotonic() + self._limits.stall_s
        try:
            for piece in self._pieces(run):
                left = due - self._clock.monotonic()
                count = self._link.write(piece, max(left, 0.0))
                run.written += count
                if count:
                    due = self._clock.monotonic() + self._limits.stall_s
                elif left <= 0:
                    run.stalled = True
                    return
                self._hear(0 if count else min(_LOOK_S, max(left, 0.0)))
        except PrinterLost as error:
            run.written += error.written
            run.lost = error.code
            self._give_up(error)

    def _pieces(self, run: Job) -> Iterable[bytes]:
        """What to write next, as long as something is left; a queue takes a job as a whole."""
        size = self._limits.piece_bytes if self._link.readable else len(run.data)
        while run.left:
            yield run.left[:size]

    def _wait(self, run: Job, time_s: float, *, until_stopped: bool) -> None:
        """Until the echo, the end of the time, or (if wanted) the word that it has stopped."""
        if run.over or not self._answers:
            return
        if not self._hears_echo:
            time_s = min(time_s, self._limits.settle_s)
        due = self._clock.monotonic() + time_s
        try:
            run.echoed = self._has_echo(run)
            while not run.echoed and self._clock.monotonic() < due:
                self._hear_until(run, min(due, self._clock.monotonic() + self._limits.poll_s))
                if run.echoed:
                    return
                status = self._round((Question.PRINTER, Question.PAPER))
                run.echoed = self._has_echo(run)
                if until_stopped and status.can_print is False:
                    return
        except PrinterLost as error:
            run.echoed = self._has_echo(run)
            run.lost = error.code
            self._give_up(error)

    def _hear_until(self, run: Job, due: float) -> None:
        while not run.echoed and (left := due - self._clock.monotonic()) > 0:
            self._hear(left)
            run.echoed = self._has_echo(run)

    def _has_echo(self, run: Job) -> bool:
        return self._hears_echo and run.process_id in self._echoes

    def _report(self, run: Job, *, refused: bool = False) -> PrintReport:
        status = self._board.status
        held = run.stalled or status.can_print is False
        return PrintReport(
            written=run.written,
            total=len(run.data),
            echoed=run.echoed,
            waiting=held and not run.echoed and not run.lost and not refused,
            refused=refused,
            lost=run.lost,
            status=status,
        )
