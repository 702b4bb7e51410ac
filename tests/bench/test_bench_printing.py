"""What a slip costs: to lay out, to compose, to draw, to send; beside python-escpos' own text path.

The peer's text path is a `set` with the row's style and a `textln` for each row, and its `qr` and
`cut`, as its own examples print; once as the printer draws the code, once as python-escpos does by
default, which is a picture.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import pytest

from printing.escpos.compose import compose
from printing.escpos.raster import raster
from printing.picture import draw, png
from printing.profile import PrinterProfile
from printing.qr import MODULE_DOTS
from printing.sheet import Qr, Row
from terminal_agent.slips import layout
from tests.judges.python_escpos import composed
from tests.printing.fonts import chinese_fonts
from tests.slips.samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

    from printing.sheet import Sheet
    from tests.judges.python_escpos import Call

pytestmark = pytest.mark.bench

ROUNDS: Final = 30
BITS_PER_BYTE: Final = 10  # 8N1
LIMIT_MS: Final = 5.0
FIRST_LIMIT_MS: Final = 150.0
WIRE_LIMIT_S: Final = 1.0
SLIPS: Final = {
    "zh32-refund-merchant": "gb18030",
    "zh48-refund-merchant": "gb18030",
    "en32-refund-merchant": "cp858",
    "en48-refund-merchant": "cp858",
}


def profile(name: str, *, native_qr: bool = True) -> PrinterProfile:
    columns = SAMPLES[name].columns
    return PrinterProfile(columns=columns, charset=SLIPS[name], native_qr=native_qr)


def cpu_ms(action: Callable[[], object]) -> float:
    """Processor time of one run, the median of many."""
    action()
    taken: list[float] = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        action()
        taken.append(1000 * (time.process_time() - begun))
    return statistics.median(taken)


@pytest.mark.parametrize("name", SLIPS)
@pytest.mark.benchmark(group="a slip in the printer's own letters, laid out and composed")
def test_bench_letters(benchmark: BenchmarkFixture, name: str) -> None:
    slip, how = SAMPLES[name], profile(name)
    taken = cpu_ms(lambda: compose(layout(slip), how))
    job = benchmark(lambda: compose(layout(slip), how))
    wire_s = len(job) * BITS_PER_BYTE / 19_200
    without = len(compose(layout(slip), profile(name, native_qr=False)))
    print(
        f"\n  {name}: {taken:.1f} ms CPU (limit {LIMIT_MS:.0f}); {len(job)} bytes = {wire_s:.2f} s "
        f"at 19200 baud (limit {WIRE_LIMIT_S:.0f}); {without} = "
        f"{without * BITS_PER_BYTE / 19_200:.2f} s where the printer draws no code itself"
    )
    assert taken < LIMIT_MS
    assert wire_s < WIRE_LIMIT_S


@pytest.mark.parametrize("name", SLIPS)
@pytest.mark.benchmark(group="a slip as a picture, composed")
def test_bench_picture(benchmark: BenchmarkFixture, name: str) -> None:
    sheet, how, fonts = layout(SAMPLES[name]), profile(name), chinese_fonts()
    drawn = draw(sheet, fonts)
    job = benchmark(lambda: raster(sheet, how, fonts))
    print(
        f"\n  {name}: drawn {cpu_ms(lambda: draw(sheet, fonts)):.1f} ms CPU, composed "
        f"{cpu_ms(lambda: raster(sheet, how, fonts)):.1f} ms, as PNG "
        f"{cpu_ms(lambda: png(drawn)):.1f} ms more; {len(job)} bytes = "
        f"{len(job) * BITS_PER_BYTE / 19_200:.1f} s at 19200 baud, "
        f"{len(job) * BITS_PER_BYTE / 115_200:.1f} s at 115200"
    )


@pytest.mark.parametrize("name", SLIPS)
@pytest.mark.benchmark(group="the same slip by python-escpos, in a process of its own")
def test_bench_python_escpos(benchmark: BenchmarkFixture, name: str) -> None:
    sheet = layout(SAMPLES[name])
    ours = len(compose(sheet, profile(name)))
    letters = sum(len(row.text.rstrip().encode(SLIPS[name])) + 1 for row in rows(sheet))
    done = benchmark.pedantic(composed, (calls(sheet, native=True),), {"profile": "TM-T20II"})  # type: ignore[no-untyped-call]
    native = sum(map(len, done.parts))
    drawn = sum(map(len, composed(calls(sheet, native=False), profile="TM-T20II").parts))
    print(
        f"\n  {name}: ours {ours} bytes, {letters} of them the text itself; python-escpos {native} "
        f"({ours / native:.2f}), {drawn} with its code as a picture ({ours / drawn:.2f}); "
        f"CPU {1000 * done.import_s:.0f} ms to import it, {1000 * done.compose_s:.0f} ms to compose"
    )
    assert 3 * ours <= drawn


def rows(sheet: Sheet) -> list[Row]:
    return [block for block in sheet.blocks if isinstance(block, Row)]


def calls(sheet: Sheet, *, native: bool) -> list[Call]:
    """The slip as calls of python-escpos, every row with its whole style."""
    found: list[Call] = []
    for block in sheet.blocks:
        if isinstance(block, Row):
            big = (block.wide, block.tall) != (1, 1)
            size = {"custom_size": big, "width": block.wide, "height": block.tall}
            found.append(("set_with_default", {"bold": block.bold, **size}))
            found.append(("textln", {"txt": block.text}))
        elif isinstance(block, Qr):
            how: dict[str, object] = {"ec": 1, "size": MODULE_DOTS, "native": native}
            found.append(("qr", {"content": block.data, **how}))
        else:
            found.append(("cut", {}))
    return found


_FIRST: Final = """
import sys, time
from drivers.fonts import find_fonts
from printing.escpos.job import job
from printing.profile import PrinterProfile
from terminal_agent.slips import layout
from tests.slips.samples import refund
slip, how = refund("zh"), PrinterProfile(charset=sys.argv[1], native_qr=sys.argv[2] == "native")
loaded = ("escpos", "PIL", "qrcode")
assert not any(name in sys.modules for name in loaded)
for _ in range(2):
    begun = time.process_time()
    job(layout(slip), how, find_fonts)
    print(time.process_time() - begun)
print(*(name for name in loaded if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("charset", "code", "loaded"),
    [("gb18030", "native", ""), ("gb18030", "drawn", "PIL qrcode"), ("", "drawn", "PIL qrcode")],
    ids=["letters", "letters and a drawn code", "picture"],
)
@pytest.mark.benchmark(group="the first slip of a process")
def test_bench_first_slip(
    benchmark: BenchmarkFixture, charset: str, code: str, loaded: str
) -> None:
    def first() -> list[str]:
        command = [sys.executable, "-c", _FIRST, charset, code]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    runs = [first() for _ in range(5)]
    more = min(1000 * (float(run[0]) - float(run[1])) for run in runs)
    benchmark.pedantic(first, rounds=3)  # type: ignore[no-untyped-call]
    print(f"\n  {more:.0f} ms CPU more than the next (goal {FIRST_LIMIT_MS:.0f}); loaded: {loaded}")
    assert {run[2] for run in runs} == {loaded}
    assert more < FIRST_LIMIT_MS
