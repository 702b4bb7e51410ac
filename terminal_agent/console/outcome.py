"""How every ending is told: three sentences for a person, one JSON object for a script.

Which message belongs to an outcome is a table; what is unknown has no other message than that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from protocols.kit.errors import MoneyMoved
from protocols.kit.vocabulary import Operation, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.errors import RefundAgentError
    from protocols.kit.money import Amount
    from protocols.kit.vocabulary import TransactionRecord
    from terminal_agent.console.desk import RefusalView
    from terminal_agent.console.screen import Screen
    from terminal_agent.prompts.catalog import Message, Texts

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

_MONEY = {
    Outcome.APPROVED: MoneyMoved.YES,
    Outcome.DECLINED: MoneyMoved.NO,
    Outcome.NOT_SENT: MoneyMoved.NO,
    Outcome.UNKNOWN: MoneyMoved.MAYBE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """How one case ended, or stands.

    `result_text` and `result_advice` are text keys of the protocol's result code. `resolved` is
    True when an enquiry or two people found it out later. `slip_missing`: approved, but no slip
    is known to be there; `slip_doubtful`: a slip may be there all the same.
    `why` are text keys of proofs or doubts; `reason` is the exchange's own word, for scripts.
    `trouble` are codes of errors that stood in the way. `given_up` by a person; not `attempted`:
    no message of the case was ever written.
    """

    outcome: Outcome
    operation: Operation
    case_number: str
    amount: Amount
    parked: bool = False
    resolved: bool = False
    slip_missing: bool = False
    slip_doubtful: bool = False
    result_code: str = ""
    result_text: str = ""
    result_advice: str = ""
    reason: str = ""
    why: tuple[str, ...] = ()
    evidence: str = ""
    record: TransactionRecord | None = None
    slip_files: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    given_up: bool = False
    attempted: bool = True


def outcome_key(view: OutcomeView) -> str:
    """The key of the message that tells this outcome."""
    told = bool(view.result_text)
    if view.outcome is Outcome.UNKNOWN:
        return "outcome.parked" if view.parked else "outcome.unknown"
    if view.outcome is Outcome.APPROVED:
        return _approved_key(view)
    if view.given_up:
        return "outcome.given_up"
    if not view.attempted:
        return "outcome.not_attempted"
    if view.resolved:
        return "outcome.resolved_not_done"
    if view.outcome is Outcome.NOT_SENT:
        return "outcome.not_sent_told" if told else "outcome.not_sent"
    return "outcome.declined" if told else "outcome.declined_plain"


def _approved_key(view: OutcomeView) -> str:
    if view.slip_missing:
        ending = "slip_doubtful" if view.slip_doubtful else "no_slip"
        return f"outcome.approved_{ending}"
    if view.resolved:
        return "outcome.resolved_done"
    return f"outcome.approved_{'void' if view.operation is Operation.VOID else 'refund'}"


def outcome_message(view: OutcomeView, texts: Texts) -> Message:
    """The three sentences for this outcome."""
    return texts.message(
        outcome_key(view),
        {
            "amount": view.amount,
            "case": view.case_number,
            "code": view.result_code,
            "text": texts.line(view.result_text) if view.result_text else "",
            "advice": texts.line(view.result_advice) if view.result_advice else "",
        },
        money=_MONEY[view.outcome],
    )


def show_outcome(view: OutcomeView, texts: Texts, screen: Screen) -> None:
    """Tell the person at the counter, and what to tell the customer while nothing is certain."""
    show_message(outcome_message(view, texts), texts, screen)
    screen.pairs([(texts.line("label.why"), texts.line(key)) for key in view.why])
    if view.outcome is Outcome.UNKNOWN:
        screen.say()
        customer = texts.message("outcome.unknown_customer", {"case": view.case_number})
        screen.say(customer.what)
        screen.say(customer.do)


def show_message(message: Message, texts: Texts, screen: Screen) -> None:
    """What happened, the money, what to do: in this order, always all three."""
    screen.headline(message.what)
    rows = [("label.about_money", message.money), ("label.do", message.do)]
    screen.pairs([(texts.line(key), sentence) for key, sentence in rows])


def outcome_json(view: OutcomeView, texts: Texts) -> dict[str, JsonValue]:
    """The outcome as stable names and values; only `message` is in the person's language."""
    found: dict[str, JsonValue] = {
        "ok": view.outcome is Outcome.APPROVED,
        "outcome": view.outcome.value,
        "money_moved": _MONEY[view.outcome].value,
        "operation": view.operation.value,
        "case": view.case_number,
        "amount_minor": view.amount.minor,
        "currency": view.amount.currency.numeric,
        "parked": view.parked,
        "resolved": view.resolved,
        "slip_missing": view.slip_missing,
        "slip_doubtful": view.slip_doubtful,
        "result_code": view.result_code,
        "reason": view.reason,
        "why": list(view.why),
        "evidence": view.evidence,
        "record": {**view.record.to_json()} if view.record else None,
        "slips": list(view.slip_files),
        "trouble": list(view.trouble),
        "message": _message_json(outcome_message(view, texts)),
    }
    return found


def refusal_json(refusal: RefusalView, texts: Texts) -> dict[str, JsonValue]:
    """A refusal: nothing was sent now; what that means for the money stands with its words."""
    message = texts.message(refusal.key, refusal.params)
    return _problem_json(refusal.key, message, texts.money(refusal.key), refusal.params)


def error_message(error: RefundAgentError, texts: Texts) -> Message:
    """The three sentences for an error: the text of its code, else its own English words.

    What the error knows about the money goes before what the text file says.
    """
    given: dict[str, object] = {
        "problem": error.what_happened,
        "remedy": error.what_to_do,
        "code": error.code,
        **error.details,
    }
    message = texts.message(error_key(error.code, texts), given, money=error.money)
    advice = error.details.get("advice")
    return replace(message, do=texts.line(str(advice))) if advice in texts else message


def error_key(code: str, texts: Texts) -> str:
    """The message key of an error code: `link.lost` and `link_lost` are one."""
    for key in (code, code.replace("_", ".", 1)):
        if texts.is_message(key):
            return key
    return "error"


def show_error(error: RefundAgentError, texts: Texts, screen: Screen) -> None:
    """Tell the person; then the code and the error's own hint, in English, for the technician."""
    message = error_message(error, texts)
    show_message(message, texts, screen)
    rows = [(texts.line("label.technical"), error.code)]
    if error.what_to_do != message.do:
        rows.append((texts.line("label.hint"), error.what_to_do))
    screen.pairs(rows)


def show_trouble(error: RefundAgentError, texts: Texts, screen: Screen) -> None:
    """Tell what stood in the way, without a word on the money: the outcome says that."""
    screen.say(error_message(error, texts).what)
    screen.pairs(
        [
            (texts.line("label.technical"), error.code),
            (texts.line("label.hint"), error.what_to_do),
        ]
    )


def error_json(error: RefundAgentError, texts: Texts) -> dict[str, JsonValue]:
    """An error for a script."""
    return _problem_json(error.code, error_message(error, texts), error.money, error.details)


def _problem_json(
    code: str, message: Message, money: MoneyMoved, details: Mapping[str, object]
) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {
        name: value if isinstance(value, int) else str(value) for name, value in details.items()
    }
    return {
        "ok": False,
        "error": {"code": code, "details": shown},
        "money_moved": money.value,
        "message": _message_json(message),
    }


def _message_json(message: Message) -> dict[str, JsonValue]:
    return {"what": message.what, "money": message.money, "do": message.do}
