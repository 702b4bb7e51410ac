"""The terminal's end of a serial line, byte by byte: ACK, NAK, T1, T2, repeats, duplicates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.zvt.framing import ACK, NAK, SerialFramer, TcpFramer
from simulators.personalities.zvt.link import (
    Delivered,
    SerialLink,
    TcpLink,
    Undelivered,
    Verdict,
)

STATUS = bytes.fromhex("050100")
RESULT = bytes.fromhex("040F022700")


def frame(apdu: bytes) -> bytes:
    return SerialFramer().frame(apdu)


def a_link(*, know_repeats: bool = True, verdict: Verdict = Verdict.TAKE) -> SerialLink:
    return SerialLink(
        t1_s=0.2, t2_s=5.0, repeats=2, know_repeats=know_repeats, judge=lambda _: verdict
    )


def test_a_good_frame_is_acknowledged_with_one_byte_and_heard() -> None:
    link = a_link()
    link.receive(frame(STATUS), 0.0)
    assert link.out() == ACK
    assert link.heard() == [STATUS]
    assert link.heard() == []


def test_a_frame_may_come_byte_by_byte_within_t1() -> None:
    link = a_link()
    now = 0.0
    for byte in frame(STATUS):
        link.receive(bytes((byte,)), now)
        now += 0.19
        link.tick(now)
    assert link.out() == ACK
    assert link.heard() == [STATUS]
    assert link.deadline is None


def test_a_gap_longer_than_t1_is_answered_with_nak_and_the_rest_is_forgotten() -> None:
    link = a_link()
    link.receive(frame(STATUS)[:4], 0.0)
    assert link.deadline == 0.2
    link.tick(0.2)
    assert link.out() == NAK
    link.receive(frame(STATUS), 1.0)
    assert link.out() == ACK
    assert link.heard() == [STATUS]


@given(st.integers(2, len(frame(STATUS)) - 3), st.integers(0, 7))
def test_a_frame_with_a_flipped_bit_is_never_heard_as_something_else(place: int, bit: int) -> None:
    link = a_link()
    data = bytearray(frame(STATUS))
    data[place] ^= 1 << bit
    link.receive(bytes(data), 0.0)
    link.tick(0.2)
    assert link.heard() == []
    assert NAK in link.out()


def test_a_frame_of_ours_waits_for_its_acknowledgement() -> None:
    link = a_link()
    first = link.send(RESULT, 0.0)
    second = link.send(STATUS, 0.0)
    assert link.out() == frame(RESULT)
    link.receive(ACK, 1.0)
    assert link.heard() == [Delivered(first)]
    assert link.out() == frame(STATUS)
    link.receive(ACK, 1.0)
    assert link.heard() == [Delivered(second)]
    assert link.deadline is None


def test_silence_makes_it_send_three_times_and_then_give_up() -> None:
    link = a_link()
    number = link.send(RESULT, 0.0)
    sent = [link.out()]
    for now in (5.0, 10.0, 15.0):
        assert link.deadline == now
        link.tick(now)
        sent.append(link.out())
    assert sent == [frame(RESULT)] * 3 + [b""]
    assert link.heard() == [Undelivered(number)]
    assert link.deadline is None


def test_nak_makes_it_send_at_once_again_but_not_for_ever() -> None:
    link = a_link()
    number = link.send(RESULT, 0.0)
    link.receive(NAK * 2, 1.0)
    assert link.out() == frame(RESULT) * 3
    link.receive(NAK, 1.0)
    assert link.heard() == [Undelivered(number)]
    link.receive(NAK + ACK, 1.0)
    assert link.heard() == []


def test_a_message_in_place_of_the_acknowledgement_says_that_the_frame_was_read() -> None:
    link = a_link()
    number = link.send(RESULT, 0.0)
    link.receive(frame(bytes.fromhex("800000")), 1.0)
    assert link.heard() == [Delivered(number), bytes.fromhex("800000")]


def test_the_same_frame_again_before_ours_was_acknowledged_is_not_executed_again() -> None:
    link = a_link()
    link.receive(frame(STATUS), 0.0)
    link.send(RESULT, 0.0)
    link.out()
    link.receive(frame(STATUS), 1.0)
    assert link.out() == ACK + frame(RESULT), "the answer once more, too"
    assert link.heard() == [STATUS]
    assert link.deadline == 6.0
    link.receive(ACK, 2.0)
    link.heard()
    link.receive(frame(STATUS), 3.0)
    assert link.heard() == [STATUS], "after an acknowledged answer it is a new command"


def test_after_an_answer_that_nobody_took_the_same_frame_is_a_new_command() -> None:
    """A till that died behind its command and comes back begins with the same bytes."""
    link = a_link()
    link.receive(frame(STATUS), 0.0)
    link.send(RESULT, 0.0)
    for now in (5.0, 10.0, 14.9):
        link.tick(now)
    link.receive(NAK, 14.9)
    link.heard()
    link.receive(frame(STATUS), 14.9)
    assert link.heard() == [STATUS]


def test_the_same_frame_later_than_any_repeat_can_come_is_a_new_command() -> None:
    link = a_link()
    for now, heard in ((0.0, [STATUS]), (14.9, []), (15.0, [STATUS])):
        link.receive(frame(STATUS), now)
        assert link.heard() == heard


def test_a_terminal_without_a_filter_takes_the_same_frame_twice() -> None:
    link = a_link(know_repeats=False)
    link.receive(frame(STATUS) * 2, 0.0)
    assert link.heard() == [STATUS, STATUS]


@pytest.mark.parametrize(
    ("verdict", "out", "heard"),
    [
        (Verdict.REFUSE, NAK, []),
        (Verdict.REFUSE_AND_TAKE, NAK, [STATUS]),
        (Verdict.IGNORE, b"", []),
    ],
)
def test_a_scenario_may_want_another_answer_on_the_line(
    verdict: Verdict, out: bytes, heard: list[bytes]
) -> None:
    link = a_link(verdict=verdict)
    link.receive(frame(STATUS), 0.0)
    assert link.out() == out
    assert link.heard() == heard


def test_without_power_nothing_is_remembered() -> None:
    link = a_link()
    link.receive(frame(STATUS) + frame(STATUS)[:3], 0.0)
    link.send(RESULT, 0.0)
    link.reset()
    assert (link.out(), link.heard(), link.deadline) == (b"", [], None)


@given(st.binary(max_size=60))
def test_noise_never_raises_and_leaves_it_working(noise: bytes) -> None:
    link = a_link()
    link.receive(noise, 0.0)
    link.tick(10.0)
    link.heard()
    link.out()
    link.receive(frame(RESULT), 20.0)
    assert link.heard() == [RESULT]


def test_over_tcp_bare_apdus_travel_and_count_as_delivered_at_once() -> None:
    link = TcpLink(lambda _: Verdict.TAKE)
    number = link.send(RESULT, 0.0)
    link.tick(0.0)
    link.receive(STATUS[:2], 0.0)
    link.receive(STATUS[2:] + STATUS, 0.0)
    assert link.out() == TcpFramer().frame(RESULT)
    assert link.heard() == [Delivered(number), STATUS, STATUS]
    ignoring = TcpLink(lambda _: Verdict.REFUSE)
    ignoring.receive(STATUS, 0.0)
    assert ignoring.heard() == []
