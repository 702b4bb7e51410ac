"""Refund slips: what stands on them, how they look, where they go. No printer state lives here."""

from terminal_agent.slips.layout import Line, layout, text_lines
from terminal_agent.slips.model import OriginalSale, SlipCopy, SlipData, SlipError, SlipKind
from terminal_agent.slips.writer import file_name, print_slip, render, write_slip

__all__ = [
    "Line",
    "OriginalSale",
    "SlipCopy",
    "SlipData",
    "SlipError",
    "SlipKind",
    "file_name",
    "layout",
    "print_slip",
    "render",
    "text_lines",
    "write_slip",
]
