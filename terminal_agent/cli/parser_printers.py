"""The part of the command line that is about receipt printers; imports no part of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    Adder = Callable[[argparse.ArgumentParser], None]


def printer_commands(json: Adder) -> tuple[tuple[str, str, Adder | None], ...]:
    """The commands under `printer`: names, help, and what adds their options. `json` adds
    --json."""

    def printer(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "printer",
            metavar="NAME",
            nargs="?",
            help="which printer of the configuration (default: that of the slips)",
        )
        json(parser)

    def probe(parser: argparse.ArgumentParser) -> None:
        printer(parser)
        parser.add_argument("--dry-run", action="store_true", help="tell it, and write nothing")

    return (
        ("list", "what hangs on this computer, as the configuration wants it", json),
        ("status", "is it there, and can it print?", printer),
        ("probe", "find out what it can, and write it down", probe),
        ("test", "print a page with grid, letters, QR code and cut", printer),
    )
