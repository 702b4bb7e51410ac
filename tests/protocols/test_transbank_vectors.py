"""Every golden vector of Transbank reads as its source states, and the broken ones are refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Payload
from protocols.kit.stx import StxFramer
from protocols.transbank.decode import FRAME, MESSAGE, decode
from protocols.transbank.messages import SHAPE, parse, serialise

FILE: Final = Path(__file__).parents[1] / "vectors" / "transbank.json"


@dataclass(frozen=True, slots=True)
class Vector:
    """One entry of the file; `fields` is the body between its bars, where the source states it."""

    id: str
    direction: str
    data: bytes
    valid: bool
    fields: list[str] | None

    @property
    def body(self) -> bytes:
        (piece,) = StxFramer(SHAPE).pieces(self.data)
        assert isinstance(piece, Payload)
        return piece.data


VECTORS: Final = [
    Vector(
        row["id"],
        row["direction"],
        bytes.fromhex(row["hex"]),
        row["valid"],
        row["fields"].get("fields"),
    )
    for row in json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
]
MESSAGES: Final = [vector for vector in VECTORS if vector.valid and vector.fields]
BAD: Final = [vector for vector in VECTORS if not vector.valid]

messages = pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector.id)


@messages
def test_a_vector_holds_the_fields_that_its_source_states(vector: Vector) -> None:
    message = parse(vector.body)
    assert message.layout.direction == vector.direction
    values = [getattr(value, "clear", value) for value in message.values.values()]
    assert [message.code.decode(), *values] == vector.fields


@messages
def test_a_vector_goes_out_again_byte_for_byte(vector: Vector) -> None:
    assert serialise(parse(vector.body)) == vector.body
    assert StxFramer(SHAPE).frame(vector.body) == vector.data


@messages
def test_a_vector_reads_alike_in_both_layers(vector: Vector) -> None:
    in_frame = decode(vector.data, DecodeOptions(FRAME))
    assert decode(vector.body, DecodeOptions(MESSAGE)) == in_frame


@messages
def test_a_vector_with_a_byte_more_or_less_is_refused(vector: Vector) -> None:
    data = vector.data
    for wrong in (data + b"\x00", data[:-1], data[1:]):
        with pytest.raises(ProtocolError):
            decode(wrong, DecodeOptions(FRAME))


@pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector.id)
def test_a_broken_vector_is_refused(vector: Vector) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(vector.data, DecodeOptions(FRAME))
    assert caught.value.offset is not None


def test_control_bytes_are_told_by_name() -> None:
    found = decode(bytes.fromhex("0615"), DecodeOptions(FRAME))
    assert [(told.command, told.name) for told in found] == [("06", "ACK"), ("15", "NAK")]
