"""Harmless talk: every way in which a terminal does not answer is told as what to check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError
from drivers.links.memory import MemoryLink
from protocols.kit.errors import BadField, MoneyMoved
from protocols.kit.session import Note, Original, ReceiptText, Request
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.console.outcome import error_message
from terminal_agent.prompts.catalog import Texts
from terminal_agent.runtime.attempts import RECEIPT_LINES_MAX, MoneyListener, digest_of, joined
from terminal_agent.runtime.conversation import Conversation, HarmlessListener
from terminal_agent.runtime.reporter import Silent
from tests.cli.till import ONE_SALE, Till
from tests.runtime.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXTS = Texts.load("en", strict=True)


def step(on: str, do: str, code: str = "", nth: str = '"every"') -> str:
    """What the terminal does when this message comes."""
    more = f'code = "{code}"\n' if code else ""
    return f'[[step]]\non = "{on}"\nnth = {nth}\ndo = "{do}"\n{more}'


def fault(message: str, do: str, nth: str = '"every"') -> str:
    """What the cable does to this message on its way to the till."""
    where = f'[[fault]]\ndirection = "to_ecr"\nmessage = "{message}"\n'
    return f'{where}nth = {nth}\ndo = "{do}"\n'


def error_of(floor: Floor) -> LinkError:
    """Carry out a refund that ends before anything is armed."""
    case = floor.wish(1234)
    with pytest.raises(LinkError) as raised:
        floor.agent.carry_out(case)
    assert floor.journal.case(case.case_id).attempts == ()
    assert floor.bookings == []
    assert raised.value.money is MoneyMoved.NO
    assert error_message(raised.value, TEXTS).lines()
    return raised.value


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        (step("0600", "refuse", "83"), "link.not_ready"),
        (step("0600", "silent"), "link.no_answer"),
        (step("0600", "ignore"), "link.no_answer"),
        (step("0600", "nak"), "link.nak"),
        (step("0501", "refuse", "83"), "link.not_ready"),
        (step("0501", "status", "B1"), "link.not_ready"),
        (step("0620", "silent"), "link.no_answer"),
        (fault("8000", "garble"), "link.wrong_protocol"),
        (fault("8000", "duplicate"), "link.no_answer"),
    ],
)
def test_what_stands_in_the_way_of_a_baseline_is_told_and_nothing_is_sent(
    tmp_path: Path, scenario: str, code: str
) -> None:
    assert error_of(Floor(tmp_path, scenario=ONE_SALE + scenario)).code == code


def test_what_makes_no_sense_names_the_protocol_that_was_expected(tmp_path: Path) -> None:
    error = error_of(Floor(tmp_path, scenario=ONE_SALE + fault("8000", "garble")))
    assert "ZVT" in error_message(error, TEXTS).what


def test_a_terminal_that_has_no_enquiry_is_still_refunded_on(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=ONE_SALE + step("0620", "refuse", "83"))
    done = floor.refund()
    attempt = done.case.attempts[0]
    assert (attempt.start.baseline, attempt.start.baseline_known) == (None, False)
    assert floor.bookings == [("void", 1234)]


def test_stray_bytes_before_a_request_are_fenced_and_the_question_is_asked_again(
    tmp_path: Path,
) -> None:
    floor = Floor(tmp_path, scenario=ONE_SALE + fault("060F", "duplicate", "1"))
    floor.refund()
    assert "step.quiet" in floor.reporter.said
    assert floor.bookings == [("void", 1234)]


def test_a_disturbed_baseline_is_read_again_behind_a_fence(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=ONE_SALE + fault("040F", "noise", "1"))
    floor.refund()
    assert floor.reporter.said.count("step.quiet") >= 1
    assert floor.bookings == [("void", 1234)]


def test_a_baseline_that_is_always_disturbed_is_given_up(tmp_path: Path) -> None:
    error = error_of(Floor(tmp_path, scenario=ONE_SALE + fault("040F", "noise")))
    assert error.code == "link.no_answer"


class Babbling(MemoryLink):
    """Says something all the time, and lets the time pass while it does."""

    till: Till

    def read(self, timeout_s: float) -> bytes:
        self.till.clock.wait(max(timeout_s, 0.01))
        return b"\xff"


def babbling(till: Till) -> Babbling:
    """A line on which there is never silence."""
    link = Babbling(till.line, transport="serial")
    link.till = till
    return link


def test_a_line_that_never_gets_quiet_is_told(tmp_path: Path) -> None:
    floor = Floor(tmp_path, link=babbling)
    assert error_of(floor).code in {"link.no_answer", "link.wrong_protocol"}
    talk = Conversation(floor.station, floor.reporter)
    floor.station.terminal.open()
    with pytest.raises(LinkError) as raised:
        talk.fence()
    assert raised.value.code == "link.no_answer"


def test_ctrl_c_before_arming_is_stopped_and_nothing_is_sent(tmp_path: Path) -> None:
    from terminal_agent.runtime.attempts import Stopped

    floor = Floor(tmp_path, stop_at="step.querying")
    case = floor.wish(1234)
    with pytest.raises(Stopped):
        floor.agent.carry_out(case)
    assert floor.bookings == []


def test_a_harmless_listener_hears_everything_but_a_result() -> None:
    listener = HarmlessListener(Silent())
    listener.note(Note("code", "text"))
    listener.receipt(ReceiptText(("line",)))
    assert listener.receipts == [ReceiptText(("line",))]
    assert listener.abort_wanted() is False
    with pytest.raises(AssertionError):
        listener.result_seen(TransactionRecord(Booking.APPROVED))


def test_nobody_is_told_anything_by_the_silent_reporter() -> None:
    said: list[Callable[[], object]] = [
        lambda: Silent().step("step.sending"),
        lambda: Silent().terminal_says("terminal.busy", ""),
        lambda: Silent().technical("code", "text"),
    ]
    assert [one() for one in said] == [None, None, None]


def test_a_terminal_that_prints_without_end_does_not_fill_the_journal(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    listener = MoneyListener(floor.journal, floor.station, floor.reporter, "RF-1", 1)
    for _ in range(RECEIPT_LINES_MAX + 50):
        listener.receipt(ReceiptText(("line",)))
    listener.note(Note("code", "text"))
    assert len(listener.receipts) == RECEIPT_LINES_MAX
    assert "code" in floor.reporter.said


def test_receipt_lines_are_put_together_copy_by_copy() -> None:
    texts = [
        ReceiptText(("a",), "merchant"),
        ReceiptText(("b",), "merchant", last=True),
        ReceiptText(("c",), "merchant"),
        ReceiptText(("d",), "customer"),
    ]
    assert joined(texts) == [
        ReceiptText(("a", "b"), "merchant", last=True),
        ReceiptText(("c",), "merchant"),
        ReceiptText(("d",), "customer"),
    ]


def test_the_digest_of_an_intent_knows_every_part_of_it() -> None:
    base = Request(Operation.VOID, None, Original(receipt_number="0001"), "R-1")
    others = [
        Request(Operation.REFUND, None, Original(receipt_number="0001"), "R-1"),
        Request(Operation.VOID, None, Original(receipt_number="0002"), "R-1"),
        Request(Operation.VOID, None, Original(receipt_number="0001"), "R-2"),
        Request(Operation.VOID, None, None, "R-1"),
    ]
    assert len({digest_of(request) for request in (base, *others)}) == 5


def test_a_request_that_cannot_be_said_is_found_without_touching_the_line(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    with pytest.raises(BadField):
        floor.station.terminal.check(Request(Operation.VOID, None, Original(receipt_number="x")))
