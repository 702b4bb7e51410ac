"""`refund-agent printer list/status/test`: what hangs here, how it is, a page to look at."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING

from drivers.fonts import find_fonts
from drivers.printers.discovery import list_printers
from printing.escpos import trial
from printing.escpos.job import job
from printing.sheet import Cut, Qr, Row, Sheet
from terminal_agent.console.screen import table
from terminal_agent.exit_codes import ExitCode
from terminal_agent.runtime.printers import build_printer

if TYPE_CHECKING:
    from drivers.printers.contract import PrintReport
    from drivers.printers.discovery import FoundPrinter
    from drivers.printers.driver import EscPosPrinter
    from printing.profile import PrinterProfile
    from printing.status import PrinterStatus
    from terminal_agent.cli.context import Context

_QR = "PRINTER TEST"


def list_all(context: Context) -> ExitCode:
    """Everything that could be a printer, with the words for the configuration."""
    found, texts = list_printers(), context.texts
    if context.as_json:
        for printer in found.printers:
            context.write_json(_as_json(printer))
        return ExitCode.APPROVED
    if found.printers:
        keys = ("kind", "link", "description", "usable")
        rows = [
            [
                texts.line(f"printers.{printer.kind}"),
                printer.link,
                printer.description,
                texts.line("ports.usable" if printer.usable else "ports.not_usable"),
            ]
            for printer in found.printers
        ]
        headings = [texts.line(f"printers.{key}") for key in keys]
        context.screen.lines(table(headings, rows, whole=frozenset({1})))
    else:
        context.screen.say(texts.line("printers.none"))
    for printer in found.printers:
        if printer.hint:
            context.screen.say(f"{printer.link}: {printer.hint}")
    for error in found.unasked:
        message = texts.message(error.code, error.details)
        context.screen.say(f"{message.what} {message.do}")
    if any(printer.kind == "serial" for printer in found.printers):
        context.screen.say(texts.line("printers.serial_ports"))
    return ExitCode.APPROVED


def _as_json(printer: FoundPrinter) -> dict[str, str | bool]:
    return {
        "kind": printer.kind,
        "link": printer.link,
        "description": printer.description,
        "usable": printer.usable,
        "hint_code": printer.hint_code,
        "hint": printer.hint,
    }


def taken(context: Context, undo: ExitStack) -> tuple[str, EscPosPrinter]:
    """The printer that is meant, closed at the end. Raises ConfigError."""
    loaded = context.loaded
    name, _ = loaded.printer(context.arguments.printer)
    printer = build_printer(loaded, name, context.clock, context.printer_maker)
    undo.callback(printer.close)
    return name, printer


def status(context: Context) -> ExitCode:
    """Ask the printer how it is; prints nothing."""
    with ExitStack() as undo:
        name, printer = taken(context, undo)
        told = printer.status()
    texts = context.texts
    if context.as_json:
        context.write_json({"ok": told.can_print is not False, "printer": name, **words(told)})
    else:
        context.screen.headline(texts.line("printer.title", name=name))
        context.screen.pairs([(texts.line("printer.line"), printer.description)])
        context.screen.pairs(rows(context, told))
        if not told.said:
            context.screen.say(texts.line("printer.says_nothing"))
    blind = not printer.profile.answers
    good = told.can_print is True or (blind and not told.said)
    return ExitCode.APPROVED if good else ExitCode.LINK


def words(told: PrinterStatus) -> dict[str, str | bool | None]:
    """A status for a script; null is what the printer has not said."""
    return {
        "can_print": told.can_print,
        "paper": told.paper.value if told.paper else None,
        "offline": told.offline,
        "cover_open": told.cover_open,
        "error": told.error,
    }


def rows(context: Context, told: PrinterStatus) -> list[tuple[str, str]]:
    """A status for a person; what the printer has not said is left out."""
    texts = context.texts
    found = [("paper", f"printer.paper_{told.paper.value}" if told.paper else "")]
    for matter in ("offline", "cover_open", "error"):
        value = getattr(told, matter)
        word = "" if value is None else "printer.yes" if value else "printer.no"
        found.append((matter, word))
    return [(texts.line(f"printer.{key}"), texts.line(word)) for key, word in found if word]


def test(context: Context) -> ExitCode:
    """Print a page that shows the grid, the letters, a QR code and the knife."""
    with ExitStack() as undo:
        name, printer = taken(context, undo)
        page = trial.letters() + job(sheet(name, printer.profile), printer.profile, find_fonts)
        report = printer.print(page, new_id())
    key = outcome_key(report)
    if context.as_json:
        context.write_json(
            {
                "ok": key in _GOOD,
                "printer": name,
                "outcome": key.partition(".")[2],
                "written": report.written,
                "total": report.total,
                **words(report.status),
            }
        )
    else:
        context.screen.say(context.texts.line(key))
        context.screen.pairs(rows(context, report.status))
        if key in _GOOD:
            context.screen.say(context.texts.line("printer.look"))
    return ExitCode.APPROVED if key in _GOOD else ExitCode.LINK


def sheet(name: str, profile: PrinterProfile) -> Sheet:
    """The page in the letters that the configuration gives to the printer."""
    sample = next((way.sample for way in trial.CANDIDATES if way.charset == profile.charset), "")
    size = profile.columns // 2
    return Sheet(
        profile.columns,
        (
            Row(name[:size].encode("ascii", "replace").decode("ascii"), bold=True, wide=2, tall=2),
            Row(trial.ruler(profile.columns)),
            Row(sample),
            Row("bold", bold=True),
            Row("wide", wide=2),
            Row("tall", tall=2),
            Qr(_QR),
            Cut(),
        ),
    )


def new_id() -> bytes:
    """Four signs that no other job is likely to have."""
    return uuid.uuid4().hex[:4].encode("ascii")


_GOOD = frozenset({"printer.done", "printer.sent"})


def outcome_key(report: PrintReport) -> str:
    """The sentence that tells a person what became of the page."""
    if report.echoed:
        return "printer.done"
    if report.refused:
        return "printer.refuses"
    if report.lost:
        return "printer.broken_off"
    if report.waiting:
        return "printer.holds"
    return "printer.sent" if report.written else "printer.no_answer"
