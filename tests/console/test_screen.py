"""What is shown fits 80 columns, is harmless, and needs neither colour nor a clever terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.grid import width
from terminal_agent.console.screen import NARROWEST, Screen, pairs, table


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_long_text_wraps_at_the_edge_and_blank_lines_stay() -> None:
    stream = io.StringIO()
    screen = Screen(stream, columns=10)
    screen.say("one two three")
    screen.say()
    screen.headline("结果未确认退货")
    assert stream.getvalue() == "one two\nthree\n\n结果未确认\n退货\n"


def test_an_escape_sequence_from_a_terminal_does_not_reach_the_screen() -> None:
    stream = Tty()
    screen = Screen(stream)
    screen.say("a\x1b[31mb\r\n")
    screen.prompt("c\x07\x1b]0;x")
    screen.pairs([("\x1bl", "v\x9b2J")])
    screen.lines(["x\ny"])
    assert not set("\x1b\x07\x9b\r") & set(stream.getvalue())
    assert stream.getvalue().endswith("x y\n")


def test_a_prompt_leaves_the_cursor_behind_it() -> None:
    stream = io.StringIO()
    Screen(stream, columns=12).prompt("Amount to refund:")
    assert stream.getvalue() == "Amount to\nrefund: "


@pytest.mark.parametrize(
    ("environment", "bold"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_emphasis_needs_a_terminal_that_knows_it_and_no_wish_against_it(
    environment: dict[str, str], bold: bool
) -> None:
    stream = Tty()
    Screen.on(stream, environment).headline("Stop")
    assert stream.getvalue() == ("\x1b[1mStop\x1b[0m\n" if bold else "Stop\n")


def test_a_file_gets_no_emphasis() -> None:
    stream = io.StringIO()
    Screen.on(stream, {"TERM": "xterm"}).headline("Stop")
    assert stream.getvalue() == "Stop\n"


def test_a_stream_without_chinese_letters_shows_question_marks_and_goes_on() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1", newline="\n")
    Screen(stream).say("退货 EUR 12.50")
    assert raw.getvalue() == b"?? EUR 12.50\n"


def test_labels_and_values_stand_in_two_columns() -> None:
    assert pairs([("卡号", "VISA"), ("Receipt", "0042"), ("Empty", "")], 20) == [
        "卡号     VISA",
        "Receipt  0042",
    ]
    assert pairs([]) == []
    assert pairs([("Reason", "paid twice by mistake")], 20) == [
        "Reason  paid twice",
        "        by mistake",
    ]


def test_numbers_stand_to_the_right_and_long_cells_wrap() -> None:
    rows = [["R-1", "EUR 5.00", "charged twice by mistake"], ["R-2", "EUR 125.00", "退货"]]
    lines = table(["Case", "Amount", "Reason"], rows, columns=30, to_right=frozenset({1}))
    assert lines == [
        "Case     Amount Reason",
        "---- ---------- --------------",
        "R-1    EUR 5.00 charged twice",
        "                by mistake",
        "R-2  EUR 125.00 退货",
    ]


CELLS = st.lists(st.text(max_size=40), min_size=4, max_size=4)


@given(CELLS, st.lists(CELLS, max_size=4), st.integers(min_value=32, max_value=120))
def test_no_table_is_wider_than_the_screen(
    headings: list[str], rows: list[list[str]], columns: int
) -> None:
    assert all(width(line) <= columns for line in table(headings, rows, columns=columns))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5), st.sampled_from([20, 80]))
def test_no_pair_is_wider_than_the_screen(rows: list[tuple[str, str]], columns: int) -> None:
    assert all(width(line) <= columns for line in pairs(rows, columns))


def test_a_table_that_cannot_fit_grows_over_the_edge_rather_than_losing_letters() -> None:
    lines = table(["abcdefghij"] * 4, [], columns=10)
    assert width(lines[0]) > 10
    assert "".join("".join(lines[:2]).split()) == ("abcdef" * 4) + ("ghij" * 4)
    assert NARROWEST == 6
