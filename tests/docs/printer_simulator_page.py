"""Writes docs/reference/printer-simulator.md: options, commands and faults come from the code."""

from __future__ import annotations

from simulators.printer import cli
from simulators.printer.faults import FAULTS
from simulators.printer.people import COMMANDS
from tests.docs.cli_page import options, spelled
from tests.docs.template import filled, rows


def render() -> str:
    """The whole page."""
    told = [
        (f"`{spelled(option).replace('|', chr(92) + '|')}`", str(option.help or ""))
        for option in options(cli.build_parser())
        if option.dest != "version"
    ]
    commands = [
        (", ".join(f"`{one}`" for one in words.split(", ")), about)
        for words, about in COMMANDS.items()
    ]
    faults = [
        (f"`{name}=N`" if kind.number else f"`{name}`", str(kind.usual) if kind.number else "–",
         kind.about)
        for name, kind in FAULTS.items()
    ]  # fmt: skip
    return filled(
        "printer-simulator.md", options=rows(told), commands=rows(commands), faults=rows(faults)
    )
