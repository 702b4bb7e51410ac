"""Runs a command by its name and turns every error into words and an exit code."""

from __future__ import annotations

import importlib
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from drivers.errors import LinkError
from protocols.kit.errors import ProtocolError, RefundAgentError
from terminal_agent.cli.telling import AfterArming, tell, tell_bug, tell_doubt, tell_trouble
from terminal_agent.errors import ConfigError, InstallationError, UsageError
from terminal_agent.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal_agent.cli.context import Context

    Command = Callable[[Context], ExitCode]

# Command -> module of this package and function; imported when the command runs.
_COMMANDS = {
    "demo": ("demo", "demo"),
    "refund": ("refund", "refund"),
    "void": ("refund", "void"),
    "recover": ("recover", "recover"),
    "sale list": ("sales", "list_sales"),
    "sale import": ("sales", "import_sales"),
    "cases list": ("cases", "list_cases"),
    "cases show": ("cases", "show"),
    "cases export": ("cases", "export"),
    "cases resolve": ("verdicts", "resolve"),
    "cases cancel": ("cases", "cancel"),
    "cases reprint": ("slip", "reprint"),
    "cases note": ("cases", "note"),
    "slip show": ("slip_show", "show"),
    "slip preview": ("slip_show", "preview"),
    "slip print": ("slip", "print_slips"),
    "slip confirm": ("slip", "confirm"),
    "quarantine show": ("quarantine", "show"),
    "quarantine release": ("quarantine", "release"),
    "enquire": ("technician", "enquire"),
    "probe": ("probe", "run_probe"),
    "terminal status": ("technician", "status"),
    "terminal initialise": ("technician", "initialise"),
    "terminal diagnose": ("technician", "diagnose"),
    "terminal end-of-day": ("technician", "end_of_day"),
    "decode": ("decode", "decode"),
    "ports": ("technician", "ports"),
    "printer list": ("printers", "list_all"),
    "printer status": ("printers", "status"),
    "printer test": ("printers", "test"),
    "printer probe": ("printer_probe", "run_probe"),
    "config show": ("settings", "show"),
    "config check": ("settings", "check"),
    "journal verify": ("journal", "verify"),
    "journal anchor": ("journal", "anchor"),
}
# Commands that touch neither money nor journal run even in a damaged installation.
_UNGUARDED = frozenset({"decode", "ports", "printer list", "config show", "config check", "demo"})

_MONEY = frozenset({"refund", "void", "recover"})


def run(command: str, context: Context) -> ExitCode:
    """Run one command. Every error ends here."""
    logging.basicConfig(stream=context.stderr, level=logging.WARNING, format="%(message)s")
    try:
        if command not in _UNGUARDED:
            from terminal_agent.installation import check

            check()
        module, name = _COMMANDS[command]
        function: Command = getattr(importlib.import_module(f"terminal_agent.cli.{module}"), name)
        return function(context)
    except AfterArming as after:
        return _stands(after, context)
    except RefundAgentError as error:
        tell(error, context)
        return exit_code(error)
    except KeyboardInterrupt:
        # Money commands catch it themselves; here nothing was armed.
        return ExitCode.CANCELLED
    except BrokenPipeError:
        # Whoever read our output is gone. For money that is no "done": here nothing was armed.
        return ExitCode.CANCELLED if command in _MONEY else ExitCode.APPROVED
    except Exception as error:
        tell_bug(error, context)
        return ExitCode.BUG


def _stands(after: AfterArming, context: Context) -> ExitCode:
    """Say how the case stands, even if nobody reads it; what went wrong never decides that."""
    from terminal_agent.cli.views import EXIT_CODES, outcome_of, outcome_view, results_of, tell_case

    with suppress(OSError):
        if after.case is None:
            tell_doubt(after.error, context)
        else:
            code = getattr(after.error, "code", "bug")
            tell_trouble(after.error, context)
            results = results_of(context, after.case)
            tell_case(context, outcome_view(after.case, results, trouble=(code,)))
    return EXIT_CODES[outcome_of(after.case)] if after.case is not None else ExitCode.UNKNOWN


def exit_code(error: RefundAgentError) -> ExitCode:
    """Which exit code an error has that ended a command."""
    from terminal_agent.journal.errors import JournalError, JournalRefusal
    from terminal_agent.refund.errors import IllegalFact
    from terminal_agent.runtime.attempts import Stopped
    from terminal_agent.slips.model import SlipError

    if error.code in {"refusal.open_case", "refusal.case_elsewhere"}:
        return ExitCode.UNKNOWN
    for kind, code in (
        (Stopped, ExitCode.CANCELLED),
        (ConfigError, ExitCode.USAGE),
        (UsageError, ExitCode.USAGE),
        (InstallationError, ExitCode.USAGE),
        (JournalRefusal, ExitCode.REFUSED),
        (JournalError, ExitCode.JOURNAL),
        (LinkError, ExitCode.LINK),
        (SlipError, ExitCode.LINK),
        (ProtocolError, ExitCode.USAGE),
        (IllegalFact, ExitCode.JOURNAL),
    ):
        if isinstance(error, kind):
            return code
    return ExitCode.USAGE
