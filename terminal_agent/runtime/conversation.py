"""Harmless talk with a terminal: sign on, is it idle, what did it book last.

Nothing here moves money, so everything may fail and be asked again. Each failure is a LinkError
that says what to check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.errors import LinkError
from protocols.kit.capabilities import Capability
from protocols.kit.errors import MoneyMoved
from protocols.kit.session import ExchangeResult, Note, Progress, ReceiptText, Request
from protocols.kit.vocabulary import Operation, Outcome, TerminalStatus, TransactionRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal_agent.runtime.reporter import Reporter
    from terminal_agent.runtime.station import Station

# How often a line that was not clean is fenced before the terminal counts as unreachable.
FENCES_MAX = 3
# A fence gives up when the line never gets silent for this many times the silence it waits for.
FENCE_LIMIT_FACTOR = 10.0
FENCE_LIMIT_LEAST_S = 5.0

_FAILURES = {
    "no_answer": ("link.no_answer", "the terminal does not answer"),
    "timeout": ("link.no_answer", "the terminal does not answer"),
    "nak": ("link.nak", "the terminal finds damage in what it receives"),
    "garbled": ("link.wrong_protocol", "what comes from the terminal makes no sense"),
    "line_not_clean": ("link.no_answer", "the line does not get quiet"),
}
_LOST = ("link.lost", "the line to the terminal broke")


class HarmlessListener:
    """Hears an exchange that cannot book anything; keeps the receipts."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self.receipts: list[ReceiptText] = []

    def result_seen(self, record: TransactionRecord) -> None:
        """A harmless request has no result to keep: an enquiry's record comes with its end."""
        raise AssertionError("only a money request shows a result")

    def progress(self, progress: Progress) -> None:
        """Pass it on."""
        self._reporter.terminal_says(progress.key, progress.text)

    def receipt(self, text: ReceiptText) -> None:
        """Keep it."""
        self.receipts.append(text)

    def note(self, note: Note) -> None:
        """Pass it on."""
        self._reporter.technical(note.code, note.text)

    def abort_wanted(self) -> bool:
        """Harmless requests are short, or (end of day) must not be broken off."""
        return False


@dataclass(frozen=True, slots=True)
class LastRead:
    """What the terminal answered when asked for its last transaction.

    `supported` is False where it refuses the question; `record` is None where it has none.
    """

    supported: bool
    record: TransactionRecord | None = None


class Conversation:
    """A signed-on terminal. Every method raises LinkError; nothing was booked then."""

    def __init__(self, station: Station, reporter: Reporter) -> None:
        self._station = station
        self._terminal = station.terminal
        self._reporter = reporter
        self.terminal_id: str | None = None
        self.details: Mapping[str, str] = {}  # what the sign-on told

    def start(self) -> None:
        """Open the line and sign on; checks that it is the terminal we were told."""
        self._terminal.open()
        self.sign_on()

    def sign_on(self) -> None:
        """Sign on over the open line, behind a fence where the line is not clean."""
        result = self._ask(Operation.CONNECT)
        if result.outcome is not Outcome.APPROVED:
            raise self._not_ready(result)
        self.details = result.details
        self.terminal_id = result.details.get("terminal_id")
        wanted = self._station.terminal_id
        if wanted and self.terminal_id and wanted != self.terminal_id:
            raise _error(
                "link.wrong_terminal",
                f"this is terminal {self.terminal_id}, not {wanted}",
                want=wanted,
                got=self.terminal_id,
            )

    def status(self) -> TerminalStatus:
        """What the terminal says of itself."""
        result = self._ask(Operation.STATUS)
        if result.status is None:
            raise self._not_ready(result)
        return result.status

    def become_ready(self) -> None:
        """Wait for an idle terminal, within the station's limit."""
        clock = self._station.clock
        limit = clock.monotonic() + self._station.ready_limit_s
        while True:
            status = self.status()
            if status.ready:
                return
            if not status.busy:
                raise _error(
                    "link.not_ready",
                    f"the terminal is not ready (status {status.code})",
                    status=status.code,
                    advice=status.advice,
                )
            if clock.monotonic() >= limit:
                raise _error("link.busy", "the terminal is busy with something else")
            self._reporter.terminal_says("terminal.busy", "")
            clock.wait(self._station.poll_s)

    def last(self) -> LastRead:
        """The enquiry. A refusal to answer is an answer; a line that is not clean is none.

        A kind of terminal that does not declare it is not asked.
        """
        if Capability.LAST not in self._station.capabilities.declared:
            return LastRead(supported=False)
        return self.shown_last()

    def shown_last(self) -> LastRead:
        """What the terminal shows when a person wants to see it, whatever it may prove."""
        result = self._ask(Operation.LAST_TRANSACTION)
        return LastRead(supported=result.outcome is Outcome.APPROVED, record=result.record)

    def query(self, request: Request) -> ExchangeResult:
        """The enquiry after one attempt; what it found, or that the terminal is still at it."""
        return self._exchange(request)

    def duplicate(self) -> TransactionRecord | None:
        """The terminal's copy of its last slip, for people to look at; no proof of anything."""
        return self._ask(Operation.REPRINT).record

    def clean_last(self) -> LastRead:
        """The enquiry to a ready terminal over a line that stays clean: what it says may be
        compared with. Behind a stray or damaged byte the line is fenced and all is asked again."""
        for _ in range(FENCES_MAX):
            self.become_ready()
            last = self.last()
            if self._terminal.line_clean:
                return last
            self.fence()
            self.sign_on()
        raise self._failure("line_not_clean")

    def run(self, operation: Operation) -> tuple[ExchangeResult, list[ReceiptText]]:
        """Any other request that books no refund, once; the receipts it printed come along."""
        listener = HarmlessListener(self._reporter)
        return self._checked(operation, listener), listener.receipts

    def _ask(self, operation: Operation) -> ExchangeResult:
        return self._exchange(Request(operation))

    def _exchange(self, request: Request) -> ExchangeResult:
        """One question; where the line was not clean it is fenced and the question asked again."""
        for _ in range(FENCES_MAX):
            result = self._terminal.exchange(request, HarmlessListener(self._reporter))
            if result.outcome is Outcome.NOT_SENT and result.reason == "line_not_clean":
                self.fence()
                if request.operation is not Operation.CONNECT:
                    self.sign_on()
                continue
            self._fail_if_unknown(result)
            return result
        raise self._failure("line_not_clean")

    def fence(self) -> None:
        """Wait for silence and reopen the line (exactly-once, A4)."""
        station = self._station
        quiet_s = station.quiet_s
        limit_s = max(quiet_s * FENCE_LIMIT_FACTOR, FENCE_LIMIT_LEAST_S)
        self._reporter.step("step.quiet", s=round(quiet_s))
        if not self._terminal.fence(quiet_s, limit_s=limit_s):
            raise self._failure("line_not_clean")

    def _checked(self, operation: Operation, listener: HarmlessListener) -> ExchangeResult:
        result = self._terminal.exchange(Request(operation), listener)
        self._fail_if_unknown(result)
        return result

    def _fail_if_unknown(self, result: ExchangeResult) -> None:
        if result.outcome is Outcome.UNKNOWN or result.reason == "nothing_written":
            raise self._failure(result.reason)

    def _failure(self, reason: str) -> LinkError:
        code, what = _FAILURES.get(reason, _LOST)
        port = self._terminal.description
        return _error(code, f"{what} ({port})", port=port, protocol=self._station.protocol)

    def _not_ready(self, result: ExchangeResult) -> LinkError:
        code = result.result_code or "?"
        return _error(
            "link.not_ready",
            f"the terminal refused (code {code})",
            status=code,
            advice=self._station.advice_for(code),
        )


def _error(code: str, what: str, **details: str | int) -> LinkError:
    """A LinkError of harmless talk: no money can have moved by it."""
    return LinkError(
        what,
        code=code,
        money=MoneyMoved.NO,
        what_to_do="Check cable, power and settings of the terminal.",
        details=details,
    )
