"""Every answer is either a checked value or told what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.money import Amount, Currency
from terminal_agent.prompts import (
    AmountQuestion,
    Choice,
    Confirm,
    Digits,
    FreeText,
    Number,
    Option,
    Person,
    Texts,
    Wrong,
    same_person,
)

EUR = Currency.of("EUR")
AMOUNT = AmountQuestion(key="step.amount", most=Amount(2000, EUR))
CHOICE = Choice(key="step.reason", options=(Option("a", "reason.other"), Option("b", "way.void")))
ALL: Sequence[AmountQuestion | Choice[str] | Confirm | Digits | FreeText | Number | Person] = (
    AMOUNT,
    CHOICE,
    Confirm(key="step.verify_record"),
    Digits(key="step.find_original", shortest=2, longest=4),
    FreeText(key="step.reason_text"),
    Number(key="ask.choose", least=2, most=9),
    Person(key="step.approver", other_than=("07",)),
)


@given(st.sampled_from(ALL), st.text())
def test_no_answer_makes_a_question_raise_and_every_complaint_has_a_text(
    question: AmountQuestion | Choice[str] | Confirm | Digits | FreeText | Number | Person,
    answer: str,
) -> None:
    texts = Texts.load("zh", strict=True)
    value = question.validate(answer)
    if isinstance(value, Wrong):
        assert texts.line(value.key, **value.params)


@pytest.mark.parametrize(
    ("answer", "minor"),
    [("12.50", 1250), ("12,5", 1250), (" 20 ", 2000), ("１２．５０", 1250), ("0.01", 1)],
)
def test_amounts_are_read_as_people_type_them(answer: str, minor: int) -> None:
    assert AMOUNT.validate(answer) == Amount(minor, EUR)
    assert AMOUNT.currency is EUR


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("", "answer.not_an_amount"),
        ("12.505", "answer.not_an_amount"),
        ("1.250,00", "answer.not_an_amount"),
        ("-5", "answer.not_an_amount"),
        ("1e2", "answer.not_an_amount"),
        ("0", "answer.nothing"),
        ("20.01", "answer.too_much"),
        ("9999999999999999", "answer.not_an_amount"),
    ],
)
def test_amounts_that_cannot_be_are_told_why(answer: str, key: str) -> None:
    wrong = AMOUNT.validate(answer)
    assert isinstance(wrong, Wrong)
    assert wrong.key == key


@pytest.mark.parametrize(("answer", "value"), [("1", "a"), ("２", "b"), (" 02", "b")])
def test_a_choice_takes_the_number_of_a_line(answer: str, value: str) -> None:
    assert CHOICE.validate(answer) == value


@pytest.mark.parametrize("answer", ["0", "3", "a", "1.0", "-1", "9" * 5000])
def test_a_choice_refuses_everything_else(answer: str) -> None:
    assert CHOICE.validate(answer) == Wrong("answer.not_a_choice", {"most": 2})


def test_a_number_keeps_to_its_range() -> None:
    number = Number(key="ask.choose", least=2, most=9)
    wrong = Wrong("answer.not_a_number", {"least": 2, "most": 9})
    assert [number.validate(text) for text in ("2", "9", "1", "10", "x")] == [2, 9] + [wrong] * 3


def test_digits_keep_their_leading_zeros() -> None:
    digits = Digits(key="step.find_original", longest=4)
    assert digits.validate(" ００42 ") == "0042"
    assert digits.validate("12a") == Wrong("answer.not_digits")
    assert digits.validate("") == Wrong("answer.not_digits")
    assert digits.validate("12345") == Wrong("answer.wrong_length", {"least": 1, "most": 4})


def test_free_text_hides_card_numbers_and_loses_control_characters() -> None:
    text = FreeText(key="step.reason_text")
    assert text.validate("card 4761 7390 0101 0119\x1b[2J\nis his") == (
        "card 4761 73** **** 0119 [2J is his"
    )


def test_free_text_has_a_least_and_a_most() -> None:
    text = FreeText(key="step.reason_text", shortest=3, longest=5)
    wrong = Wrong("answer.text_length", {"least": 3, "most": 5})
    assert text.validate(" ab\t ") == wrong
    assert text.validate("abcdef") == wrong
    assert text.validate("重复扣款") == "重复扣款"


@pytest.mark.parametrize(
    ("word", "value"), [("y", True), ("YES", True), ("是", True), ("ｎ", False)]
)
def test_yes_and_no_work_in_every_language(word: str, value: bool) -> None:
    assert Confirm(key="step.verify_record").validate(word) is value


@pytest.mark.parametrize("word", ["", "ja?", "1", "yn"])
def test_a_confirmation_takes_nothing_for_granted(word: str) -> None:
    assert Confirm(key="step.verify_record").validate(word) == Wrong("answer.yes_or_no")


@pytest.mark.parametrize("approver", ["ann", " Ann ", "ＡＮＮ", "a n n"])
def test_nobody_approves_his_own_refund_by_writing_his_name_otherwise(approver: str) -> None:
    question = Person(key="step.approver", other_than=("Bob", "Ann"))
    wrong = question.validate(approver)
    assert isinstance(wrong, Wrong)
    assert wrong.key == "answer.same_person"
    assert question.validate("Eve") == "Eve"
    assert same_person("Ann", approver)


def test_a_person_has_a_name() -> None:
    assert Person(key="step.cashier").validate(" ") == Wrong(
        "answer.text_length", {"least": 1, "most": 40}
    )
