"""`refund-agent recover`: find out what became of refunds whose outcome was lost."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from terminal_agent.cli.counter import counter
from terminal_agent.cli.views import tell_case
from terminal_agent.console.outcome import outcome_json
from terminal_agent.exit_codes import ExitCode

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.cli.counter import Counter
    from terminal_agent.console.outcome import JsonValue
    from terminal_agent.runtime.agent import Done


def recover(context: Context) -> ExitCode:
    """Settle everything open on the terminal, or one case; 5 while anything stays open."""
    with counter(context) as at:
        journal, wanted = at.agent.journal, context.arguments.case
        with at.reporter.stopping_politely():
            agent = at.agent
            results = [agent.recover(journal.case(wanted))] if wanted else agent.finish_open()
        told = [_tell(at, done) for done in results]
        left = journal.open_cases(at.agent.station.name)
        texts = context.texts
        if context.as_json:
            found: dict[str, JsonValue] = {"ok": not left, "still_open": len(left)}
            found["cases"] = {str(case["case"]): case for case in told}
            context.write_json(found)
        elif left:
            context.screen.say(texts.line("recovery.still_open", count=len(left)))
        else:
            context.screen.say(texts.line("recovery.done" if results else "recovery.none"))
        return ExitCode.UNKNOWN if left else ExitCode.APPROVED


def _tell(at: Counter, done: Done) -> dict[str, JsonValue]:
    view = at.settle(done)
    if not at.context.as_json:
        with suppress(BrokenPipeError):
            tell_case(at.context, view)
    return outcome_json(view, at.context.texts)
