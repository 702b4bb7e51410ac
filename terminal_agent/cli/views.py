"""From cases and records to what the console shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.kit.registry import load
from protocols.kit.vocabulary import Operation, Outcome
from terminal_agent.console.desk import RefusalView
from terminal_agent.console.outcome import (
    OutcomeView,
    outcome_json,
    refusal_json,
    show_message,
    show_outcome,
)
from terminal_agent.exit_codes import ExitCode
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptDead,
    AttemptDeclined,
    HumanVerdict,
)
from terminal_agent.refund.states import AttemptState, CaseState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.contract import ResultMeaning
    from protocols.kit.vocabulary import TransactionRecord
    from terminal_agent.cli.context import Context
    from terminal_agent.console.outcome import JsonValue
    from terminal_agent.refund.nouns import Attempt, RefundCase
    from terminal_agent.runtime.slip_printing import PutOut

EXIT_CODES = {
    Outcome.APPROVED: ExitCode.APPROVED,
    Outcome.DECLINED: ExitCode.DECLINED,
    Outcome.NOT_SENT: ExitCode.NOT_SENT,
    Outcome.UNKNOWN: ExitCode.UNKNOWN,
}


def results_of(context: Context, case: RefundCase) -> Mapping[str, ResultMeaning]:
    """What the codes of the case's terminal mean; nothing for a terminal that is gone."""
    last = case.last_attempt
    section = context.loaded.config.terminal.get(last.start.terminal) if last else None
    return load(section.protocol).results if section is not None else {}


def outcome_of(case: RefundCase) -> Outcome:
    """How a case stands, in one of the four outcomes; nothing sent yet counts as not sent."""
    if case.open_attempts:
        return Outcome.UNKNOWN
    if case.state is CaseState.REFUNDED:
        return Outcome.APPROVED
    last = case.last_attempt
    if last is not None and last.state is AttemptState.DECLINED:
        return Outcome.DECLINED
    return Outcome.NOT_SENT


def outcome_view(
    case: RefundCase,
    results: Mapping[str, ResultMeaning],
    *,
    resolved: bool = False,
    out: PutOut | None = None,
    trouble: tuple[str, ...] = (),
) -> OutcomeView:
    """What is shown of a case; `results` gives the advice of a result code."""
    last = case.last_attempt
    code, text = _answer(last)
    meaning = results.get(code)
    outcome = outcome_of(case)
    return OutcomeView(
        outcome=outcome,
        operation=case.operation or Operation.REFUND,
        case_number=case.case_id,
        amount=case.amount,
        parked=any(a.state is AttemptState.PARKED for a in case.open_attempts),
        resolved=resolved or _resolved_before(last),
        slip_missing=out is not None and out.failed is not None and outcome is Outcome.APPROVED,
        slip_doubtful=out is not None and out.doubtful,
        result_code=code,
        result_text=text,
        result_advice=meaning.advice if meaning and text else "",
        reason=_reason(last),
        why=_why(last),
        evidence=case.corrections[-1].evidence.value if case.corrections else _evidence(last),
        record=last.record if last is not None else None,
        slip_files=tuple(str(path) for path in out.files) if out is not None else (),
        trouble=trouble,
        given_up=case.cancelled is not None,
        attempted=bool(case.attempts),
    )


def tell_case(context: Context, view: OutcomeView) -> ExitCode:
    """Show how a case ended and give its exit code."""
    if context.as_json:
        context.write_json(outcome_json(view, context.texts))
    else:
        show_outcome(view, context.texts, context.screen)
        for name in view.slip_files:
            context.screen.lines([context.texts.line("slip.kept", path=name)])
    return EXIT_CODES[view.outcome]


def tell_nothing_new(context: Context, view: OutcomeView) -> None:
    """Because of that case nothing new was sent."""
    blocked = RefusalView("refusal.open_case", {"case": view.case_number})
    if context.as_json:
        context.write_json(refusal_json(blocked, context.texts))
    else:
        message = context.texts.message(blocked.key, blocked.params)
        show_message(message, context.texts, context.screen)


def record_json(record: TransactionRecord | None) -> dict[str, JsonValue] | None:
    """A terminal's record for a script."""
    return {**record.to_json()} if record is not None else None


def record_rows(context: Context, record: TransactionRecord) -> list[tuple[str, str]]:
    """A terminal's record as labels and values."""
    texts = context.texts
    return [(texts.line(f"field.{name}"), str(value)) for name, value in record.to_json().items()]


def _answer(attempt: Attempt | None) -> tuple[str, str]:
    told = attempt.verdict if attempt is not None else None
    if isinstance(told, AttemptDeclined | AttemptDead):
        return told.result_code, told.result_text
    record = attempt.record if attempt is not None else None
    return (record.result_code or "", "") if record is not None else ("", "")


def _resolved_before(attempt: Attempt | None) -> bool:
    """Whether an enquiry or people told the outcome, not the terminal's live answer."""
    told = attempt.verdict if attempt is not None else None
    if isinstance(told, AttemptApproved | AttemptDead):
        return told.evidence not in {Evidence.LIVE_ANSWER, Evidence.NOT_STARTED}
    return isinstance(told, HumanVerdict)


def _reason(attempt: Attempt | None) -> str:
    unknown = attempt.unknown if attempt is not None else None
    return unknown.reason.value if unknown is not None else ""


def _why(attempt: Attempt | None) -> tuple[str, ...]:
    if attempt is None:
        return ()
    told = attempt.verdict
    if isinstance(told, AttemptApproved | AttemptDead):
        return told.why
    if attempt.parked is not None and attempt.state is AttemptState.PARKED:
        return attempt.parked.reasons
    if attempt.unknown is not None and attempt.live:
        return (f"unknown_reason.{attempt.unknown.reason.value}",)
    return ()


def _evidence(attempt: Attempt | None) -> str:
    told = attempt.verdict if attempt is not None else None
    if isinstance(told, AttemptApproved | AttemptDead | HumanVerdict):
        return told.evidence.value
    return Evidence.LIVE_ANSWER.value if told is not None else ""
