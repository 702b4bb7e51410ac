"""pyTeliumManager pays and gives back at our simulated Concert terminal.

"Although" marks a defect, as in test_transbank_python.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.interop.counters import Counter, Counters, device, fault, step
from tests.interop.environments import python_with
from tests.interop.packages import PYTELIUM
from tests.interop.peers import Peer, python_peer

if TYPE_CHECKING:
    from simulators.pytest_plugin import TerminalFactory

DEBIT: Final = {"amount": 12.34, "mode": "debit"}
DONE: Final = {"succeeded": True, "result": 0, "amount": 12.34, "card": ""}
SOLD: Final = ("sale", 1234)
QUICK: Final = device(think_s=0.5, host_s=0.5)
# Where something is missing on the line, so long it waits for it.
SHORT_S: Final = 1.5
# The terminal says a rejected answer three times before it gives up.
GIVEN_UP_S: Final = 15.0

Plug = Callable[[Counter], Peer]


@pytest.fixture(scope="module")
def plug() -> Plug:
    python = python_with(*PYTELIUM)
    return lambda counter: python_peer(python, "telium_till", counter.port)


@pytest.fixture
def counters(terminal_simulator: TerminalFactory, tmp_path: Path) -> Counters:
    return Counters(terminal_simulator, "concert", tmp_path)


def test_debit_and_credit_with_a_short_and_a_full_answer(plug: Plug, counters: Counters) -> None:
    counter = counters(QUICK)
    with plug(counter) as telium:
        assert telium.result("pay", **DEBIT) == DONE
        assert telium.result("pay", **DEBIT, full=True) == {**DONE, "card": "541333"}
        assert telium.result("pay", amount=5.0, mode="credit") == {**DONE, "amount": 5.0}
    assert counter.booked == [SOLD, SOLD, ("refund", 500)]


def test_what_it_calls_refund_cancels_the_last_sale_although_credit_is_the_refund(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(QUICK)
    with plug(counter) as telium:
        assert telium.result("pay", **DEBIT) == DONE
        assert telium.result("pay", amount=12.34, mode="refund") == DONE
    assert counter.booked == [SOLD, ("void", 1234)]


def test_declined_with_the_amount_in_the_answer(plug: Plug, counters: Counters) -> None:
    refusal = (step("sale", "decline", code="7"), step("sale", "odd", code="amount_stays"))
    counter = counters(*refusal, QUICK)
    with plug(counter) as telium:
        assert telium.result("pay", **DEBIT) == {**DONE, "succeeded": False, "result": 7}
        assert counter.booked == []
        assert telium.result("pay", **DEBIT) == DONE
    assert counter.booked == [SOLD]


def test_declined_without_an_amount_is_an_error_although_the_answer_is_sound(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(step("sale", "decline", code="7"), QUICK)
    with plug(counter) as telium:
        assert "could not convert" in telium.error("pay", **DEBIT)
    assert counter.booked == []


def test_a_lost_answer_is_none_and_asking_again_pays_twice(plug: Plug, counters: Counters) -> None:
    counter = counters(step("sale", "no_result"), QUICK)
    with plug(counter) as telium:
        assert telium.result("ask", **DEBIT) is True
        assert telium.result("verify", wait_s=SHORT_S) is None
        assert counter.booked == [SOLD]
        assert telium.result("pay", **DEBIT) == DONE
    assert counter.booked == [SOLD, SOLD]


def test_a_good_answer_is_thrown_away_although_only_its_eot_is_missing(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(fault("drop", message="EOT"), QUICK)
    with plug(counter) as telium:
        assert telium.result("ask", **DEBIT) is True
        assert "'EOT'" in telium.error("verify", wait_s=SHORT_S)
        assert counter.booked == [SOLD]
        assert telium.result("pay", **DEBIT) == DONE
    assert counter.booked == [SOLD, SOLD]


def test_a_damaged_answer_is_an_error_and_never_read_again_although_it_is_repeated(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(fault("garble", byte=14), QUICK)  # a digit of the amount
    with plug(counter) as telium:
        assert telium.result("ask", **DEBIT) is True
        assert "LrcChecksumException" in telium.error("verify", wait_s=SHORT_S)
        # The repeats of the answer are in its way.
        assert "isn't ready" in telium.error("ask", **DEBIT)
        assert counter.booked == [SOLD]
        assert telium.result("ready", within_s=GIVEN_UP_S) is True
        assert telium.result("pay", **DEBIT) == DONE
    assert counter.booked == [SOLD, SOLD]


def test_a_request_whose_ack_is_lost_was_not_taken_in_its_eyes_although_money_moves(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(fault("drop", message="ACK", nth=2), QUICK)
    with plug(counter) as telium:
        assert telium.result("ask", **DEBIT) is False
        assert telium.result("verify") == DONE  # nobody would ask for it now
    assert counter.booked == [SOLD]


def test_what_the_terminal_does_not_take_is_not_booked(plug: Plug, counters: Counters) -> None:
    counter = counters(fault("drop", message="ACK", nth=1), step("sale", "nak"), QUICK)
    with plug(counter) as telium:
        assert "isn't ready" in telium.error("ask", **DEBIT)  # no second ENQ
        assert telium.result("ask", **DEBIT) is False
        assert counter.booked == []
        assert telium.result("pay", **DEBIT) == DONE
    assert counter.booked == [SOLD]
