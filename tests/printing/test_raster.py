"""A picture on the wire is the picture that is drawn, and holds nothing that would be obeyed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.errors import BadSheet, NoFont, Unprintable
from printing.escpos import codes
from printing.escpos.compose import compose
from printing.escpos.job import job
from printing.escpos.raster import bands, raster
from printing.picture import Fonts, draw
from printing.profile import PrinterProfile
from printing.sheet import DOTS, Cut, Qr, Row, Sheet
from tests.printing.fonts import chinese_fonts, latin_fonts
from tests.printing.interpreter import Paper
from tests.printing.sheets import chinese, latin, letters, sheets

DOUBLED = st.booleans()
BYTES = st.sampled_from([0, 0, 0, 0x10, 0x04, 0x05, 0x14, 0x3C])
ROWS = st.lists(st.lists(BYTES, min_size=6, max_size=6).map(bytes), max_size=120)


def obeyed(data: bytes) -> bool:
    return any(command in data for command in codes.REAL_TIME)


def unwanted() -> Fonts:
    raise AssertionError("no font is needed")


def trimmed(rows: list[bytes]) -> list[bytes]:
    """Without the blank paper at the end, which differs only in who feeds it."""
    end = len(rows)
    while end and not any(rows[end - 1]):
        end -= 1
    return rows[:end]


@settings(max_examples=40)
@given(sheets(letters("cp858") + "退货国"))
def test_the_printer_shows_what_is_drawn(sheet: Sheet) -> None:
    profile = PrinterProfile(columns=sheet.columns, charset="")
    sent = raster(sheet, profile, chinese_fonts())
    paper = Paper({}, line_bytes=profile.dots // 8).take(sent)
    assert paper.dots == list(draw(sheet, chinese_fonts()).rows)
    assert len(paper.cut_at) == sum(isinstance(block, Cut) for block in sheet.blocks)
    assert not obeyed(sent)


def test_it_is_cut_where_the_sheet_is() -> None:
    sheet = Sheet(32, (Row("a"), Cut(), Row("b"), Row("c"), Cut(), Row("d")))
    for cutter, command in ((True, b"\x1dVB\x00"), (False, b"\x1bd\x05")):
        profile = PrinterProfile(cutter=cutter)
        sent = raster(sheet, profile, latin_fonts())
        assert Paper({}, line_bytes=48).take(sent).cut_at == [30, 90]
        assert sent.count(command) == 2


@given(ROWS, DOUBLED)
def test_bands_are_the_rows_and_no_row_goes_on_into_the_next_as_a_command(
    rows: list[bytes], doubled: bool
) -> None:
    harmless = [row.replace(b"\x10", b"\x18") if obeyed(row) else row for row in rows]
    sent = b"".join(bands(harmless, doubled=doubled))
    paper = Paper({}, line_bytes=12 if doubled else 6).take(sent)
    shown = paper.dots[::2] if doubled else paper.dots
    if doubled:
        assert paper.dots[1::2] == shown
        packed = [twice(row) for row in harmless]
    else:
        packed = harmless
    assert shown == packed
    assert not obeyed(sent)


def twice(row: bytes) -> bytes:
    bits = "".join(2 * bit for byte in row for bit in f"{byte:08b}")
    return int(bits, 2).to_bytes(12, "big")


def test_blank_paper_is_fed_and_small_gaps_inside_a_letter_are_drawn() -> None:
    row, blank = b"\xff", b"\x00"
    sent = b"".join(bands([*[blank] * 300, row, *[blank] * 5, row, *[blank] * 6, row, blank]))
    picture = b"\x1dv0\x00\x01\x00"
    assert sent == (
        b"\x1bJ\xff\x1bJ\x2d"
        + (picture + b"\x07\x00\xff\0\0\0\0\0\xff")
        + (b"\x1bJ\x06" + picture + b"\x01\x00\xff")
        + b"\x1bJ\x01"
    )


def test_a_tall_picture_goes_in_bands_that_fit_a_small_buffer() -> None:
    sent = b"".join(bands([b"\xff" * 72] * 100))
    assert sent.count(b"\x1dv0") == 3
    assert max(map(len, sent.split(b"\x1dv0"))) <= 4096


@pytest.mark.parametrize("columns", sorted(DOTS))
def test_a_job_is_in_letters_where_the_printer_has_them_and_a_picture_where_not(
    columns: int,
) -> None:
    fonts = chinese_fonts()
    gb = PrinterProfile(columns=columns, charset="gb18030")
    western = PrinterProfile(columns=columns, charset="cp858")
    bare = PrinterProfile(columns=columns, charset="")
    for sheet, fitting in ((chinese(columns), gb), (latin(columns), western)):
        assert job(sheet, fitting, unwanted) == compose(sheet, fitting)
        assert job(sheet, bare, lambda: fonts) == raster(sheet, bare, fonts)
    assert job(chinese(columns), western, lambda: fonts) == raster(chinese(columns), bare, fonts)
    assert job(latin(columns), gb, lambda: fonts) == raster(latin(columns), bare, fonts)


def test_a_printer_with_neither_the_letters_nor_pictures_refuses() -> None:
    with pytest.raises(Unprintable):
        job(chinese(32), PrinterProfile(picture=False), unwanted)


def test_without_a_font_there_is_no_picture() -> None:
    def none() -> Fonts:
        raise NoFont("none", what_to_do="install one")

    with pytest.raises(NoFont):
        job(chinese(32), PrinterProfile(), none)


def test_a_sheet_for_other_paper_is_refused() -> None:
    with pytest.raises(BadSheet, match="32 columns for a printer of 48"):
        raster(Sheet(32, (Qr("a"),)), PrinterProfile(columns=48), Fonts)  # type: ignore[arg-type]
