"""What only two people may say, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_cases import CUT, FIRST, parked_till
from tests.cli.till import Ran, Till

if TYPE_CHECKING:
    from pathlib import Path

SAID = ("--evidence", "terminal journal of today", "--first", "Ann", "--second", "Bob")


def resolve(till: Till, verdict: str, *more: str) -> Ran:
    """Decide by options."""
    return till.run("cases", "resolve", FIRST, "--verdict", verdict, *SAID, "--json", *more)


def test_a_parked_case_is_decided_as_refunded_and_printed(tmp_path: Path) -> None:
    till = parked_till(tmp_path)
    ran = resolve(till, "refunded", "--number", "2")
    assert (ran.code, ran.json["outcome"], ran.json["evidence"]) == (0, "approved", "E5")
    assert ran.json["resolved"] is True
    assert isinstance(ran.json["slips"], list)
    assert len(ran.json["slips"]) == 2
    again = till.refund("--key", "K")
    assert (again.code, again.json["case"]) == (0, FIRST)


def test_a_parked_case_is_decided_as_not_refunded_and_may_be_tried_again(tmp_path: Path) -> None:
    till = parked_till(tmp_path)
    ran = resolve(till, "not-refunded")
    assert (ran.code, ran.json["outcome"], ran.json["evidence"]) == (0, "not_sent", "E6")
    message = ran.json["message"]
    assert isinstance(message, dict)
    assert "no refund took place" in message["what"]


def test_a_case_whose_terminal_cannot_be_reached_may_be_decided(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    assert till.refund("--key", "K").code == 5
    assert resolve(till, "refunded", "--number", "0002").code == 0
    assert till.run("recover", "--json").json == {"ok": True, "still_open": 0, "cases": {}}


def test_a_case_of_which_the_terminal_was_never_asked_is_not_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from terminal_agent.runtime.recovery import Recoverer

    till = Till(tmp_path, scenario=CUT)
    with monkeypatch.context() as patch:
        patch.setattr(Recoverer, "recover", lambda *_: 1 // 0)
        assert till.refund("--key", "K").code == 5
    ran = resolve(till, "refunded", "--number", "2")
    assert (ran.code, ran.error, ran.json["money_moved"]) == (6, "refusal.recover_first", "maybe")


def test_a_settled_case_needs_no_decision(till: Till) -> None:
    till.refund()
    ran = resolve(till, "not-refunded")
    assert (ran.code, ran.error) == (6, "refusal.not_parked")


@pytest.mark.parametrize("number", ["1", "0001"])
def test_the_number_from_before_proves_nothing(tmp_path: Path, number: str) -> None:
    ran = resolve(parked_till(tmp_path), "refunded", "--number", number)
    assert (ran.code, ran.error) == (6, "refusal.number_not_new")


def test_a_number_of_another_case_proves_nothing_however_it_is_spelt(tmp_path: Path) -> None:
    later = '[[fault]]\ndirection = "to_ecr"\nmessage = "result"\nafter = "money"\ndo = "cut"\n'
    till = Till(tmp_path, scenario=CUT + later + "nth = 3\n")
    assert till.refund("--amount", "1.00").code == 5
    assert resolve(till, "refunded", "--number", "9").code == 0
    till.line.plug()
    assert till.refund("--amount", "2.00").code == 5
    second = ("cases", "resolve", "RF-20261124-0002", "--verdict", "refunded", *SAID, "--json")
    for number in ("9", "0009"):
        ran = till.run(*second, "--number", number)
        assert (ran.code, ran.error) == (6, "refusal.number_used")
    assert till.run(*second, "--number", "3").code == 0


def test_one_person_is_not_two(tmp_path: Path) -> None:
    till = parked_till(tmp_path)
    argv = ("--evidence", "terminal journal", "--first", "Ann", "--second", "ａｎｎ", "--json")
    ran = till.run("cases", "resolve", FIRST, "--verdict", "refunded", "--number", "2", *argv)
    assert (ran.code, ran.error) == (6, "refusal.same_people")


def test_a_correction_is_appended_and_the_slip_says_what_counts(tmp_path: Path) -> None:
    till = parked_till(tmp_path)
    assert resolve(till, "not-refunded").code == 0
    same = resolve(till, "not-refunded")
    assert (same.code, same.error) == (6, "refusal.same_verdict")
    ran = resolve(till, "refunded", "--number", "2")
    assert (ran.code, ran.json["outcome"], ran.json["evidence"]) == (0, "approved", "E5")
    slips = ran.json["slips"]
    assert isinstance(slips, list)
    assert (
        "NOT CARRIED OUT"
        not in (tmp_path / "slips" / str(slips[0])).read_text(encoding="utf-8").upper()
    )
    back = resolve(till, "not-refunded")
    assert (back.code, back.json["outcome"]) == (0, "not_sent")
    shown = till.run("cases", "show", FIRST)
    assert "checked: not done" in shown.said
    reprint = till.run("cases", "reprint", FIRST)
    assert reprint.code == 0
    names = [line.removeprefix("Slip: ") for line in reprint.out.splitlines()]
    texts = [(tmp_path / "slips" / name).read_text(encoding="utf-8").upper() for name in names]
    assert all("APPROVED" not in text.replace("APPROVED BY", "") for text in texts), texts[0]


@pytest.mark.parametrize(
    "argv",
    [
        ("--verdict", "refunded"),
        ("--verdict", "refunded", *SAID, "--number", "12a"),
        ("--verdict", "refunded", *SAID, "--evidence", "x"),
    ],
)
def test_half_a_word_by_options_is_2(tmp_path: Path, argv: tuple[str, ...]) -> None:
    ran = parked_till(tmp_path).run("cases", "resolve", FIRST, *argv, "--json")
    assert ran.code == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_people_are_led_through_the_decision(tmp_path: Path, language: str) -> None:
    till = parked_till(tmp_path)
    options = ("--lang", language)
    left = till.run("cases", "resolve", FIRST, typed="Ann\n1\nq\n", options=options)
    assert left.code == 9
    typed = "Ann\n1\n2\nterminal journal of today\nann\nBob\ny\n"
    ran = till.run("cases", "resolve", FIRST, typed=typed, options=options)
    assert ran.code == 0, ran
    assert "0001" in ran.out  # what was booked before
    assert FIRST in ran.out
    corrected = till.run(
        "cases", "resolve", FIRST, typed=typed.replace("\n1\n", "\n2\n"), options=options
    )
    assert corrected.code == 0


def test_a_slip_of_the_verdict_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    till = parked_till(tmp_path)
    for slip in (tmp_path / "slips").iterdir():
        slip.unlink()
    (tmp_path / "slips").rmdir()
    (tmp_path / "slips").write_text("a file")
    ran = resolve(till, "refunded", "--number", "2")
    assert (ran.code, ran.json["slip_missing"]) == (0, True)
    assert ran.json["trouble"] == ["slip.not_written"]


def test_a_case_without_a_baseline_is_led_through_all_the_same(tmp_path: Path) -> None:
    no_enquiry = '[[step]]\non = "0620"\nnth = "every"\ndo = "refuse"\ncode = "83"\n'
    till = Till(tmp_path, scenario=CUT + no_enquiry)
    assert till.refund("--key", "K").code == 5
    typed = "Ann\n1\n2\nterminal journal of today\nBob\ny\n"
    ran = till.run("cases", "resolve", FIRST, typed=typed)
    assert ran.code == 0
    assert "Booked before" not in ran.out
    assert "Booked before" not in till.run("cases", "show", FIRST).out
