"""STX … ETX LRC frames in every shape of the family, and text fields between marks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.errors import BadField, BadFrame
from protocols.kit.fields import Hidden
from protocols.kit.framing import Control, Damaged, Payload, Piece, Stray
from protocols.kit.masking import Secret
from protocols.kit.separated import Letters, Separated, digits
from protocols.kit.stx import ACK, ENQ, EOT, NAK, AckShape, StxFramer, StxShape
from tests.strategies import values_of

PLAIN = StxShape()
STD = StxShape(start=0x7F, covers_etx=False, acks=AckShape.FRAMED, progress_max=20)
STX_MODE = StxShape(start=0x7F, covers_stx=True, acks=AckShape.EITHER, progress_max=20)
NOEXT = StxShape(start=0x7F)
STX_NOEXT = StxShape(start=0x7F, covers_stx=True, covers_etx=False)
HANDSHAKE = StxShape(controls=frozenset({ACK, NAK, ENQ, EOT}), body_max=90)
SHAPES = (PLAIN, STD, STX_MODE, NOEXT, STX_NOEXT, HANDSHAKE)
BODIES = st.binary(min_size=1, max_size=40).filter(
    lambda body: body[0] != 1 and not {2, 3} & set(body)
)

shapes = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{SHAPES.index(shape)}")


def pieces(shape: StxShape, *portions: str) -> list[Piece]:
    framer = StxFramer(shape)
    return [piece for portion in portions for piece in framer.pieces(bytes.fromhex(portion))]


def test_the_check_value_covers_what_the_shape_says() -> None:
    assert [shape.check(b"A") for shape in SHAPES[1:5]] == [0x3E, 0x3F, 0x3D, 0x3C]
    assert PLAIN.check(b"0100") == 0x02


def test_acknowledgements_are_bytes_or_frames() -> None:
    assert PLAIN.control(ACK) == b"\x06"
    assert STD.control(ACK) == bytes.fromhex("060379")
    assert STD.control(NAK) == bytes.fromhex("15036A")
    assert STX_MODE.control(ACK) == bytes.fromhex("060378")
    assert STX_MODE.control(NAK) == bytes.fromhex("15036B")
    assert HANDSHAKE.control(ENQ) == b"\x05"


@shapes
@given(bodies=st.lists(BODIES, min_size=1, max_size=3), size=st.integers(1, 7))
def test_frames_come_through_in_any_portions(
    shape: StxShape, bodies: list[bytes], size: int
) -> None:
    framer = StxFramer(shape)
    stream = b"".join(framer.frame(body) for body in bodies)
    found = [
        piece
        for at in range(0, len(stream), size)
        for piece in framer.pieces(stream[at : at + size])
    ]
    assert found == [Payload(body) for body in bodies]
    assert not framer.pending


@pytest.mark.parametrize("check", [0x00, 0x02, 0x03, 0x04, 0x06, 0x15])
def test_the_byte_behind_etx_is_taken_whatever_it_is(check: int) -> None:
    body = b"01" + bytes((check ^ 0x30 ^ 0x31 ^ 0x03,))
    if body[-1] in {2, 3}:
        body = b"0" + bytes((0x41, check ^ 0x30 ^ 0x41 ^ 0x03))
    framer = StxFramer(PLAIN)
    frame = framer.frame(body)
    assert frame[-1] == check
    assert framer.pieces(frame + b"\x06") == [Payload(body), Control(b"\x06", "ACK")]


def test_what_fits_no_frame_is_refused() -> None:
    for body in (b"", bytes(91), b"a\x02", b"a\x03"):
        with pytest.raises(BadFrame):
            StxFramer(HANDSHAKE).frame(body)
    for text in (b"\x01" + b"x" * 21, b"\x01a\x04", b"\x01a\x02", b"\x01\x01"):
        with pytest.raises(BadFrame):
            StxFramer(STD).frame(text)


def test_a_progress_frame_has_no_check_value() -> None:
    framer = StxFramer(STD)
    wire = framer.frame(b"\x01INSERT CARD")
    assert wire == b"\x01INSERT CARD\x04"
    assert framer.pieces(wire[:5]) == []
    assert framer.pieces(wire[5:] + b"\x04") == [Payload(b"\x01INSERT CARD"), Stray(b"\x04")]
    assert framer.pieces(b"\x01ab\x02") == [
        Damaged(b"\x01ab", "a new frame began before the end of this one")
    ]
    framer.reset()
    assert framer.pieces(b"\x01" + b"x" * 21) == [
        Damaged(b"\x01" + b"x" * 21, "a progress frame without an end")
    ]
    assert pieces(PLAIN, "0141") == [Stray(b"\x01A")]


def test_a_framed_acknowledgement_is_judged_by_its_check_byte() -> None:
    assert pieces(STD, "06", "03", "79") == [Control(bytes.fromhex("060379"), "ACK")]
    assert pieces(STD, "150300") == [
        Damaged(bytes.fromhex("150300"), "the check value of an acknowledgement does not fit")
    ]
    assert pieces(STD, "060302") == [
        Damaged(bytes.fromhex("0603"), "the check value of an acknowledgement does not fit")
    ]
    assert pieces(STD, "0630") == [Stray(b"\x06"), Stray(b"0")]
    assert pieces(STX_MODE, "0605") == [Control(b"\x06", "ACK"), Stray(b"\x05")]


def test_a_lone_acknowledgement_is_known_when_nothing_follows() -> None:
    framer = StxFramer(STX_MODE)
    assert framer.pieces(b"\x15") == []
    assert framer.pending
    assert framer.expire() == [Control(b"\x15", "NAK")]
    assert framer.expire() == []
    framer = StxFramer(STD)
    framer.pieces(b"\x06")
    assert framer.expire() == [Damaged(b"\x06", "a frame without an end")]


def test_damage_never_costs_the_frame_behind_it() -> None:
    good = StxFramer(PLAIN).frame(b"0100")
    bad = b"\x020101\x03\x07"
    wrong = "the check value does not fit"
    found = StxFramer(PLAIN).pieces(bad + good)
    assert found == [Damaged(bad, wrong), Payload(b"0100")]
    # The check byte itself was lost, so that the next frame stands in its place.
    assert StxFramer(PLAIN).pieces(bad[:-1] + good) == [Damaged(bad[:-1], wrong), Payload(b"0100")]
    # The end was lost.
    began = "a new frame began before the end of this one"
    assert StxFramer(PLAIN).pieces(b"\x0201" + good) == [
        Damaged(b"\x0201", began),
        Payload(b"0100"),
    ]
    assert StxFramer(PLAIN).pieces(b"\x02\x03\x03") == [Damaged(b"\x02\x03\x03", wrong)]
    assert StxFramer(PLAIN).pieces(b"xy\x15" + good) == [
        Stray(b"xy"),
        Control(b"\x15", "NAK"),
        Payload(b"0100"),
    ]


def test_a_frame_without_an_end_is_given_up_in_the_same_way_in_any_portions() -> None:
    endless = b"\x02" + b"x" * 91
    framer = StxFramer(HANDSHAKE)
    assert framer.pieces(endless[:50]) == []
    assert framer.pieces(endless[50:]) == [Damaged(endless, "a frame without an end")]
    # An end that comes too late belongs to nothing.
    late = StxFramer(HANDSHAKE).pieces(endless + b"\x03\x06")
    assert late == [
        Damaged(endless, "a frame without an end"),
        Stray(b"\x03"),
        Control(b"\x06", "ACK"),
    ]
    longest = StxFramer(HANDSHAKE).frame(b"x" * 90)
    assert StxFramer(HANDSHAKE).pieces(longest) == [Payload(b"x" * 90)]


def test_reset_gives_back_what_has_begun() -> None:
    framer = StxFramer(PLAIN)
    framer.pieces(b"\x0201")
    assert framer.reset() == b"\x0201"
    assert framer.reset() == b""


FIELDS = (
    Separated(Letters(6)),
    Separated(digits(9)),
    Separated(Letters(4, 2, "ab;"), ";"),
    Hidden(Separated(digits(19)), card_number=True),
)


@pytest.mark.parametrize("field", FIELDS, ids=repr)
@given(data=st.data())
def test_a_separated_value_comes_back_and_stops_at_the_next_mark(
    field: Separated, data: st.DataObject
) -> None:
    value = data.draw(values_of(field))
    wire = field.encode(value)
    mark = wire[:1]
    assert field.decode(b"0" + wire + mark + b"9", 1, len(wire) + 3) == (value, len(wire) + 1)
    assert field.decode(wire, 0, len(wire)) == (value, len(wire))


def test_what_does_not_fit_between_marks_is_refused() -> None:
    field = Separated(digits(3, 1))
    for wire in (b"", b"123", b"|", b"|1234", b"|1 2", b"|1\xff"):
        with pytest.raises(BadField):
            field.decode(wire, 0, len(wire))
    for value in ("", "1234", "1 2", 12, Secret("1")):
        with pytest.raises(BadField):
            field.encode(value)
    with pytest.raises(BadField):
        Separated(Letters(3)).encode("a|b")


@pytest.mark.parametrize("covers_stx", [False, True])
@pytest.mark.parametrize("covers_etx", [False, True])
def test_any_reach_reads_every_reach_and_writes_its_own(
    *, covers_stx: bool, covers_etx: bool
) -> None:
    one = StxShape(0x7F, covers_stx=covers_stx, covers_etx=covers_etx, acks=AckShape.FRAMED)
    anyone = replace(one, covers_stx=False, covers_etx=False, any_reach=True)
    assert StxFramer(anyone).pieces(StxFramer(one).frame(b"AB")) == [Payload(b"AB")]
    assert StxFramer(anyone).pieces(one.control(ACK)) == [Control(one.control(ACK), "ACK")]
    assert StxFramer(anyone).frame(b"AB") == b"\x02AB\x03\x7c"
    wrong = StxFramer(one).frame(b"AB")[:-1] + bytes((one.check(b"AB") ^ 4,))
    assert not any(isinstance(piece, Payload) for piece in StxFramer(anyone).pieces(wrong))


def test_a_body_that_looks_like_a_progress_text_is_no_frame() -> None:
    wire = b"\x02\x01A\x03" + bytes((STD.check(b"\x01A"),))
    assert [type(piece) for piece in StxFramer(STD).pieces(wire)] == [Damaged]
    plain = replace(STD, progress_max=0)
    assert StxFramer(plain).pieces(wire) == [Payload(b"\x01A")]
