"""`cases resolve`: what became of a case, where only two people may say."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from terminal_agent.cli.options import person, sentence
from terminal_agent.cli.paper import slip_printer
from terminal_agent.cli.telling import tell_trouble
from terminal_agent.cli.views import outcome_view, results_of
from terminal_agent.console.asker import Cancelled
from terminal_agent.console.outcome import outcome_json, show_message, show_outcome
from terminal_agent.console.resolve import UndecidedCase, lead_verdict
from terminal_agent.errors import UsageError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal.errors import refusal
from terminal_agent.runtime.verdicts import Word, correctable, give, undecided

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.refund.nouns import RefundCase

_OPTIONS = ("verdict", "evidence", "first", "second")


def resolve(context: Context) -> ExitCode:
    """Ask two people, or take their word from the options; then print what is due."""
    with ExitStack() as undo:
        journal = undo.enter_context(context.journal())
        case = journal.case(context.arguments.case)
        if not undecided(case) and not correctable(case):
            code = "refusal.recover_first" if case.open_attempts else "refusal.not_parked"
            raise refusal(code, "there is nothing to decide", "", case=case.case_id)
        word = _from_options(context) or _from_dialogue(context, case)
        if isinstance(word, Cancelled):
            message = context.texts.message("outcome.cancelled")
            show_message(message, context.texts, context.screen)
            return ExitCode.CANCELLED
        case = give(journal, case, word, context.clock.wall())
        out = slip_printer(context, journal, undo).print_due(case)
        case = out.case
        if out.failed is not None:
            tell_trouble(out.failed, context)
        view = outcome_view(
            case,
            results_of(context, case),
            resolved=True,
            out=out,
            trouble=(out.failed.code,) if out.failed is not None else (),
        )
        if context.as_json:
            context.write_json(outcome_json(view, context.texts))
        else:
            context.screen.say(context.texts.line("resolve.saved", case=case.case_id))
            show_outcome(view, context.texts, context.screen)
    return ExitCode.APPROVED


def _from_options(context: Context) -> Word | None:
    given = {name: getattr(context.arguments, name) for name in _OPTIONS}
    if not any(given.values()):
        return None
    missing = ", ".join(f"--{name}" for name, value in given.items() if not value)
    number = context.arguments.number or ""
    if missing:
        raise UsageError(
            "usage.not_interactive",
            f"not said: {missing}",
            what_to_do="Give the missing options, or none at all to be asked.",
            details={"missing": missing},
        )
    if number and not (number.isascii() and number.isdigit()):
        raise UsageError(
            "usage.options",
            f"{number!r} is no receipt number",
            what_to_do="Type its digits.",
            details={"problem": f"--number {number}", "remedy": "0-9"},
        )
    return Word(
        booked=given["verdict"] == "refunded",
        number=number,
        evidence=sentence(context, "evidence"),
        people=(person(context, "first"), person(context, "second")),
    )


def _from_dialogue(context: Context, case: RefundCase) -> Word | Cancelled:
    last = case.last_attempt
    facts: list[tuple[str, str]] = []
    texts = context.texts
    if last is not None and last.armed is not None:
        facts.append((texts.line("case.armed_at"), f"{last.armed.at:%Y-%m-%d %H:%M:%S}"))
        base = last.start.baseline
        if base is not None and base.receipt_number:
            facts.append((texts.line("case.before"), base.receipt_number))
    said = lead_verdict(
        UndecidedCase(
            case_number=case.case_id,
            amount=case.amount,
            facts=tuple(facts),
            decided_before=correctable(case),
        ),
        context.asker,
        texts,
    )
    if isinstance(said, Cancelled):
        return said
    return Word(
        booked=said.done,
        number=said.number,
        evidence=said.evidence,
        people=(said.first, said.second),
    )
