"""`refund-agent sale`: the sale book."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.kit.money import Currency
from terminal_agent.cli.reporting import ConsoleReporter
from terminal_agent.console.desk import RefusalView
from terminal_agent.console.outcome import refusal_json, show_message
from terminal_agent.console.screen import table
from terminal_agent.errors import UsageError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.runtime.conversation import Conversation
from terminal_agent.runtime.sale_book import add, find, read_csv, sale_from_record

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.console.outcome import JsonValue
    from terminal_agent.journal.replay import SaleState
    from terminal_agent.refund.sale import Sale

_LISTED = 200
_HEADINGS = ("sale.id", "sale.when", "sale.receipt", "sale.amount", "sale.rest", "sale.card")


def list_sales(context: Context) -> ExitCode:
    """Sales that may be refunded, newest first."""
    arguments = context.arguments
    with context.reader() as journal:
        if arguments.number:
            found = find(journal, arguments.number, arguments.terminal)
        else:
            found = journal.sales(terminal=arguments.terminal, limit=_LISTED)
    if context.as_json:
        for state in found:
            context.write_json(_json(state))
    elif not found:
        context.screen.say(context.texts.line("step.no_sales"))
    else:
        headings = [context.texts.line(key) for key in _HEADINGS]
        rows = [_cells(state) for state in found]
        context.screen.lines(
            table(headings, rows, to_right=frozenset({3, 4}), whole=frozenset({0, 1}))
        )
    return ExitCode.APPROVED


def import_sales(context: Context) -> ExitCode:
    """From a file, or the last transaction of the terminal."""
    arguments = context.arguments
    if bool(arguments.file) == bool(arguments.from_terminal):
        raise UsageError(
            "usage.options",
            "either a file or --from-terminal",
            what_to_do="Give one of them.",
            details={"problem": "FILE.csv / --from-terminal", "remedy": "Give one of them."},
        )
    if arguments.from_terminal:
        return _from_terminal(context)
    return _from_file(context, Path(arguments.file))


def _from_file(context: Context, path: Path) -> ExitCode:
    name, config = context.loaded.terminal(context.arguments.terminal)
    now = context.clock.wall()
    try:
        # "utf-8-sig": spreadsheets write a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            sales = read_csv(
                file,
                path=str(path),
                terminal=name,
                currency=Currency.of(config.currency),
                now=now,
            )
    except OSError as error:
        raise UsageError(
            "usage.file",
            f"{path} cannot be read: {error}",
            what_to_do="Check the name and the permissions.",
            details={"path": str(path), "problem": error.strerror or str(error)},
        ) from error
    with context.journal() as journal:
        fresh, known = add(journal, sales, now)
    _tell_import(context, fresh, known)
    return ExitCode.APPROVED


def _from_terminal(context: Context) -> ExitCode:
    with ExitStack() as undo:
        station = context.station(undo)
        journal = undo.enter_context(context.journal())
        reporter = ConsoleReporter(
            context.progress_screen, context.texts, verbose=context.arguments.verbose
        )
        talk = Conversation(station, reporter)
        talk.start()
        talk.become_ready()
        record = talk.shown_last().record
        now = context.clock.wall()
        sale: Sale | None = None
        if record is not None:
            sale = sale_from_record(
                record, terminal=station.name, currency=station.currency, now=now
            )
        if sale is None or journal.case_with_number(station.name, sale.receipt_number or ""):
            refusal = RefusalView("refusal.not_a_sale")
            if context.as_json:
                context.write_json(refusal_json(refusal, context.texts))
            else:
                message = context.texts.message(refusal.key)
                show_message(message, context.texts, context.screen)
            return ExitCode.REFUSED
        fresh, known = add(journal, [sale], now)
    _tell_import(context, fresh, known)
    return ExitCode.APPROVED


def _tell_import(context: Context, fresh: int, known: int) -> None:
    if context.as_json:
        context.write_json({"ok": True, "imported": fresh, "known": known})
    else:
        context.screen.say(context.texts.line("sale.imported", count=fresh, known=known))


def _cells(state: SaleState) -> list[str]:
    sale = state.sale
    card = " ".join(part for part in (sale.card_name, sale.masked_pan) if part)
    return [
        sale.sale_id,
        f"{sale.sold_at:%Y-%m-%d %H:%M}",
        sale.receipt_number or "",
        str(sale.amount),
        str(state.remaining),
        card,
    ]


def _json(state: SaleState) -> dict[str, JsonValue]:
    sale = state.sale
    return {
        "sale_id": sale.sale_id,
        "terminal": sale.terminal,
        "amount_minor": sale.amount.minor,
        "remaining_minor": state.remaining.minor,
        "currency": sale.amount.currency.numeric,
        "sold_at": sale.sold_at.isoformat(),
        "source": sale.source.value,
        "receipt_number": sale.receipt_number,
        "trace_number": sale.trace_number,
        "masked_pan": sale.masked_pan,
    }
