"""What came out of the printer: rows in their order, to be read as text or seen as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from printing.grid import width

CELL: Final = 12  # dots of a Latin letter in the usual size
GLYPH: Final = 24  # dots of its height


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed letter: where it begins and how large it is, in dots."""

    char: str
    x: int
    width: int
    height: int
    bold: bool = False
    underline: bool = False
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of letters; no letters is an empty line."""

    glyphs: tuple[Glyph, ...]
    height: int

    @property
    def text(self) -> str:
        """The letters with the blanks that stand before and between them, in their own size."""
        parts: list[str] = []
        end = 0
        for glyph in self.glyphs:
            cell = glyph.width // max(width(glyph.char), 1)
            parts.append(" " * ((glyph.x - end) // cell) + glyph.char)
            end = glyph.x + glyph.width
        return "".join(parts).rstrip()


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a picture: `rows` of packed dots, `x` where they begin.

    `of` numbers the picture, `total` is its height: a part of the bands is a part of the picture.
    """

    x: int
    width: int
    rows: tuple[bytes, ...]
    of: int
    total: int

    @property
    def height(self) -> int:
        """Dots."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class QrRow:
    """A QR code as the printer draws it; `module` dots a square."""

    data: str
    x: int
    modules: tuple[tuple[bool, ...], ...]
    module: int

    @property
    def height(self) -> int:
        """Dots."""
        return len(self.modules) * self.module


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty paper of so many dots."""

    height: int


PaperRow = TextRow | Band | QrRow | Feed


@dataclass(frozen=True)
class Paper:
    """One piece of paper. `cut`: by the knife; else somebody tore it off, or it hangs out still."""

    number: int
    dots: int
    rows: tuple[PaperRow, ...]
    cut: bool = True

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """What can be read on it; pictures and codes stand in brackets."""
        found: list[str] = []
        pictures: dict[int, int] = {}
        for row in self.rows:
            match row:
                case TextRow():
                    found.append(row.text)
                case QrRow(data):
                    found.append(f"[QR {data}]")
                case Band():
                    if row.of not in pictures:
                        found.append("")
                        pictures[row.of] = 0
                    pictures[row.of] += row.height
                    found[-1] = _picture(row, pictures[row.of])
                case Feed():
                    pass
        return tuple(found)

    @property
    def text(self) -> str:
        """The lines, each with its end."""
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def height(self) -> int:
        """Dots."""
        return sum(row.height for row in self.rows)

    def png(self) -> bytes:
        """The paper as a picture of black and white dots."""
        from simulators.printer.picture import png

        return png(self)


def _picture(band: Band, height: int) -> str:
    if height == band.total:
        return f"[picture {band.width}x{height}]"
    return f"[picture {band.width}x{height} of {band.total}]"
