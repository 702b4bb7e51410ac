"""`refund-agent slip print` and `confirm`: paper for what is settled, no word to a terminal."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from terminal_agent.cli.options import person
from terminal_agent.cli.paper import slip_printer
from terminal_agent.cli.telling import tell_trouble
from terminal_agent.errors import UsageError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal.errors import refusal
from terminal_agent.refund.evidence import PrintProof
from terminal_agent.refund.slip_code import typed_code
from terminal_agent.refund.states import SlipState
from terminal_agent.runtime.attempts import COPIES
from terminal_agent.runtime.slip_notes import SlipNotes

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import RefundCase, Slip
    from terminal_agent.runtime.slip_printing import PutOut


def print_slips(context: Context) -> ExitCode:
    """The slips of a case again, marked where one came out or may have; or all that wait."""
    arguments = context.arguments
    if bool(arguments.case) == arguments.due:
        raise UsageError(
            "usage.options",
            "one case, or --due",
            what_to_do="Name the case, or give --due for every slip that waits.",
            details={"problem": "CASE / --due", "remedy": "refund-agent slip print --due"},
        )
    copies = (arguments.copy,) if arguments.copy else COPIES
    with ExitStack() as undo:
        journal = undo.enter_context(context.journal())
        printer = slip_printer(context, journal, undo, arguments.printer)
        if arguments.due:
            waiting = [journal.case(name) for name in journal.waiting_slips()]
            done = [printer.print_due(case, copies) for case in waiting]
        else:
            case = _with_slip(journal, arguments.case)
            done = [printer.print_due(printer.reprint(case, copies), copies)]
    return _told(context, done)


def reprint(context: Context) -> ExitCode:
    """`cases reprint`: both copies of a case again."""
    with ExitStack() as undo:
        journal = undo.enter_context(context.journal())
        case = _with_slip(journal, context.arguments.case)
        printer = slip_printer(context, journal, undo)
        done = printer.print_due(printer.reprint(case))
    return _told(context, [done])


def confirm(context: Context) -> ExitCode:
    """A person holds the complete slip with this code: it came out, whatever the printer says."""
    code = typed_code(context.arguments.code)
    by = person(context, "by")
    with context.journal() as journal:
        case = journal.case(context.arguments.case)
        notes = SlipNotes(journal, context.clock, case.case_id)
        slip = _doubted(notes, case, code)
        if slip.state is not SlipState.CONFIRMED:
            notes.printed(slip, PrintProof.PERSON, "", by)
    told = context.texts.line("slip.confirmed", code=code, case=case.case_id)
    if context.as_json:
        context.write_json({"ok": True, "case": case.case_id, "code": code})
    else:
        context.screen.say(told)
    return ExitCode.APPROVED


def _doubted(notes: SlipNotes, case: RefundCase, code: str) -> Slip:
    """The copy with this code. Raises JournalRefusal where there is none that may have come out."""
    for slip in case.slips:
        if slip.code != code or slip.state in {SlipState.PRINT_DUE, SlipState.NOT_SENT}:
            continue
        if slip.state is SlipState.PRINTING:
            notes.uncertain(slip, "print.interrupted")
        return notes.now(slip)
    raise refusal(
        "refusal.no_such_slip",
        f"{case.case_id} has no slip {code} that may have come out",
        "Compare the code on the paper, and the case.",
        case=case.case_id,
        typed=code,
    )


def _with_slip(journal: Journal, case_id: str) -> RefundCase:
    case = journal.case(case_id)
    if not case.attempts:
        raise refusal("refusal.no_slip", "nothing was attempted", "", case=case_id)
    return case


def _told(context: Context, done: list[PutOut]) -> ExitCode:
    """Say where each slip is, and what stood in the way."""
    troubles = [one.failed for one in done if one.failed is not None]
    for trouble in troubles:
        tell_trouble(trouble, context)
    paths = [str(path) for one in done for path in one.files]
    if context.as_json:
        context.write_json(
            {
                "ok": not troubles,
                "cases": [one.case.case_id for one in done],
                "slips": [*paths],
                "trouble": [trouble.code for trouble in troubles],
            }
        )
    else:
        context.screen.lines([context.texts.line("slip.kept", path=path) for path in paths])
        if not done:
            context.screen.say(context.texts.line("slip.none_waiting"))
    return ExitCode.LINK if troubles else ExitCode.APPROVED
