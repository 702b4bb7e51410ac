"""An agent at the counter: journal, terminal, policy and printer of one money command."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.errors import RefundAgentError
from terminal_agent.cli.paper import slip_printer
from terminal_agent.cli.reporting import ConsoleReporter
from terminal_agent.cli.telling import AfterArming, tell_trouble
from terminal_agent.cli.views import EXIT_CODES, outcome_view, tell_case, tell_nothing_new
from terminal_agent.journal.errors import JournalError
from terminal_agent.runtime.agent import Agent, Done
from terminal_agent.runtime.assembly import policy_rules
from terminal_agent.runtime.slip_printing import PutOut, SlipPrinter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal_agent.cli.context import Context
    from terminal_agent.console.outcome import OutcomeView
    from terminal_agent.exit_codes import ExitCode
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import RefundCase


@dataclass(frozen=True, slots=True)
class Counter:
    """Everything a money command works with."""

    context: Context
    agent: Agent
    printer: SlipPrinter
    reporter: ConsoleReporter

    def finish_open(self, key: str | None = None) -> ExitCode | None:
        """Settle earlier cases of this terminal; an exit code when one stays open.

        `key` is that of the refund that is wanted now: a script hears of an earlier case only
        what it means for the new one.
        """
        with self.reporter.stopping_politely():
            finished = self.agent.finish_open()
        for done in finished:
            view = self.settle(done)
            still_open = bool(done.case.open_attempts)
            with suppress(BrokenPipeError):
                if not self.context.as_json or (still_open and done.case.created.key == key):
                    tell_case(self.context, view)
                if still_open and done.case.created.key != key:
                    tell_nothing_new(self.context, view)
            if still_open:
                return EXIT_CODES[view.outcome]
        return None

    def carry_out(self, case: RefundCase) -> ExitCode:
        """Attempt the case; while that goes on Ctrl-C only asks the terminal to stop.

        Raises AfterArming for whatever goes wrong once an attempt may have been armed.
        """
        try:
            with self.reporter.stopping_politely():
                done = self.agent.carry_out(case)
            view = self.settle(done)
            # Whoever read our output may be gone; the exit code must still tell the truth.
            with suppress(BrokenPipeError):
                tell_case(self.context, view)
        except Exception as error:
            now = _as_it_stands(self.agent.journal, case.case_id)
            if now is None or len(now.attempts) > len(case.attempts) or now.open_attempts:
                raise AfterArming(error, now) from error
            raise
        return EXIT_CODES[view.outcome]

    def settle(self, done: Done) -> OutcomeView:
        """Print what is due and say what stood in the way; gives how the case stands."""
        out = self._print(done.case)
        troubles = [trouble for trouble in (done.trouble, out.failed) if trouble is not None]
        for trouble in troubles:
            tell_trouble(trouble, self.context)
        return outcome_view(
            out.case,
            self.agent.station.results,
            resolved=done.resolved,
            out=out,
            trouble=tuple(trouble.code for trouble in troubles),
        )

    def _print(self, case: RefundCase) -> PutOut:
        try:
            return self.printer.print_due(case)
        except JournalError as error:
            # Printed or not, that it was could not be kept. The money does not hang on it.
            return PutOut(case, failed=error)


@contextmanager
def counter(context: Context) -> Iterator[Counter]:
    """Take the journal, then describe the terminal; both are given back at the end."""
    with ExitStack() as undo:
        loaded = context.loaded
        station = context.station(undo)
        journal = undo.enter_context(context.journal())
        reporter = ConsoleReporter(
            context.progress_screen, context.texts, verbose=context.arguments.verbose
        )
        rules = policy_rules(loaded, station.currency)
        printer = slip_printer(context, journal, undo)
        try:
            yield Counter(context, Agent(journal, station, rules, reporter), printer, reporter)
        except AfterArming:
            raise
        except Exception as error:
            left = _left_open(journal, station.name)
            if left:
                raise AfterArming(error, left[0]) from error
            raise


def _left_open(journal: Journal, terminal: str) -> list[RefundCase] | list[None]:
    """Cases whose attempt may be armed; [None] for a journal that cannot be asked."""
    try:
        return journal.open_cases(terminal)
    except RefundAgentError:
        return [None]


def _as_it_stands(journal: Journal, case_id: str) -> RefundCase | None:
    try:
        return journal.case(case_id)
    except RefundAgentError:
        return None
