"""A second refund of the same amount of a sale is said to the person before anything is armed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_cases import CUT, FIRST
from tests.cli.till import PEOPLE, TERMINAL, Ran, Till

if TYPE_CHECKING:
    from pathlib import Path

FIVE = ("--amount", "5.00")
ONCE = [("refund", 500)]
TWICE = [("refund", 500), ("refund", 500)]
BY_HAND = ("refund", "--receipt", "1", *FIVE, *PEOPLE)


@pytest.fixture
def paid(till: Till) -> Till:
    """A till that has given back EUR 5.00 of EUR 12.34."""
    assert till.refund(*FIVE).code == 0
    return till


def what_and_do(ran: Ran) -> tuple[str, str]:
    message = ran.json["message"]
    assert isinstance(message, dict)
    return message["what"], message["do"]


def test_a_script_is_refused_and_told_of_the_first_one(paid: Till) -> None:
    ran = paid.refund(*FIVE)
    assert (ran.code, ran.error, ran.json["money_moved"]) == (6, "refusal.again_refunded", "no")
    what, do = what_and_do(ran)
    assert "EUR 5.00" in what
    assert FIRST in what
    assert "2026-11-24 10:0" in what
    assert "--again" in do
    assert paid.bookings == ONCE
    assert paid.run("cases", "list", "--json").out.count("\n") == 1, "and no case is left behind"


def test_a_script_that_means_a_second_one_says_so(paid: Till) -> None:
    ran = paid.refund(*FIVE, "--again")
    assert (ran.code, ran.json["case"]) == (0, "RF-20261124-0002")
    assert paid.bookings == TWICE


def test_another_amount_is_not_asked_about(paid: Till) -> None:
    assert paid.refund("--amount", "5.01").code == 0


def test_a_key_of_its_own_says_which_refund_is_meant(paid: Till) -> None:
    assert paid.refund(*FIVE, "--key", "K2").code == 0
    assert paid.bookings == TWICE
    assert paid.refund(*FIVE, "--key", "K2").code == 0
    assert paid.bookings == TWICE


def test_a_refund_that_was_declined_is_not_asked_about(tmp_path: Path) -> None:
    declined = '[[sale]]\namount_minor = 1234\n[[step]]\non = "money"\ndo = "decline"\n'
    till = Till(tmp_path, scenario=declined + 'nth = 1\ncode = "05"\n')
    assert till.refund(*FIVE).code == 3
    assert till.refund(*FIVE).code == 0


@pytest.mark.parametrize(
    ("language", "said"), [("en", "given back already, on 2026-11-24"), ("zh", "已于 2026-11-24")]
)
def test_a_person_is_asked_and_may_agree(paid: Till, language: str, said: str) -> None:
    ran = paid.run(*BY_HAND, typed="y\ny\n", options=("--lang", language))
    assert ran.code == 0, ran
    assert said in ran.said
    assert FIRST in ran.said
    assert paid.bookings == TWICE


@pytest.mark.parametrize("typed", ["n\n", "q\n", ""])
def test_a_person_who_did_not_mean_it_sends_nothing(paid: Till, typed: str) -> None:
    opened = paid.opened
    ran = paid.run(*BY_HAND, typed=typed)
    assert ran.code == 9
    assert paid.bookings == ONCE
    assert paid.opened == opened + 1
    assert paid.run("cases", "list", "--json").out.count("\n") == 1


def test_yes_is_no_answer_to_a_question_that_was_not_foreseen(paid: Till) -> None:
    ran = paid.run(*BY_HAND, "--yes", typed="y\ny\n")
    assert ran.code == 6
    assert "--again" in ran.said
    assert paid.bookings == ONCE


def test_what_may_not_be_at_all_is_said_instead(paid: Till) -> None:
    assert paid.refund().code == 0, "the rest"
    ran = paid.refund(*FIVE)
    assert (ran.code, ran.error) == (6, "refusal.duplicate")


def test_a_void_is_asked_about_as_well(tmp_path: Path) -> None:
    till = Till(tmp_path)
    assert till.refund().code == 0
    ran = till.run("void", "--receipt", "1", *PEOPLE, "--yes", "--json")
    assert (ran.code, ran.error) == (6, "refusal.already_voided"), "no question hides the refusal"


def test_the_dialogue_asks_too(paid: Till) -> None:
    typed = "Anna\n3\n1\ny\n5\ny\n"
    left = paid.run("refund", typed=typed + "n\n")
    assert left.code == 9
    assert FIRST in left.said
    assert paid.bookings == ONCE
    assert paid.run("refund", typed=typed + "y\nBen\ny\n").code == 0
    assert paid.bookings == TWICE


def test_the_dialogue_does_not_ask_who_said_again(paid: Till) -> None:
    ran = paid.run("refund", "--again", typed="Anna\n3\n1\ny\n5\ny\nBen\ny\n")
    assert ran.code == 0, ran
    assert paid.bookings == TWICE


def test_one_whose_outcome_nobody_knows_is_told_as_such(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT, terminal=TERMINAL + TERMINAL.replace("till", "bar"))
    assert till.refund(*FIVE, "--terminal", "till").code == 5
    till.line.plug()
    ran = till.refund(*FIVE, "--terminal", "bar", "--sale", "S1")
    assert (ran.code, ran.error) == (6, "refusal.again_unknown")
    assert ran.json["money_moved"] == "maybe"
    what, do = what_and_do(ran)
    assert FIRST in what
    assert "recover" in do
    assert till.bookings == ONCE
