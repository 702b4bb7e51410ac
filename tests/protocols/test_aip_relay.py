"""Messages of the terminal to its host go through the till once, or it is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers.trace import FrameMasker, TraceFormat
from protocols.aip.framing import SerialFramer
from protocols.aip.masking import mask
from protocols.aip.messages import parse
from protocols.aip.relaying import ANSWER_MAX, MESSAGES_MAX
from protocols.kit.session import Relay, RelayFailure, RelayingSession, Request
from protocols.kit.vocabulary import Operation
from tests.protocols.aip_peer import CHECK, REFUND, Peer, framed
from tests.protocols.aip_vectors import BY_ID

if TYPE_CHECKING:
    from protocols.kit.fields import Value

WISH = BY_ID["aip-rsp-relay-request-17"]
CONTENT = parse(WISH.payload).raw("content") or b""
ANSWER = b"\x00\x04\x60\x00\x00\x03"
HOST = {"host": "127.0.0.1", "port": "10004", "timeout_s": "60"}


def wish(content: bytes, **more: Value | None) -> bytes:
    """A terminal's request to carry this."""
    return framed(17, content=content, **{**HOST, **more})


def carried(peer: Peer) -> list[Relay]:
    """Everything that was to be carried."""
    return [item for item in peer.told if isinstance(item, Relay)]


def test_the_golden_request_is_carried_and_answered_as_the_golden_answer() -> None:
    peer = Peer()
    assert isinstance(peer.session, RelayingSession)
    peer.start()
    peer.hear(WISH.data)
    assert carried(peer) == [Relay(CONTENT, "127.0.0.1", 10004, 60.0)]
    assert len(peer.sends) == 1
    peer.do(peer.session.relayed(ANSWER, 2.0))
    assert peer.sends[1].data == BY_ID["aip-relay-answer-17"].data
    assert not peer.sends[1].money
    assert peer.session.deadline == 182.0, "time for what the terminal does with it"
    peer.say(4, result_code="00", amount_minor=3550, check=CHECK)
    peer.durable()
    assert peer.ended == ("approved", "completed", True)


def test_nothing_of_what_is_carried_is_shown() -> None:
    relay = Relay(CONTENT, "127.0.0.1", 10004, 60.0)
    assert repr(relay) == "Relay(23 bytes to 127.0.0.1:10004)"
    assert str(relay) == repr(relay)


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (RelayFailure.REFUSED, "-113"),
        (RelayFailure.UNREACHABLE, "-113"),
        (RelayFailure.NO_ANSWER, "-114"),
    ],
)
def test_a_failure_is_told_and_the_attempt_goes_on_by_the_terminals_answer(
    why: RelayFailure, code: str
) -> None:
    peer = Peer()
    peer.start()
    peer.hear(WISH.data)
    peer.do(peer.session.relay_failed(2.0, why))
    told = peer.sent()
    assert (told.number("trans_type"), told.text("result_code")) == (17, code)
    assert "content" not in told.values
    peer.say(4, result_code="X5", check=CHECK)
    peer.durable()
    assert peer.ended == ("declined", "refused", True)


def test_the_same_bytes_are_carried_again_only_if_they_did_not_leave() -> None:
    peer = Peer()
    peer.start()
    for why, times in (
        (RelayFailure.UNREACHABLE, 1),
        (RelayFailure.REFUSED, 2),
        (RelayFailure.NO_ANSWER, 3),
    ):
        peer.hear(WISH.data)
        assert len(carried(peer)) == times
        peer.do(peer.session.relay_failed(2.0, why))
    sent = len(peer.sends)
    peer.hear(WISH.data)
    assert len(carried(peer)) == 3
    assert peer.notes() == ["relay_repeated"]
    assert len(peer.sends) == sent, "an answer to it could be taken for the answer to the next"
    peer.hear(wish(b"\x00\x01\xff"))
    assert len(carried(peer)) == 4


def test_not_even_the_next_request_of_the_line_carries_them_again() -> None:
    peer = Peer()
    peer.start()
    peer.hear(WISH.data)
    peer.do(peer.session.relayed(ANSWER, 1.0))
    peer.wait()
    peer.start(replace(REFUND, reference="0000000043"))
    peer.hear(WISH.data)
    assert len(carried(peer)) == 1
    assert peer.notes() == ["relay_repeated"]


def test_a_second_message_before_the_answer_to_the_first_is_none() -> None:
    peer = Peer()
    peer.start()
    peer.hear(WISH.data + wish(b"\x00\x01\xff"))
    assert len(carried(peer)) == 1
    assert peer.notes() == ["stale_message"]


@pytest.mark.parametrize(
    "operation", [Operation.STATUS, Operation.CONNECT, Operation.LAST_TRANSACTION]
)
def test_during_a_question_nothing_is_carried(operation: Operation) -> None:
    peer = Peer()
    peer.start(Request(operation))
    peer.hear(WISH.data)
    assert carried(peer) == []
    assert len(peer.sends) == 1
    assert peer.notes() == ["stale_message"]


def test_our_own_answer_that_comes_back_is_no_message() -> None:
    peer = Peer()
    peer.start()
    peer.hear(WISH.data)
    peer.do(peer.session.relayed(ANSWER, 1.0))
    peer.hear(peer.sends[-1].data)
    assert len(carried(peer)) == 1
    assert peer.notes() == ["stale_message"]


@pytest.mark.parametrize(
    "data",
    [
        wish(b""),
        wish(b"\x00\x00"),
        wish(CONTENT, host=None),
        wish(CONTENT, host="a b"),
        wish(CONTENT, host="http://x"),
        wish(CONTENT, port="0"),
        wish(CONTENT, port="65536"),
        wish(CONTENT, port="123456"),
        wish(CONTENT, port="x"),
        framed(17),
    ],
)
def test_what_does_not_say_where_or_what_is_told_so(data: bytes) -> None:
    peer = Peer()
    peer.start()
    peer.hear(data)
    assert carried(peer) == []
    assert peer.sent().text("result_code") == "-115"
    assert peer.notes() == ["relay_unreadable"]


@pytest.mark.parametrize(
    ("told", "seconds"), [(None, 60.0), ("0", 60.0), ("x", 60.0), ("5", 5.0), ("9999", 120.0)]
)
def test_the_terminal_says_how_long_within_bounds(told: str | None, seconds: float) -> None:
    peer = Peer()
    peer.start()
    peer.hear(wish(CONTENT, timeout_s=told))
    assert carried(peer)[0].timeout_s == seconds


def test_an_answer_too_long_for_a_frame_counts_as_none() -> None:
    peer = Peer()
    peer.start()
    peer.hear(WISH.data)
    peer.do(peer.session.relayed(bytes(ANSWER_MAX + 1), 1.0))
    assert peer.sent().text("result_code") == "-114"


def test_a_terminal_that_never_stops_is_stopped() -> None:
    peer = Peer()
    peer.start()
    for number in range(MESSAGES_MAX + 5):
        peer.hear(wish(b"\x00\x02" + number.to_bytes(2, "big")))
        if peer.session._relay is not None:
            peer.do(peer.session.relayed(ANSWER, peer.now))
    assert len(carried(peer)) == MESSAGES_MAX
    peer.wait()
    assert peer.ended == ("unknown", "timeout", False)


def test_what_comes_of_it_after_the_end_goes_nowhere() -> None:
    peer = Peer()
    peer.start()
    peer.hear(WISH.data)
    peer.wait()
    sent = len(peer.sends)
    assert list(peer.session.relayed(ANSWER, 500.0)) == []
    assert list(peer.session.relay_failed(500.0, RelayFailure.REFUSED)) == []
    assert len(peer.sends) == sent


def test_a_trace_of_it_shows_no_byte_of_the_message() -> None:
    masker = FrameMasker(TraceFormat("aip", SerialFramer, mask))
    (kept,) = masker.take(WISH.data)
    assert CONTENT not in kept.data
    assert kept.data.count(b"\xee") >= len(CONTENT)
