"""Programs that others wrote look at our paper: a printer, a code reader, two composers, iconv.

None of them shares a line of code with us.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Final

import pytest

from printing.escpos import codes
from printing.escpos.compose import compose
from printing.escpos.raster import bands, raster
from printing.picture import draw, png
from printing.profile import PrinterProfile
from printing.qr import MODULE_DOTS
from printing.sheet import DOTS, Cut, Qr, Row, Sheet
from printing.text import to_text
from terminal_agent.slips import layout
from tests.interop.environments import node_with
from tests.judges.emupos import Emupos, program
from tests.judges.python_escpos import composed
from tests.printing.fonts import chinese_fonts
from tests.printing.sheets import CASE, letters
from tests.process.tools import need
from tests.slips.samples import SAMPLES

pytestmark = pytest.mark.process

RECEIPTLINE: Final = ("receiptline@4.0.4",)
# emupos has no national letters to leave, so it does not know the command that leaves them.
NOT_KNOWN_THERE: Final = frozenset({codes.PLAIN_ASCII.hex(" ")})
COMMANDS: Final = re.compile(
    rb"\x1b@|\x1c&|\x1b[REa].|\x1c!.|\x1d!.|\x1dV..|"
    rb"\x1d\(k\x04\0....|\x1d\(k\x03\0...|\x1d\(k..1P0[ -~]+(?=\x1d)",
    re.DOTALL,
)
JUMPS: Final = re.compile(rb"\x1b\$(..)", re.DOTALL)
ROW_ENDS: Final = re.compile(r"   <[B0-9x ]+>$", re.MULTILINE)


@cache
def slip(name: str) -> Sheet:
    """A real slip."""
    return layout(SAMPLES[name])


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emupos]:
    with Emupos(program(), tmp_path_factory.mktemp("emupos"), NOT_KNOWN_THERE) as running:
        yield running


def profile_of(sheet: Sheet, charset: str = "cp858", *, native_qr: bool = True) -> PrinterProfile:
    return PrinterProfile(columns=sheet.columns, charset=charset, native_qr=native_qr)


def read_codes(zbarimg: str, picture: Path) -> list[str]:
    """The QR codes that the reader finds in that picture."""
    words = [zbarimg, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def codes_on(sheet: Sheet) -> list[str]:
    return [block.data for block in sheet.blocks if isinstance(block, Qr)]


def without_end(rows: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The paper up to its last dot."""
    end = len(rows)
    while end and not any(rows[end - 1]):
        end -= 1
    return rows[:end]


@pytest.mark.parametrize("columns", sorted(DOTS))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_picture_comes_out_of_their_printer_dot_for_dot(
    printer: Emupos, language: str, columns: int
) -> None:
    sheet = slip(f"{language}{columns}-refund-merchant")
    paper = printer.print(raster(sheet, profile_of(sheet, ""), chinese_fonts()), columns)
    drawn = draw(sheet, chinese_fonts())
    assert paper.width == drawn.width
    assert paper.rows == without_end(drawn.rows)


@pytest.mark.parametrize("columns", sorted(DOTS))
def test_letters_come_out_of_their_printer_where_the_sheet_has_them(
    printer: Emupos, columns: int
) -> None:
    sheet = slip(f"en{columns}-refund-merchant")
    paper = printer.print(compose(sheet, profile_of(sheet)), columns)
    shown = [line.rstrip() for line in paper.text.splitlines()]
    texts = [b.text.rstrip() for b in sheet.blocks if isinstance(b, Row)]
    assert [line for line in shown if line and "[qr" not in line] == list(filter(None, texts))
    assert [f"[qr {data}]" for data in codes_on(sheet)] == [x for x in shown if "[qr" in x]


@pytest.mark.parametrize("native_qr", [True, False])
def test_their_letters_fill_the_same_cells_as_ours(printer: Emupos, native_qr: bool) -> None:
    """Its font is another one, so cells are compared: ink in them, or none, line by line."""
    rows = (
        Row("usual"), Row("  wide", wide=2), Row(" tall", tall=2), Row(), Row("BIG", True, 2, 2),
        Row("x" * 32), Row("3x", wide=3, tall=3), Qr(CASE), Row("end"), Cut(),
    )  # fmt: skip
    heights = (30, 30, 48, 30, 48, 30, 72)
    sheet = Sheet(32, rows)
    paper = printer.print(compose(sheet, profile_of(sheet, native_qr=native_qr)), 32)
    drawn = draw(sheet, chinese_fonts())
    assert len(without_end(paper.rows)) <= drawn.height
    theirs, ours = cells(paper.rows, heights), cells(drawn.rows, heights)
    assert theirs == ours
    assert [len(line) for line in ours] == [5, 8, 4, 0, 6, 32, 6]
    code = slice(sum(heights), sum(heights) + 160)
    across = [side(rows[code]) for rows in (paper.rows, drawn.rows)]
    assert across[0] == across[1] == ((30, 130), (142, 241))
    if not native_qr:
        assert paper.rows[code] == drawn.rows[code]


def cells(rows: tuple[bytes, ...], heights: tuple[int, ...]) -> list[set[int]]:
    """Of each line, which cells of 12 dots hold ink."""
    found: list[set[int]] = []
    for height in heights:
        ink = reduce(or_, (int.from_bytes(row, "big") for row in rows[:height]))
        dots = f"{ink:0{len(rows[0]) * 8}b}"
        found.append({at // 12 for at, dot in enumerate(dots) if dot == "1"})
        rows = rows[height:]
    return found


def side(rows: tuple[bytes, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """From where to where a code stands: rows, and dots of a row."""
    inked = [at for at, row in enumerate(rows) if any(row)]
    ink = reduce(or_, (int.from_bytes(row, "big") for row in rows))
    dots = f"{ink:0{len(rows[0]) * 8}b}"
    return (inked[0], inked[-1] + 1), (dots.index("1"), dots.rindex("1"))


@pytest.mark.parametrize("columns", sorted(DOTS))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reader_finds_the_case_in_our_picture(
    tmp_path: Path, language: str, columns: int
) -> None:
    zbarimg = need("zbarimg")
    sheet = slip(f"{language}{columns}-refund-merchant")
    assert codes_on(sheet)
    picture = tmp_path / "slip.png"
    picture.write_bytes(png(draw(sheet, chinese_fonts())))
    assert read_codes(zbarimg, picture) == codes_on(sheet)


@pytest.mark.parametrize("native_qr", [True, False])
def test_a_reader_finds_the_case_on_their_paper(printer: Emupos, native_qr: bool) -> None:
    zbarimg = need("zbarimg")
    sheet = slip("en32-refund-merchant")
    paper = printer.print(compose(sheet, profile_of(sheet, native_qr=native_qr)), 32)
    assert read_codes(zbarimg, paper.png) == codes_on(sheet)


@pytest.mark.parametrize("columns", sorted(DOTS))
def test_chinese_bytes_are_the_text_to_the_c_library(columns: int) -> None:
    iconv = need("iconv")
    sheet = slip(f"zh{columns}-refund-merchant")
    job = compose(sheet, profile_of(sheet, "gb18030"))
    bare = jumped(job)
    words = [iconv, "-f", "GB18030", "-t", "UTF-8"]
    text = subprocess.run(words, input=bare, capture_output=True, check=True)
    rows = [ROW_ENDS.sub("", line).rstrip() for line in to_text(sheet).splitlines()]
    golden = [row for row in rows if not row.startswith(("[QR", "[CUT"))]
    assert [x for x in text.stdout.decode().split("\n") if x] == [x for x in golden if x]


def jumped(job: bytes) -> bytes:
    """The job with blanks where a line jumps to a place; a letter is as wide as GS ! says."""
    lines: list[bytes] = []
    dots = 12
    for line in job.split(b"\n"):
        for size in re.findall(rb"\x1d!(.)", line):
            dots = 12 * ((size[0] >> 4) + 1)
        bare = COMMANDS.sub(b"", line)
        while jump := JUMPS.search(bare):
            cells = int.from_bytes(jump[1], "little") // dots
            bare = bare[: jump.start()].ljust(cells) + bare[jump.end() :]
        lines.append(bare)
    return b"\n".join(lines)


def test_every_chinese_letter_has_the_c_librarys_code() -> None:
    iconv = need("iconv")
    whole = letters("gb18030")
    words = [iconv, "-f", "UTF-8", "-t", "GB18030"]
    told = subprocess.run(words, input=whole.encode(), capture_output=True, check=True).stdout
    ours = b"".join(char.encode("gb18030") for char in whole)
    assert len(whole) > 20_000
    assert told == ours


def test_another_composer_writes_the_same_two_byte_codes() -> None:
    folder = node_with(*RECEIPTLINE)
    text = "退货 商户存根 交易成功 退款金额 请妥善保管本单。"
    script = (
        "const {transform} = require('receiptline');"
        "const how = {cpl: 48, encoding: 'gb18030', command: 'escpos'};"
        "process.stdout.write(Buffer.from(transform(process.argv[1], how), 'binary'));"
    )
    words = [need("node"), "-e", script, text]
    theirs = subprocess.run(words, cwd=folder, capture_output=True, check=True).stdout
    ours = compose(Sheet(48, (Row(text),)), PrinterProfile(columns=48, charset="gb18030"))
    code = text.encode("gb18030")
    assert code in ours
    for part in code.split(b" "):
        assert part in theirs
    assert codes.CHINESE_ON in theirs
    assert codes.CHINESE_ON in ours


def test_python_escpos_composes_the_same_commands() -> None:
    rows = [row for row in draw(slip("en32-refund-merchant"), chinese_fonts()).rows if any(row)]
    small = [row for row in rows if row[-1]][:20]
    theirs = composed(
        [
            ("qr", {"content": CASE, "ec": 1, "size": MODULE_DOTS, "native": True}),
            ("image", {"rows": [row.hex() for row in rows], "fragment_height": 48}),
            ("image", {"rows": [row.hex() for row in small]}),
            ("cut", {"feed": False}),
        ]
    ).parts
    fragments = [rows[at : at + 48] for at in range(0, len(rows), 48)]
    assert theirs == (
        codes.qr(CASE.encode(), MODULE_DOTS),
        b"".join(codes.picture(48, len(part), b"".join(part)) for part in fragments),
        b"".join(bands(small)),
        codes.FEED_AND_CUT,
    )
