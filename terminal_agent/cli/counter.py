"""An agent at the counter: journal, terminal, policy and printer of one money command."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.errors import RefundAgentError
from terminal_agent.cli.reporting import ConsoleReporter
from terminal_agent.cli.telling import LeftOpen, in_doubt, tell
from terminal_agent.cli.views import EXIT_CODES, outcome_view, tell_case
from terminal_agent.exit_codes import ExitCode
from terminal_agent.prompts.catalog import Texts
from terminal_agent.runtime.agent import Agent, Done
from terminal_agent.runtime.assembly import (
    build_station,
    policy_rules,
    slip_settings,
)
from terminal_agent.runtime.slip_printing import SlipPrinter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal_agent.cli.context import Context
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import RefundCase


@dataclass(frozen=True, slots=True)
class Counter:
    """Everything a money command works with."""

    context: Context
    agent: Agent
    printer: SlipPrinter
    reporter: ConsoleReporter

    def finish_open(self) -> ExitCode | None:
        """Settle earlier cases of this terminal; an exit code when one stays open."""
        with self.reporter.stopping_politely():
            finished = self.agent.finish_open()
        for done in finished:
            still_open = bool(done.case.open_attempts)
            code = self.tell(done, quiet=self.context.as_json and not still_open)
            if still_open:
                return code
        return None

    def carry_out(self, case: RefundCase) -> ExitCode:
        """Attempt the case; while that goes on Ctrl-C only asks the terminal to stop."""
        with self.reporter.stopping_politely():
            done = self.agent.carry_out(case)
        return self.tell(done)

    def tell(self, done: Done, *, quiet: bool = False) -> ExitCode:
        """Print what is due, then say how the case stands."""
        case, files, failed = self.printer.print_due(done.case)
        self.tell_trouble(case, done.trouble, failed)
        view = outcome_view(
            case,
            self.agent.station.results,
            resolved=done.resolved,
            files=files,
            slip_missing=failed is not None,
        )
        if not quiet:
            # Whoever read our output may be gone; the exit code must still tell the truth.
            with suppress(BrokenPipeError):
                tell_case(self.context, view)
        return EXIT_CODES[view.outcome]

    def tell_trouble(self, case: RefundCase, *troubles: RefundAgentError | None) -> None:
        """What stood in the way; while the outcome is open no line may say that no money moved."""
        for trouble in troubles:
            if trouble is not None and not self.context.as_json:
                tell(in_doubt(trouble) if case.open_attempts else trouble, self.context)


@contextmanager
def counter(context: Context) -> Iterator[Counter]:
    """Take the journal, then describe the terminal; both are given back at the end."""
    arguments = context.arguments
    with ExitStack() as undo:
        loaded = context.loaded
        station = build_station(
            loaded, arguments.terminal, context.clock, undo, trace=context.trace
        )
        journal = undo.enter_context(context.journal())
        reporter = ConsoleReporter(
            context.progress_screen, context.texts, verbose=arguments.verbose
        )
        undo.callback(station.terminal.close)
        language = loaded.config.slip.language or context.texts.language
        rules = policy_rules(loaded, station.currency)
        printer = SlipPrinter(journal, context.clock, slip_settings(loaded), Texts.load(language))
        try:
            yield Counter(context, Agent(journal, station, rules, reporter), printer, reporter)
        except Exception as error:
            if _something_open(journal, station.name):
                raise LeftOpen(error) from error
            raise


def _something_open(journal: Journal, terminal: str) -> bool:
    """Whether an attempt may be armed; a journal that cannot be asked counts as yes."""
    try:
        return bool(journal.open_cases(terminal))
    except RefundAgentError:
        return True
