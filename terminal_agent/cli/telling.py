"""Tells an error: three sentences on standard error, and JSON for a script on standard output."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from protocols.kit.errors import MoneyMoved, RefundAgentError
from terminal_agent.console.outcome import error_json, show_error

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context


def tell(error: RefundAgentError, context: Context) -> None:
    """The error in the person's words on standard error, and for a script as JSON."""
    show_error(error, context.texts, context.progress_screen)
    if context.as_json:
        context.write_json(error_json(error, context.texts))


def tell_bug(error: Exception, context: Context) -> None:
    """A mistake of ours: the trace goes to standard error, for support."""
    context.stderr.write("".join(traceback.format_exception(error)))
    bug = RefundAgentError(
        "bug", f"{type(error).__name__}: {error}", money=MoneyMoved.MAYBE, what_to_do=""
    )
    tell(bug, context)


def in_doubt(error: RefundAgentError) -> RefundAgentError:
    """The same error, told while an attempt is open."""
    return RefundAgentError(
        error.code,
        error.what_happened,
        money=MoneyMoved.MAYBE,
        what_to_do=error.what_to_do,
        details=error.details,
    )


class LeftOpen(Exception):
    """Something went wrong while an attempt is open: whatever it was, the outcome is unknown."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error
