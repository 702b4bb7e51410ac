"""Cells are counted as a printer counts them; what cannot be shown is made harmless."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.grid import CLOSING, _fitting, centre, left, pair, right, width, wrap
from printing.sanitise import clean


def test_a_chinese_character_takes_two_cells() -> None:
    assert width("退货 REFUND") == 11
    assert right("退货", 6) == "  退货"
    assert left("退货", 6) == "退货  "
    assert centre("退货", 8) == ["  退货"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\r\u2028d\u2029e", "a b c  d e"),
        ("\x1b@\x00\x7f\x9b", "?@???"),
        ("\u202e00.5\u202c \u200bRUE\ufeff", "00.5 RUE"),
        ("e\u0301\u0302", "é"),
        ("\ud800 \ue000", "? ?"),
        ("全　角", "全　角"),
        ("\xa0", " "),
    ],
)
def test_hostile_text_becomes_harmless(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_cleaning_leaves_nothing_but_cells_and_is_done_once(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    assert all(width(char) > 0 for char in shown)
    assert not [char for char in shown if unicodedata.category(char)[0] == "C"]


@given(st.text(max_size=200), st.integers(min_value=4, max_value=60))
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert lines
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([32, 48]))
def test_labels_and_values_fit(label: str, value: str, columns: int) -> None:
    lines = pair(label, value, columns)
    assert lines
    assert all(width(line) <= columns for line in lines)


def test_words_stay_whole_where_they_can() -> None:
    assert wrap("paid twice by mistake", 10) == ["paid twice", "by mistake"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("退货abc", 6) == ["退货", "abc"]


def test_closing_punctuation_does_not_begin_a_line() -> None:
    assert wrap("退货退款，退货", 8) == ["退货退", "款，退货"]
    assert wrap("，" * 5, 4) == ["，，", "，，", "，"]


def test_a_line_breaks_before_the_word_that_closing_punctuation_follows() -> None:
    assert wrap("rendu : 12", 6) == ["rend", "u : 12"]
    assert wrap("un deux ! trois", 8) == ["un", "deux !", "trois"]
    assert wrap("abcdefgh, ij", 8) == ["abcdefg", "h, ij"]


def test_opening_punctuation_does_not_end_a_line() -> None:
    assert wrap("退货（甲）", 6) == ["退货", "（甲）"]


@given(st.text(alphabet="ab 退，。,.!)（(", max_size=60), st.integers(min_value=4, max_value=20))
def test_closing_punctuation_begins_a_line_only_where_nothing_else_could(
    text: str, columns: int
) -> None:
    lines = wrap(text, columns)
    for before, line in pairwise(lines):
        if line[:1] in CLOSING:
            assert set(before[1:]) <= CLOSING | {" "}


def test_a_wide_character_on_a_single_cell_sticks_out_rather_than_hanging() -> None:
    assert wrap("退货", 1) == ["退", "货"]


def test_asking_where_a_text_that_fits_would_break_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="the text fits"):
        _fitting("ab", 4)
