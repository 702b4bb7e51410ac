"""One copy on its way to paper: what the printer proves, what a person says, what stays open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers.printers.contract import PrintReport
from printing.status import Paper, PrinterStatus
from terminal_agent.refund.evidence import PrintProof
from terminal_agent.refund.facts import Printed, PrintNotSent, PrintStarted, PrintUncertain
from terminal_agent.refund.states import SlipState
from terminal_agent.runtime.print_jobs import STEPS_MAX, Found, Unattended, judge, need_of
from terminal_agent.runtime.slip_notes import WAS_IN_DOUBT, SlipNotes, process_id
from tests.refund import story as s
from tests.runtime.paper_shop import Helper, PaperShop
from tests.runtime.print_sweep import BLIND, KINDS

if TYPE_CHECKING:
    from terminal_agent.refund.facts import Fact

ONE = ("customer",)
REPORT = PrintReport(written=100, total=100, status=PrinterStatus())


def facts(shop: PaperShop) -> list[Fact]:
    """The notes about paper, behind what was due."""
    kinds = PrintStarted | Printed | PrintNotSent | PrintUncertain
    return [fact for fact in shop.disk.facts if isinstance(fact, kinds)]


@pytest.mark.parametrize(
    ("report", "sent", "found"),
    [
        (replace(REPORT, echoed=True), 0, Found.ON_PAPER),
        (replace(REPORT, echoed=True, lost="printer.lost"), 0, Found.ON_PAPER),
        (replace(REPORT, written=0), 0, Found.NOTHING_LEFT),
        (replace(REPORT, written=0, lost="printer.lost"), 0, Found.NOTHING_LEFT),
        (replace(REPORT, written=0, refused=True), 0, Found.NOTHING_LEFT),
        (replace(REPORT, written=0, waiting=True), 7, Found.HELD),
        (replace(REPORT, written=1), 0, Found.IN_DOUBT),
        (replace(REPORT, waiting=True), 0, Found.HELD),
        (replace(REPORT, waiting=True, lost="printer.lost"), 0, Found.IN_DOUBT),
        (replace(REPORT, written=0), 100, Found.IN_DOUBT),
    ],
)
def test_a_report_proves_what_it_proves_and_no_more(
    report: PrintReport, sent: int, found: Found
) -> None:
    assert judge(report, sent) is found


@pytest.mark.parametrize(
    ("status", "need"),
    [
        (PrinterStatus(paper=Paper.OUT, cover_open=True), "paper.needs.cover"),
        (PrinterStatus(paper=Paper.OUT, offline=True), "paper.needs.paper"),
        (PrinterStatus(error=True, offline=True), "paper.needs.repair"),
        (PrinterStatus(offline=True), "paper.needs.online"),
        (PrinterStatus(paper=Paper.NEAR_END), "paper.needs.look"),
    ],
)
def test_the_person_is_told_the_most_obvious_cause(status: PrinterStatus, need: str) -> None:
    assert need_of(status) == need


def test_process_ids_are_four_signs_that_do_not_come_again_soon() -> None:
    assert (process_id(1), process_id(36), process_id(36**4 - 1)) == ("0001", "0010", "ZZZZ")
    assert len({process_id(n) for n in range(5_000)}) == 5_000


def test_the_intent_is_durable_before_the_first_byte_and_the_echo_is_the_proof() -> None:
    shop = PaperShop(copies=ONE)
    received: list[tuple[str, int]] = []
    shop.journal.tap = lambda label: received.append((label, shop.fake.received))
    assert shop.press()
    assert received[0] == ("before PrintStarted", 0)
    assert ("durable PrintStarted", 0) in received
    started, printed = facts(shop)
    assert isinstance(started, PrintStarted)
    assert isinstance(printed, Printed)
    assert (started.printer, printed.proof, printed.where) == ("desk", PrintProof.ECHO, "desk")
    shop.judge()


def test_paper_that_runs_out_in_the_middle_is_waited_for_and_nothing_is_sent_twice() -> None:
    whole = PaperShop(copies=ONE)
    whole.press()
    shop = PaperShop(copies=ONE)
    shop.fake.fault("paper-out", 8)
    helper = Helper(shop)
    assert shop.press(helper)
    assert helper.asked == ["printing customer", "paper.needs.paper"]
    assert shop.slips[0].reprint == 0
    assert len([fact for fact in facts(shop) if isinstance(fact, PrintStarted)]) == 1
    assert shop.complete("customer", 0) == 1
    shop.judge()


def test_only_on_silence_is_the_person_asked_by_the_code() -> None:
    shop = PaperShop(copies=ONE)
    shop.fake.fault("power-loss", 300)
    helper = Helper(shop)
    assert shop.press(helper)
    assert helper.asked == [
        "printing customer",
        "came out customer?",
        "copy 1?",
        "printing customer",
    ]
    assert shop.slips[0].reprint == 1
    assert (shop.complete("customer", 0), shop.complete("customer", 1)) == (0, 1)
    shop.judge()


def test_a_printer_without_paper_gets_no_byte_of_the_slip_until_it_has_some() -> None:
    shop = PaperShop(copies=ONE)
    shop.fake.fault("paper-out", 0)
    assert not shop.press()
    (_, not_sent) = facts(shop)
    assert isinstance(not_sent, PrintNotSent)
    assert not_sent.why == "print.not_ready"
    assert shop.slips[0].state is SlipState.NOT_SENT
    helper = Helper(shop)
    assert shop.press(helper)
    assert helper.asked == ["printing customer", "paper.needs.paper", "printing customer"]
    assert shop.slips[0].reprint == 0


def test_a_printer_that_cannot_be_reached_leaves_the_slip_for_later() -> None:
    shop = PaperShop(copies=ONE)
    shop.fake.power_off()
    helper = Helper(shop, helps=False)
    assert not shop.press(helper)
    assert helper.asked == ["printing customer", "paper.needs.line"]
    last = facts(shop)[-1]
    assert isinstance(last, PrintNotSent)
    assert last.why == "printer.refused"
    assert shop.press(Helper(shop))
    assert shop.slips[0].reprint == 0
    shop.judge()


def test_a_blind_printer_needs_a_person_for_every_slip() -> None:
    shop = PaperShop(copies=ONE, profile=BLIND, readable=False, network=False)
    assert not shop.press()
    last = facts(shop)[-1]
    assert isinstance(last, PrintUncertain)
    assert last.why == "print.cannot_tell"
    helper = Helper(shop)
    assert shop.press(helper)
    assert helper.asked == ["came out customer?"]
    seen = facts(shop)[-1]
    assert isinstance(seen, Printed)
    assert (seen.proof, shop.slips[0].reprint) == (PrintProof.PERSON, 0)
    shop.judge()


def test_nobody_there_waits_a_little_for_paper_and_then_leaves_it() -> None:
    shop = PaperShop(copies=ONE)
    shop.fake.fault("paper-out", 8)
    before = shop.clock.monotonic()
    assert not shop.press(Unattended(waits=2))
    assert shop.slips[0].state is SlipState.UNCERTAIN
    assert shop.clock.monotonic() - before < 60
    last = facts(shop)[-1]
    assert isinstance(last, PrintUncertain)
    assert last.why == "print.holds_it"


def test_a_line_that_is_gone_while_paper_was_waited_for_proves_nothing() -> None:
    shop = PaperShop(copies=ONE)
    shop.fake.fault("paper-out", 8)

    class PullsIt(Helper):
        def printer_needs(self, need: str, code: str, *, held: bool) -> bool:
            shop.fake.power_off()
            shop.printer.close()
            return held

    shop.press(PullsIt(shop, helps=False))
    last = facts(shop)[-1]
    assert isinstance(last, PrintUncertain)
    assert last.why == "printer.refused"


def test_who_finds_a_print_that_was_broken_off_asks_and_never_sends_it_again() -> None:
    shop = PaperShop(copies=ONE)
    SlipNotes(shop.journal, shop.clock, s.CASE).started(shop.slips[0], "desk")
    assert not shop.press()
    assert shop.fake.received == 0
    last = facts(shop)[-1]
    assert isinstance(last, PrintUncertain)
    assert last.why == "print.interrupted"


def test_an_echo_behind_an_unfinished_job_that_cannot_be_cleared_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = PaperShop(copies=("merchant", "customer"))
    shop.fake.fault("pull", 300)
    assert not shop.press()
    shop.fake.plug()
    monkeypatch.setattr(shop.printer, "clear", lambda: False)
    shop.press(Helper(shop, helps=False))
    last = facts(shop)[-1]
    assert isinstance(last, PrintUncertain)
    assert last.why == WAS_IN_DOUBT
    shop.judge()
    # What came out behind it has pushed everything before it out, too.
    assert shop.press(Helper(shop))
    shop.judge()


def test_a_cat_on_the_keyboard_does_not_print_a_roll() -> None:
    shop = PaperShop(copies=ONE, profile=BLIND, readable=False, network=False)

    class Cat(Helper):
        def came_out(self, copy: str, code: str) -> bool | None:
            return False

    assert not shop.press(Cat(shop))
    shop.put_right()
    assert 1 < len(shop.fake.papers) < STEPS_MAX


def test_who_says_no_and_wants_no_copy_leaves_it_uncertain() -> None:
    shop = PaperShop(copies=ONE)
    shop.fake.fault("power-loss", 200)

    class Tired(Helper):
        def wants_copy(self, copy: str, number: int) -> bool:
            return False

    assert not shop.press(Tired(shop))
    assert (shop.slips[0].state, shop.slips[0].reprint) == (SlipState.UNCERTAIN, 0)


def test_a_slip_of_another_printer_leaves_the_first_one_in_doubt() -> None:
    shop = PaperShop(copies=("merchant",))
    shop.fake.fault("stall", 400)
    shop.press()
    notes = SlipNotes(shop.journal, shop.clock, s.CASE)
    assert notes.printer_in_doubt("desk")
    shop.replace_printer()
    shop.name = "office"
    assert shop.press(Helper(shop))
    notes = SlipNotes(shop.journal, shop.clock, s.CASE)
    assert not notes.printer_in_doubt("office")
    assert notes.printer_in_doubt("desk"), "what it holds would eat the head of the next slip"


def test_another_printer_prints_the_marked_copy_of_what_the_first_one_left_in_doubt() -> None:
    shop = KINDS[0].shop()
    shop.fake.fault("power-loss", 400)
    shop.press()
    shop.replace_printer()
    assert shop.press(Helper(shop))
    assert (shop.slips[0].state, shop.slips[0].reprint) == (SlipState.CONFIRMED, 1)
    shop.judge()
