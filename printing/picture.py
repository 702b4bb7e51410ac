"""A sheet as a picture in black and white, dot for dot what a printer of 203 dots per inch shows.

A line of text takes 30 dots as printers feed it, a tall one as many as its letters. A cut leaves no
dot. The fonts come in as bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from io import BytesIO
from operator import or_
from typing import TYPE_CHECKING

from printing.errors import BadSheet
from printing.glyphs import Face, Fonts
from printing.grid import width
from printing.qr import MODULE_DOTS, left_dots, modules
from printing.sheet import CELL_HEIGHT, CELL_WIDTH, Qr, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from printing.sheet import Block, Sheet

__all__ = ["LINE_DOTS", "Bitmap", "Face", "Fonts", "draw", "png", "qr_rows"]

LINE_DOTS = 30
"""How far a printer feeds for a line of usual height (a sixth of an inch)."""

# As one of these pairs a picture's dots would be obeyed at once (DLE EOT, DLE ENQ, DLE DC4), and
# one of them opens the drawer. The single dot of the 10h grows by one dot instead.
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")
_HARMLESS = b"\x18"


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Rows of `width` dots (a multiple of 8), the leftmost in the highest bit; 1 is black.

    Raises BadSheet when the rows are not of that shape.
    """

    width: int
    rows: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if self.width % 8 or any(len(row) * 8 != self.width for row in self.rows):
            raise BadSheet(f"a picture with rows that are not {self.width} dots wide")

    @property
    def height(self) -> int:
        """Rows of dots."""
        return len(self.rows)


def draw(sheet: Sheet, fonts: Fonts) -> Bitmap:
    """The sheet as dots. Raises NoFont for Chinese text and fonts without Chinese letters."""
    rows = (row for block in sheet.blocks for row in _block(block, sheet.dots, fonts))
    return Bitmap(sheet.dots, tuple(rows))


def png(bitmap: Bitmap) -> bytes:
    """The picture as a PNG file of one bit a dot. Raises BadSheet for one without a dot."""
    from PIL import Image

    if not bitmap.rows:
        raise BadSheet("a picture of nothing")
    size = (bitmap.width, bitmap.height)
    image = Image.frombytes("1", size, b"".join(bitmap.rows), "raw", "1;I")
    made = BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()


def qr_rows(data: str, left: int, dots: int, module: int) -> list[bytes]:
    """The code's rows of dots, `left` dots from the edge of a line of `dots`."""
    rows: list[bytes] = []
    for line in modules(data):
        bits = 0
        for black in line:
            bits = bits << module | (((1 << module) - 1) if black else 0)
        bits <<= dots - left - len(line) * module
        rows += [bits.to_bytes(dots // 8, "big")] * module
    return rows


def _block(block: Block, dots: int, fonts: Fonts) -> list[bytes]:
    if isinstance(block, Row):
        return _row(block, dots, fonts)
    if isinstance(block, Qr):
        blank = [bytes(dots // 8)] * LINE_DOTS
        left = left_dots(len(modules(block.data)), dots)
        return [*blank, *qr_rows(block.data, left, dots, MODULE_DOTS), *blank]
    return []


def _row(row: Row, dots: int, fonts: Fonts) -> list[bytes]:
    """A blank row is one line high whatever its size: there is no letter that makes it taller."""
    stride = dots // 8
    if not row.text.strip():
        return [bytes(stride)] * LINE_DOTS
    tall = CELL_HEIGHT * row.tall
    bits = reduce(or_, _placed(row, dots, fonts), 0)
    inked = _cut_up(bits.to_bytes(tall * stride, "big"), stride)
    return [*inked, *[bytes(stride)] * (LINE_DOTS - tall)]


def _placed(row: Row, dots: int, fonts: Fonts) -> Iterator[int]:
    at = 0
    for char in row.text:
        glyph = fonts.glyph(char, bold=row.bold, wide=row.wide, tall=row.tall, stride=dots)
        yield glyph >> at
        at += width(char) * CELL_WIDTH * row.wide


def _cut_up(inked: bytes, stride: int) -> list[bytes]:
    starts = range(0, len(inked), stride)
    return [_REAL_TIME.sub(_HARMLESS, inked[start : start + stride]) for start in starts]
