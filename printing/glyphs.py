"""Letters as dots: a cell is exactly 12 x 24 dots, a Chinese character's exactly 24 x 24.

What sticks out of its cell is squeezed into it, so that any font keeps the grid. A character that
the font lacks is an empty box: visible, so that nobody takes a text for whole that is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from printing.errors import NoFont
from printing.grid import width
from printing.sheet import CELL_HEIGHT, CELL_WIDTH

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

# Letter size at which Latin letters with descenders and Chinese characters fill a cell; smaller
# where a font's Latin letters are wider than half of their height.
_MOST_PX = 22
_LEAST_PX = 12
_BASELINE = 19  # rows above a letter's foot
_INK = 118  # of 255: from here on a dot is black
_NOBODYS = "\U0010ffff"  # no font has it, so its picture is the font's sign for "I have none"
_CHINESE = "国"
_BLANK = frozenset(" 　")
_MOST_GLYPHS = 4096  # bounds the memory: some times what a shop's slips ever use


@dataclass(frozen=True, slots=True)
class Face:
    """One font file's bytes, and which of its fonts."""

    data: bytes = field(repr=False)
    index: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fonts:
    """What slips are drawn with; without a bold face the regular one is drawn twice, a dot apart.

    Keeps the letters that it has drawn, so one is made for the whole run.
    """

    regular: Face
    bold: Face | None = None
    _sizes: dict[tuple[bool, int], FreeTypeFont] = field(
        default_factory=dict, init=False, repr=False
    )
    _glyphs: dict[tuple[str, bool, int, int, int], int] = field(
        default_factory=dict, init=False, repr=False
    )

    def glyph(self, char: str, *, bold: bool, wide: int, tall: int, stride: int) -> int:
        """The letter as 24 * `tall` rows of `stride` bits, at the left; a set bit is black.

        Raises NoFont for a Chinese character when the font has no Chinese letters at all.
        """
        key = (char, bold, wide, tall, stride)
        found = self._glyphs.get(key)
        if found is None:
            if len(self._glyphs) >= _MOST_GLYPHS:
                self._glyphs.clear()
            found = self._glyphs[key] = self._drawn(char, bold, wide, tall, stride)
        return found

    def has(self, char: str) -> bool:
        """Whether the regular font has this character."""
        return not self._lacks(char, self._inked(char, False, 1), False, 1)

    def _drawn(self, char: str, bold: bool, wide: int, tall: int, stride: int) -> int:
        from PIL import Image

        if char in _BLANK:
            return 0
        times = max(wide, tall)
        inked = self._inked(char, bold, times)
        if self._lacks(char, inked, bold, times):
            inked = self._box(char, times)
        across, down = CELL_WIDTH * width(char) * wide, CELL_HEIGHT * tall
        window = inked.crop(_window(inked))
        shown = window.resize((across, down), Image.Resampling.BOX)
        # A stroke that was squeezed is grey, and must not be lost.
        squeezed = _INK * across * down // (window.width * window.height)
        least = min(squeezed, 1 + max(shown.tobytes()) // 2)
        return _bits(shown, least, stride, smear=bold and self.bold is None)

    def _inked(self, char: str, bold: bool, times: int) -> Image:
        """The letter in grey, white on black, in the middle of 3 x 3 cells of its size."""
        from PIL import Image, ImageDraw

        font = self._font(bold, times)
        across, down = CELL_WIDTH * width(char) * times, CELL_HEIGHT * times
        canvas = Image.new("L", (3 * across, 3 * down))
        left = across + (across - round(font.getlength(char))) // 2
        at = (left, down + _BASELINE * times)
        ImageDraw.Draw(canvas).text(at, char, font=font, fill=255, anchor="ls")
        return canvas

    def _lacks(self, char: str, inked: Image, bold: bool, times: int) -> bool:
        font = self._font(bold, times)
        if font.getlength(char) != font.getlength(_NOBODYS):
            return False
        if font.getmask(char).getbbox() != font.getmask(_NOBODYS).getbbox():
            return False
        return bytes(font.getmask(char)) == bytes(font.getmask(_NOBODYS))

    def _box(self, char: str, times: int) -> Image:
        """Raises NoFont where it would be a box for every Chinese character."""
        from PIL import Image, ImageDraw

        if width(char) > 1 and not self.has(_CHINESE):
            raise NoFont(
                f"the font for slips has no Chinese letters, such as {char!r}",
                what_to_do="Install one: the package fonts-noto-cjk has it (or fonts-wqy-zenhei).",
            )
        across, down = CELL_WIDTH * width(char) * times, CELL_HEIGHT * times
        canvas = Image.new("L", (3 * across, 3 * down))
        edges = (across + 2, down + 2, 2 * across - 3, 2 * down - 3)
        ImageDraw.Draw(canvas).rectangle(edges, outline=255, width=2)
        return canvas

    def _font(self, bold: bool, times: int) -> FreeTypeFont:
        found = self._sizes.get((bold, times))
        if found is None:
            face = self.bold if bold and self.bold else self.regular
            if times == 1:
                found = _fitting(face)
            else:
                found = _opened(face, round(self._font(bold, 1).size) * times)
            self._sizes[bold, times] = found
        return found


def _opened(face: Face, px: int) -> FreeTypeFont:
    """Raises NoFont for bytes that are no font."""
    from PIL import ImageFont

    try:
        # The basic engine places letters one by one, the same everywhere.
        return ImageFont.truetype(
            BytesIO(face.data), px, index=face.index, layout_engine=ImageFont.Layout.BASIC
        )
    except OSError as error:
        raise NoFont(
            f"the font for slips cannot be read: {error}",
            what_to_do="Name another font file in the configuration, or leave the entry out.",
        ) from error


def _fitting(face: Face) -> FreeTypeFont:
    """The font at the largest size at which a digit is no wider than a cell."""
    for px in range(_MOST_PX, _LEAST_PX, -1):  # each one costs: FreeType copies the whole file
        font = _opened(face, px)
        if font.getlength("0") <= CELL_WIDTH:
            return font
    return _opened(face, _LEAST_PX)


def _window(inked: Image) -> tuple[int, int, int, int]:
    """The edges of the middle one of 3 x 3 cells, moved out to whatever sticks out of it."""
    across, down = inked.width // 3, inked.height // 3
    ink = inked.getbbox() or (across, down, across, down)
    return (
        min(ink[0], across),
        min(ink[1], down),
        max(ink[2], 2 * across),
        max(ink[3], 2 * down),
    )


def _bits(shown: Image, least: int, stride: int, *, smear: bool) -> int:
    """Rows of `stride` bits as one number, the first row highest; black from `least` on."""
    grey = shown.tobytes()
    across = shown.width
    bits = 0
    for start in range(0, len(grey), across):
        row = 0
        for value in grey[start : start + across]:
            row = row << 1 | (value >= least)
        if smear:
            row |= row >> 1
        bits = bits << stride | row << (stride - across)
    return bits
