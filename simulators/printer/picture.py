"""Draws a paper as a picture, dot by dot; letters with whatever font this computer has.

Pictures and codes are exact. Letters are only for the eye: their places and sizes are the
printer's, their shapes are the font's.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from simulators.printer.paper import Band, QrRow, TextRow

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont
    from PIL.ImageFont import ImageFont as BitmapFont

    from simulators.printer.paper import Glyph, Paper, PaperRow

MARGIN: Final = 24  # dots of white around the print
_FONT_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts",
                        "/System/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip
# The first that is there: Chinese and Latin in one, then Latin alone.
_FONT_FILES: Final = ("NotoSansMonoCJK*", "NotoSansCJK-Regular*", "wqy-zenhei*", "msyh.tt*",
                      "PingFang*", "DejaVuSansMono.ttf", "LiberationMono-Regular.ttf",
                      "Menlo*", "consola.ttf")  # fmt: skip
# Of a letter's height: the size of the font, and where the line is that letters stand on.
_LETTER: Final = 20 / 24
_BASE: Final = 19 / 24
_INK, _PAPER = 0, 1


def png(paper: Paper) -> bytes:
    """The paper with a white margin, one bit a dot."""
    target = BytesIO()
    draw(paper).save(target, "PNG", optimize=True)
    return target.getvalue()


def draw(paper: Paper) -> Image.Image:
    """The paper as an image of mode "1"."""
    size = (paper.dots + 2 * MARGIN, paper.height + 2 * MARGIN)
    image = Image.new("1", size, _PAPER)
    y = MARGIN
    for row in paper.rows:
        _draw_row(image, row, y)
        y += row.height
    return image


def _draw_row(image: Image.Image, row: PaperRow, y: int) -> None:
    match row:
        case TextRow(glyphs):
            for glyph in glyphs:
                _draw_glyph(image, glyph, y)
        case Band():
            data = bytes(255 - byte for line in row.rows for byte in line)
            size = (len(row.rows[0]) * 8, row.height)
            image.paste(Image.frombytes("1", size, data), (MARGIN + row.x, y))
        case QrRow():
            _draw_code(image, row, y)
        case _:
            pass


def _draw_code(image: Image.Image, row: QrRow, y: int) -> None:
    pen, size = ImageDraw.Draw(image), row.module
    for line, modules in enumerate(row.modules):
        for column, dark in enumerate(modules):
            if dark:
                left, top = MARGIN + row.x + column * size, y + line * size
                pen.rectangle((left, top, left + size - 1, top + size - 1), fill=_INK)


def _draw_glyph(image: Image.Image, glyph: Glyph, y: int) -> None:
    """One letter in its own box, drawn in the usual height and stretched as the printer does."""
    font = _font(glyph.height)
    letter = Image.new("1", (max(1, round(font.getlength(glyph.char))), glyph.height), _PAPER)
    pen, base = ImageDraw.Draw(letter), round(glyph.height * _BASE)
    for shift in (0, 1) if glyph.bold else (0,):
        pen.text((shift, base), glyph.char, font=font, fill=_INK, anchor="ls")
    box = letter.resize((glyph.width, glyph.height))
    pen = ImageDraw.Draw(box)
    if glyph.underline:
        pen.line((0, glyph.height - 1, glyph.width, glyph.height - 1), fill=_INK)
    if glyph.reverse:
        box = box.point(lambda dot: not dot)
    image.paste(box, (MARGIN + glyph.x, y))


@cache
def _font(height: int) -> FreeTypeFont | BitmapFont:
    size = max(1, round(height * _LETTER))
    file = _font_file()
    return ImageFont.truetype(str(file), size) if file else ImageFont.load_default(size)


@cache
def _font_file() -> Path | None:
    folders = [Path(folder) for folder in _FONT_FOLDERS if Path(folder).is_dir()]
    for pattern in _FONT_FILES:
        for folder in folders:
            if found := sorted(folder.rglob(pattern)):
                return found[0]
    return None
