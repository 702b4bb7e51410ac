"""pypostelium pays at our simulated Concert terminal; it only knows sales.

It says True as soon as the terminal has the request, and keeps to itself what came of it: each of
these is a defect that our side must survive. It waits 3 s for whatever does not come.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.interop.counters import Booking, Counter, Counters, device, fault, step
from tests.interop.environments import python_with
from tests.interop.packages import POSTELIUM
from tests.interop.peers import Peer, python_peer

if TYPE_CHECKING:
    from simulators.pytest_plugin import TerminalFactory

SOLD: Final = ("sale", 1234)
NEXT: Final = ("sale", 2000)
QUICK: Final = device(think_s=0.5, host_s=0.5)

Plug = Callable[[Counter], Peer]


@pytest.fixture(scope="module")
def plug() -> Plug:
    python = python_with(*POSTELIUM)
    return lambda counter: python_peer(python, "postelium_till", counter.port)


@pytest.fixture
def counters(terminal_simulator: TerminalFactory, tmp_path: Path) -> Counters:
    return Counters(terminal_simulator, "concert", tmp_path)


def pays(till: Peer, *, amount: float = 12.34, tries: int = 1) -> tuple[bool, str]:
    """What it gives, and what it warned of."""
    told: dict[str, Any] = till.report("pay", amount=amount, tries=tries)
    return told["result"], "\n".join(told["log"])


def test_a_sale(plug: Plug, counters: Counters) -> None:
    counter = counters(QUICK)
    with plug(counter) as till:
        assert pays(till) == (True, "")
    assert counter.booked == [SOLD]


@pytest.mark.parametrize(
    ("trouble", "booked", "warned"),
    [
        pytest.param(step("sale", "decline", code="7"), [], "amount_msg", id="declined"),
        pytest.param(step("sale", "no_result"), [SOLD], "", id="answer lost"),
        pytest.param(fault("drop", message="EOT"), [SOLD], "", id="no EOT"),
        pytest.param(fault("garble", byte=14), [SOLD], "LRC", id="damaged"),
    ],
)
def test_whatever_came_of_it_is_true(
    plug: Plug, counters: Counters, trouble: str, booked: list[Booking], warned: str
) -> None:
    counter = counters(trouble, QUICK)
    with plug(counter) as till:
        said, warnings = pays(till)
        assert said is True
        assert (warned in warnings) if warned else not warnings
        assert counter.booked == booked
        assert pays(till, amount=20) == (True, "")
    assert counter.booked == [*booked, NEXT]


def test_true_is_said_while_the_customer_is_still_at_it(plug: Plug, counters: Counters) -> None:
    counter = counters(step("sale", "card_never"), QUICK)
    with plug(counter) as till:
        assert pays(till) == (True, "")
    assert counter.booked == []


def test_false_is_said_although_money_moves_where_an_ack_is_lost(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(fault("drop", message="ACK", nth=2), QUICK)
    with plug(counter) as till:
        assert pays(till)[0] is False
    assert counter.booked == [SOLD]


def test_enq_is_asked_again_behind_eot(plug: Plug, counters: Counters) -> None:
    counter = counters(fault("drop", message="ACK", nth=1), QUICK)
    with plug(counter) as till:
        said, warnings = pays(till, tries=2)
    assert (said, "TRY AGAIN" in warnings) == (True, True)
    assert counter.booked == [SOLD]
