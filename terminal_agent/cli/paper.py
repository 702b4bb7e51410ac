"""The printer of a command: which one, and who stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.console.paper import Asked, Told
from terminal_agent.runtime.assembly import slip_settings
from terminal_agent.runtime.print_jobs import Unattended
from terminal_agent.runtime.slip_printing import SlipPrinter

if TYPE_CHECKING:
    from contextlib import ExitStack

    from terminal_agent.cli.context import Context
    from terminal_agent.journal.store import Journal
    from terminal_agent.runtime.print_jobs import PaperPeople


def slip_printer(
    context: Context, journal: Journal, undo: ExitStack, name: str | None = None
) -> SlipPrinter:
    """What puts out slips: files, and paper where a printer is configured or named.

    `undo` gives the printer's line back. Raises ConfigError for a printer that there is not.
    """
    loaded = context.loaded
    press = context.press(name or loaded.config.slip.printer, undo)
    return SlipPrinter(
        journal,
        context.clock,
        slip_settings(loaded, context.texts.language),
        press=press,
        people=_people(context),
    )


def _people(context: Context) -> PaperPeople:
    """A person at the keyboard is asked; a script's cashier only reads what the printer needs."""
    there = context.stdin.isatty() and not context.as_json
    people = Asked(context.asker, context.texts) if there else Unattended()
    return Told(people, context.progress_screen, context.texts)
