"""A slip as a printer sees it: rows on a grid of cells, a QR code, a cut.

One sheet becomes text, printer commands, a picture or a page, and they all agree: a cell is 12 dots
wide and 24 high on a printer of 203 dots per inch, a Chinese character takes two. A sheet holds
only harmless text: a control byte, a wide row or an unknown size never gets as far as a printer.
"""

from __future__ import annotations

from dataclasses import dataclass

from printing.errors import BadSheet
from printing.grid import width
from printing.sanitise import clean

# Columns of paper in the printers' usual letter (12 dots wide), and the dots of a printed line.
# 42 is the 80 mm printer that prints 512 dots.
DOTS = {32: 384, 42: 512, 48: 576}
CELL_WIDTH = 12
CELL_HEIGHT = 24
_MOST = 4  # times the usual size, more no receipt needs
_QR_BYTES = 128


@dataclass(frozen=True, slots=True)
class Row:
    """One line of cleaned text; `wide` and `tall` multiply its cells (1 to 4)."""

    text: str = ""
    bold: bool = False
    wide: int = 1
    tall: int = 1

    def __post_init__(self) -> None:
        if clean(self.text) != self.text:
            raise BadSheet(f"a row holds text that is not cleaned: {self.text!r}")
        if not (1 <= self.wide <= _MOST and 1 <= self.tall <= _MOST):
            raise BadSheet(f"a row is {self.wide} times wide and {self.tall} times high")

    @property
    def cells(self) -> int:
        """Columns that the row takes on paper."""
        return width(self.text) * self.wide


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code in the middle of the line; printable ASCII only."""

    data: str

    def __post_init__(self) -> None:
        if not self.data or len(self.data) > _QR_BYTES:
            raise BadSheet(f"a QR code of {len(self.data)} characters")
        if not (self.data.isascii() and self.data.isprintable()):
            raise BadSheet("a QR code with more than printable ASCII")


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed the last row past the knife and cut; the end of one piece of paper."""


Block = Row | Qr | Cut


@dataclass(frozen=True, slots=True)
class Sheet:
    """What goes onto one piece of paper, top to bottom. Raises BadSheet for what cannot stand."""

    columns: int
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        if self.columns not in DOTS:
            raise BadSheet(f"paper of {self.columns} columns")
        for block in self.blocks:
            if isinstance(block, Row) and block.cells > self.columns:
                raise BadSheet(f"a row of {block.cells} cells on {self.columns} columns")

    @property
    def dots(self) -> int:
        """Dots in a line of this paper."""
        return DOTS[self.columns]
