"""The line in memory: virtual time, loss and return of the line, the same story each time."""

from __future__ import annotations

import pytest

from simulators.cable import Way
from simulators.line import CableOut
from simulators.scenario import Fault, Scenario
from tests.simulators.till import ONE_SALE, Till, codes, scene


def test_reading_waits_in_virtual_time_only_as_long_as_it_must() -> None:
    till = Till()
    start = till.clock.monotonic()
    assert till.line.read(7.5) == b""
    assert till.clock.monotonic() == start + 7.5
    till.send(bytes.fromhex("050100"))
    assert till.line.read(100.0) != b""
    assert till.clock.monotonic() == start + 7.5


def test_a_line_that_was_pulled_raises_and_is_new_when_plugged_in_again() -> None:
    till = Till()
    till.send(bytes.fromhex("050100"))
    till.line.pull()
    assert till.line.read(1.0).startswith(b"\x06"), "what arrived before was heard"
    with pytest.raises(ConnectionError):
        till.line.read(1.0)
    with pytest.raises(CableOut) as caught:
        till.line.write(b"x")
    assert caught.value.bytes_written == 0
    till.line.close()
    with pytest.raises(ConnectionError):
        till.line.open()
    till.line.plug()
    till.line.open()
    assert till.line.read(1.0) == b"", "nothing old arrives"


def test_closing_twice_is_allowed_and_opening_twice_is_a_bug() -> None:
    till = Till()
    with pytest.raises(AssertionError):
        till.line.open()
    till.line.close()
    till.line.close()
    with pytest.raises(AssertionError):
        till.line.read(1.0)
    with pytest.raises(AssertionError):
        till.line.write(b"x")


def test_what_arrived_before_the_cut_is_read_before_the_error() -> None:
    till = Till(Scenario(faults=(Fault("to_ecr", "cut", byte=1),)))
    till.send(bytes.fromhex("050100"))
    assert till.line.read(1.0) == b"\x06"
    with pytest.raises(ConnectionError):
        till.line.read(1.0)


def test_what_is_still_on_its_way_to_the_till_arrives_after_the_cut() -> None:
    faults = (
        Fault("to_ecr", "delay", byte=1, seconds=5.0),
        Fault("to_ecr", "cut", byte=2),
    )
    till = Till(Scenario(faults=faults))
    start = till.clock.monotonic()
    till.send(bytes.fromhex("050100"))
    assert till.line.read(10.0) == b"\x06\x10", "ACK and the first byte of the answer"
    assert till.clock.monotonic() == start + 5.0
    with pytest.raises(ConnectionError):
        till.line.read(1.0)


def test_a_cut_with_a_time_heals_while_the_till_waits() -> None:
    till = Till(Scenario(faults=(Fault("to_ecr", "cut", byte=1, seconds=30.0),)))
    till.send(bytes.fromhex("050100"))
    till.line.read(1.0)
    till.line.close()
    till.clock.wait(29.0)
    with pytest.raises(ConnectionError):
        till.line.open()
    till.clock.wait(1.0)
    till.line.open()
    assert till.status() == "00"


def test_the_terminal_lives_on_while_nobody_listens() -> None:
    till = Till(scene('[terminal]\nvote = "stay"'))
    till.register()
    till.send(bytes.fromhex("06310A00000004000000000500"))
    while till.next_apdus(10.0) != [bytes.fromhex("800000")]:
        pass
    till.line.write(b"\x06")
    till.line.close()
    till.line.pass_time(600.0)
    assert len(till.bank.standing_refunds()) == 1
    till.line.open()
    assert till.line.read(60.0) == b""
    assert till.status() == "00"


def test_the_same_seed_tells_the_same_story() -> None:
    def story(seed: int) -> tuple[list[str], float, dict[Way, int]]:
        scenario = scene(
            '[[fault]]\ndirection = "to_ecr"\nmessage = "result"\nnth = "every"\ndo = "noise"\n'
            "count = 3\n"
        )
        till = Till(scenario)
        said = codes(till.register() + till.refund())
        return said, till.clock.monotonic(), till.station.cable.counts

    assert story(1) == story(1)


@pytest.mark.parametrize("way", list(Way))
def test_the_line_can_be_cut_after_every_single_byte_of_a_refund(way: Way) -> None:
    """Whatever is cut, the terminal settles, and at most one refund stands."""
    whole = Till(ONE_SALE)
    whole.register()
    before = whole.station.cable.counts[way]
    whole.refund()
    after = whole.station.cable.counts[way]
    outcomes = set()
    for byte in range(before, after + 1):
        till = Till(Scenario(sales=ONE_SALE.sales, faults=(Fault(way.value, "cut", byte=byte),)))
        try:
            till.register()
            till.refund()
        except ConnectionError:
            pass
        till.line.close()
        till.line.plug()
        till.line.pass_time(200.0)
        till.framer.reset()
        till.line.open()
        assert till.status() == "00", byte
        standing = len(till.bank.standing_refunds())
        shown = till.enquire()
        assert shown is not None
        shown_as_booked = shown.number("amount_minor") == 500 and shown.text("result_code") == "00"
        assert shown_as_booked == (standing == 1), byte
        outcomes.add(standing)
    assert outcomes == {0, 1}
