"""The till's end of an STX line: who acknowledges, what is repeated, what is dropped."""

from __future__ import annotations

from protocols.kit.framing import Control
from protocols.kit.stx import ACK, ENQ, NAK, AckShape, StxFramer, StxShape
from protocols.kit.stxline import NAKS_MAX, LineEvent, StxLine

SHAPE = StxShape()
HANDSHAKE = StxShape(controls=frozenset({ACK, NAK, ENQ}))
FRAMED = StxShape(start=0x7F, acks=AckShape.EITHER, progress_max=20)
BAD = b"\x020100\x03\x55"


def line(shape: StxShape = SHAPE) -> StxLine:
    return StxLine(shape, byte_s=0.5, ack_s=2.0)


def frame(payload: bytes, shape: StxShape = SHAPE) -> bytes:
    return StxFramer(shape).frame(payload)


def test_a_frame_waits_for_its_acknowledgement() -> None:
    it = line()
    assert it.deadline is None
    assert it.send(b"0250|", 10.0, repeats=2) == frame(b"0250|")
    assert it.waiting
    assert it.deadline == 12.0
    assert it.receive(b"\x06", 10.5) == ([LineEvent.ACKNOWLEDGED], b"")
    assert not it.waiting
    assert it.receive(b"\x06\x15", 10.6) == ([LineEvent.STRAY, LineEvent.STRAY], b"")


def test_only_what_may_be_repeated_is_sent_again() -> None:
    it = line()
    sent = it.send(b"0250|", 0.0, repeats=2)
    assert it.receive(b"\x15", 1.0) == ([], sent)
    assert it.tick(2.9) == ([], b"")
    assert it.tick(3.0) == ([], sent)
    assert it.receive(b"\x15", 4.0) == ([LineEvent.REFUSED], b"")
    it.send(b"1200|1|", 10.0, repeats=0)
    assert it.receive(b"\x15", 10.1) == ([LineEvent.REFUSED], b"")
    it.send(b"1200|1|", 20.0, repeats=0)
    assert it.tick(22.0) == ([LineEvent.SILENT], b"")
    assert it.tick(99.0) == ([], b"")


def test_an_answer_is_acknowledged_when_the_session_says_so_and_again_when_it_comes_again() -> None:
    it = line()
    it.send(b"1200|1|", 0.0, repeats=0)
    it.receive(b"\x06", 0.1)
    reply = frame(b"1210|00")
    assert it.receive(reply, 1.0) == ([b"1210|00"], b"")
    assert it.receive(reply, 1.5) == ([LineEvent.REPEATED], b"")
    assert it.accept() == b"\x06"
    assert it.receive(reply, 2.0) == ([LineEvent.REPEATED], b"\x06")
    # Behind a new command the same words are a message again; the session must know whose.
    it.send(b"0250|", 3.0, repeats=0)
    assert it.receive(reply, 3.1) == ([b"1210|00"], b"")
    assert it.waiting
    it.answered()
    assert not it.waiting


def test_a_payload_that_is_refused_is_new_when_it_comes_again() -> None:
    it = line()
    reply = frame(b"0260|00")
    it.receive(reply, 0.0)
    assert it.refuse() == b"\x15"
    assert it.receive(reply, 1.0) == ([b"0260|00"], b"")


def test_damaged_frames_are_refused_so_often_and_noise_never() -> None:
    it = line()
    answers = [it.receive(BAD, float(at)) for at in range(NAKS_MAX + 1)]
    assert answers[:NAKS_MAX] == [([LineEvent.DAMAGED], b"\x15")] * NAKS_MAX
    assert answers[-1] == ([LineEvent.DAMAGED], b"")
    it.receive(frame(b"0210|00"), 50.0)
    assert it.receive(BAD, 51.0) == ([LineEvent.DAMAGED], b"\x15")
    assert it.receive(b"noise", 52.0) == ([LineEvent.STRAY], b"")
    framed = line(FRAMED)
    assert framed.receive(bytes.fromhex("060300"), 0.0) == ([LineEvent.DAMAGED], b"")


def test_the_byte_timer_ends_a_frame_that_does_not_go_on() -> None:
    it = line()
    it.send(b"0250|", 0.0, repeats=0)
    assert it.receive(b"\x02026", 1.0) == ([], b"")
    assert it.begun
    assert it.deadline == 1.5
    assert it.tick(1.5) == ([LineEvent.DAMAGED], b"\x15")
    assert not it.begun
    it.receive(b"\x02", 1.6)
    it.forget()
    assert it.deadline is None
    slow = StxLine(SHAPE, byte_s=None, ack_s=2.0)
    slow.receive(b"\x02", 0.0)
    assert slow.deadline is None
    framed = line(FRAMED)
    framed.send(b"x", 0.0, repeats=0)
    framed.receive(b"\x06", 0.1)
    assert framed.deadline == 0.6
    assert framed.tick(0.6) == ([LineEvent.ACKNOWLEDGED], b"")


def test_progress_may_say_the_same_twice_and_other_control_bytes_go_up() -> None:
    it = line(FRAMED)
    progress = frame(b"\x01WAIT", FRAMED)
    assert it.receive(progress * 2, 0.0) == ([b"\x01WAIT", b"\x01WAIT"], b"")
    hand = line(HANDSHAKE)
    assert hand.put(b"\x05", 0.0, repeats=1) == b"\x05"
    assert hand.receive(b"\x06\x05", 0.1) == (
        [LineEvent.ACKNOWLEDGED, Control(b"\x05", "ENQ")],
        b"",
    )
