"""Tells an error: three sentences on standard error, and JSON for a script on standard output."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from protocols.kit.errors import MoneyMoved, RefundAgentError
from terminal_agent.console.outcome import error_json, show_error, show_trouble

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.refund.nouns import RefundCase


def tell(error: RefundAgentError, context: Context) -> None:
    """The error in the person's words on standard error, and for a script as JSON."""
    show_error(error, context.texts, context.progress_screen)
    if context.as_json:
        context.write_json(error_json(error, context.texts))


def tell_bug(error: Exception, context: Context) -> None:
    """A mistake of ours: the trace goes to standard error, for support."""
    tell(_as_ours(error, context), context)


def tell_trouble(error: Exception, context: Context) -> None:
    """What stood in the way; the outcome that follows says what it means for the money."""
    show_trouble(_as_ours(error, context), context.texts, context.progress_screen)


def tell_doubt(error: Exception, context: Context) -> None:
    """An error of which only this is known: money may be on its way."""
    ours = _as_ours(error, context)
    doubt = RefundAgentError(
        ours.code,
        ours.what_happened,
        money=MoneyMoved.MAYBE,
        what_to_do=ours.what_to_do,
        details=ours.details,
    )
    tell(doubt, context)


def _as_ours(error: Exception, context: Context) -> RefundAgentError:
    if isinstance(error, RefundAgentError):
        return error
    context.stderr.write("".join(traceback.format_exception(error)))
    problem = f"{type(error).__name__}: {error}"
    return RefundAgentError("bug", problem, money=MoneyMoved.MAYBE)


class AfterArming(Exception):
    """Something went wrong after an attempt was armed: how its case stands is what counts.

    `case` None: the journal cannot be read either, so the outcome is unknown.
    """

    def __init__(self, error: Exception, case: RefundCase | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.case = case
