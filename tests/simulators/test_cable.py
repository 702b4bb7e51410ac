"""Every fault of the cable does what it says, and a cable without faults changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.zvt.framing import SerialFramer
from simulators.cable import SLICE, Cable, Way
from simulators.personalities.zvt.words import names_of
from simulators.scenario import Fault
from simulators.splitter import Splitter

REFUND = SerialFramer().frame(bytes.fromhex("06310A00000004000000000500"))
RESULT = SerialFramer().frame(bytes.fromhex("040F022700"))
ACK = b"\x06"


def splitter() -> Splitter:
    return Splitter(SerialFramer(), names_of)


def a_cable(*faults: Fault, seed: int = 1, char_s: float = 0.0) -> Cable:
    return Cable(faults=faults, splitters=splitter, seed=seed, char_s=char_s)


def arrivals(cable: Cable, way: Way) -> list[tuple[float, bytes]]:
    """What arrives, and when."""
    found = []
    while (moment := cable.next_arrival(way)) is not None:
        found.append((moment, cable.take(way, moment)))
    return found


def everything(cable: Cable, way: Way) -> bytes:
    return b"".join(data for _, data in arrivals(cable, way))


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=10))
def test_without_faults_every_byte_arrives_once_and_in_order(portions: list[bytes]) -> None:
    cable = a_cable()
    for portion in portions:
        cable.send(Way.TO_ECR, portion, 5.0)
    assert cable.take(Way.TO_ECR, 4.9) == b""
    assert cable.take(Way.TO_ECR, 5.0) == b"".join(portions)
    assert cable.counts[Way.TO_ECR] == sum(map(len, portions))
    assert cable.next_arrival(Way.TO_ECR) is None


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=8), st.integers(0, 40))
def test_a_cut_at_byte_n_lets_exactly_n_bytes_pass(portions: list[bytes], n: int) -> None:
    cable = a_cable(Fault("to_terminal", "cut", byte=n))
    whole = b"".join(portions)
    for portion in portions:
        cable.send(Way.TO_TERMINAL, portion, 1.0)
    assert everything(cable, Way.TO_TERMINAL) == whole[:n]
    assert cable.out is (n <= len(whole))


def test_a_cut_spares_the_bytes_in_front_of_it_in_both_directions() -> None:
    cable = a_cable(Fault("to_ecr", "cut", byte=3))
    cable.send(Way.TO_TERMINAL, b"abc", 1.0)
    cable.send(Way.TO_ECR, b"12345", 1.0)
    assert cable.out
    assert everything(cable, Way.TO_TERMINAL) == b"abc"
    assert everything(cable, Way.TO_ECR) == b"123"
    cable.send(Way.TO_ECR, b"6", 2.0)
    assert cable.next_arrival(Way.TO_ECR) is None


def test_a_cut_with_a_time_heals_itself() -> None:
    cable = a_cable(Fault("to_ecr", "cut", byte=1, seconds=5.0))
    cable.send(Way.TO_ECR, b"12", 1.0)
    assert cable.next_due == 6.0
    cable.tick(5.9)
    assert cable.out
    cable.tick(6.0)
    assert not cable.out
    assert cable.next_arrival(Way.TO_ECR) is None, "nothing old arrives"


def test_pulling_loses_what_is_under_way_to_the_terminal() -> None:
    cable = a_cable()
    cable.send(Way.TO_TERMINAL, b"abc", 1.0)
    cable.send(Way.TO_ECR, b"xyz", 1.0)
    cable.pull()
    assert everything(cable, Way.TO_TERMINAL) == b""
    assert everything(cable, Way.TO_ECR) == b"xyz", "this was heard"
    cable.plug()
    cable.send(Way.TO_ECR, b"new", 2.0)
    assert everything(cable, Way.TO_ECR) == b"new"


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (Fault("to_ecr", "drop", byte=2), b"13"),
        (Fault("to_ecr", "duplicate", byte=2), b"1223"),
        (Fault("to_ecr", "duplicate", byte=3, count=2), b"12333"),
        (Fault("to_ecr", "drop", byte=9), b"123"),
    ],
)
def test_a_fault_at_a_byte_touches_that_byte_alone(fault: Fault, arrives: bytes) -> None:
    whole, single = a_cable(fault), a_cable(fault)
    whole.send(Way.TO_ECR, b"123", 1.0)
    for byte in b"123":
        single.send(Way.TO_ECR, bytes((byte,)), 1.0)
    assert everything(whole, Way.TO_ECR) == everything(single, Way.TO_ECR) == arrives


def test_two_faults_at_bytes_both_happen() -> None:
    cable = a_cable(Fault("to_ecr", "drop", byte=4), Fault("to_ecr", "drop", byte=2))
    cable.send(Way.TO_ECR, b"12345", 1.0)
    assert everything(cable, Way.TO_ECR) == b"135"


def test_garble_changes_one_bit_and_the_seed_says_which() -> None:
    def garbled(seed: int) -> bytes:
        cable = a_cable(Fault("to_ecr", "garble", message="result"), seed=seed)
        cable.send(Way.TO_ECR, RESULT, 1.0)
        return everything(cable, Way.TO_ECR)

    changed = [a ^ b for a, b in zip(garbled(1), RESULT, strict=True) if a != b]
    assert len(changed) == 1
    assert changed[0].bit_count() == 1
    assert garbled(1) == garbled(1)
    assert len({garbled(seed) for seed in range(20)}) > 5


def test_garble_at_a_byte_changes_that_byte() -> None:
    cable = a_cable(Fault("to_ecr", "garble", byte=2))
    cable.send(Way.TO_ECR, b"123", 1.0)
    data = everything(cable, Way.TO_ECR)
    assert data[0:1] + data[2:] == b"13"
    assert data[1:2] != b"2"


def test_a_dropped_message_leaves_the_others_whole() -> None:
    cable = a_cable(Fault("to_ecr", "drop", message="ACK"))
    cable.send(Way.TO_ECR, ACK + RESULT + ACK, 1.0)
    assert everything(cable, Way.TO_ECR) == RESULT + ACK
    assert cable.log == ["drop to_ecr ACK"]


@pytest.mark.parametrize(
    ("nth", "left"), [(1, RESULT * 2), (2, RESULT * 2), (None, b""), (4, RESULT * 3)]
)
def test_nth_counts_the_messages_of_that_name(nth: int | None, left: bytes) -> None:
    cable = a_cable(Fault("to_ecr", "drop", message="040F", nth=nth))
    for _ in range(3):
        cable.send(Way.TO_ECR, RESULT, 1.0)
    assert everything(cable, Way.TO_ECR) == left


def test_after_starts_to_count_behind_messages_of_either_direction() -> None:
    cable = a_cable(Fault("to_ecr", "drop", message="result", after=("money", "ACK")))
    cable.send(Way.TO_ECR, RESULT + ACK, 1.0)
    cable.send(Way.TO_TERMINAL, REFUND, 1.0)
    cable.send(Way.TO_ECR, RESULT + ACK, 1.0)
    cable.send(Way.TO_ECR, RESULT, 1.0)
    cable.send(Way.TO_ECR, RESULT, 1.0)
    assert everything(cable, Way.TO_ECR) == RESULT + ACK + RESULT + ACK + RESULT


def test_a_message_is_found_whatever_the_portions_are() -> None:
    cable = a_cable(Fault("to_terminal", "drop", message="refund"))
    for byte in ACK + REFUND + ACK:
        cable.send(Way.TO_TERMINAL, bytes((byte,)), 1.0)
    assert everything(cable, Way.TO_TERMINAL) == ACK + ACK


def test_a_message_can_be_cut_inside() -> None:
    cable = a_cable(Fault("to_ecr", "cut", message="result", keep=4))
    cable.send(Way.TO_ECR, ACK + RESULT, 1.0)
    assert everything(cable, Way.TO_ECR) == ACK + RESULT[:4]
    assert cable.out


def test_a_delayed_message_holds_up_what_is_behind_it() -> None:
    cable = a_cable(Fault("to_ecr", "delay", message="result", seconds=7.0))
    cable.send(Way.TO_ECR, RESULT, 1.0)
    cable.send(Way.TO_ECR, ACK, 2.0)
    assert arrivals(cable, Way.TO_ECR) == [(8.0, RESULT + ACK)]


def test_a_message_is_split_into_so_many_pieces() -> None:
    cable = a_cable(Fault("to_ecr", "split", message="result", seconds=0.5, count=3))
    cable.send(Way.TO_ECR, RESULT, 1.0)
    pieces = arrivals(cable, Way.TO_ECR)
    assert [moment for moment, _ in pieces] == [1.0, 1.5, 2.0]
    assert b"".join(data for _, data in pieces) == RESULT


def test_a_duplicated_message_arrives_twice() -> None:
    cable = a_cable(Fault("to_terminal", "duplicate", message="money"))
    cable.send(Way.TO_TERMINAL, REFUND, 1.0)
    assert everything(cable, Way.TO_TERMINAL) == REFUND * 2


def test_noise_stands_in_front_of_the_message() -> None:
    cable = a_cable(Fault("to_ecr", "noise", message="result", count=5))
    cable.send(Way.TO_ECR, RESULT, 1.0)
    data = everything(cable, Way.TO_ECR)
    assert data.endswith(RESULT)
    assert len(data) == len(RESULT) + 5


def test_an_echo_comes_back_to_the_sender() -> None:
    cable = a_cable(Fault("to_terminal", "echo", message="money"))
    cable.send(Way.TO_TERMINAL, REFUND, 1.0)
    assert everything(cable, Way.TO_TERMINAL) == REFUND
    assert everything(cable, Way.TO_ECR) == REFUND


def test_muted_bytes_vanish_both_ways_until_the_time_is_over() -> None:
    cable = a_cable(Fault("to_ecr", "mute", message="result", seconds=10.0))
    cable.send(Way.TO_ECR, RESULT, 1.0)
    cable.send(Way.TO_TERMINAL, REFUND, 5.0)
    cable.send(Way.TO_TERMINAL, REFUND, 11.0)
    assert not cable.out
    assert everything(cable, Way.TO_ECR) == b""
    assert everything(cable, Way.TO_TERMINAL) == REFUND


def test_two_faults_at_one_message_both_happen() -> None:
    cable = a_cable(
        Fault("to_ecr", "duplicate", message="result"),
        Fault("to_ecr", "cut", message="completion"),
        Fault("to_ecr", "delay", message="result", seconds=3.0),
    )
    cable.send(Way.TO_ECR, RESULT, 1.0)
    assert arrivals(cable, Way.TO_ECR) == [(4.0, RESULT * 2)]


@given(st.integers(1, 200))
def test_paced_bytes_take_as_long_as_the_line_is_slow(count: int) -> None:
    char_s = 11 / 9600
    cable = a_cable(char_s=char_s)
    cable.send(Way.TO_ECR, bytes(count), 1.0)
    cable.send(Way.TO_ECR, b"x", 1.0)
    portions = arrivals(cable, Way.TO_ECR)
    assert portions[-1][0] == pytest.approx(1.0 + (count + 1) * char_s)
    assert all(len(data) <= SLICE for _, data in portions)


def test_a_byte_fault_and_a_message_fault_live_together() -> None:
    cable = a_cable(
        Fault("to_ecr", "drop", message="ACK"), Fault("to_ecr", "drop", byte=len(RESULT) + 2)
    )
    cable.send(Way.TO_ECR, ACK + RESULT + ACK, 1.0)
    assert everything(cable, Way.TO_ECR) == RESULT


def test_what_has_only_begun_is_forgotten_when_the_line_is_opened_again() -> None:
    cable = a_cable(Fault("to_terminal", "drop", message="nothing"))
    cable.send(Way.TO_TERMINAL, REFUND[:5], 1.0)
    cable.flush()
    cable.send(Way.TO_TERMINAL, REFUND, 2.0)
    assert everything(cable, Way.TO_TERMINAL) == REFUND


def test_a_swapped_message_comes_behind_the_next_one() -> None:
    cable = a_cable(Fault("to_ecr", "swap", byte=2))
    cable.send(Way.TO_ECR, b"abc", 1.0)
    cable.send(Way.TO_ECR, b"de", 2.0)
    assert everything(cable, Way.TO_ECR) == b"acbde"


def test_a_swapped_message_that_nothing_follows_is_lost_at_the_next_plug() -> None:
    cable = a_cable(Fault("to_ecr", "swap", byte=3))
    cable.send(Way.TO_ECR, b"abc", 1.0)
    assert everything(cable, Way.TO_ECR) == b"ab"
    cable.flush()
    cable.send(Way.TO_ECR, b"d", 2.0)
    assert everything(cable, Way.TO_ECR) == b"d"


def test_a_calm_cable_has_no_fault_any_more_and_a_pulled_one_can_heal_itself() -> None:
    cable = a_cable(Fault("to_ecr", "cut", byte=1), Fault("to_ecr", "mute", byte=1, seconds=9.0))
    cable.calm()
    cable.send(Way.TO_ECR, b"abc", 1.0)
    assert everything(cable, Way.TO_ECR) == b"abc"
    cable.plug_after(5.0, 1.0)
    assert cable.next_due is None, "it is not out"
    cable.pull()
    cable.plug_after(5.0, 1.0)
    assert cable.next_due == 6.0
    cable.send(Way.TO_TERMINAL, b"x", 1.0)
    cable.tick(6.0)
    assert not cable.out
