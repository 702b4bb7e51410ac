"""`refund-agent cases`: the register, one case, export, cancel, notes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from terminal_agent.cli.options import person, sentence
from terminal_agent.cli.views import outcome_view, results_of
from terminal_agent.console.outcome import outcome_json
from terminal_agent.console.record_table import show_list, show_row
from terminal_agent.errors import UsageError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal.export import cells, to_csv
from terminal_agent.journal.table import COLUMNS, RegisterRow, register_row
from terminal_agent.refund.facts import CaseNoted, NoteKind

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.console.outcome import JsonValue
    from terminal_agent.journal.replay import Reader
    from terminal_agent.prompts.catalog import Texts
    from terminal_agent.refund.nouns import Attempt, RefundCase


def list_cases(context: Context) -> ExitCode:
    """The register, newest first."""
    with context.reader() as journal:
        cases = journal.unsettled_cases() if context.arguments.open else journal.cases()
        rows = [_row(journal, case) for case in cases]
        if context.as_json:
            found: list[dict[str, JsonValue]] = [
                outcome_json(outcome_view(case, results_of(context, case)), context.texts)
                for case in cases
            ]
            for item in found:
                context.write_json(item)
        else:
            show_list([_words(row, context.texts) for row in rows], context.texts, context.screen)
    return ExitCode.APPROVED


def show(context: Context) -> ExitCode:
    """One case with everything the journal knows of it."""
    with context.reader() as journal:
        case = journal.case(context.arguments.case)
        if context.as_json:
            view = outcome_json(outcome_view(case, results_of(context, case)), context.texts)
            view["state"] = case.state.value
            view["attempts"] = {str(a.number): _attempt_json(a) for a in case.attempts}
            context.write_json(view)
            return ExitCode.APPROVED
        screen, texts = context.screen, context.texts
        screen.headline(case.case_id)
        show_row(_words(_row(journal, case), texts), texts, screen)
        for attempt in case.attempts:
            screen.say()
            screen.headline(texts.line("case.attempt", number=attempt.number))
            screen.pairs([(texts.line(key), value) for key, value in _attempt_rows(attempt, texts)])
    return ExitCode.APPROVED


def export(context: Context) -> ExitCode:
    """The register as CSV for a spreadsheet."""
    name = context.arguments.file
    with context.reader() as journal:
        rows = [_row(journal, case) for case in reversed(journal.cases())]
    data = to_csv(rows, context.texts.line)
    if name == "-":
        context.stdout.write(data.decode("utf-8-sig"))
        return ExitCode.APPROVED
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        raise UsageError(
            "usage.file",
            f"{name} cannot be written: {error}",
            what_to_do="Choose another name.",
            details={"path": name, "problem": error.strerror or str(error)},
        ) from error
    context.screen.lines([context.texts.line("record.exported", count=len(rows), path=name)])
    return ExitCode.APPROVED


def cancel(context: Context) -> ExitCode:
    """Give up a case; refused while an attempt of it is open."""
    from terminal_agent.journal.errors import refusal
    from terminal_agent.refund.facts import CaseCancelled

    by = person(context, "by")
    with context.journal() as journal:
        case = journal.case(context.arguments.case)
        if case.open_attempts or case.closed:
            code = "refusal.case_open" if case.open_attempts else "refusal.case_closed"
            raise refusal(code, f"{case.case_id} cannot be cancelled", "", case=case.case_id)
        journal.append(
            CaseCancelled(
                at=context.clock.wall(),
                case_id=case.case_id,
                by=by,
                why="cancel.by_person",
            )
        )
        context.screen.say(context.texts.line("case.cancelled", case=case.case_id))
    return ExitCode.APPROVED


def note(context: Context) -> ExitCode:
    """Fill a column of the register that only people can fill."""
    by, text = person(context, "by"), sentence(context, "text")
    with context.journal() as journal:
        case = journal.case(context.arguments.case)
        journal.append(
            CaseNoted(
                at=context.clock.wall(),
                case_id=case.case_id,
                kind=NoteKind(context.arguments.kind),
                by=by,
                text=text,
            )
        )
        context.screen.say(context.texts.line("case.noted", case=case.case_id))
    return ExitCode.APPROVED


def _row(journal: Reader, case: RefundCase) -> RegisterRow:
    state = journal.sale(case.created.sale_id)
    assert state is not None, "no case is created without its sale"
    return register_row(case, state.sale)


def _words(row: RegisterRow, texts: Texts) -> dict[str, str]:
    return dict(zip(COLUMNS, cells(row, texts.line), strict=True))


def _attempt_json(attempt: Attempt) -> dict[str, JsonValue]:
    start, armed = attempt.start, attempt.armed
    record, base = attempt.record, start.baseline
    return {
        "state": attempt.state.value,
        "operation": start.operation.value,
        "terminal": start.terminal,
        "reference": armed.reference if armed else None,
        "armed_at": armed.at.isoformat() if armed else None,
        "baseline": {**base.to_json()} if base else None,
        "record": {**record.to_json()} if record else None,
        "unknown": attempt.unknown.reason.value if attempt.unknown else None,
    }


def _attempt_rows(attempt: Attempt, texts: Texts) -> list[tuple[str, str]]:
    armed, parked = attempt.armed, attempt.parked
    rows = [("case.state", texts.line(f"attempt_state.{attempt.state.value}"))]
    if armed is not None:
        rows += [
            ("case.armed_at", f"{armed.at:%Y-%m-%d %H:%M:%S}"),
            ("case.line", armed.link),
            ("case.reference", armed.reference),
        ]
    if attempt.unknown is not None:
        rows.append(("case.unknown", texts.line(f"unknown_reason.{attempt.unknown.reason.value}")))
    base, record = attempt.start.baseline, attempt.record
    if base is not None:
        rows.append(("case.before", _short(base.receipt_number, base.trace_number)))
    if record is not None:
        rows.append(("case.booked", _short(record.receipt_number, record.trace_number)))
    if parked is not None:
        rows += [("label.why", texts.line(key)) for key in parked.reasons]
        rows += [("case.look_for", texts.line(key)) for key in parked.look_for]
    return rows


def _short(receipt: str | None, trace: str | None) -> str:
    return " / ".join(number for number in (receipt, trace) if number) or "-"
