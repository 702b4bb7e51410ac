"""Bytes of Concert V2: vectors, decode, masking, tables."""

from __future__ import annotations

import json

import pytest

from protocols.concert import PROTOCOL
from protocols.concert.commands import encode, reference
from protocols.concert.layouts import FULL_ANSWER, REQUEST, SHAPE, SHORT_ANSWER
from protocols.concert.messages import command_of, parse, serialise
from protocols.concert.profiles import CONCERT_PROFILES
from protocols.concert.results import RESULTS, meaning
from protocols.concert.session import ConcertSession
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError, UnknownMessage
from protocols.kit.framing import Control, Payload
from protocols.kit.session import SessionSettings
from protocols.kit.stx import StxFramer
from protocols.kit.vocabulary import Outcome
from tests.protocols.concert_peer import REFUND
from tests.protocols.concert_vectors import BAD, GOOD, Vector

good = pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.id)
bad = pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector.id)
FRAME = DecodeOptions("frame")
MESSAGE = DecodeOptions("message")
SHORT = b"010000012501978A000000011"
FULL = b"010000012501" + b"4111111111111111=2712 CB".ljust(55) + b"978A000000011"
# A vector's key -> our field, where the values are compared as they are.
SAME = {
    "pos": "pos",
    "amount_cents": "amount_minor",
    "answer_flag": "answer_flag",
    "mode": "mode",
    "type": "type",
    "currency": "currency",
    "private": "private",
    "delay": "delay",
    "auto": "auto",
}


# --- vectors ---------------------------------------------------------------------------------


@good
def test_a_vector_decodes_to_what_its_source_states(vector: Vector) -> None:
    (found,) = PROTOCOL.decode(vector.data, DecodeOptions(vector.layer))
    control = vector.fields.get("control")
    if control is not None:
        assert (found.name, found.fields, found.direction) == (control, {}, "")
        return
    assert found.fields == {SAME[key]: value for key, value in vector.fields.items()}
    assert found.direction == vector.direction
    assert found.name == "request: debit"


@good
def test_a_vector_goes_out_again_byte_for_byte(vector: Vector) -> None:
    framer = StxFramer(SHAPE)
    (piece,) = framer.pieces(vector.data)
    if isinstance(piece, Control):
        assert SHAPE.control(vector.data[0]) == piece.data == vector.data
        return
    assert isinstance(piece, Payload)
    message = parse(piece.data)
    assert framer.frame(serialise(message)) == vector.data
    assert PROTOCOL.mask(piece.data) == piece.data


@bad
def test_a_broken_vector_is_refused(vector: Vector) -> None:
    with pytest.raises(BadFrame):
        PROTOCOL.decode(vector.data, DecodeOptions(vector.layer))
    assert not any(isinstance(p, Payload) for p in StxFramer(SHAPE).pieces(vector.data))


# --- decode and masking ----------------------------------------------------------------------


@pytest.mark.parametrize("body", [SHORT, FULL], ids=["short", "full"])
def test_an_answer_is_shown_without_its_card_data(body: bytes) -> None:
    (found,) = PROTOCOL.decode(body, MESSAGE)
    assert (found.command, found.direction) == ("A0", "to_ecr")
    assert found.fields["amount_minor"] == 1250
    assert (found.fields["result_code"], found.fields["result"]) == ("0", "approved")
    assert found.fields["private"] == "A000000011"
    assert "4111" not in json.dumps(dict(found.fields))
    message = parse(body)
    assert message.layout is (FULL_ANSWER if body is FULL else SHORT_ANSWER)
    assert serialise(message) == body
    masked = PROTOCOL.mask(body)
    assert len(masked) == len(body)
    assert b"4111" not in masked
    assert ("report" in found.fields) == (body is FULL)


def test_a_blank_amount_is_none() -> None:
    blank = SHORT[:2] + b"7" + b" " * 8 + SHORT[11:]
    (found,) = PROTOCOL.decode(blank, MESSAGE)
    assert found.fields["amount_minor"] is None
    assert found.fields["result"] == "declined"
    torn = SHORT[:3] + b"00 01250" + SHORT[11:]
    assert PROTOCOL.decode(torn, MESSAGE)[0].fields["amount_minor"] is None


def test_frames_and_control_bytes_decode_in_a_row() -> None:
    request = GOOD[2].data if GOOD[2].id.startswith("req") else GOOD[3].data
    answer = StxFramer(SHAPE).frame(SHORT)
    found = PROTOCOL.decode(b"\x05" + request + b"\x04\x06\x15" + answer, FRAME)
    assert [each.name for each in found] == [
        "ENQ",
        "request: debit",
        "EOT",
        "ACK",
        "NAK",
        "answer",
    ]
    assert PROTOCOL.decode(b"", MESSAGE) == []


@pytest.mark.parametrize(
    ("data", "kind", "offset"),
    [
        (b"\x05?", BadFrame, 1),
        (b"\x06" + StxFramer(SHAPE).frame(b"0100000"), UnknownMessage, 2),
        (b"\x06" + StxFramer(SHAPE).frame(SHORT[:5] + b"x" + SHORT[6:]), BadField, 5),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(
    data: bytes, kind: type[ProtocolError], offset: int
) -> None:
    with pytest.raises(kind) as caught:
        PROTOCOL.decode(data, FRAME)
    assert caught.value.offset == offset


def test_an_unlisted_type_is_shown() -> None:
    wire = b"010000125001x978A000000011A010B010"
    (found,) = PROTOCOL.decode(wire, MESSAGE)
    assert found.name == "request: unlisted type"
    assert command_of(parse(wire)) == "Ex"
    assert parse(wire).layout is REQUEST


def test_a_body_that_cannot_be_read_loses_its_digits() -> None:
    assert PROTOCOL.mask(b"?4111111111111111") == b"?" + b"*" * 16


# --- tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("0", Outcome.APPROVED),
        ("7", Outcome.DECLINED),
        ("9", Outcome.UNKNOWN),
        ("1", Outcome.UNKNOWN),
        (" ", Outcome.UNKNOWN),
    ],
)
def test_only_0_and_7_decide_something(code: str, outcome: Outcome) -> None:
    assert meaning(code).outcome is outcome
    assert (code in RESULTS) == (meaning(code).text != "concert.result.unlisted")


def test_a_reference_has_ten_letters_or_digits_and_never_comes_twice() -> None:
    assert reference(0) == "0000000000"
    assert reference(36) == "0000000010"
    assert reference(36**10 - 1) == "ZZZZZZZZZZ"


@pytest.mark.parametrize(
    ("till", "sent"), [("07", b"07"), ("7", b"07"), ("", b"01"), ("99", b"99")]
)
def test_the_till_is_as_the_configuration_has_it(till: str, sent: bytes) -> None:
    settings = SessionSettings("generic", "serial", options={"till": till})
    message = encode(REFUND, settings, CONCERT_PROFILES["generic"])
    assert message is not None
    assert serialise(message).startswith(sent)


@pytest.mark.parametrize("till", ["123", "A1", " 1"])
def test_a_till_that_does_not_fit_is_refused_before_anything_is_written(till: str) -> None:
    session = ConcertSession(SessionSettings("generic", "serial", options={"till": till}))
    with pytest.raises(BadField):
        session.begin(REFUND, 0.0)
