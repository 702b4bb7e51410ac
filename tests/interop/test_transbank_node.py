"""The official Transbank SDK for Node at our simulated terminal.

It tells ACK and reply apart by a silence of 100 ms between them, so the simulated terminal takes
its time where a real one does. "Although" marks a defect, as in test_transbank_python.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest

from tests.interop.counters import Counter, Counters, device, fault, step
from tests.interop.environments import node_with
from tests.interop.packages import TRANSBANK_NODE
from tests.interop.peers import DRIVERS, Peer
from tests.process.tools import need

if TYPE_CHECKING:
    from simulators.pytest_plugin import TerminalFactory

SALE: Final = {"method": "sale", "words": [25000, "T1"]}
SOLD: Final = ("sale", 25000)
VOIDED: Final = ("void", 25000)
FORGETFUL: Final = device(duplicate_filter=False)


def later(message: str) -> str:
    """All messages of this kind come 300 ms behind what was before them."""
    return fault("delay", message=message, seconds=1.5, nth="every")


class Plug(Protocol):
    """Plugs the SDK into a terminal."""

    def __call__(self, counter: Counter) -> AbstractContextManager[Peer]:
        """The SDK, connected."""


@pytest.fixture(scope="module")
def plug() -> Plug:
    folder = node_with(*TRANSBANK_NODE)
    node = need("node")

    @contextmanager
    def plugged(counter: Counter) -> Iterator[Peer]:
        with Peer([node, str(DRIVERS / "transbank_till.js")], cwd=folder) as sdk:
            assert sdk.result("connect", port=counter.port) is True
            yield sdk

    return plugged


@pytest.fixture
def counters(terminal_simulator: TerminalFactory, tmp_path: Path) -> Counters:
    return Counters(terminal_simulator, "transbank", tmp_path)


def void_of(sold: dict[str, Any]) -> dict[str, Any]:
    return {"method": "refund", "words": [int(sold["operationNumber"])]}


def verdict(told: dict[str, Any]) -> tuple[bool, int | None]:
    return told["successful"], told["responseCode"]


def test_a_sale_its_void_a_second_void_and_the_end_of_the_day(
    plug: Plug, counters: Counters
) -> None:
    counter = counters()
    with plug(counter) as sdk:
        sold = sdk.result("call", **SALE)
        assert verdict(sold) == (True, 0)
        assert (sold["ticket"], sold["amount"]) == ("0000T1", 25000)
        assert verdict(sdk.result("call", **void_of(sold))) == (True, 0)
        assert verdict(sdk.result("call", **void_of(sold))) == (False, 4)
        totals = sdk.result("call", method="getTotals", words=[])
        assert (totals["txCount"], totals["txTotal"]) == (2, 0)
        assert verdict(sdk.result("call", method="closeDay", words=[])) == (True, 0)
        assert verdict(sdk.result("call", **void_of(sold))) == (False, 5)
    assert counter.booked == [SOLD, VOIDED]


def test_the_list_has_both_lines_although_nothing_works_behind_it(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(later("0261"))
    with plug(counter) as sdk:
        sold = sdk.result("call", **SALE)
        sdk.result("call", **void_of(sold))
        lines = sdk.result("call", method="salesDetail", words=[False])
        assert [line["amount"] for line in lines] == ["25000", "-25000"]
        assert "still waiting" in sdk.error("call", method="getTotals", words=[])
        sdk.result("disconnect")
        assert sdk.result("connect", port=counter.port) is True
        assert sdk.result("call", method="getTotals", words=[])["txCount"] == 2
    assert counter.booked == [SOLD, VOIDED]


def test_the_first_line_of_a_list_is_missing_although_it_was_said_at_once(
    plug: Plug, counters: Counters
) -> None:
    counter = counters()
    with plug(counter) as sdk:
        sdk.result("call", **void_of(sdk.result("call", **SALE)))
        lines = sdk.result("call", method="salesDetail", words=[False])
        assert [line["amount"] for line in lines] == ["-25000"]
    assert counter.booked == [SOLD, VOIDED]


def test_progress_of_a_sale(plug: Plug, counters: Counters) -> None:
    counter = counters(later("0900"))
    with plug(counter) as sdk:
        told = sdk.result("sale_with_progress", words=SALE["words"])
    assert told["progress"] == [78, 82]
    assert verdict(told["sale"]) == (True, 0)
    assert counter.booked == [SOLD]


def test_a_sale_is_told_as_failed_although_only_its_progress_came_early(
    plug: Plug, counters: Counters
) -> None:
    counter = counters()
    with plug(counter) as sdk:
        told = sdk.result("sale_with_progress", words=SALE["words"])
        assert (*verdict(told["sale"]), told["progress"]) == (False, 78, [])
        # The sale's reply then answers the next call.
        void = sdk.result("call", method="refund", words=[99])
        assert (void["functionCode"], void["successful"]) == (210, True)
    assert counter.booked == [SOLD]


def test_a_void_that_was_never_made_is_told_as_done_although_the_reply_was_the_sale_s(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(step("sale", "host_delay", seconds=10))
    with plug(counter) as sdk:
        sdk.result("waits", ack_ms=1000, pos_ms=1000)
        assert "not been received" in sdk.error("call", **SALE)
        sdk.result("waits", ack_ms=10_000, pos_ms=10_000)
        void = sdk.result("call", method="refund", words=[99])
        assert (void["functionCode"], void["successful"]) == (210, True)
    assert counter.booked == [SOLD]


def test_a_damaged_reply_is_told_as_approved_although_its_lrc_is_wrong(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(fault("garble", byte=51))  # a digit of the amount; ACK of the poll is first
    with plug(counter) as sdk:
        told = sdk.result("call", **SALE)
        assert verdict(told) == (True, 0)
        assert told["amount"] != 25000
        last = sdk.result("call", method="getTotals", words=[])
        assert last["txTotal"] == 25000
    assert counter.booked == [SOLD]


def test_nak_gives_an_empty_sale_and_a_type_error_although_two_repeats_are_asked_for(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(step("sale", "nak"), step("void", "nak"))
    with plug(counter) as sdk:
        assert verdict(sdk.result("call", **SALE)) == (False, None)
        assert counter.booked == []
        sold = sdk.result("call", **SALE)
        assert "TypeError" in sdk.error("call", **void_of(sold))
        assert counter.booked == [SOLD]
        assert verdict(sdk.result("call", **void_of(sold))) == (True, 0)
    assert counter.booked == [SOLD, VOIDED]


def test_after_a_lost_answer_the_second_void_says_that_it_was_done(
    plug: Plug, counters: Counters
) -> None:
    counter = counters(step("void", "no_result"), FORGETFUL)
    with plug(counter) as sdk:
        sold = sdk.result("call", **SALE)
        sdk.result("waits", ack_ms=1000, pos_ms=1500)
        assert "not been received" in sdk.error("call", **void_of(sold))
        assert counter.booked == [SOLD, VOIDED]
        assert verdict(sdk.result("call", **void_of(sold))) == (False, 4)
    assert counter.booked == [SOLD, VOIDED]
