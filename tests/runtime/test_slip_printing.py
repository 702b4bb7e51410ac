"""Slips come from the journal alone, at least once, and the money never hangs on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from terminal_agent.journal.errors import JournalRefusal
from terminal_agent.policy.decision import Refusal
from terminal_agent.refund.states import CaseState, SlipState
from terminal_agent.runtime import slip_printing
from terminal_agent.runtime.attempts import sale_of
from terminal_agent.runtime.slip_content import SlipSettings
from terminal_agent.runtime.slip_printing import PutOut, SlipPrinter
from terminal_agent.runtime.verdicts import Word, give
from terminal_agent.slips.model import SlipError
from tests.cli.till import ONE_SALE
from tests.runtime.floor import Floor

if TYPE_CHECKING:
    from pathlib import Path

    from terminal_agent.slips.model import SlipData


def printer_of(floor: Floor, folder: Path) -> SlipPrinter:
    """Prints into this folder."""
    settings = SlipSettings(folder, merchant_lines=("Corner Shop",))
    return SlipPrinter(floor.journal, floor.till.clock, settings)


def test_a_disk_without_room_leaves_the_money_and_is_printed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(tmp_path)
    case = floor.refund().case
    printer = printer_of(floor, tmp_path / "paper")

    def full(_: SlipData, __: Path) -> Path:
        raise SlipError("slip.not_written", "no room")

    with monkeypatch.context() as patch:
        patch.setattr(slip_printing, "write_slip", full)
        out = printer.print_due(case)
    assert (out.files, out.failed.code if out.failed else "") == ((), "slip.not_written")
    assert {slip.state for slip in out.case.slips} == {SlipState.NOT_SENT}
    assert out.case.state is CaseState.REFUNDED
    with monkeypatch.context() as patch:
        patch.setattr(slip_printing, "write_slip", full)
        again = printer.print_due(out.case)
    assert again.failed is not None
    assert again.case == out.case  # the second failure of the same print says nothing new
    out = printer.print_due(again.case)
    assert (len(out.files), out.failed) == (2, None)
    assert {slip.state for slip in out.case.slips} == {SlipState.CONFIRMED}
    assert "Corner Shop" in out.files[0].read_text(encoding="utf-8")


def test_what_is_printed_is_not_printed_again(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    printer = printer_of(floor, tmp_path / "paper")
    out = printer.print_due(floor.refund().case)
    assert len(out.files) == 2
    assert printer.print_due(out.case) == PutOut(out.case)


def test_every_reprint_carries_its_number(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    printer = printer_of(floor, tmp_path / "paper")
    case = printer.print_due(floor.refund().case).case
    for number in (1, 2):
        out = printer.print_due(printer.reprint(case))
        case = out.case
        assert {slip.reprint for slip in case.slips} == {number}
        assert len(out.files) == 2


def test_a_declined_case_is_printed_only_on_demand(tmp_path: Path) -> None:
    decline = '[[step]]\non = "money"\ndo = "decline"\ncode = "05"\n'
    floor = Floor(tmp_path, scenario=ONE_SALE + decline)
    printer = printer_of(floor, tmp_path / "paper")
    out = printer.print_due(floor.refund().case)
    assert out.files == ()
    out = printer.print_due(printer.reprint(out.case))
    assert len(out.files) == 2
    assert {slip.reprint for slip in out.case.slips} == {0}
    assert "05" in out.files[0].read_text(encoding="utf-8")


def test_a_verdict_on_a_settled_case_is_refused_by_the_runtime_too(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    case = floor.refund().case
    word = Word(booked=True, number="0009", evidence="journal", people=("Ann", "Bob"))
    with pytest.raises(JournalRefusal) as refused:
        give(floor.journal, case, word, floor.till.clock.wall())
    assert refused.value.code == "refusal.not_parked"


def test_a_case_without_its_sale_is_refused(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    case = floor.refund().case
    stray = replace(case, created=replace(case.created, sale_id="S9"))
    with pytest.raises(JournalRefusal) as refused:
        sale_of(floor.journal, stray)
    assert refused.value.code == "refusal.not_found"


def test_an_approval_is_refused_when_the_policy_has_changed_its_mind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(floor.agent, "_refused", lambda _: None)
        patch.setattr(floor.agent, "decide", lambda *_: Refusal("refusal.no_way"))
        with pytest.raises(AssertionError, match="no_way"):
            floor.wish(1234)
    (case,) = floor.journal.cases()
    assert case.state is CaseState.CREATED
