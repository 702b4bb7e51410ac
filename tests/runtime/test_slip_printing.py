"""Slips come from the journal alone, at least once, and the money never hangs on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers.printers.driver import EscPosPrinter
from drivers.printers.memory import MemoryPrinterLink
from printing.errors import NoFont
from protocols.kit.errors import MoneyMoved
from protocols.kit.money import Amount, Currency
from simulators.printer import FakePrinter
from simulators.printer.memory import MemoryPrinterLine
from terminal_agent.journal.errors import JournalRefusal
from terminal_agent.policy.decision import Refusal
from terminal_agent.refund.states import CaseState, SlipState
from terminal_agent.runtime import slip_printing
from terminal_agent.runtime.attempts import sale_of
from terminal_agent.runtime.print_jobs import Press
from terminal_agent.runtime.slip_content import SlipSettings
from terminal_agent.runtime.slip_notes import SlipNotes
from terminal_agent.runtime.slip_printing import SLIP_DOUBTFUL, PutOut, SlipPrinter
from terminal_agent.runtime.verdicts import Word, give
from terminal_agent.slips.model import SlipCopy, SlipError
from terminal_agent.slips.writer import write_slip
from tests.cli.till import ONE_SALE
from tests.runtime.floor import Floor
from tests.runtime.paper_shop import HONEST, bytes_of

if TYPE_CHECKING:
    from pathlib import Path

    from terminal_agent.slips.model import SlipData


EUR = Currency.of("EUR")


def printer_of(floor: Floor, folder: Path, press: Press | None = None) -> SlipPrinter:
    """Prints into this folder, and onto paper where there is a press."""
    settings = SlipSettings(folder, merchant_lines=("Corner Shop",))
    return SlipPrinter(floor.journal, floor.till.clock, settings, press=press)


def press_of(floor: Floor, fake: FakePrinter) -> Press:
    """A printer in memory."""
    link = MemoryPrinterLink(MemoryPrinterLine(fake, floor.till.clock))
    return Press(
        name="desk",
        printer=EscPosPrinter(link, floor.till.clock, HONEST),
        profile=HONEST,
        compose=bytes_of,
    )


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


# --- with a printer ------------------------------------------------------------------------------


def test_the_shop_has_its_file_before_the_printer_gets_a_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    printer = printer_of(floor, tmp_path / "paper", press_of(floor, fake))

    def write(data: SlipData, folder: Path) -> Path:
        assert len(fake.papers) == (data.copy is SlipCopy.CUSTOMER)
        return write_slip(data, folder)

    monkeypatch.setattr(slip_printing, "write_slip", write)
    out = printer.print_due(floor.refund().case)
    assert (len(out.files), out.failed, len(fake.papers)) == (2, None, 2)
    for path, paper in zip(out.files, fake.papers, strict=True):
        code = next(line for line in paper.lines if line.startswith("Code of this copy"))
        assert code in path.read_text(encoding="utf-8")
    assert {slip.state for slip in out.case.slips} == {SlipState.CONFIRMED}


def test_a_slip_whose_file_cannot_be_kept_is_not_printed_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    printer = printer_of(floor, tmp_path / "paper", press_of(floor, fake))

    def full(_: SlipData, __: Path) -> Path:
        raise SlipError("slip.not_written", "no room")

    monkeypatch.setattr(slip_printing, "write_slip", full)
    out = printer.print_due(floor.refund().case)
    assert out.failed is not None
    assert (out.failed.code, out.doubtful, fake.received) == ("slip.not_written", False, 0)


def test_a_printer_that_is_off_changes_nothing_but_the_slip(tmp_path: Path) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    fake.power_off()
    printer = printer_of(floor, tmp_path / "paper", press_of(floor, fake))
    out = printer.print_due(floor.refund().case)
    assert out.failed is not None
    assert (out.failed.code, out.failed.money) == ("slip.not_printed", MoneyMoved.YES)
    assert (out.case.state, len(out.files)) == (CaseState.REFUNDED, 2)
    fake.power_on(floor.till.clock.monotonic())
    # Asked for by name it is still the first print: it needs no mark.
    out = printer.print_due(printer.reprint(out.case))
    assert out.failed is None
    assert {slip.reprint for slip in out.case.slips} == {0}
    assert not any("REPRINT" in paper.text for paper in fake.papers)


def test_what_is_kept_from_then_does_not_keep_a_slip_from_being_printed_now(
    tmp_path: Path,
) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    fake.power_off()
    printer = printer_of(floor, tmp_path / "paper", press_of(floor, fake))
    out = printer.print_due(floor.refund().case)
    for path in out.files:
        path.write_text("as it looked then", encoding="utf-8")
    fake.power_on(floor.till.clock.monotonic())
    out = printer.print_due(out.case)
    assert (out.failed, len(fake.papers), len(out.files)) == (None, 2, 2)


def test_a_doubt_is_told_as_one_and_a_further_copy_is_marked(tmp_path: Path) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    fake.fault("power-loss", 200)
    printer = printer_of(floor, tmp_path / "paper", press_of(floor, fake))
    out = printer.print_due(floor.refund().case, ("customer",))
    assert out.failed is not None
    assert (out.failed.code, out.doubtful) == (SLIP_DOUBTFUL, True)
    fake.power_on(floor.till.clock.monotonic())
    out = printer.print_due(printer.reprint(out.case, ("customer",)), ("customer",))
    assert out.failed is None
    assert "REPRINT 1" in fake.papers[-1].text
    waiting = [slip.copy for slip in out.case.slips if slip.waiting]
    assert waiting == ["merchant"]


def test_a_print_that_was_broken_off_is_marked_when_it_is_asked_for_again(tmp_path: Path) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    printer = printer_of(floor, tmp_path / "paper", press_of(floor, fake))
    case = floor.refund().case
    notes = SlipNotes(floor.journal, floor.till.clock, case.case_id)
    for slip in case.slips:
        notes.started(slip, "desk")
    case = printer.reprint(floor.journal.case(case.case_id))
    assert {(slip.state, slip.reprint) for slip in case.slips} == {(SlipState.PRINT_DUE, 1)}


def test_ctrl_c_leaves_what_is_left_for_later(tmp_path: Path) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    press = press_of(floor, fake)

    def stopped(*_: object) -> bytes:
        raise KeyboardInterrupt

    printer = printer_of(floor, tmp_path / "paper", replace(press, compose=stopped))
    out = printer.print_due(floor.refund().case)
    assert out.failed is not None
    assert (out.failed.code, out.case.state) == ("slip.stopped", CaseState.REFUNDED)
    assert all(slip.waiting for slip in out.case.slips)


def test_a_slip_that_no_printer_can_show_is_told_and_waits(tmp_path: Path) -> None:
    floor, fake = Floor(tmp_path), FakePrinter()
    press = press_of(floor, fake)

    def no_font(*_: object) -> bytes:
        raise NoFont("no font", what_to_do="install one")

    printer = printer_of(floor, tmp_path / "paper", replace(press, compose=no_font))
    out = printer.print_due(floor.refund().case)
    assert out.failed is not None
    assert (out.failed.code, fake.received) == ("slip.no_font", 0)
    assert {slip.state for slip in out.case.slips} == {SlipState.NOT_SENT}


def test_what_is_left_of_the_sale_is_the_same_on_every_copy(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario="[[sale]]\namount_minor = 1234\n")
    printer = printer_of(floor, tmp_path / "paper")
    first = floor.refund(200).case
    shown = printer.data(first, first.slips[0]).remaining
    second = floor.refund(300).case
    assert printer.data(second, second.slips[0]).remaining == Amount(734, EUR)
    assert printer.data(first, first.slips[0]).remaining == shown == Amount(1034, EUR)
