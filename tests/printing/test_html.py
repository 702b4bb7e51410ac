"""A page is the sheet on the same grid, escaped, and asks nobody for anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.grid import width, wrap
from printing.html import to_html
from printing.qr import modules
from printing.sheet import Cut, Qr, Row, Sheet
from terminal_agent.slips import layout
from tests.printing.pages import PageReader
from tests.slips.samples import GOLDEN, PAGES, SAMPLES, main


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_holds_every_block_of_every_slip_and_nothing_else(name: str) -> None:
    sheet = layout(SAMPLES[name])
    language = SAMPLES[name].language
    page = PageReader(to_html(sheet, language))
    assert tuple(page.blocks) == sheet.blocks
    assert page.language == language
    assert all(cells == width(char) for char, cells in page.boxes)


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_as_they_were_agreed(name: str) -> None:
    page = to_html(layout(SAMPLES[name]), SAMPLES[name].language)
    assert page == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


def test_the_golden_pages_can_be_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.slips.samples.GOLDEN", tmp_path)
    main()
    assert {file.stem for file in tmp_path.glob("*.html")} == set(PAGES)
    assert {file.stem for file in GOLDEN.glob("*.html")} == set(PAGES)


def test_a_page_runs_nothing_and_asks_for_nothing() -> None:
    page = to_html(layout(SAMPLES["zh48-refund-merchant"]), "zh")
    assert PageReader(page).tags <= {
        *("html", "head", "meta", "title", "style", "body", "main"),
        *("p", "span", "i", "hr", "svg", "path"),
    }
    assert re.findall(r"\b(?:src|href|url|import|on\w+)\s*[=(]", page) == []
    assert "//" not in page


@given(st.text(alphabet="<>&\"'{}%/=p a退é", max_size=40))
def test_no_text_is_taken_for_markup(text: str) -> None:
    rows = tuple(Row(line) for line in wrap(text, 32))
    page = PageReader(to_html(Sheet(32, rows), "en"))
    assert tuple(page.blocks) == rows


def test_a_hostile_language_or_number_stays_in_its_place() -> None:
    page = to_html(Sheet(32, (Qr("\"'><script>"),)), '"><script>')
    reader = PageReader(page)
    assert reader.blocks == [Qr("\"'><script>")]
    assert "script" not in reader.tags
    assert reader.language == '"><script>'


@pytest.mark.parametrize("data", ["RF-20261124-0042", "x" * 128])
def test_the_code_on_the_page_has_the_squares_of_the_code(data: str) -> None:
    page = to_html(Sheet(32, (Qr(data),)), "en")
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", page)}
    squares = modules(data)
    assert dark == {
        (x + 4, y + 4) for y, row in enumerate(squares) for x, black in enumerate(row) if black
    }
    side = len(squares) + 8
    assert f'viewBox="0 0 {side} {side}"' in page


def test_the_title_of_the_page_is_the_first_row_that_says_something() -> None:
    assert "<title>Shop &amp; Co</title>" in to_html(Sheet(32, (Row(), Row("  Shop & Co"))), "en")
    assert "<title></title>" in to_html(Sheet(32, (Cut(),)), "en")


@pytest.mark.parametrize(("columns", "size"), [(32, "32ch"), (42, "42ch"), (48, "48ch")])
def test_a_page_is_as_wide_as_its_paper(columns: int, size: str) -> None:
    assert f"width: {size};" in to_html(Sheet(columns, ()), "en")
