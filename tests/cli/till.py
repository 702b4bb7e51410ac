"""A till for tests: each `run` is one call of `refund-agent`, on a terminal in memory.

The line is the simulator's, the clock is virtual, the journal is real; nothing sleeps.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drivers.links.memory import MemoryLink
from drivers.printers.memory import MemoryPrinterLink
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.printer import FakePrinter
from simulators.printer.memory import MemoryPrinterLine
from simulators.scenario import parse
from simulators.station import StationSettings, build
from terminal_agent.cli.context import Context
from terminal_agent.cli.parser import build_parser
from terminal_agent.cli.running import run
from terminal_agent.runtime.assembly import open_journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from drivers.clock import Clock
    from drivers.links.contract import Link
    from drivers.links.factory import LinkSettings
    from drivers.printers.contract import PrinterLink
    from terminal_agent.journal.store import Journal

TERMINAL = """
[terminal.till]
protocol = "zvt"
link = "serial:/dev/nowhere"
exclusive = true
capabilities_confirmed = ["L", "N"]
"""
# A receipt printer that answers and echoes; its line is in memory, whatever stands here.
PRINTER = """
[printer.desk]
link = "file:/dev/null"
answers = true
process_id = true
native_qr = true

[slip]
printer = "desk"
"""
# The simulator books EUR 12.34 as receipt 0001 before anything begins.
ONE_SALE = "[[sale]]\namount_minor = 1234\n"
BOOK = "sale_id,amount,sold_at,receipt_number,trace_number,masked_pan\n"
SOLD = "S1,12.34,2026-11-24T09:00:00+00:00,0001,000001,541333******0018\n"
PEOPLE = ("--cashier", "Anna", "--approver", "Ben", "--reason", "complaint")
YES = (*PEOPLE, "--yes")
_PARSER = build_parser()


class Keyboard(io.StringIO):
    """A terminal that somebody sits at."""

    def isatty(self) -> bool:
        return True


class Said(str):
    """A text in which sentences are found wherever a screen of 80 columns broke its lines."""

    __slots__ = ()

    def __contains__(self, text: object) -> bool:
        return "".join(str(text).split()) in "".join(self.split())


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """The only object on standard output."""
        found: dict[str, object] = json.loads(self.out)
        return found

    @property
    def error(self) -> str:
        """The code of the error that a script is told."""
        error = self.json["error"]
        assert isinstance(error, dict)
        return str(error["code"])

    @property
    def said(self) -> Said:
        """Everything that was said."""
        return Said(" ".join((self.out + "\n" + self.err).split()))


class Till:
    """One counter; `scenario` and `config` are TOML."""

    def __init__(
        self,
        folder: Path,
        *,
        scenario: str = ONE_SALE,
        config: str = "",
        terminal: str = TERMINAL,
        sales: str = BOOK + SOLD,
        profile: str = "",
        transport: str = "serial",
    ) -> None:
        self.folder = folder
        self.clock = SimulatedClock(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
        self.transport = transport
        self.device = build(
            StationSettings(
                protocol="zvt",
                profile=profile,
                transport=transport,
                scenario=parse(f"version = 1\n{scenario}", "test"),
            ),
            wall=self.clock.wall,
        )
        self.line = SimulatedLine(self.clock, self.device)
        self.opened = 0
        self.line_maker: Callable[[LinkSettings], Link] = self._line
        self.printer = FakePrinter()
        self.config = folder / "config.toml"
        self.config.write_text(config + terminal, encoding="utf-8")
        if sales:
            book = folder / "sales.csv"
            book.write_text(sales, encoding="utf-8")
            assert self.run("sale", "import", str(book), "--terminal", "till").code == 0

    def _line(self, settings: LinkSettings) -> Link:
        self.opened += 1
        return MemoryLink(self.line, transport=self.transport)

    def _printer(self, _text: str, _clock: Clock) -> PrinterLink:
        return MemoryPrinterLink(MemoryPrinterLine(self.printer, self.clock))

    def context(
        self, *argv: str, typed: str | None = None, options: tuple[str, ...] = ()
    ) -> Context:
        """What `main` would make of this command line; `typed` None: nobody is at the keyboard."""
        arguments = _PARSER.parse_args(["--config", str(self.config), *options, *argv])
        stdin = io.StringIO() if typed is None else Keyboard(typed)
        return Context(
            arguments=arguments,
            environment={},
            stdin=stdin,
            stdout=io.StringIO(),
            stderr=io.StringIO(),
            clock=self.clock,
            line_maker=self.line_maker,
            printer_maker=self._printer,
        )

    def run(self, *argv: str, typed: str | None = None, options: tuple[str, ...] = ()) -> Ran:
        """One call of the program."""
        return run_in(self.context(*argv, typed=typed, options=options))

    def refund(self, *more: str, typed: str | None = None) -> Ran:
        """The refund of the sale by options, for a script."""
        return self.run("refund", "--receipt", "1", *YES, "--json", *more, typed=typed)

    def journal(self) -> Journal:
        """The journal, for a test that writes or looks into it."""
        return open_journal(self.context("ports").loaded, self.clock)

    @property
    def bookings(self) -> list[tuple[str, int]]:
        """What the bank booked behind the sales."""
        return [
            (one.kind, one.amount_minor) for one in self.device.bank.bookings if one.kind != "sale"
        ]


def run_in(context: Context) -> Ran:
    """Run the command of a context and read its streams."""
    code = run(context.arguments.command_path, context)
    out, err = context.stdout, context.stderr
    assert isinstance(out, io.StringIO)
    assert isinstance(err, io.StringIO)
    return Ran(int(code), out.getvalue(), err.getvalue())
