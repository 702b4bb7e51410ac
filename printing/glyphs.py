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
    from PIL.ImageFont import FreeTypeFont

# Letter size at which Latin letters with descenders and Chinese characters fill a cell; smaller
# where a font's Latin letters are wider than half of their height.
_MOST_PX = 22
_LEAST_PX = 12
_BASELINE = 19  # rows above a letter's foot
_INK = 118  # of 255: from here on a dot is black
_GREYS = range(256)
_NOBODYS = "\U0010ffff"  # no font has it, so its picture is the font's sign for "I have none"
_CHINESE = "国"
_BLANK = frozenset(" 　")
_MOST_GLYPHS = 4096  # bounds the memory: some times what a shop's slips ever use


@dataclass(frozen=True, slots=True)
class Face:
    """One font file's bytes, and which of its fonts."""

    data: bytes = field(repr=False)
    index: int = 0


@dataclass(frozen=True, slots=True)
class _Mask:
    """A letter's dots in grey, and where they stand to its foot's left end, or in its cell."""

    size: tuple[int, int]
    dots: bytes
    offset: tuple[int, int]

    def fits(self, cell: tuple[int, int]) -> bool:
        """Whether a cell of that size has room for all of it where it stands."""
        left, top = self.offset
        return (
            min(self.offset) >= 0
            and left + self.size[0] <= cell[0]
            and top + self.size[1] <= cell[1]
        )


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
    _signs: dict[tuple[bool, int], _Mask] = field(default_factory=dict, init=False, repr=False)
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
        return not self._lacks(self._mask(char, False, 1), False, 1)

    def _drawn(self, char: str, bold: bool, wide: int, tall: int, stride: int) -> int:
        if char in _BLANK:
            return 0
        times = max(wide, tall)
        cell = (CELL_WIDTH * width(char) * wide, CELL_HEIGHT * tall)
        shown = self._mask(char, bold, times)
        if self._lacks(shown, bold, times):
            shown = self._box(char, times)
        else:
            shown = self._placed(char, shown, bold, times)
        least = _INK
        if not shown.fits(cell) or wide != tall:
            shown = _squeezed(shown, (CELL_WIDTH * width(char) * times, CELL_HEIGHT * times), cell)
            # A stroke that was squeezed is grey, and must not be lost.
            least = min(_INK, 1 + max(shown.dots) // 2)
        return _bits(shown, least, cell, stride, smear=bold and self.bold is None)

    def _mask(self, char: str, bold: bool, times: int) -> _Mask:
        """The letter in grey and nothing around it."""
        mask, offset = self._font(bold, times).getmask2(char, "L", anchor="ls")
        return _Mask(mask.size, bytes(mask), offset)

    def _placed(self, char: str, mask: _Mask, bold: bool, times: int) -> _Mask:
        """The letter where it stands in its cell, which may be partly outside of it."""
        advance = round(self._font(bold, times).getlength(char))
        left = (CELL_WIDTH * width(char) * times - advance) // 2 + mask.offset[0]
        return _Mask(mask.size, mask.dots, (left, _BASELINE * times + mask.offset[1]))

    def _lacks(self, mask: _Mask, bold: bool, times: int) -> bool:
        """Whether it is the font's sign for what it does not have."""
        sign = self._signs.get((bold, times))
        if sign is None:
            sign = self._signs[bold, times] = self._mask(_NOBODYS, bold, times)
        return mask == sign

    def _box(self, char: str, times: int) -> _Mask:
        """Raises NoFont where it would be a box for every Chinese character."""
        if width(char) > 1 and not self.has(_CHINESE):
            raise NoFont(
                f"the font for slips has no Chinese letters, such as {char!r}",
                what_to_do="Install one: the package fonts-noto-cjk has it (or fonts-wqy-zenhei).",
            )
        across, down = CELL_WIDTH * width(char) * times - 4, CELL_HEIGHT * times - 4
        edge, side = b"\xff" * across, b"\xff\xff" + bytes(across - 4) + b"\xff\xff"
        return _Mask((across, down), 2 * edge + (down - 4) * side + 2 * edge, (2, 2))

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
    """The largest size at which a digit is no wider than a cell."""
    for px in range(_MOST_PX, _LEAST_PX, -1):
        font = _opened(face, px)
        if font.getlength("0") <= CELL_WIDTH:
            return font
    return _opened(face, _LEAST_PX)


def _squeezed(shown: _Mask, usual: tuple[int, int], cell: tuple[int, int]) -> _Mask:
    """A letter that was placed in a cell of the `usual` size, all of it at the size of `cell`."""
    from PIL import Image

    left, top = shown.offset
    edges = (min(left, 0), min(top, 0))
    window = Image.new(
        "L",
        (
            max(left + shown.size[0], usual[0]) - edges[0],
            max(top + shown.size[1], usual[1]) - edges[1],
        ),
    )
    window.paste(Image.frombytes("L", shown.size, shown.dots), (left - edges[0], top - edges[1]))
    return _Mask(cell, window.resize(cell, Image.Resampling.BOX).tobytes(), (0, 0))


def _bits(shown: _Mask, least: int, cell: tuple[int, int], stride: int, *, smear: bool) -> int:
    """Rows of `stride` bits as one number, the first row highest; black from `least` on."""
    across, down = shown.size
    black = shown.dots.translate(bytes(ord("1") if grey >= least else ord("0") for grey in _GREYS))
    padding = cell[0] - across - shown.offset[0]
    bits = 0
    for start in range(0, len(black), across):
        row = int(black[start : start + across], 2) << padding
        if smear:
            row |= row >> 1
        bits = bits << stride | row << (stride - cell[0])
    return bits << stride * (cell[1] - down - shown.offset[1])
