"""What our side composes comes out of the simulated printer, which reads it by itself."""

from __future__ import annotations

import pytest

from printing.escpos.compose import compose
from printing.escpos.raster import raster
from printing.picture import draw
from printing.profile import PrinterProfile
from printing.sheet import Cut, Qr, Row, Sheet
from simulators.printer import FakePrinter
from simulators.printer.paper import Band, Feed
from tests.printing.fonts import chinese_fonts

LATIN = (Row("REFUND", bold=True, wide=2, tall=2), Row("Straße 5   12,50"), Row(), Row("é ñ £ ç"))
CHINESE = (Row("退款", bold=True, wide=2, tall=2), Row("金额：          ￥12.50"), Row())


def out_of(data: bytes, printer: FakePrinter) -> FakePrinter:
    rest = data
    for second in range(10_000):
        taken = rest[: printer.room]
        printer.receive(taken, float(second))
        rest = rest[len(taken) :]
        if not rest and printer.deadline is None:
            break
    return printer


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize(
    ("rows", "charset", "page"),
    [
        (LATIN, "cp858", 19),
        (LATIN, "cp1252", 16),
        (LATIN, "cp850", 2),
        (LATIN, "cp437", 0),
        (CHINESE, "gb18030", 0),
    ],
)
@pytest.mark.parametrize("chinese_start", [False, True])
def test_a_sheet_in_the_printers_own_letters_reads_as_it_was_written(
    columns: int, rows: tuple[Row, ...], charset: str, page: int, chinese_start: bool
) -> None:
    sheet = Sheet(columns, (*rows, Qr("RF-1"), Cut()))
    profile = PrinterProfile(columns=columns, charset=charset, code_page=page, native_qr=True)
    printer = out_of(compose(sheet, profile), FakePrinter(columns, chinese=chinese_start))
    (paper,) = printer.papers
    assert [line.strip() for line in paper.lines if line] == [
        *(row.text for row in rows if row.text),
        "[QR RF-1]",
    ]
    title = paper.rows[0]
    assert title.height >= 48


@pytest.mark.parametrize("columns", [32, 48])
def test_a_sheet_as_a_picture_is_the_same_dot_by_dot(columns: int) -> None:
    fonts = chinese_fonts()
    sheet = Sheet(columns, (*LATIN, *CHINESE, Qr("RF-1"), Cut()))
    profile = PrinterProfile(columns=columns, charset="")
    printer = out_of(raster(sheet, profile, fonts), FakePrinter(columns, chinese=True))
    (paper,) = printer.papers
    stride = sheet.dots // 8
    dots = b""
    for row in paper.rows:
        if isinstance(row, Band):
            assert row.x == 0
            dots += b"".join(line.ljust(stride, b"\0") for line in row.rows)
        elif isinstance(row, Feed):
            dots += bytes(stride) * row.height
    wanted = b"".join(draw(sheet, fonts).rows)
    assert dots[: len(wanted)].rstrip(b"\0") == wanted.rstrip(b"\0")
