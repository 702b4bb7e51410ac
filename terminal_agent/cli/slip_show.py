"""`slip show` and `slip preview`: how a slip looks, on the screen or in a file; prints nothing.

What they show is marked as a preview, so that it can never pass for a copy that was printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from printing.text import to_plain
from terminal_agent.cli.sheet_files import write_sheet
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal.errors import refusal
from terminal_agent.runtime.assembly import slip_settings
from terminal_agent.runtime.attempts import newest_slip
from terminal_agent.runtime.case_content import case_sheet
from terminal_agent.runtime.slip_content import slip_data
from terminal_agent.slips.layout import layout

if TYPE_CHECKING:
    from printing.sheet import Sheet
    from terminal_agent.cli.context import Context
    from terminal_agent.journal.replay import Reader
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.runtime.slip_content import SlipSettings
    from terminal_agent.slips.model import SlipData


def show(context: Context) -> ExitCode:
    """The newest slip of a case, or its sheet for the shop's file, on the screen."""
    sheet, _ = _sheet(context)
    context.screen.lines(to_plain(sheet).splitlines())
    return ExitCode.APPROVED


def preview(context: Context) -> ExitCode:
    """The same in a file. Raises UsageError for a name of no known kind, NoFont."""
    sheet, language = _sheet(context)
    path = write_sheet(sheet, language, context.arguments.to)
    context.screen.lines([context.texts.line("slip.previewed", path=str(path))])
    return ExitCode.APPROVED


def _sheet(context: Context) -> tuple[Sheet, str]:
    settings = slip_settings(context.loaded, context.texts.language)
    with context.reader() as journal:
        case = journal.case(context.arguments.case)
        if context.arguments.case_sheet:
            page = case_sheet(journal, case, settings, context.clock.wall())
            return layout(page), settings.language
        return layout(_slip(context, journal, case, settings)), settings.language


def _slip(context: Context, journal: Reader, case: RefundCase, settings: SlipSettings) -> SlipData:
    if not case.attempts:
        raise refusal("refusal.no_slip", "nothing was attempted", "", case=case.case_id)
    wanted, copy = newest_slip(case), context.arguments.copy
    printed = (slip.reprint for slip in case.slips if (slip.slip_id, slip.copy) == (wanted, copy))
    asked = context.arguments.reprint
    return slip_data(
        journal,
        case,
        settings,
        slip_id=wanted,
        copy=copy,
        reprint=next(printed, 0) if asked is None else asked,
        preview=True,
    )
