"""Every golden vector decodes to what its public source states, and the broken ones are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Payload
from protocols.kit.masking import mask_digits, mask_pan
from protocols.zvt.decode import decode
from protocols.zvt.framing import SerialFramer, TcpFramer
from protocols.zvt.masking import mask
from protocols.zvt.messages import parse, serialise
from tests.protocols.zvt_vectors import BAD, FRAMES, GOOD, VECTORS, Vector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

good = pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.id)
bad = pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector.id)

# A vector's key -> our field, where the values are compared as they are.
SAME: Mapping[str, str] = {
    "amount": "amount_minor",
    "attribute": "attribute",
    "aid": "authorisation_attribute",
    "additional_text": "additional_text",
    "card_name": "card_name",
    "card_seq": "card_sequence_number",
    "config_byte": "config_byte",
    "currency": "currency",
    "date_mmdd": "date",
    "intermediate_status": "intermediate_status",
    "max_status_infos": "max_status_infos",
    "network_card_type": "network_card_type",
    "orig_trace": "original_trace_number",
    "receipt_no": "receipt_number",
    "result_code": "result_code",
    "result_code_as": "host_result_code",
    "code": "result_code",
    "service_byte": "service_byte",
    "sw_version": "version",
    "terminal_id": "terminal_id",
    "terminal_status": "terminal_status",
    "time_hhmmss": "time",
    "timeout": "timeout_s",
    "timeout_min_bcd": "timeout_minutes",
    "trace": "trace_number",
    "turnover_no": "turnover_number",
    "vu_number": "contract_number",
    "zvt_card_type": "card_type",
}
# Keys that say something about the vector rather than about a field of the message.
ABOUT_THE_VECTOR = frozenset({"apdu", "crc_ok", "fragments", "ack", "raw"})


def decoded(vector: Vector) -> Decoded:
    (found,) = decode(vector.data, DecodeOptions(vector.layer))
    return found


def _payment_type(vector: Vector, found: Decoded) -> None:
    assert found.fields["payment_type"] == vector.fields["bmp19"]


def _pan(vector: Vector, found: Decoded) -> None:
    assert found.fields["masked_pan"] == mask_pan(str(vector.fields["pan"]).removesuffix("F"))


def _hidden(key: str, name: str) -> Callable[[Vector, Decoded], None]:
    def check(vector: Vector, found: Decoded) -> None:
        assert found.fields[name] == "*" * len(str(vector.fields[key]))

    return check


def _totals(vector: Vector, found: Decoded) -> None:
    digits = str(vector.fields["single_totals"])
    totals = found.fields["totals"]
    assert isinstance(totals, dict)
    assert totals["first_receipt"] == digits[:4]
    assert totals["last_receipt"] == digits[4:8]
    cards = totals["cards"].values()
    wire = "".join(f"{card['count']:02X}{card['amount_minor']:012d}" for card in cards)
    assert wire == digits[8:]


def _text(vector: Vector, found: Decoded) -> None:
    """The source states everything behind the attribute; we give clean text and the container."""
    stated = str(vector.fields["text"])
    lines = found.fields["text"]
    assert isinstance(lines, list)
    assert "\x06" not in lines[0]
    tail = stated.removeprefix(lines[0])
    assert lines == [stated.removesuffix(tail)]
    (message,) = [parse(vector.apdu)]
    container = message.container()
    assert tail.encode("cp437") == (b"\x06" + container.wire if container else b"")
    assert ("tlv" in found.fields) == bool(tail)
    assert bool(found.notes) == bool(tail)


def _expected_text(vector: Vector, found: Decoded) -> None:
    assert found.fields["text"] == [vector.fields["expected_text"]]


def _data(vector: Vector, found: Decoded) -> None:
    stated = bytes.fromhex(str(vector.fields["data"]))
    header = vector.apdu[: -len(stated)]
    assert found.fields["data"] == mask(header + stated)[len(header) :].hex().upper()
    assert len(str(found.fields["data"])) == 2 * len(stated)


def _tree(vector: Vector, found: Decoded) -> None:
    assert _as_stated(found.fields["tlv"]) == _without_text(vector.fields["tlv"])


def _as_stated(tree: object) -> list[list[object]]:
    assert isinstance(tree, list)
    return [
        [node["tag"], _as_stated(node["nodes"]) if "nodes" in node else node["value"]]
        for node in tree
    ]


def _without_text(stated: object) -> list[list[object]]:
    """The stated tree; a value there may be followed by its text in quotes."""
    assert isinstance(stated, list)
    return [
        [tag, value.partition(" ")[0] if isinstance(value, str) else _without_text(value)]
        for tag, value in stated
    ]


SPECIAL: Mapping[str, Callable[[Vector, Decoded], None]] = {
    "bmp19": _payment_type,
    "pan": _pan,
    "password": _hidden("password", "password"),
    "expiry_yymm": _hidden("expiry_yymm", "expiry"),
    "single_totals": _totals,
    "text": _text,
    "expected_text": _expected_text,
    "data": _data,
    "tlv": _tree,
    "command": lambda vector, found: _equal(found.command, vector.fields["command"]),
    "data_length": lambda vector, _: _equal(
        _data_length(vector.apdu), vector.fields["data_length"]
    ),
}


def _equal(ours: object, stated: object) -> None:
    assert ours == stated


def _data_length(apdu: bytes) -> int:
    return len(apdu) - (5 if apdu[2] == 0xFF else 3)


def test_there_are_63_vectors_each_with_a_source() -> None:
    assert len(VECTORS) == 63
    assert len({vector.id for vector in VECTORS}) == 63
    assert all(vector.source for vector in VECTORS)
    assert len(BAD) == 5
    assert len(FRAMES) == 6


@good
def test_a_vector_decodes_to_what_its_source_states(vector: Vector) -> None:
    found = decoded(vector)
    for key, stated in vector.fields.items():
        if key in SPECIAL:
            SPECIAL[key](vector, found)
        elif key in SAME:
            assert found.fields[SAME[key]] == stated, key
        else:
            assert key in ABOUT_THE_VECTOR
    if found.direction:
        assert found.direction == vector.direction


@good
def test_a_vector_is_written_again_byte_for_byte(vector: Vector) -> None:
    assert serialise(parse(vector.apdu)) == vector.apdu


@good
def test_a_vector_with_a_byte_more_or_less_is_refused(vector: Vector) -> None:
    options = DecodeOptions(vector.layer)
    for wrong in (vector.data + b"\x01", vector.data[:-1]):
        with pytest.raises(ProtocolError) as caught:
            decode(wrong, options)
        assert caught.value.offset is not None
    with pytest.raises(ProtocolError):
        parse(vector.apdu + b"\x00")


@good
def test_no_beginning_of_a_vector_parses(vector: Vector) -> None:
    for size in range(min(len(vector.apdu), 300)):
        with pytest.raises(ProtocolError):
            parse(vector.apdu[:size])


@good
@pytest.mark.parametrize("framer", [SerialFramer, TcpFramer])
def test_a_vector_comes_whole_out_of_single_bytes(
    vector: Vector, framer: Callable[[], SerialFramer | TcpFramer]
) -> None:
    receiving = framer()
    wire = framer().frame(vector.apdu)
    pieces = [piece for byte in wire for piece in receiving.pieces(bytes((byte,)))]
    assert pieces == [Payload(vector.apdu)]
    assert not receiving.pending


@good
def test_vectors_in_a_row_decode_one_by_one(vector: Vector) -> None:
    found = decode(vector.data * 2, DecodeOptions(vector.layer))
    assert [row.command for row in found] == [vector.fields["command"]] * 2


@pytest.mark.parametrize("vector", FRAMES, ids=lambda vector: vector.id)
def test_the_check_value_of_a_framed_vector_is_ours(vector: Vector) -> None:
    assert vector.fields["crc_ok"] is True
    assert SerialFramer().frame(vector.apdu) == vector.data
    assert SerialFramer().pieces(vector.data) == [Payload(vector.apdu)]


@bad
def test_a_broken_vector_is_refused(vector: Vector) -> None:
    with pytest.raises(ProtocolError):
        parse(vector.data)
    with pytest.raises(ProtocolError) as caught:
        decode(vector.data, DecodeOptions(vector.layer))
    assert caught.value.offset is not None


@bad
def test_a_broken_vector_never_becomes_a_good_message_on_a_stream(vector: Vector) -> None:
    for piece in TcpFramer().pieces(vector.data):
        assert isinstance(piece, Payload)
        with pytest.raises(ProtocolError):
            parse(piece.data)


def test_texts_of_the_vectors_hold_no_card_number() -> None:
    for vector in GOOD:
        text = vector.fields.get("text")
        if isinstance(text, str):
            assert mask_digits(text) == text
