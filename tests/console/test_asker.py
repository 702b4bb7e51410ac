"""Questions are asked again with the reason, and every way of leaving is a value."""

from __future__ import annotations

import io

import pytest

from protocols.kit.money import Amount
from terminal_agent.console.asker import LINE_LONGEST, TRIES, Asker, Cancelled
from terminal_agent.console.screen import Screen
from terminal_agent.prompts import AmountQuestion, Choice, Confirm, Digits, FreeText, Option
from tests.console.stage import EUR, TEXTS, Stage

RECEIPT = Digits(key="step.find_original", longest=4)


def test_a_right_answer_is_taken_at_once() -> None:
    stage = Stage("0042")
    assert stage.asker.ask(RECEIPT) == "0042"
    assert stage.shown == "Receipt number of the sale (or 0 to choose from the list): "


def test_a_wrong_answer_is_told_why_and_asked_again() -> None:
    stage = Stage("abc", "12345", "42")
    assert stage.asker.ask(RECEIPT) == "42"
    assert "Please type digits only." in stage.shown
    assert "Please type 1 to 4 digits." in stage.shown


@pytest.mark.parametrize("typed", [("",), ("  ",), ("q",), (" Ｑ ",), (), ("x", "q")])
def test_an_empty_line_q_and_the_end_of_the_input_leave(typed: tuple[str, ...]) -> None:
    assert Stage(*typed).asker.ask(RECEIPT) == Cancelled("step.find_original")


def test_q_leaves_even_where_words_are_asked_for_but_not_inside_a_word() -> None:
    question = FreeText(key="step.reason_text")
    assert Stage("q").asker.ask(question) == Cancelled("step.reason_text")
    assert Stage("quality").asker.ask(question) == "quality"


def test_an_empty_line_takes_the_default_that_is_shown() -> None:
    rest = Amount(2000, EUR)
    question = AmountQuestion(key="step.amount", most=rest, default=rest)
    stage = Stage("")
    assert stage.asker.ask(question) == rest
    assert stage.shown == "Amount to refund [EUR 20.00]: "
    assert Stage("q").asker.ask(question) == Cancelled("step.amount")
    assert Stage("5").asker.ask(question) == Amount(500, EUR)


def test_a_choice_shows_its_lines_once() -> None:
    options = (Option("v", "way.void"), Option("r", "way.refund"))
    stage = Stage("3", "2", language="zh")
    assert stage.asker.ask(Choice(key="step.reason", options=options)) == "r"
    assert stage.shown.count("1  消费撤销\n2  退货\n") == 1
    assert stage.shown.startswith("请选择退款原因\n")
    assert "请输入 1 至 2 之间的序号。" in stage.shown


def test_a_confirmation_shows_its_keys_and_no_is_an_answer() -> None:
    stage = Stage("maybe", "n")
    assert stage.asker.ask(Confirm(key="step.verify_record")) is False
    assert stage.shown.startswith("Does it match the customer's receipt? (y/n): ")


def test_the_dialogue_ends_after_too_many_wrong_answers() -> None:
    stage = Stage(*["x"] * (TRIES + 5))
    assert stage.asker.ask(RECEIPT) == Cancelled("step.find_original")
    assert stage.shown.count("digits only") == TRIES
    assert "The dialogue ends here." in stage.shown


@pytest.mark.parametrize("length", [LINE_LONGEST, LINE_LONGEST * 3])
def test_the_rest_of_an_endless_line_is_not_taken_as_the_next_answer(length: int) -> None:
    stage = Stage("1" * length, "42")
    assert stage.asker.ask(RECEIPT) == "42"
    assert stage.shown.count("too much text") == 1


def test_an_endless_last_line_leaves() -> None:
    asker = Asker(io.StringIO("1" * LINE_LONGEST), io.StringIO(), TEXTS["en"])
    assert asker.ask(RECEIPT) == Cancelled("step.find_original")


def test_ctrl_c_at_a_question_leaves_on_a_line_of_its_own() -> None:
    class Interrupted(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            raise KeyboardInterrupt

    output = io.StringIO()
    asker = Asker(io.TextIOWrapper(Interrupted()), output, TEXTS["en"])
    assert asker.ask(RECEIPT) == Cancelled("step.find_original")
    assert output.getvalue().endswith(": \n")


def test_bytes_that_are_no_text_are_told_and_asked_again() -> None:
    raw = io.TextIOWrapper(io.BytesIO(b"\xff\n42\n"), encoding="utf-8")
    output = io.StringIO()
    answer = Asker(raw, output, TEXTS["en"]).ask(RECEIPT)
    assert "could not be read" in output.getvalue()
    assert answer in {"42", Cancelled("step.find_original")}


def test_a_screen_of_the_callers_own_can_be_used() -> None:
    stream = io.StringIO()
    screen = Screen(stream, columns=40)
    asker = Asker(io.StringIO("1\n"), io.StringIO(), TEXTS["en"], screen=screen)
    assert asker.ask(RECEIPT) == "1"
    assert stream.getvalue()
