"""Slips on paper from the command line: printed, marked, asked about; the money stays as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from terminal_agent.refund.slip_code import slip_code
from terminal_agent.runtime.slip_notes import SlipNotes
from tests.cli.till import PRINTER, YES, Till, run_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Till:
    """A till with a receipt printer."""
    return Till(tmp_path, config=PRINTER)


def refunded(shop: Till) -> str:
    """The number of the case of a refund."""
    ran = shop.refund()
    assert ran.code == 0
    return str(ran.json["case"])


def codes(case: str, reprint: int = 0) -> list[str]:
    """The codes of both copies."""
    return [slip_code(f"{case}-1", copy, reprint) for copy in ("merchant", "customer")]


def state(shop: Till) -> list[tuple[str, str, int]]:
    """Every copy of the only case: whose, where it stands, its number."""
    with shop.journal() as journal:
        (case,) = journal.cases()
        return [(slip.copy, slip.state.value, slip.reprint) for slip in case.slips]


def test_a_refund_prints_both_copies_beside_their_files(shop: Till) -> None:
    ran = shop.refund()
    assert (ran.code, ran.json["slip_missing"], ran.json["trouble"]) == (0, False, [])
    assert isinstance(ran.json["slips"], list)
    assert len(ran.json["slips"]) == 2
    assert len(shop.printer.papers) == 2
    case = str(ran.json["case"])
    for paper, code in zip(shop.printer.papers, codes(case), strict=True):
        assert code in paper.text
        assert "REPRINT" not in paper.text
    assert "Printing the merchant copy" in ran.said


@pytest.mark.parametrize("fault", ["power-loss", "paper-out", "cover-open", "pull", "silent"])
def test_no_fault_of_the_printer_changes_what_the_exit_code_says(shop: Till, fault: str) -> None:
    shop.printer.fault(fault, 5 if fault == "paper-out" else 150, shop.clock.monotonic())
    ran = shop.refund()
    assert (ran.code, ran.json["outcome"], ran.json["slip_missing"]) == (0, "approved", True)
    assert ran.json["slip_doubtful"] == (fault != "silent")
    assert shop.bookings == [("void", 1234)]


def test_a_doubt_is_told_in_words_and_not_as_a_missing_slip(shop: Till) -> None:
    shop.printer.fault("power-loss", 150, shop.clock.monotonic())
    ran = shop.run("refund", "--receipt", "1", *YES)
    assert ran.code == 0
    assert "It is not known whether the slip of case" in ran.said
    assert "was not printed." not in ran.said


def test_slips_wait_for_a_printer_and_come_out_one_after_the_other(shop: Till) -> None:
    shop.printer.power_off()
    case = refunded(shop)
    assert {one for _, one, _ in state(shop)} == {"not_sent"}
    ran = shop.run("slip", "print", "--due", "--json")
    assert (ran.code, ran.json["trouble"]) == (7, ["slip.not_printed"])
    shop.printer.power_on(shop.clock.monotonic())
    ran = shop.run("slip", "print", "--due", "--json")
    assert (ran.code, ran.json["ok"], ran.json["cases"]) == (0, True, [case])
    assert [
        code in paper.text for code, paper in zip(codes(case), shop.printer.papers, strict=True)
    ]
    assert not any("REPRINT" in paper.text for paper in shop.printer.papers)
    ran = shop.run("slip", "print", "--due")
    assert (ran.code, "No slip is waiting" in ran.said) == (0, True)


def test_a_further_copy_carries_its_number(shop: Till) -> None:
    case = refunded(shop)
    ran = shop.run("slip", "print", case, "--copy", "customer")
    assert ran.code == 0
    assert "REPRINT 1" in shop.printer.papers[-1].text
    assert len(shop.printer.papers) == 3
    assert shop.run("cases", "reprint", case).code == 0
    assert [("REPRINT 1" in p.text, "REPRINT 2" in p.text) for p in shop.printer.papers[3:]] == [
        (True, False),
        (False, True),
    ]


def test_the_person_at_the_keyboard_puts_paper_in_and_nothing_comes_out_twice(
    shop: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = refunded(shop)
    shop.printer.fault("paper-out", 6, shop.clock.monotonic())
    context = shop.context("slip", "print", case, "--copy", "customer", typed="y\n")
    read = context.stdin.readline

    def type_it(*size: int) -> str:
        shop.printer.load_paper(shop.clock.monotonic())
        return read(*size)

    monkeypatch.setattr(context.stdin, "readline", type_it)
    ran = run_in(context)
    assert ran.code == 0
    assert "New paper roll, please." in ran.said
    assert f"The slip {codes(case, 1)[1]} is in the printer" in ran.said
    assert ("customer", "confirmed", 1) in state(shop)


def test_the_person_is_asked_by_the_code_and_a_no_prints_a_marked_copy(shop: Till) -> None:
    shop.printer.fault("power-loss", 300, shop.clock.monotonic())
    case = refunded(shop)
    shop.printer.power_on(shop.clock.monotonic())
    merchant, _ = codes(case)
    ran = shop.run("slip", "print", "--due", typed="n\ny\n")
    assert ran.code == 0
    assert f"Did a complete slip with the code {merchant} come out" in ran.said
    assert "marked REPRINT 1" in ran.said
    assert sorted(state(shop)) == [("customer", "confirmed", 0), ("merchant", "confirmed", 1)]


def test_the_person_s_yes_is_enough_and_leaving_decides_nothing(shop: Till) -> None:
    shop.printer.fault("power-loss", 300, shop.clock.monotonic())
    refunded(shop)
    shop.printer.power_on(shop.clock.monotonic())
    ran = shop.run("slip", "print", "--due", "--copy", "merchant", typed="q\n")
    assert ran.code == 7
    ran = shop.run("slip", "print", "--due", "--copy", "merchant", typed="y\n")
    assert ran.code == 0
    assert ("merchant", "confirmed", 0) in state(shop)


@pytest.mark.parametrize("answers", ["n\nn\n", "n\n"])
def test_who_wants_no_further_copy_now_gets_none(shop: Till, answers: str) -> None:
    shop.printer.fault("power-loss", 300, shop.clock.monotonic())
    refunded(shop)
    shop.printer.power_on(shop.clock.monotonic())
    ran = shop.run("slip", "print", "--due", "--copy", "merchant", typed=answers)
    assert ran.code == 7
    assert ("merchant", "uncertain", 0) in state(shop)


def test_a_printer_that_is_off_is_told_and_tried_again_when_the_person_says_so(
    shop: Till,
) -> None:
    case = refunded(shop)
    shop.printer.power_off()
    ran = shop.run("slip", "print", case, "--copy", "customer", typed="y\nn\n")
    assert ran.code == 7
    assert "The printer cannot be reached" in ran.said
    assert "Nothing of the slip" in ran.said
    assert ("customer", "not_sent", 1) in state(shop)


def test_a_person_confirms_by_the_code_alone(shop: Till) -> None:
    shop.printer.fault("power-loss", 300, shop.clock.monotonic())
    case = refunded(shop)
    merchant, customer = codes(case)
    ran = shop.run(
        "slip", "confirm", case, f" {merchant[:2].lower()}-{merchant[2:]}", "--by", "Anna"
    )
    assert (ran.code, "came out" in ran.said) == (0, True)
    assert ("merchant", "confirmed", 0) in state(shop)
    again = shop.run("slip", "confirm", case, merchant, "--by", "Anna", "--json")
    assert (again.code, again.json) == (0, {"ok": True, "case": case, "code": merchant})
    # Nothing of the other copy has left: nobody can hold it.
    ran = shop.run("slip", "confirm", case, customer, "--by", "Anna", "--json")
    assert (ran.code, ran.error) == (6, "refusal.no_such_slip")


def test_a_print_that_was_killed_can_be_confirmed(shop: Till) -> None:
    shop.printer.power_off()
    case = refunded(shop)
    with shop.journal() as journal:
        found = journal.case(case)
        SlipNotes(journal, shop.clock, case).started(found.slips[0], "desk")
    assert shop.run("slip", "confirm", case, codes(case)[0], "--by", "Anna").code == 0
    assert ("merchant", "confirmed", 0) in state(shop)


@pytest.mark.parametrize("words", [("--due", "RF-20261124-0001"), ()])
def test_one_case_or_all_that_wait(shop: Till, words: tuple[str, ...]) -> None:
    ran = shop.run("slip", "print", *words, "--json")
    assert (ran.code, ran.error) == (2, "usage.options")


def test_a_printer_that_nobody_has_configured_is_refused_before_anything_is_due(
    shop: Till,
) -> None:
    case = refunded(shop)
    ran = shop.run("slip", "print", case, "--printer", "office", "--json")
    assert (ran.code, ran.error) == (2, "config.no_printer")
    assert {number for _, _, number in state(shop)} == {0}


def test_without_a_printer_in_the_slips_section_one_can_still_be_named(tmp_path: Path) -> None:
    shop = Till(tmp_path, config=PRINTER.split("[slip]")[0])
    case = refunded(shop)
    assert shop.printer.papers == []
    assert shop.run("slip", "print", case, "--printer", "desk").code == 0
    assert len(shop.printer.papers) == 2
    assert all("REPRINT 1" in paper.text for paper in shop.printer.papers)


def test_a_case_without_an_attempt_has_no_slip(shop: Till) -> None:
    ran = shop.run("slip", "print", "RF-20261124-0099", "--json")
    assert (ran.code, ran.error) == (6, "refusal.no_such_case")


def test_a_script_reads_what_the_printer_needs_and_waits_no_longer_than_it_must(
    shop: Till,
) -> None:
    case = refunded(shop)
    shop.printer.fault("paper-out", 6, shop.clock.monotonic())
    before = shop.clock.monotonic()
    ran = shop.run("slip", "print", case, "--copy", "customer", "--json")
    assert (ran.code, ran.json["trouble"]) == (7, ["slip.doubtful"])
    assert "New paper roll, please." in ran.err
    assert shop.clock.monotonic() - before < 120
    assert json.loads(ran.out)["ok"] is False
