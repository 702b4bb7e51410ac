"""Puts a sheet into a file of the kind that its name asks for; that is no print, and never counts.

Pictures and printers' commands are imported when they are wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from terminal_agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from printing.sheet import Sheet


def write_sheet(sheet: Sheet, language: str, name: str) -> Path:
    """Write the sheet, in place of what was there.

    Raises UsageError for a name of no known kind and where the disk refuses, NoFont.
    """
    path = Path(name)
    make = _KINDS.get(path.suffix.lower())
    if make is None:
        raise UsageError(
            "usage.slip_file",
            f"{name} is no kind of file that a slip can be put into",
            what_to_do=f"Choose a name that ends with one of: {', '.join(_KINDS)}.",
            details={"path": name, "kinds": ", ".join(_KINDS)},
        )
    data = make(sheet, language)
    try:
        path.write_bytes(data)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise UsageError(
            "usage.not_written",
            f"{name} cannot be written: {error}",
            what_to_do="Choose another name.",
            details={"path": name, "problem": getattr(error, "strerror", None) or str(error)},
        ) from error
    return path


def _text(sheet: Sheet, _: str) -> bytes:
    from printing.text import to_plain

    return to_plain(sheet).encode()


def _page(sheet: Sheet, language: str) -> bytes:
    from printing.html import to_html

    return to_html(sheet, language).encode()


def _picture(sheet: Sheet, _: str) -> bytes:
    from drivers.fonts import find_fonts
    from printing.picture import draw, png

    return png(draw(sheet, find_fonts()))


def _commands(sheet: Sheet, language: str) -> bytes:
    """For the usual printer of the language: Chinese letters of its own, or code page 858."""
    from drivers.fonts import find_fonts
    from printing.escpos.job import job
    from printing.profile import PrinterProfile

    charset = "gb18030" if language == "zh" else "cp858"
    return job(sheet, PrinterProfile(columns=sheet.columns, charset=charset), find_fonts)


_KINDS: Mapping[str, Callable[[Sheet, str], bytes]] = {
    ".txt": _text,
    ".html": _page,
    ".png": _picture,
    ".escpos": _commands,
}
