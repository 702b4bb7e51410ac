"""Text mode: read back by another printer it is the same sheet, in few bytes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.errors import BadSheet, Unprintable
from printing.escpos.compose import compose
from printing.profile import PrinterProfile
from printing.qr import MODULE_DOTS, modules
from printing.sheet import DOTS, Block, Cut, Qr, Row, Sheet
from tests.printing.interpreter import Paper, Refused
from tests.printing.sheets import CASE, chinese, latin, letters, sheets

CHARSETS = ("gb18030", "cp437", "cp850", "cp858", "cp1252")
PAGE = 16  # as a byte the first of a real-time command


def profile_for(sheet: Sheet, charset: str, **more: bool) -> PrinterProfile:
    return PrinterProfile(
        columns=sheet.columns, charset=charset, code_page=PAGE, **{"native_qr": True, **more}
    )


def read(job: bytes, profile: PrinterProfile) -> Paper:
    pages = {profile.code_page: profile.charset}
    return Paper(pages, line_bytes=profile.dots // 8).take(job)


def as_printed(block: Block) -> list[Block]:
    """Blanks at the end leave nothing on paper; a QR code has a blank line on both sides."""
    if isinstance(block, Row):
        text = block.text.rstrip()
        return [replace(block, text=text) if text else Row()]
    return [Row(), block, Row()] if isinstance(block, Qr) else [block]


@given(st.data(), st.sampled_from(CHARSETS), st.booleans())
def test_any_sheet_is_read_back_as_it_was(data: st.DataObject, charset: str, cutter: bool) -> None:
    sheet = data.draw(sheets(letters(charset)))
    profile = profile_for(sheet, charset, cutter=cutter)
    job = compose(sheet, profile)
    paper = read(job, profile)
    assert paper.blocks == [shown for block in sheet.blocks for shown in as_printed(block)]
    assert paper.resets == 1
    assert not re.search(rb"\x10[\x04\x05\x14]", job)


@pytest.mark.parametrize("charset", ["gb18030", "cp858"])
@pytest.mark.parametrize("columns", sorted(DOTS))
def test_a_slip_is_read_back_as_it_was(charset: str, columns: int) -> None:
    sheet = chinese(columns) if charset == "gb18030" else latin(columns)
    profile = profile_for(sheet, charset)
    blocks = read(compose(sheet, profile), profile).blocks
    assert blocks == [shown for block in sheet.blocks for shown in as_printed(block)]


def test_the_reader_can_say_no() -> None:
    profile = PrinterProfile()
    for wrong in (b"\x1bp\x00", b"\x10\x14\x01", b"\x00", b"a\x1b@\n", b"abc", b"\x1dVA\x00"):
        with pytest.raises(Refused):
            read(b"\x1bt\x13" + wrong, profile)


def test_a_style_is_sent_only_when_it_changes() -> None:
    rows = (Row("a"), Row("b", bold=True), Row("", wide=2), Row("c", bold=True), Row("d", tall=2))
    job = compose(Sheet(32, rows), PrinterProfile())
    assert job == (b"\x1b@\x1bR\x00\x1c.\x1bt\x13a\n\x1bE\x01b\n\nc\n\x1bE\x00\x1d!\x01d\n")


def test_chinese_letters_get_both_sizes_and_epsons_last() -> None:
    sheet = Sheet(32, (Row("退货", wide=2, tall=2), Row("三", wide=3)))
    job = compose(sheet, PrinterProfile(charset="gb18030"))
    gb = ("退货".encode("gb18030"), "三".encode("gb18030"))
    assert job == (
        b"\x1b@\x1bR\x00\x1c&\x1c!\x0c\x1d!\x11" + gb[0] + b"\n\x1c!\x04\x1d! " + gb[1] + b"\n"
    )


@pytest.mark.parametrize("columns", sorted(DOTS))
@pytest.mark.parametrize("data", [CASE, "x" * 128])
def test_a_code_that_the_printer_cannot_draw_is_a_small_picture_in_the_middle(
    columns: int, data: str
) -> None:
    profile = PrinterProfile(columns=columns, charset="cp858", code_page=PAGE)
    job = compose(Sheet(columns, (Qr(data),)), profile)
    paper = read(job, profile)
    assert paper.blocks == [Row(), Row()]
    square = modules(data)
    assert len(paper.dots) == len(square) * MODULE_DOTS
    lines = [f"{int.from_bytes(row, 'big'):0{profile.dots}b}" for row in paper.dots]
    left = (profile.dots - len(paper.dots)) // 2
    left -= left % 2
    for y, line in enumerate(lines):
        expected = "".join(str(int(dark)) * MODULE_DOTS for dark in square[y // MODULE_DOTS])
        assert line == ("0" * left + expected).ljust(profile.dots, "0")
    assert len(job) < (1_200 if data == CASE else 3_600)


def test_a_code_for_a_printer_that_can_draw_nothing_is_printed_in_letters() -> None:
    profile = PrinterProfile(picture=False)
    paper = read(compose(Sheet(32, (Qr("RF-42"), Cut())), profile), PrinterProfile())
    assert paper.blocks == [Row(" " * 13 + "RF-42"), Cut()]


def test_what_the_printer_lacks_is_named_and_nothing_is_printed() -> None:
    with pytest.raises(Unprintable, match=r"cp858\) have no '上'"):
        compose(chinese(32), PrinterProfile())
    with pytest.raises(Unprintable, match=r"none\) have no '上'"):
        compose(chinese(32), PrinterProfile(charset=""))


def test_a_sheet_for_other_paper_is_refused() -> None:
    with pytest.raises(BadSheet, match="48 columns for a printer of 32"):
        compose(latin(48), PrinterProfile(columns=32))


@pytest.mark.parametrize("columns", sorted(DOTS))
def test_a_slip_takes_less_than_a_second_at_19200_baud(columns: int) -> None:
    for sheet, charset in ((chinese(columns), "gb18030"), (latin(columns), "cp858")):
        for native in (True, False):
            profile = profile_for(sheet, charset, native_qr=native)
            assert len(compose(sheet, profile)) * 10 / 19_200 < (1.0 if native else 1.3)
