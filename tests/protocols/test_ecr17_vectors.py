"""Every golden vector decodes to what its public source states, and the broken ones are refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from protocols.ecr17.decode import decode
from protocols.ecr17.framing import MODES, framer
from protocols.ecr17.messages import parse, serialise
from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Control, Payload
from protocols.kit.stx import StxFramer

FILE: Final = Path(__file__).parents[1] / "vectors" / "ecr17.json"


@dataclass(frozen=True, slots=True)
class Vector:
    """One entry of the file; `fields` are the values its source states."""

    id: str
    layer: str
    direction: str
    data: bytes
    valid: bool
    fields: dict[str, object]

    @property
    def payload(self) -> bytes:
        """The body that the source states."""
        return str(self.fields["payload"]).encode("latin-1")

    @property
    def mode(self) -> str:
        """What the check value covers, as the source states it."""
        return str(self.fields["lrc_mode"])


VECTORS: Final = tuple(
    Vector(
        id=row["id"],
        layer=row["layer"],
        direction=row["direction"],
        data=bytes.fromhex(row["hex"]),
        valid=row["valid"],
        fields=row["fields"],
    )
    for row in json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
)
GOOD: Final = tuple(vector for vector in VECTORS if vector.valid)
BODIES: Final = tuple(vector for vector in GOOD if "payload" in vector.fields)
MESSAGES: Final = tuple(vector for vector in BODIES if len(vector.payload) >= 10)
CONTROLS: Final = tuple(vector for vector in GOOD if "control" in vector.fields)
BAD: Final = tuple(vector for vector in VECTORS if not vector.valid)

good = pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.id)
messages = pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector.id)

# What the texts of the sources say about the fields behind the head.
STATED: Final[dict[str, dict[str, object]]] = {
    "payment_req_650": {"amount_minor": 650, "cash_register_id": "87654321"},
    "ext_payment_req": {
        "amount_minor": 650,
        "additional_data": "1",
        "card_in": "1",
        "payment_kind": "2",
        "text": ["ABC"],
    },
    "last_result_req": {"cash_register_id": "87654321", "additional_data": "0"},
    "totals_req": {"cash_register_id": "87654321"},
    "reversal_req_stan123": {"trace_number": "000123"},
    "reprint_to_ecr": {"to_ecr": "1"},
    "receipt_line": {"text": ["LINE 1"], "last": False},
    "close_rsp_ko": {"result": "declined", "text": ["SBILANCIO"], "action_code": "100"},
    "payment_rsp_ok": {
        "result": "approved",
        "result_code": "00",
        "masked_pan": "******1111",
        "entry_mode": "ICC",
        "auth_code": "ABC123",
        "date": "211",
        "time": "1520",
        "card_type": "2",
        "merchant_id": "ACQ",
        "trace_number": "000042",
        "turnover_number": "000099",
    },
    "payment_rsp_ko": {
        "result": "declined",
        "result_code": "01",
        "text": ["CARTA RIFIUTATA"],
        "trace_number": "000007",
        "turnover_number": "000003",
    },
    "payment_rsp_dcc": {
        "amount_minor": 650,
        "converted": "1",
        "exchange_rate": "00012345",
        "foreign_currency": "USD",
        "foreign_amount": 650,
        "foreign_precision": "2",
    },
    "preauth_rsp_ok": {
        "result": "approved",
        "auth_code": "AUTH01",
        "amount_minor": 50000,
        "pre_authorisation_code": "000000123",
        "date": "211",
        "time": "1520",
    },
    "preauth_rsp_ko": {
        "result": "declined",
        "text": ["NEGATO"],
        "merchant_id": "ACQ",
        "trace_number": "000055",
        "turnover_number": "000066",
    },
    "progress": {"text": ["ATTENDERE PREGO"]},
}


def decoded(vector: Vector) -> Decoded:
    (found,) = decode(vector.data, DecodeOptions(vector.layer))
    return found


def test_there_are_29_vectors_and_every_message_among_them_is_compared() -> None:
    assert len(VECTORS) == 29
    assert len({vector.id for vector in VECTORS}) == 29
    assert len(BAD) == 10
    assert {vector.id for vector in MESSAGES} == STATED.keys()


@messages
def test_a_vector_decodes_to_what_its_source_states(vector: Vector) -> None:
    found = decoded(vector)
    stated = STATED[vector.id]
    assert {name: found.fields.get(name) for name in stated} == stated
    assert found.direction == vector.direction
    if vector.payload[0] != 1:
        assert found.fields["terminal_id"] == "12345678"
        assert found.command == chr(vector.payload[9])
    assert len(vector.payload) == vector.fields.get("length", len(vector.payload))


@messages
def test_a_vector_is_written_again_byte_for_byte(vector: Vector) -> None:
    assert serialise(parse(vector.payload)) == vector.payload
    assert serialise(parse(vector.payload, direction=vector.direction)) == vector.payload


@pytest.mark.parametrize("vector", BODIES, ids=lambda vector: vector.id)
def test_the_frame_of_a_vector_is_ours_in_the_mode_that_it_states(vector: Vector) -> None:
    mode = vector.fields.get("lrc_mode", "std")
    assert StxFramer(MODES[str(mode)]).frame(vector.payload) == vector.data
    assert framer().pieces(vector.data) == [Payload(vector.payload)]
    for name, shape in MODES.items():
        fits = StxFramer(shape).pieces(vector.data) == [Payload(vector.payload)]
        assert fits == (name == mode or vector.payload[0] == 1)
    if "lrc_mode" in vector.fields:
        assert decoded(vector).notes[0] == f"LRC mode {mode}"
    if "lrc" in vector.fields:
        assert vector.data[-1] == vector.fields["lrc"]


@pytest.mark.parametrize("vector", CONTROLS, ids=lambda vector: vector.id)
def test_acknowledgements_decode_in_the_mode_that_they_state(vector: Vector) -> None:
    found = decoded(vector)
    assert (found.command, found.name) == (vector.fields["control"],) * 2
    assert found.notes == (f"LRC mode {vector.mode}",)
    (piece,) = StxFramer(MODES[vector.mode]).pieces(vector.data)
    assert piece == Control(vector.data, str(vector.fields["control"]))


@good
def test_a_vector_with_a_byte_more_or_less_is_refused(vector: Vector) -> None:
    options = DecodeOptions(vector.layer)
    for wrong in (vector.data + b"\x41", vector.data[:-1]):
        with pytest.raises(ProtocolError) as caught:
            decode(wrong, options)
        assert caught.value.offset is not None


@good
def test_vectors_in_a_row_decode_one_by_one(vector: Vector) -> None:
    found = decode(vector.data * 2, DecodeOptions(vector.layer))
    assert [row.command for row in found] == [decoded(vector).command] * 2


@pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector.id)
def test_a_broken_vector_is_refused(vector: Vector) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(vector.data, DecodeOptions(vector.layer))
    assert caught.value.offset is not None
