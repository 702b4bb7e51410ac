"""A sheet as a picture for a printer that lacks its letters: GS v 0 in bands, blank paper as feeds.

Equal dot for dot to `picture.draw`. Slow on a serial line: use it only where letters are missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from printing.errors import BadSheet
from printing.escpos import codes
from printing.picture import draw
from printing.sheet import Cut, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from printing.picture import Fonts
    from printing.profile import PrinterProfile

# Rows in one band: little enough for the smallest buffer (4 kB at 72 bytes a row would be 56).
_BAND_ROWS = 48
# Blank rows from which on a feed is sent instead. Fewer stay in the picture: a printer that counts
# feeds in half dots would otherwise squeeze a letter; between lines it only squeezes the gap.
_FEED_ROWS = 6


def raster(sheet: Sheet, profile: PrinterProfile, fonts: Fonts) -> bytes:
    """The sheet for that printer. Raises BadSheet for another width of paper, NoFont as `draw`."""
    must_fit(sheet, profile)
    out = [codes.INITIALISE]
    for piece in _pieces(sheet):
        out.append(b"".join(bands(draw(piece, fonts).rows)))
        if isinstance(piece.blocks[-1], Cut):
            out.append(end_of_paper(profile))
    return b"".join(out)


def must_fit(sheet: Sheet, profile: PrinterProfile) -> None:
    """Raises BadSheet when the sheet was laid out for other paper than the printer's."""
    if sheet.columns != profile.columns:
        raise BadSheet(f"a sheet of {sheet.columns} columns for a printer of {profile.columns}")


def end_of_paper(profile: PrinterProfile) -> bytes:
    """What ends one piece of paper: cut, or fed far enough to be torn off."""
    return codes.FEED_AND_CUT if profile.cutter else codes.FEED_TO_TEAR


def bands(rows: Sequence[bytes], *, doubled: bool = False) -> Iterator[bytes]:
    """The rows of dots as commands; `doubled` prints each dot as 2 x 2 (and feeds twice as far)."""
    at = 0
    while at < len(rows):
        blank = _fed_rows(rows, at)
        if blank:
            yield from _feeds(blank * (2 if doubled else 1))
            at += blank
        else:
            end = _band_end(rows, at)
            yield _band(rows[at:end], doubled=doubled)
            at = end


def _pieces(sheet: Sheet) -> Iterator[Sheet]:
    """The sheet cut behind each cut."""
    start = 0
    for end, block in enumerate(sheet.blocks, 1):
        if isinstance(block, Cut) or end == len(sheet.blocks):
            yield Sheet(sheet.columns, sheet.blocks[start:end])
            start = end


def _fed_rows(rows: Sequence[bytes], at: int) -> int:
    """How many blank rows from there on are worth a feed: many, or the last ones."""
    end = at
    while end < len(rows) and not any(rows[end]):
        end += 1
    return end - at if end - at >= _FEED_ROWS or end == len(rows) else 0


def _feeds(dots: int) -> Iterator[bytes]:
    while dots > 0:
        yield codes.feed_dots(min(dots, codes.MOST_BLANK_DOTS))
        dots -= codes.MOST_BLANK_DOTS


def _band_end(rows: Sequence[bytes], at: int) -> int:
    """Where a band that begins there ends: before blank paper, or when it is long enough."""
    end = at + 1
    while end < min(len(rows), at + _BAND_ROWS) and not _fed_rows(rows, end):
        end += 1
    return end


def _band(rows: Sequence[bytes], *, doubled: bool) -> bytes:
    """Blank paper at the right is not sent."""
    across = max(len(row.rstrip(b"\0")) for row in rows)
    dots = b"".join(row[:across] for row in rows)
    if len(rows) > 1 and any(command in dots for command in codes.REAL_TIME):
        # One row's end and the next one's start would be obeyed; a new header parts them.
        half = len(rows) // 2
        return _band(rows[:half], doubled=doubled) + _band(rows[half:], doubled=doubled)
    return codes.picture(across, len(rows), dots, doubled=doubled)
