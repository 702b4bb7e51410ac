"""The commands about paper, `slip` and `printer`, as a table; imports no part of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.cli.parser_options import case_argument, json_option

if TYPE_CHECKING:
    import argparse

    from terminal_agent.cli.parser_options import Group

_REPRINTS_MAX = 999  # more copies of a slip than anybody may ask to see


def _slip_show(parser: argparse.ArgumentParser) -> None:
    case_argument(parser)
    parser.add_argument(
        "--copy", choices=("merchant", "customer"), default="merchant", help="whose (merchant)"
    )
    parser.add_argument(
        "--reprint", metavar="N", type=_count, help="as reprint N; default: as it stands"
    )
    parser.add_argument(
        "--case-sheet", action="store_true", help="the page for the shop's file, not the slip"
    )


def _slip_preview(parser: argparse.ArgumentParser) -> None:
    _slip_show(parser)
    parser.add_argument(
        "--to", metavar="FILE", required=True, help="ends with .txt, .html, .png or .escpos"
    )


def _count(text: str) -> int:
    """A count of reprints from the command line. Raises ValueError."""
    number = int(text)
    if not 0 <= number <= _REPRINTS_MAX:
        raise ValueError(text)
    return number


def _slip_print(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "case", metavar="CASE", nargs="?", help="a further copy of this case's slip"
    )
    parser.add_argument("--due", action="store_true", help="all slips that did not come out yet")
    parser.add_argument("--copy", choices=("merchant", "customer"), help="only this copy")
    parser.add_argument("--printer", metavar="NAME", help="which printer of the configuration")
    json_option(parser)


def _slip_confirm(parser: argparse.ArgumentParser) -> None:
    case_argument(parser)
    parser.add_argument("code", metavar="CODE", help="the code on the paper, such as K7MR")
    parser.add_argument("--by", metavar="NAME", required=True, help="who holds the slip")
    json_option(parser)


def _printer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "printer",
        metavar="NAME",
        nargs="?",
        help="which printer of the configuration (default: that of the slips)",
    )
    json_option(parser)


def _printer_probe(parser: argparse.ArgumentParser) -> None:
    _printer(parser)
    parser.add_argument("--dry-run", action="store_true", help="tell it, and write nothing")


SLIP: Group = (
    "slip",
    "slips on paper; a further copy says that it is one",
    (
        ("show", "how a slip looks, on the screen; prints nothing", _slip_show),
        ("preview", "how a slip looks, in a file; prints nothing", _slip_preview),
        ("print", "print the slips of a case again, or all that wait", _slip_print),
        ("confirm", "a person holds the complete slip with this code", _slip_confirm),
    ),
)
PRINTER: Group = (
    "printer",
    "receipt printers; none of these touches a refund",
    (
        ("list", "what hangs on this computer, as the configuration wants it", json_option),
        ("status", "is it there, and can it print?", _printer),
        ("probe", "find out what it can, and write it down", _printer_probe),
        ("test", "print a page with grid, letters, QR code and cut", _printer),
    ),
)
