"""Options that several commands of the command line share; imports no part of the product."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Adder = Callable[[argparse.ArgumentParser], None]
# One command of a group: its name, what it does, and what adds its options.
Child = tuple[str, str, Adder | None]
Group = tuple[str, str, tuple[Child, ...]]


def json_option(parser: argparse.ArgumentParser) -> None:
    """A script reads the output."""
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def terminal_option(parser: argparse.ArgumentParser) -> None:
    """Which terminal."""
    parser.add_argument("--terminal", metavar="NAME", help="which terminal of the configuration")


def trace_option(parser: argparse.ArgumentParser) -> None:
    """What goes over the line."""
    parser.add_argument("--trace", metavar="FILE", help="write a masked trace of the line")


def device_options(parser: argparse.ArgumentParser) -> None:
    """All that a command has which talks to a terminal."""
    terminal_option(parser)
    trace_option(parser)
    json_option(parser)


def case_argument(parser: argparse.ArgumentParser) -> None:
    """The case in question."""
    parser.add_argument("case", metavar="CASE", help="case number, such as RF-20261124-0001")
