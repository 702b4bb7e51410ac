"""Slips: what stands on them, how they look, where they go. No printer state lives here."""

from terminal_agent.slips.layout import layout
from terminal_agent.slips.model import (
    AnchorSlip,
    AnySlip,
    CaseSheet,
    Happening,
    OriginalSale,
    SlipCopy,
    SlipData,
    SlipError,
    SlipKind,
)
from terminal_agent.slips.writer import file_name, print_slip, render, write_slip

__all__ = [
    "AnchorSlip",
    "AnySlip",
    "CaseSheet",
    "Happening",
    "OriginalSale",
    "SlipCopy",
    "SlipData",
    "SlipError",
    "SlipKind",
    "file_name",
    "layout",
    "print_slip",
    "render",
    "write_slip",
]
