"""DLE framing and bare APDUs: any portions, any noise, always bounded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.errors import BadFrame
from protocols.kit.framing import Control, Damaged, Payload, Piece, Stray
from protocols.zvt.framing import ACK, APDU_MAX, NAK, SerialFramer, TcpFramer, apdu_length

if TYPE_CHECKING:
    from collections.abc import Sequence

BODY = bytes.fromhex("06010704000000000190")
FRAME = bytes.fromhex("10020601070400000000019010037657")


def apdus() -> st.SearchStrategy[bytes]:
    """Well-formed APDUs, rich in bytes that mean something to the framing."""
    body = st.lists(st.sampled_from([0x10, 0x02, 0x03, 0x06, 0x15, 0x00, 0xFF]), max_size=300)
    return body.map(lambda data: _apdu(bytes(data)))


def _apdu(body: bytes) -> bytes:
    size = len(body)
    length = bytes((size,)) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
    return b"\x06\x10" + length + body


def _cut(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    portions, at = [], 0
    for size in sizes:
        portions.append(data[at : at + size])
        at += size
    return [*portions, data[at:]]


def _payloads(pieces: Sequence[Piece]) -> list[bytes]:
    return [piece.data for piece in pieces if isinstance(piece, Payload)]


sizes = st.lists(st.integers(0, 40), max_size=20)


@given(st.lists(apdus(), max_size=4), sizes)
def test_serial_frames_come_out_whole_whatever_the_portions(
    sent: list[bytes], cuts: list[int]
) -> None:
    framer = SerialFramer()
    wire = b"".join(framer.frame(apdu) + ACK for apdu in sent)
    pieces = [piece for portion in _cut(wire, cuts) for piece in framer.pieces(portion)]
    assert pieces == [piece for apdu in sent for piece in (Payload(apdu), Control(ACK, "ACK"))]
    assert not framer.pending


@given(st.lists(apdus(), max_size=4), sizes)
def test_tcp_apdus_come_out_whole_whatever_the_segments(sent: list[bytes], cuts: list[int]) -> None:
    framer = TcpFramer()
    wire = b"".join(framer.frame(apdu) for apdu in sent)
    pieces = [piece for portion in _cut(wire, cuts) for piece in framer.pieces(portion)]
    assert pieces == [Payload(apdu) for apdu in sent]
    assert not framer.pending


@given(st.binary(max_size=200), sizes)
def test_noise_never_raises_and_no_byte_is_lost(noise: bytes, cuts: list[int]) -> None:
    framer = SerialFramer()
    seen = b""
    for portion in _cut(noise, cuts):
        for piece in framer.pieces(portion):
            seen += framer.frame(piece.data) if isinstance(piece, Payload) else piece.data
    assert seen + framer.reset() == noise
    assert not framer.pending


@given(
    st.lists(st.sampled_from([b"\x10", b"\x02", b"\x03", b"\x06", b"\x41"]), max_size=12),
    apdus(),
)
def test_a_frame_is_found_behind_any_noise(noise: list[bytes], apdu: bytes) -> None:
    framer = SerialFramer()
    found = framer.pieces(b"".join(noise) + framer.frame(apdu))
    assert apdu in _payloads(found)


@given(apdus(), st.data())
def test_one_flipped_bit_never_gives_another_apdu(apdu: bytes, data: st.DataObject) -> None:
    framer = SerialFramer()
    wire = bytearray(framer.frame(apdu))
    place = data.draw(st.integers(0, len(wire) * 8 - 1))
    wire[place // 8] ^= 1 << place % 8
    assert set(_payloads(framer.pieces(bytes(wire)))) <= {apdu}


def test_the_check_value_is_never_doubled() -> None:
    framer = SerialFramer()
    with_dle = next(
        apdu
        for number in range(100_000)
        if b"\x10"
        in framer.frame(apdu := _apdu(number.to_bytes(3, "big").replace(b"\x10", b"")))[-2:]
    )
    wire = framer.frame(with_dle)
    assert wire[-4:-2] == b"\x10\x03"
    for cut in range(len(wire)):
        receiving = SerialFramer()
        assert receiving.pieces(wire[:cut]) == []
        assert receiving.pieces(wire[cut:] + ACK) == [Payload(with_dle), Control(ACK, "ACK")]


def test_ack_and_nak_mean_something_only_outside_of_a_frame() -> None:
    framer = SerialFramer()
    assert framer.pieces(ACK + NAK) == [Control(ACK, "ACK"), Control(NAK, "NAK")]
    inside = framer.frame(_apdu(ACK + NAK))
    assert framer.pieces(inside) == [Payload(_apdu(ACK + NAK))]


def test_noise_is_stray_up_to_the_next_start() -> None:
    framer = SerialFramer()
    assert framer.pieces(b"abc" + FRAME) == [Stray(b"abc"), Payload(BODY)]
    assert framer.pieces(b"abc\x06") == [Stray(b"abc"), Control(ACK, "ACK")]
    assert framer.pieces(b"\x10") == []
    assert framer.pending
    assert framer.pieces(b"x") == [Stray(b"\x10x")]


def test_a_frame_that_breaks_off_gives_way_to_the_next() -> None:
    framer = SerialFramer()
    (damaged, payload) = framer.pieces(FRAME[:7] + FRAME)
    assert damaged == Damaged(FRAME[:7], "a new frame began before the end of this one")
    assert payload == Payload(BODY)


def test_a_lone_dle_inside_of_a_frame_damages_it() -> None:
    (damaged, *_) = SerialFramer().pieces(b"\x10\x02\x06\x10\x41\x00" + FRAME)
    assert damaged == Damaged(b"\x10\x02\x06\x10\x41", "DLE 41 inside of a frame")


def test_a_wrong_check_value_damages_one_frame_only() -> None:
    wrong = FRAME[:-1] + b"\x00"
    assert SerialFramer().pieces(wrong + FRAME) == [
        Damaged(wrong, "the check value does not fit"),
        Payload(BODY),
    ]


def test_a_damaged_amount_of_10_02_is_reported_once() -> None:
    framer = SerialFramer()
    wire = framer.frame(bytes.fromhex("06010704000000001002"))
    assert b"\x10\x10\x02" in wire
    assert len(framer.pieces(wire[:-1] + bytes((wire[-1] ^ 1,)))) == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_a_frame_whose_check_value_got_lost_does_not_take_the_next_with_it(lost: int) -> None:
    framer = SerialFramer()
    found = [piece for byte in FRAME[:-lost] + FRAME for piece in framer.pieces(bytes((byte,)))]
    assert isinstance(found[0], Damaged)
    assert _payloads(found) == [BODY]


def test_a_frame_around_nothing_is_damaged() -> None:
    empty = bytes.fromhex("10021003") + b"\xb8\x1b"
    (piece,) = SerialFramer().pieces(empty)
    assert isinstance(piece, Damaged)


def test_the_longest_apdu_fits_and_one_byte_more_does_not() -> None:
    longest = _apdu(b"\x10" * 0xFFFF)
    assert len(longest) == APDU_MAX
    for framer in (SerialFramer(), TcpFramer()):
        assert framer.pieces(framer.frame(longest)) == [Payload(longest)]
    with pytest.raises(BadFrame):
        SerialFramer().frame(longest + b"\0")
    with pytest.raises(BadFrame):
        SerialFramer().frame(b"")


def test_a_frame_without_an_end_is_dropped() -> None:
    framer = SerialFramer()
    pieces = framer.pieces(b"\x10\x02" + bytes(3 * APDU_MAX))
    assert [type(piece) for piece in pieces] == [Damaged]
    assert not framer.pending


def test_reset_forgets_what_is_not_whole() -> None:
    for framer, wire in ((SerialFramer(), FRAME), (TcpFramer(), BODY)):
        assert framer.pieces(wire[:5]) == []
        assert framer.pending
        assert framer.reset() == wire[:5]
        assert not framer.pending
        assert framer.pieces(wire) == [Payload(BODY)]


@pytest.mark.parametrize("wrong", ["", "0601", "060108", "0601070400", "0601FF01", "8000FF0100"])
def test_an_apdu_with_a_wrong_length_is_not_written_to_tcp(wrong: str) -> None:
    with pytest.raises(BadFrame):
        TcpFramer().frame(bytes.fromhex(wrong))


def test_extended_lengths_have_the_low_byte_first() -> None:
    assert apdu_length(bytes.fromhex("8000FF4104")) == 5 + 0x0441
    assert apdu_length(bytes.fromhex("8000FE")) == 3 + 0xFE
    assert apdu_length(b"\x80\x00") is None
    assert apdu_length(bytes.fromhex("8000FF41")) is None


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x10\x02" * 32_000,
        b"\x10\x02" + b"\x10\x10\x02" * 21_000 + b"\x10\x03\x00\x00",
        b"\x10\x10\x02\x10\x03\x00\x00" * 9_000,
        b"\x06" * 64_000,
        b"\x10" * 64_000,
    ],
    ids=["starts", "starts inside", "short frames", "controls", "escapes"],
)
def test_hostile_bytes_cost_no_more_than_their_number(hostile: bytes) -> None:
    framer = SerialFramer()
    begun = time.process_time()
    framer.pieces(hostile)
    assert time.process_time() - begun < 2.0


def test_a_frame_that_begins_in_place_of_a_check_value_is_found() -> None:
    framer = SerialFramer()
    good = framer.frame(b"\x80\x00\x00")
    cut = b"\x10\x02\x80\x00\x00\x10\x03"
    pieces = SerialFramer().pieces(cut + good)
    assert [type(piece) for piece in pieces] == [Damaged, Payload]
    assert pieces[-1].data == b"\x80\x00\x00"


def test_a_frame_behind_noise_that_looks_like_a_start_is_found() -> None:
    good = SerialFramer().frame(b"\x80\x00\x00")
    for noise in (b"\x10\x02\x55", b"\x10\x02", b"\x10\x02\x55\x10"):
        pieces = SerialFramer().pieces(noise + good)
        assert pieces[-1] == Payload(b"\x80\x00\x00")
