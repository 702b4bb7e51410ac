"""A picture keeps the grid dot for dot, whatever the font, and shows what a font lacks as a box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from printing import glyphs
from printing.errors import BadSheet, NoFont
from printing.grid import width
from printing.picture import LINE_DOTS, Bitmap, Face, Fonts, draw, png
from printing.sheet import CELL_HEIGHT, CELL_WIDTH, DOTS, Cut, Qr, Row, Sheet
from tests.printing.fonts import chinese_fonts, latin_fonts
from tests.printing.sheets import CASE, chinese, letters, rows

GetFonts = Callable[[], Fonts]
SOME = "Aé_|g退货国，）　 ß€@"


def ink(bitmap: Bitmap) -> list[int]:
    """Each row as a number."""
    return [int.from_bytes(row, "big") for row in bitmap.rows]


def columns_of_ink(bitmap: Bitmap) -> set[int]:
    """Which columns of dots hold any."""
    either = 0
    for row in ink(bitmap):
        either |= row
    return {x for x in range(bitmap.width) if either >> (bitmap.width - 1 - x) & 1}


@pytest.mark.parametrize("columns", sorted(DOTS))
def test_a_picture_is_as_wide_as_the_paper_and_a_line_as_high_as_printers_feed(
    columns: int,
) -> None:
    sheet = Sheet(columns, (Row("A"), Row(), Row("A", wide=4, tall=2), Row("退", tall=4), Cut()))
    drawn = draw(sheet, chinese_fonts())
    assert drawn.width == DOTS[columns]
    assert drawn.height == LINE_DOTS + LINE_DOTS + 2 * CELL_HEIGHT + 4 * CELL_HEIGHT


@pytest.mark.parametrize("fonts", [chinese_fonts, latin_fonts])
def test_a_blank_row_is_one_line_high_whatever_its_size(fonts: GetFonts) -> None:
    drawn = draw(Sheet(32, (Row("   ", tall=4, wide=2),)), fonts())
    assert drawn.rows == (bytes(48),) * LINE_DOTS


@settings(max_examples=60)
@given(st.data())
def test_each_letter_stands_in_its_own_cells_and_nowhere_else(data: st.DataObject) -> None:
    """A row is its letters one by one: none touches another's cells, or pushes it aside."""
    fonts = chinese_fonts()
    row = data.draw(rows(32, SOME + letters("cp858")))
    whole = ink(draw(Sheet(32, (row,)), fonts))
    put_together = [0] * len(whole)
    at = 0
    for char in row.text:
        alone = Row(char, bold=row.bold, wide=row.wide, tall=row.tall)
        bitmap = draw(Sheet(32, (alone,)), fonts)
        cell = width(char) * CELL_WIDTH * row.wide
        assert all(x < cell for x in columns_of_ink(bitmap))
        if char.strip():
            assert not any(ink(bitmap)[CELL_HEIGHT * row.tall :])
            put_together = [
                before | one >> at for before, one in zip(put_together, ink(bitmap), strict=True)
            ]
        at += cell
    assert whole == put_together


@pytest.mark.parametrize("fonts", [chinese_fonts, latin_fonts])
@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 2), (2, 1), (4, 3)])
def test_every_latin_letter_is_seen_and_differs_from_the_others(
    fonts: GetFonts, size: tuple[int, int]
) -> None:
    seen: dict[bytes, str] = {}
    font = fonts()
    for char in letters("cp858"):
        drawn = draw(Sheet(32, (Row(char, wide=size[0], tall=size[1]),)), font)
        shown = b"".join(drawn.rows)
        assert any(shown) == bool(char.strip()), char
        if not "\u2500" <= char <= "\u259f":  # lines and shades: two may look alike when squeezed
            assert seen.setdefault(shown, char) == char


def test_bold_has_more_ink_with_and_without_a_bold_font() -> None:
    found = chinese_fonts()
    for fonts in (found, Fonts(found.regular)):
        sheets = [Sheet(32, (Row("退货 REFUND 12.50", bold),)) for bold in (False, True)]
        usual, bold = (sum(row.bit_count() for row in ink(draw(one, fonts))) for one in sheets)
        assert bold > usual * 1.1


@pytest.mark.parametrize("char", ["ᚠ", "𒀀"])
def test_a_character_that_the_font_lacks_is_a_box(char: str) -> None:
    drawn = draw(Sheet(32, (Row(char),)), latin_fonts() if char == "ᚠ" else chinese_fonts())
    assert len(columns_of_ink(drawn)) == CELL_WIDTH * width(char) - 4


def test_a_font_without_chinese_draws_no_chinese_slip_as_a_row_of_boxes() -> None:
    with pytest.raises(NoFont, match="no Chinese letters, such as '上'") as refused:
        draw(chinese(32), latin_fonts())
    assert "fonts-noto-cjk" in refused.value.what_to_do


def test_what_is_no_font_is_refused() -> None:
    with pytest.raises(NoFont, match="cannot be read"):
        draw(Sheet(32, (Row("a"),)), Fonts(Face(b"no font")))


def test_a_code_has_its_quiet_zone_and_stands_in_the_middle() -> None:
    drawn = draw(Sheet(48, (Row("x"), Qr(CASE), Row("x"))), latin_fonts())
    code = drawn.rows[LINE_DOTS : drawn.height - LINE_DOTS]
    assert not any(map(any, code[:LINE_DOTS] + code[-LINE_DOTS:]))
    taken = columns_of_ink(Bitmap(drawn.width, code))
    assert len(code) == 2 * LINE_DOTS + 100
    assert (min(taken), max(taken)) == (238, 337)


def test_the_letters_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "_MOST_GLYPHS", 8)
    fonts = Fonts(latin_fonts().regular)
    first = draw(Sheet(32, (Row("abcdefghijklmnop"),)), fonts)
    assert len(fonts._glyphs) <= 8
    assert draw(Sheet(32, (Row("abcdefghijklmnop"),)), fonts) == first


@dataclass(frozen=True, slots=True, eq=False)
class Dotted(Fonts):
    """Draws each letter as one given row of dots."""

    rows: tuple[bytes, ...] = ()

    def glyph(self, char: str, *, bold: bool, wide: int, tall: int, stride: int) -> int:
        return int.from_bytes(b"".join(self.rows), "big")


@given(st.lists(st.sampled_from([0, 0x10, 0x04, 0x05, 0x14, 0x3C]), min_size=48, max_size=48))
def test_no_row_of_dots_can_be_obeyed_as_a_command(dots: list[int]) -> None:
    row = bytes(dots)
    fonts = Dotted(Face(b""), rows=(row, *[bytes(48)] * (CELL_HEIGHT - 1)))
    shown = draw(Sheet(32, (Row("x"),)), fonts).rows[0]
    assert not any(a == 0x10 and b in {0x04, 0x05, 0x14} for a, b in pairwise(shown))
    for was, now in zip(row, shown, strict=True):
        assert now == was or (was, now) == (0x10, 0x18)


def test_the_png_holds_every_dot_in_one_bit() -> None:
    drawn = draw(chinese(32), chinese_fonts())
    file = png(drawn)
    with Image.open(BytesIO(file)) as image:
        assert (image.mode, image.size) == ("1", (drawn.width, drawn.height))
        assert image.tobytes() == bytes(byte ^ 0xFF for byte in b"".join(drawn.rows))
    assert len(file) < 12_000


def test_a_picture_of_nothing_and_a_ragged_one_are_bugs() -> None:
    with pytest.raises(BadSheet, match="nothing"):
        png(draw(Sheet(32, (Cut(),)), latin_fonts()))
    with pytest.raises(BadSheet, match="not 16 dots wide"):
        Bitmap(16, (b"ab", b"a"))
    with pytest.raises(BadSheet):
        Bitmap(12, (b"a",))
