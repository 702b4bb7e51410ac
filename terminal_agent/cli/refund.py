"""`refund-agent refund` and `void`: from the question to the slip."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from protocols.kit.errors import BadField, RefundAgentError
from protocols.kit.money import Amount
from protocols.kit.vocabulary import Operation
from terminal_agent.cli.counter import counter
from terminal_agent.cli.desk import PolicyDesk, question_of, refusal_of, refusal_view
from terminal_agent.cli.options import people, person, sentence
from terminal_agent.console.asker import Cancelled
from terminal_agent.console.cashier import final_question, lead
from terminal_agent.console.desk import Intent, RefusalView
from terminal_agent.console.outcome import refusal_json, show_message
from terminal_agent.errors import UsageError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal.errors import JournalError
from terminal_agent.policy.decision import Refusal
from terminal_agent.prompts.questions import Confirm
from terminal_agent.runtime.agent import Wish

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.cli.counter import Counter
    from terminal_agent.journal.replay import SaleState

_WAYS = {"auto": None, "void": Operation.VOID, "refund": Operation.REFUND}
_NEEDED = ("reason", "cashier", "approver")


def refund(context: Context) -> ExitCode:
    """Give money back, in the way that the policy chooses or the option demands."""
    return _run(context, _WAYS[context.arguments.way])


def void(context: Context) -> ExitCode:
    """Cancel a whole sale."""
    context.arguments.amount = None
    return _run(context, Operation.VOID)


def _run(context: Context, asked: Operation | None) -> ExitCode:
    by_options = bool(context.arguments.sale or context.arguments.receipt)
    if by_options:
        _demand_options(context)
    with counter(context) as at:
        still_open = at.finish_open(context.arguments.key)
        if still_open is not None:
            return still_open
        blocked = _quarantined(at)
        if blocked is not None:
            return _refused(context, blocked)
        wish = _from_options(at, asked) if by_options else _from_dialogue(at, asked)
        if isinstance(wish, Cancelled):
            return _cancelled(context)
        if isinstance(wish, RefusalView):
            # A dialogue has shown it already.
            return _refused(context, wish) if by_options else ExitCode.REFUSED
        return _carry_out(at, wish)


def _carry_out(at: Counter, wish: Wish) -> ExitCode:
    case = at.agent.submit(wish)
    if isinstance(case, Refusal):
        return _refused(at.context, refusal_view(case))
    try:
        return at.carry_out(case)
    except RefundAgentError:
        # Nothing was armed. Without a key of the caller's nobody can ask for this case again.
        if not at.context.arguments.key and not case.attempts:
            with suppress(JournalError):
                at.agent.cancel(case, wish.cashier, why="cancel.not_begun")
        raise


def _demand_options(context: Context) -> None:
    arguments = context.arguments
    missing = [f"--{name}" for name in _NEEDED if not getattr(arguments, name)]
    if not arguments.yes and not (context.stdin.isatty() or arguments.key):
        missing.append("--yes")
    if missing:
        raise UsageError(
            "usage.not_interactive",
            f"not said: {', '.join(missing)}",
            what_to_do="Give the missing options, or none at all to be asked.",
            details={"missing": ", ".join(missing)},
        )


def _from_options(at: Counter, asked: Operation | None) -> Wish | RefusalView | Cancelled:
    context = at.context
    arguments = context.arguments
    state = _sale(at)
    if isinstance(state, RefusalView):
        return state
    amount = _amount(at, state)
    stopped = _not_again(at, state, amount, asked)
    if stopped is not None:
        return stopped
    if not arguments.yes and context.stdin.isatty():
        sale = state.sale
        decided = at.agent.decide(sale.sale_id, amount, asked)
        if isinstance(decided, Refusal):
            return refusal_view(decided)
        way = decided.operation
        question = final_question(way, amount, sale.masked_pan or "", sale.receipt_number or "")
        answer = context.asker.ask(question)
        if answer is not True:
            return answer if isinstance(answer, Cancelled) else Cancelled(question.key)
    return Wish(
        key=arguments.key or uuid.uuid4().hex,
        sale_id=state.sale.sale_id,
        amount=amount,
        reason=arguments.reason,
        reason_text=sentence(context, "reason_text") if arguments.reason_text else "",
        cashier=person(context, "cashier"),
        approvers=people(context, "approver"),
        asked=asked,
    )


def _not_again(
    at: Counter, state: SaleState, amount: Amount, asked: Operation | None
) -> RefusalView | Cancelled | None:
    """Stop a second refund of the same amount that nobody meant; None where it may go on.

    Who gives a key says with it which refund is meant, so only a key-less one is asked about.
    """
    context, arguments = at.context, at.context.arguments
    sale_id = state.sale.sale_id
    found = None
    if not (arguments.again or arguments.key):
        found = at.agent.alike(sale_id, amount, "")
    if found is None:
        return None
    decided = at.agent.decide(sale_id, amount, asked)
    if isinstance(decided, Refusal):  # says better why it may not be
        return refusal_view(decided)
    if arguments.yes or not context.stdin.isatty():
        return refusal_of(found)
    phrase = question_of(found)
    answer = context.asker.ask(Confirm(key=phrase.key, params=phrase.params))
    if answer is True:
        return None
    return answer if isinstance(answer, Cancelled) else Cancelled(phrase.key)


def _amount(at: Counter, state: SaleState) -> Amount:
    """The amount of the options; without one all of the sale, or what a known key asked for."""
    arguments = at.context.arguments
    if arguments.amount:
        try:
            return Amount.parse(arguments.amount, state.sale.amount.currency)
        except BadField as error:
            raise UsageError(
                "usage.options",
                error.what_happened,
                what_to_do='Write the amount like "12.50".',
                details={"problem": error.what_happened, "remedy": '--amount "12.50"'},
            ) from error
    known = at.agent.journal.case_by_key(arguments.key) if arguments.key else None
    if known is not None:
        return known.amount
    return state.sale.amount if not state.remaining.minor else state.remaining


def _sale(at: Counter) -> SaleState | RefusalView:
    arguments, journal = at.context.arguments, at.agent.journal
    if arguments.sale:
        state = journal.sale(arguments.sale)
        return state or RefusalView("refusal.not_found", {"receipt": arguments.sale})
    found = PolicyDesk(at.agent).matching(arguments.receipt)
    if not found:
        return RefusalView("refusal.not_found", {"receipt": arguments.receipt})
    if len(found) > 1:
        params = {"receipt": arguments.receipt, "count": len(found)}
        return RefusalView("refusal.ambiguous", params)
    return found[0]


def _from_dialogue(at: Counter, asked: Operation | None) -> Wish | RefusalView | Cancelled:
    arguments = at.context.arguments
    desk = PolicyDesk(at.agent, asked, key=arguments.key or "", again=arguments.again)
    intent = lead(desk, at.context.asker, at.context.texts, cashier=arguments.cashier or "")
    if not isinstance(intent, Intent):
        return intent
    return Wish(
        key=arguments.key or uuid.uuid4().hex,
        sale_id=intent.sale_id,
        amount=intent.amount,
        reason=intent.reason.value,
        reason_text=intent.reason_text,
        cashier=intent.cashier,
        approvers=intent.approvers,
        asked=intent.way,
    )


def _quarantined(at: Counter) -> RefusalView | None:
    journal = at.agent.journal
    if journal.quarantine() is not None:
        return RefusalView("refusal.quarantine")
    doubt = journal.withheld
    return RefusalView(doubt.code, {"file": doubt.file}) if doubt is not None else None


def _refused(context: Context, refusal: RefusalView) -> ExitCode:
    if context.as_json:
        context.write_json(refusal_json(refusal, context.texts))
    else:
        message = context.texts.message(refusal.key, refusal.params)
        show_message(message, context.texts, context.screen)
    return ExitCode.REFUSED


def _cancelled(context: Context) -> ExitCode:
    refusal = RefusalView("outcome.cancelled")
    _refused(context, refusal)
    return ExitCode.CANCELLED
