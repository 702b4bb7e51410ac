"""A sheet in the printer's own letters: few bytes, quick on every line.

One charset for the whole slip, styles only where they change, a jump for many blanks, none at the
end of a line. A row's text never brings a byte below 20h with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from printing.escpos import codes
from printing.escpos.charset import MULTI_BYTE, encode
from printing.escpos.raster import bands, end_of_paper, must_fit
from printing.grid import centre, width
from printing.picture import qr_rows
from printing.qr import MODULE_DOTS, left_dots, modules
from printing.sheet import CELL_WIDTH, Qr, Row

if TYPE_CHECKING:
    from printing.profile import PrinterProfile
    from printing.sheet import Block, Sheet

# From here on a jump to the place is shorter than the blanks; a fifth of a slip is blanks.
_GAP = re.compile(" {5,}")


def compose(sheet: Sheet, profile: PrinterProfile) -> bytes:
    """The sheet for that printer. The driver adds the process id.

    Raises Unprintable for a character that the printer's letters lack, BadSheet for another width
    of paper.
    """
    must_fit(sheet, profile)
    page = _Page(profile)
    for block in sheet.blocks:
        page.add(block)
    return bytes(page.out)


@dataclass(slots=True)
class _Page:
    """The bytes so far, and the style in which the printer stands."""

    profile: PrinterProfile
    out: bytearray = field(default_factory=bytearray)
    bold: bool = False
    size: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        self.out += codes.INITIALISE + codes.PLAIN_ASCII
        if self.profile.charset == MULTI_BYTE:
            self.out += codes.CHINESE_ON
        else:
            self.out += codes.CHINESE_OFF + codes.code_page(self.profile.code_page)

    def add(self, block: Block) -> None:
        """Raises Unprintable."""
        if isinstance(block, Row):
            self._row(block)
        elif isinstance(block, Qr):
            self._qr(block.data)
        else:
            self.out += end_of_paper(self.profile)

    def _row(self, row: Row) -> None:
        text = row.text.rstrip()
        if text:
            self._style(row)
        start = 0
        for gap in _GAP.finditer(text):
            cells = width(text[: gap.end()]) * row.wide
            self.out += encode(text[start : gap.start()], self.profile.charset)
            self.out += codes.move_to(cells * CELL_WIDTH)
            start = gap.end()
        self.out += encode(text[start:], self.profile.charset) + codes.LF

    def _style(self, row: Row) -> None:
        if row.bold != self.bold:
            self.bold = row.bold
            self.out += codes.BOLD[row.bold]
        size = (row.wide, row.tall)
        if size != self.size:
            self.size = size
            if self.profile.charset == MULTI_BYTE:
                self.out += codes.chinese_size(*size)
            self.out += codes.size(*size)  # last: on Epson's printers the last one counts for both

    def _qr(self, data: str) -> None:
        """With a blank line above and below, which is the quiet zone that readers want."""
        if self.profile.native_qr:
            code = codes.qr(data.encode("ascii"), MODULE_DOTS)
            self.out += codes.LF + codes.CENTRE[True] + code + codes.CENTRE[False] + codes.LF
        elif self.profile.picture:
            left = left_dots(len(modules(data)), self.profile.dots)
            halves = qr_rows(data, left // 2, self.profile.dots // 2, MODULE_DOTS // 2)
            self.out += codes.LF + b"".join(bands(halves, doubled=True)) + codes.LF
        else:
            for line in centre(data, self.profile.columns):
                self._row(Row(line))
