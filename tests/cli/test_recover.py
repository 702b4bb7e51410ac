"""`recover`, and cases of another terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.test_cases import CUT, FIRST, parked_till
from tests.cli.till import BOOK, SOLD, TERMINAL, YES, Till

if TYPE_CHECKING:
    from pathlib import Path

TWO = TERMINAL + TERMINAL.replace("[terminal.till]", "[terminal.bar]")


def test_nothing_to_recover_is_0_and_takes_no_line(till: Till) -> None:
    ran = till.run("recover")
    assert (ran.code, ran.out) == (0, "No unfinished refund.\n")
    assert till.run("recover", "--json").json == {"ok": True, "still_open": 0, "cases": {}}


def test_what_was_open_is_settled_and_told(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    assert till.refund().code == 5
    assert till.run("recover").code == 5
    till.line.plug()
    ran = till.run("recover")
    assert ran.code == 0
    assert "Checked: the refund of EUR 12.34 went through" in ran.out
    assert "All earlier refunds are settled." in ran.out
    assert ran.out.count("Slip: ") == 2


def test_a_script_hears_every_case(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    till.refund()
    ran = till.run("recover", "--json")
    assert (ran.code, ran.json["still_open"]) == (5, 1)
    till.line.plug()
    cases = till.run("recover", "--json").json["cases"]
    assert isinstance(cases, dict)
    assert cases[FIRST]["outcome"] == "approved"


def test_one_case_may_be_named(tmp_path: Path) -> None:
    till = parked_till(tmp_path)
    ran = till.run("recover", FIRST)
    assert ran.code == 5
    assert "Two people must decide" in ran.said
    till.run(
        "cases", "resolve", FIRST, "--verdict", "not-refunded", "--evidence", "journal",
        "--first", "Ann", "--second", "Bob",
    )  # fmt: skip
    assert till.run("recover", FIRST, "--json").code == 0


def test_the_next_refund_finishes_what_was_open_first(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    till.refund("--amount", "2.00")
    till.line.plug()
    ran = till.run("refund", "--receipt", "1", *YES, "--amount", "3.00")
    assert ran.code == 0
    assert f"First finishing the earlier refund {FIRST}." in ran.err
    assert "went through" in ran.out
    assert till.bookings == [("refund", 200), ("refund", 300)]


def test_only_the_terminal_of_a_case_can_tell_of_it(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT, terminal=TWO)
    at_till = ("--terminal", "till", "--key", "K")
    assert till.refund(*at_till).code == 5
    till.line.plug()
    ran = till.run("recover", FIRST, "--terminal", "bar", "--json")
    assert (ran.code, ran.error, ran.json["money_moved"]) == (5, "refusal.case_elsewhere", "maybe")
    again = till.run("refund", "--sale", "S1", *YES, "--json", "--terminal", "bar", "--key", "K")
    assert (again.code, again.json["trouble"]) == (5, ["refusal.case_elsewhere"])
    assert till.refund(*at_till).code == 0
    assert till.bookings == [("void", 1234)]


def test_a_void_never_goes_to_another_terminal_than_the_sales(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=TWO)
    till.line.pull()
    assert till.refund("--terminal", "till", "--key", "K").code == 7
    till.line.plug()
    by_id = ("refund", "--sale", "S1", *YES, "--json", "--terminal", "bar")
    ran = till.run(*by_id, "--key", "K")
    assert (ran.code, ran.error) == (6, "refusal.other_terminal")
    assert "terminal till; this is bar" in ran.said
    assert till.bookings == []


def test_a_sale_of_another_terminal_is_refunded_not_voided(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=TWO)
    ran = till.run("void", "--sale", "S1", *YES, "--json", "--terminal", "bar")
    assert (ran.code, ran.error) == (6, "refusal.other_terminal")
    ran = till.run("refund", "--sale", "S1", *YES, "--json", "--terminal", "bar")
    assert (ran.code, ran.json["operation"]) == (0, "refund")


def test_the_terminal_must_be_named_where_there_are_two(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=TWO, sales=BOOK + SOLD)
    ran = till.refund()
    assert (ran.code, ran.error) == (2, "config.no_terminal")
    assert "till, bar" in ran.said
