"""The official Transbank SDK for Python sells, voids and lists at our simulated terminal.

Where a test says "although", that is a defect of the SDK: when it fails, the SDK has changed, and
docs/reference/interop.md has to.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.interop.counters import Counter, Counters, device, fault, step
from tests.interop.environments import python_with
from tests.interop.packages import TRANSBANK_PYTHON
from tests.interop.peers import Peer, python_peer

if TYPE_CHECKING:
    from simulators.pytest_plugin import TerminalFactory

SALE: Final = {"method": "sale", "amount": 25000, "ticket": "T1"}
SOLD: Final = ("sale", 25000)
VOIDED: Final = ("void", 25000)
# Where the terminal is told to keep silent, this is how long the SDK waits for it.
SHORT_S: Final = 1.0
NO_ACK: Final = "NACK received"
QUICK: Final = device(think_s=0.2, host_s=0.3, end_of_day_s=0.5)
QUICK_AND_FORGETFUL: Final = device(think_s=0.2, host_s=0.3, duplicate_filter=False)

Plug = Callable[[Counter], Peer]


@pytest.fixture(scope="module")
def plug() -> Plug:
    python = python_with(*TRANSBANK_PYTHON)
    return lambda counter: python_peer(python, "transbank_till", counter.port)


@pytest.fixture
def counters(terminal_simulator: TerminalFactory, tmp_path: Path) -> Counters:
    return Counters(terminal_simulator, "transbank", tmp_path)


def void_of(sold: dict[str, Any]) -> dict[str, Any]:
    return {"method": "refund", "operation_id": int(sold["operation_number"])}


def verdict(told: dict[str, Any]) -> tuple[bool, int]:
    return told["success"], int(told["response_code"])


def test_a_sale_its_void_and_a_second_void(plug: Plug, counters: Counters) -> None:
    counter = counters(QUICK)
    with plug(counter) as sdk:
        assert sdk.result("call", method="poll") is True
        sold = sdk.result("call", **SALE)
        assert verdict(sold) == (True, 0)
        assert (sold["ticket"], sold["amount"]) == ("T1", "25000")
        last = sdk.result("call", method="last_sale")
        assert last["operation_number"] == sold["operation_number"]
        assert verdict(sdk.result("call", **void_of(sold))) == (True, 0)
        assert verdict(sdk.result("call", **void_of(sold))) == (False, 4)
    assert counter.booked == [SOLD, VOIDED]


def test_progress_of_a_sale(plug: Plug, counters: Counters) -> None:
    counter = counters(QUICK)
    with plug(counter) as sdk:
        told = sdk.result("sale_with_progress", amount=25000, ticket="T1")
    assert [int(row["response_code"]) for row in told["progress"]] == [78, 82]
    assert verdict(told["sale"]) == (True, 0)
    assert counter.booked == [SOLD]


def test_list_totals_and_the_end_of_the_day(plug: Plug, counters: Counters) -> None:
    counter = counters(QUICK)
    with plug(counter) as sdk:
        sold = sdk.result("call", **SALE)
        sdk.result("call", **void_of(sold))
        lines = sdk.result("call", method="details", print_on_pos=True)
        assert [line["amount"] for line in lines] == ["25000", "-25000", ""]
        assert {line["operation_number"] for line in lines[:2]} == {sold["operation_number"]}
        assert int(sdk.result("call", method="totals")["tx_count"]) == 2
        assert sdk.result("call", method="load_keys")["success"] is True
        assert sdk.result("call", method="close")["success"] is True
        assert verdict(sdk.result("call", **void_of(sold))) == (False, 5)
    assert counter.booked == [SOLD, VOIDED]


def test_the_host_says_no(plug: Plug, counters: Counters) -> None:
    counter = counters(step("sale", "decline", code="93"), QUICK)
    with plug(counter) as sdk:
        assert verdict(sdk.result("call", **SALE)) == (False, 93)
        assert verdict(sdk.result("call", method="last_sale")) == (False, 11)
    assert counter.booked == []


def test_after_a_lost_answer_the_second_void_says_that_it_was_done(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(step("void", "no_result"), QUICK_AND_FORGETFUL)
    with plug(counter) as sdk:
        sold = sdk.result("call", **SALE)
        assert "Timeout" in sdk.error("call", **void_of(sold), wait_s=SHORT_S)
        assert counter.booked == [SOLD, VOIDED]
        assert verdict(sdk.result("call", **void_of(sold))) == (False, 4)
    assert counter.booked == [SOLD, VOIDED]


def test_a_damaged_reply_is_told_as_approved_although_its_lrc_is_wrong(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(fault("garble", byte=45), QUICK, seed=1)  # a digit of the amount
    with plug(counter) as sdk:
        told = sdk.result("call", **SALE)
        assert verdict(told) == (True, 0)
        assert told["amount"] == "25200"
        # It was acknowledged, so the terminal does not say it again.
        assert sdk.result("call", method="last_sale")["amount"] == "25000"
    assert counter.booked == [SOLD]


def test_nak_is_an_error_although_two_repeats_are_asked_for(plug: Plug, counters: Counters) -> None:
    counter = counters(step("sale", "nak"), QUICK)
    with plug(counter) as sdk:
        assert NO_ACK in sdk.error("call", **SALE)
        assert counter.booked == []
        assert verdict(sdk.result("call", **SALE)) == (True, 0)
    assert counter.booked == [SOLD]


def test_a_nak_that_the_line_made_of_an_ack_is_the_same_error_although_money_moved(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(step("sale", "nak_and_run"), QUICK)
    with plug(counter) as sdk:
        assert NO_ACK in sdk.error("call", **SALE)
        # Its reply is still to come, and is taken for the acknowledgement of the next call.
        assert NO_ACK in sdk.error("call", method="last_sale")
    assert counter.booked == [SOLD]


def test_a_reply_that_lost_a_byte_is_lost_although_the_terminal_would_say_it_again(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(fault("drop", byte=92), QUICK)  # ETX of the reply
    with plug(counter) as sdk:
        assert "Timeout" in sdk.error("call", **SALE, wait_s=SHORT_S)
        # Acknowledged at its first byte: nothing of it comes again, and the line is clean.
        assert sdk.result("call", method="last_sale")["amount"] == "25000"
    assert counter.booked == [SOLD]


def test_a_reply_said_twice_puts_it_out_of_step_although_the_paper_knows_repeats(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(step("sale", "repeat_result", count=1), QUICK)
    with plug(counter) as sdk:
        assert verdict(sdk.result("call", **SALE)) == (True, 0)
        assert NO_ACK in sdk.error("call", method="last_sale")
        assert sdk.result("call", method="poll") is False
    with plug(counter) as sdk:  # opened anew
        assert sdk.result("call", method="poll") is True
    assert counter.booked == [SOLD]


def test_the_list_goes_to_the_printer_although_it_was_not_to_be_printed(
    plug: Plug, counters: Counters
) -> None:
    with plug(counters(QUICK)) as sdk:
        assert "Timeout" in sdk.error("call", method="details", print_on_pos=False, wait_s=SHORT_S)
        assert sdk.result("call", method="poll") is True
