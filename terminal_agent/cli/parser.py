"""The command line as a table of commands; imports no part of the product."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from terminal_agent.cli.parser_options import (
    case_argument,
    device_options,
    json_option,
    terminal_option,
    trace_option,
)
from terminal_agent.cli.parser_paper import PRINTER, SLIP

if TYPE_CHECKING:
    from terminal_agent.cli.parser_options import Adder, Child, Group

REASONS = ("wrong_amount", "charged_twice", "complaint", "outcome_unknown", "other")
LANGUAGES = ("en", "zh")

_EPILOG = "Exit codes: 0 done, 2 usage, 3 declined, 4 not sent, 5 UNKNOWN (do not repeat), \
6 refused by policy, 7 line, 8 journal, 9 cancelled."


class _Version(argparse.Action):
    """Prints the installed version; looks it up only when asked."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        from terminal_agent.installation import version

        sys.stdout.write(f"refund-agent {version()}\n")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; `command_path` of a result names the command ("cases show")."""
    parser = argparse.ArgumentParser(
        prog="refund-agent",
        description="Gives card money back exactly once.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.add_argument("--config", metavar="FILE", help="configuration file (TOML)")
    parser.add_argument("--lang", choices=LANGUAGES, help="language on the screen")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what the line does")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, help_text, adder in _COMMANDS:
        _add(commands, (), name, help_text, adder)
    for name, help_text, children in _GROUPS:
        group = commands.add_parser(name, help=help_text, description=help_text)
        below = group.add_subparsers(metavar="WHAT", required=True)
        for child, child_help, adder in children:
            _add(below, (name,), child, child_help, adder)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    above: tuple[str, ...],
    name: str,
    help_text: str,
    adder: Adder | None,
) -> None:
    command = commands.add_parser(name, help=help_text, description=help_text, epilog=_EPILOG)
    command.set_defaults(command_path=" ".join((*above, name)))
    if adder is not None:
        adder(command)


# -- the commands -------------------------------------------------------------------------------


def _void(parser: argparse.ArgumentParser) -> None:
    device_options(parser)
    parser.add_argument("--receipt", metavar="NUMBER", help="receipt number of the sale")
    parser.add_argument("--sale", metavar="ID", help="id of the sale in the sale book")
    parser.add_argument("--reason", choices=REASONS, help="why the money is returned")
    parser.add_argument("--reason-text", metavar="TEXT", default="", help="the reason in words")
    parser.add_argument("--cashier", metavar="NAME", help="who does it (self-declared)")
    parser.add_argument(
        "--approver",
        metavar="NAME",
        action="append",
        default=[],
        help="who approves, never the cashier (self-declared); twice where two must approve",
    )
    parser.add_argument(
        "--key",
        metavar="KEY",
        help="makes a repeated call harmless: same key, same refund; a script needs no --yes then",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask for the last confirmation")
    parser.add_argument(
        "--again",
        action="store_true",
        help="a second refund of the same amount of this sale is meant; do not ask about the first",
    )


def _refund(parser: argparse.ArgumentParser) -> None:
    _void(parser)
    parser.add_argument(
        "--amount", metavar="AMOUNT", help='such as "12.50"; default: all that is left'
    )
    parser.add_argument(
        "--way",
        choices=("auto", "void", "refund"),
        default="auto",
        help="default: the agent chooses",
    )


def _recover(parser: argparse.ArgumentParser) -> None:
    device_options(parser)
    parser.add_argument("case", metavar="CASE", nargs="?", help="only this case")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--protocol", metavar="P", default="zvt", help="what the software terminal speaks (zvt)"
    )
    parser.add_argument("--keep", metavar="FOLDER", help="keep journal, slips and traces there")
    parser.add_argument(
        "--time-scale", metavar="X", type=float, default=20.0, help="how much faster time runs (20)"
    )


def _sale_list(parser: argparse.ArgumentParser) -> None:
    terminal_option(parser)
    parser.add_argument("--number", metavar="N", help="receipt number, trace number or RRN")
    json_option(parser)


def _sale_import(parser: argparse.ArgumentParser) -> None:
    device_options(parser)
    parser.add_argument("file", metavar="FILE.csv", nargs="?", help="sale book, see docs/reference")
    parser.add_argument(
        "--from-terminal",
        action="store_true",
        help="take the terminal's last transaction as a sale",
    )


def _cases_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--open", action="store_true", help="only cases that are not settled")
    json_option(parser)


def _cases_show(parser: argparse.ArgumentParser) -> None:
    case_argument(parser)
    json_option(parser)


def _cases_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.csv", help="- for standard output")


def _cases_resolve(parser: argparse.ArgumentParser) -> None:
    case_argument(parser)
    parser.add_argument(
        "--verdict", choices=("refunded", "not-refunded"), help="what the records show"
    )
    parser.add_argument("--number", metavar="N", help="receipt number that was read there")
    parser.add_argument("--evidence", metavar="TEXT", help="where it was seen")
    parser.add_argument("--first", metavar="NAME", help="first person")
    parser.add_argument("--second", metavar="NAME", help="second person")
    json_option(parser)


def _cases_cancel(parser: argparse.ArgumentParser) -> None:
    case_argument(parser)
    parser.add_argument("--by", metavar="NAME", required=True, help="who gives it up")


def _cases_note(parser: argparse.ArgumentParser) -> None:
    case_argument(parser)
    parser.add_argument(
        "--kind", choices=("contact", "reported", "evidence"), required=True, help="which column"
    )
    parser.add_argument("--by", metavar="NAME", required=True, help="who writes it")
    parser.add_argument("--text", metavar="TEXT", required=True, help="what to note")


def _quarantine_show(parser: argparse.ArgumentParser) -> None:
    trace_option(parser)
    json_option(parser)
    parser.add_argument(
        "--no-terminal",
        action="store_true",
        help="show only what the journal knows, and do not read the terminals",
    )


def _quarantine_release(parser: argparse.ArgumentParser) -> None:
    trace_option(parser)
    parser.add_argument("--first", metavar="NAME", required=True, help="first person")
    parser.add_argument("--second", metavar="NAME", required=True, help="second person")
    parser.add_argument("--evidence", metavar="TEXT", required=True, help="what was compared")
    parser.add_argument(
        "--no-terminal",
        action="store_true",
        help="do not read the terminals: they are gone, and their journal was read on paper",
    )


def _verify(parser: argparse.ArgumentParser) -> None:
    json_option(parser)
    parser.add_argument(
        "--anchor",
        metavar="CODE|FILE",
        action="append",
        default=[],
        help="an anchor from paper, or a file of them; may be given more than once",
    )
    parser.add_argument(
        "--tables", action="store_true", help="compute all tables again, however long it takes"
    )


def _anchor(parser: argparse.ArgumentParser) -> None:
    json_option(parser)
    parser.add_argument("--out", metavar="FILE", help="add the anchor to this file, too")
    parser.add_argument(
        "--to", metavar="FILE", help="put its slip there: .txt, .html, .png or .escpos"
    )


def _decode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--protocol", metavar="P", help="which one; a trace names its own")
    parser.add_argument(
        "--layer",
        metavar="L",
        help="zvt: frame or apdu, others: frame or message (default: the one that fits)",
    )
    parser.add_argument("--profile", metavar="X", default="", help="kind of terminal (charset)")
    parser.add_argument("--after", metavar="CODE", default="", help="pending command, such as 0501")
    parser.add_argument("--trace", metavar="FILE", help="decode a trace file")
    json_option(parser)
    parser.add_argument("hex", metavar="HEX", nargs="*", help="bytes in hex; - for standard input")


def _probe(parser: argparse.ArgumentParser) -> None:
    device_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="tell it, and write nothing")


def _ports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--probe", action="store_true", help="open each port to see if it is free")
    json_option(parser)


_COMMANDS: tuple[Child, ...] = (
    ("demo", "watch two refunds happen against a software terminal", _demo),
    ("refund", "give money back; asks, or takes everything from options", _refund),
    ("void", "cancel a whole sale before the terminal's end of day", _void),
    ("recover", "find out what became of refunds whose outcome was lost", _recover),
    ("enquire", "ask the terminal for its last transaction; moves no money", device_options),
    ("probe", "find out what the terminal can prove, by reading alone, and write it down", _probe),
    ("decode", "bytes of a protocol in words; card data is masked", _decode),
    ("ports", "serial ports, and whether they can be used", _ports),
)
_GROUPS: tuple[Group, ...] = (
    (
        "sale",
        "the sale book",
        (
            ("list", "sales that may be refunded", _sale_list),
            ("import", "read sales from a CSV file or from the terminal", _sale_import),
        ),
    ),
    (
        "cases",
        "the refund register",
        (
            ("list", "all cases, newest first", _cases_list),
            ("show", "one case with everything that is known", _cases_show),
            ("export", "the register as CSV", _cases_export),
            ("resolve", "two people decide a case that no machine can", _cases_resolve),
            ("cancel", "give up a case that has no open attempt", _cases_cancel),
            ("reprint", "print the slips of a case again, marked as copies", case_argument),
            ("note", "add customer contact, report or evidence to the register", _cases_note),
        ),
    ),
    SLIP,
    (
        "quarantine",
        "refunds blocked because the journal is not what it was",
        (
            ("show", "why refunds are blocked, and how each terminal differs", _quarantine_show),
            ("release", "two people have compared the books", _quarantine_release),
        ),
    ),
    (
        "terminal",
        "technician's commands; none moves money",
        (
            ("status", "is it there, and ready?", device_options),
            ("initialise", "let the terminal initialise", device_options),
            ("diagnose", "let the terminal call its host", device_options),
            ("end-of-day", "close the batch; refused while a case is open", device_options),
        ),
    ),
    PRINTER,
    (
        "config",
        "the configuration",
        (
            ("show", "every setting, and where it comes from", json_option),
            ("check", "is it in order?", None),
        ),
    ),
    (
        "journal",
        "the journal",
        (
            ("verify", "check every record of the chain, and the anchors kept outside", _verify),
            ("anchor", "tell how far the journal reaches, to be kept outside of it", _anchor),
        ),
    ),
)
