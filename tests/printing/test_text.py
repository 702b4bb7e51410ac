"""Everything that is on a sheet shows in its text, and a plain text is no wider than the paper."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from printing.grid import width, wrap
from printing.sheet import Cut, Qr, Row, Sheet
from printing.text import to_plain, to_text

SHEET = Sheet(
    32,
    (
        Row("   REFUND", bold=True, wide=2, tall=2),
        Row("  退货", tall=2),
        Row("a b", bold=True),
        Row(),
        Row("wide", wide=3),
        Row("two   "),
        Qr("RF-1"),
        Cut(),
        Row("second paper"),
        Cut(),
    ),
)


def test_every_block_and_every_size_shows() -> None:
    assert to_text(SHEET).splitlines() == [
        "   REFUND   <B 2x2>",
        "  退货   <1x2>",
        "a b   <B>",
        "",
        "wide   <3x1>",
        "two",
        "[QR RF-1]",
        "[CUT]",
        "second paper",
        "[CUT]",
    ]


def test_a_plain_text_keeps_every_row_where_its_middle_is_on_paper() -> None:
    double = "=" * 32
    assert to_plain(SHEET).splitlines() == [
        double,
        "         REFUND",
        "  退货",
        double,
        "a b",
        "",
        "    wide",
        "two",
        " ".join("-" * 16),
        "second paper",
    ]


def test_an_empty_sheet_is_an_empty_text() -> None:
    assert to_text(Sheet(42, ())) == to_plain(Sheet(42, ())) == ""


@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.booleans(), st.integers(1, 4), st.integers(1, 4)),
        max_size=8,
    )
)
def test_a_plain_text_is_never_wider_than_its_paper_and_no_row_is_lost(
    given_rows: list[tuple[str, bool, int, int]],
) -> None:
    rows = [
        Row(line, bold=bold, wide=wide, tall=tall)
        for text, bold, wide, tall in given_rows
        for line in wrap(text, 48 // wide)
    ]
    sheet = Sheet(48, tuple(rows))
    plain = to_plain(sheet).split("\n")
    assert all(width(line) <= 48 for line in plain)
    assert [line.split() for line in plain if line.strip("=").strip()] == [
        row.text.split() for row in rows if row.text.strip("=").strip()
    ]
    assert to_text(sheet).count("\n") == len(rows)
