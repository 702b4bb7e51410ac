"""Golden vectors, frames and tables of AIP: what is read, what is refused, and where."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.aip import PROTOCOL
from protocols.aip.decode import decode
from protocols.aip.framing import BODY_MAX, SerialFramer, with_length
from protocols.aip.messages import build, on_wire, parse, readable, serialise
from protocols.aip.profiles import AIP_PROFILES, PROFILES
from protocols.aip.results import RESULTS, UNLISTED, booking, meaning
from protocols.aip.tags import ITEMS, TAGS, TYPE_NAMES
from protocols.kit.capabilities import MissingAck
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError
from protocols.kit.framing import Damaged, Payload, Stray
from protocols.kit.masking import Secret, mask_digits
from protocols.kit.vocabulary import Booking, Outcome
from tests.protocols.aip_vectors import BAD, BY_ID, GOOD, VECTORS, Vector

FRAME = DecodeOptions("frame")
MESSAGE = DecodeOptions("message")
good = pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.id)
bad = pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector.id)
SALE = BY_ID["aip-sale"]


# -- vectors -------------------------------------------------------------------------------------


def test_every_vector_has_a_name_and_a_source() -> None:
    assert len({vector.id for vector in VECTORS}) == len(VECTORS) == 18
    assert all(vector.source for vector in VECTORS)
    assert len(GOOD) == 10


@good
def test_a_vector_reads_as_its_source_states(vector: Vector) -> None:
    message = parse(vector.payload)
    (told,) = decode(vector.data, FRAME)
    assert told.direction == vector.direction
    for word, stated in vector.fields.items():
        name = TAGS[ITEMS.tag(word)].name
        value = message.values[name]
        match value:
            case bytes():
                assert value.hex() == str(stated).lower()
                assert told.fields["content_bytes"] == len(value)
            case Secret():
                assert value.clear == stated
                assert told.fields["masked_pan"] == stated
            case int() if name == "amount_minor":
                assert f"{value:012d}" == stated
                assert told.fields[name] == value
            case int():
                assert told.fields[name] == value == stated
            case _:
                assert message.text(name) == stated
                assert told.fields[name] == mask_digits(str(stated))
    assert len(message.values) == len(vector.fields)


@good
def test_a_vector_is_written_again_byte_for_byte(vector: Vector) -> None:
    assert serialise(parse(vector.payload)) == vector.payload
    assert SerialFramer().frame(vector.payload) == vector.data


@good
def test_no_beginning_of_a_vector_and_no_byte_more_is_a_message(vector: Vector) -> None:
    for size in range(len(vector.payload)):
        with pytest.raises(ProtocolError):
            parse(vector.payload[:size])
    with pytest.raises(ProtocolError):
        parse(vector.payload + b"\x9f")
    for data in (vector.data + b"\x02", vector.data[:-1]):
        with pytest.raises(ProtocolError) as caught:
            decode(data, FRAME)
        assert caught.value.offset is not None


@good
def test_a_vector_comes_whole_out_of_single_bytes(vector: Vector) -> None:
    framer = SerialFramer()
    pieces = [piece for byte in vector.data for piece in framer.pieces(bytes((byte,)))]
    assert pieces == [Payload(vector.payload)]
    assert not framer.pending


@good
def test_vectors_in_a_row_decode_one_by_one_in_either_layer(vector: Vector) -> None:
    framed, bare = decode(vector.data * 2, FRAME), decode(vector.payload * 2, MESSAGE)
    assert [row.command for row in framed] == [row.command for row in bare]
    assert len(framed) == 2
    assert framed == bare


@bad
def test_a_broken_vector_is_refused_and_is_no_frame(vector: Vector) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(vector.data, FRAME)
    assert caught.value.offset is not None
    for piece in SerialFramer().pieces(vector.data):
        if isinstance(piece, Payload):  # the frame is whole, its items are not
            with pytest.raises(BadField):
                parse(piece.data)


# -- frames --------------------------------------------------------------------------------------


def test_what_fits_no_frame_is_refused() -> None:
    framer = SerialFramer()
    for payload in (b"", b"\x00", b"\x00\x00", b"\x00\x05abcd", b"\x0a\x00abcd"):
        with pytest.raises(BadFrame):
            framer.frame(payload)
    for body in (b"", bytes(BODY_MAX + 1)):
        with pytest.raises(BadFrame):
            with_length(body)
    with pytest.raises(BadFrame):
        serialise(build(2, content=bytes(5_000), tag_9F77=bytes(5_000)))


def test_a_wrong_check_value_damages_one_frame_and_not_the_next() -> None:
    wrong = SALE.data[:-1] + bytes((SALE.data[-1] ^ 1,))
    pieces = SerialFramer().pieces(wrong + SALE.data)
    assert isinstance(pieces[0], Damaged)
    assert pieces[-1] == Payload(SALE.payload)
    assert sum(isinstance(piece, Payload) for piece in pieces) == 1
    assert b"".join(piece.data for piece in pieces[:-1]) == wrong


@pytest.mark.parametrize(
    "noise",
    [
        "55AA",
        "02",
        "0202",
        "0200",
        "020A",
        "0200FF",
        "020000",
        "02000301",
        "02200002",
        "0200059F01000203",  # the item would end behind the frame
        "0200069F0100010300",  # one byte is left for the next item
        "0200209F0100010303",  # that is no tag of two bytes
    ],
)
def test_a_start_that_leads_to_no_frame_is_passed_over(noise: str) -> None:
    data = bytes.fromhex(noise)
    framer = SerialFramer()
    pieces = framer.pieces(data + SALE.data)
    assert pieces[-1] == Payload(SALE.payload)
    assert b"".join(piece.data for piece in pieces[:-1]) == data
    assert all(isinstance(piece, Stray) for piece in pieces[:-1])
    assert not framer.pending


def test_a_false_start_that_looks_right_is_passed_over_when_the_line_goes_quiet() -> None:
    noise = bytes.fromhex("0290009F011004")
    framer = SerialFramer()
    assert framer.pieces(noise + SALE.data) == []
    assert framer.pending
    assert framer.skip() == [Stray(noise), Payload(SALE.payload)]
    assert framer.skip() == []
    assert framer.pieces(noise) == []
    assert framer.reset() == noise
    assert not framer.pending


@given(st.lists(st.binary(max_size=30), max_size=20))
def test_no_byte_is_lost_or_invented(portions: list[bytes]) -> None:
    framer = SerialFramer()
    pieces = [piece for portion in portions for piece in framer.pieces(portion)]
    rest = framer.reset()
    told = b"".join(
        framer.frame(piece.data) if isinstance(piece, Payload) else piece.data for piece in pieces
    )
    assert told + rest == b"".join(portions)


def test_a_long_frame_of_many_items_in_single_bytes_takes_no_long_time() -> None:
    body = build(4).layout.write({"trans_type": 4}) + bytes.fromhex("9F770000") * 2_400
    frame = SerialFramer().frame(with_length(body))
    framer = SerialFramer()
    begun = time.perf_counter()
    pieces = [piece for byte in frame for piece in framer.pieces(bytes((byte,)))]
    assert len(pieces) == 1
    assert time.perf_counter() - begun < 5.0


# -- messages ------------------------------------------------------------------------------------


def test_the_layout_reads_chinese_as_gbk_and_keeps_a_letter_that_was_cut() -> None:
    message = build(4, result_text=on_wire("成功"), memo=on_wire("缺纸")[:-1])
    assert message.text("result_text") == "成功"
    assert message.text("memo") == "缺\ufffd"
    assert parse(serialise(message)) == message
    assert readable(on_wire("终端")) == "终端"


def test_a_type_tells_what_a_message_is_and_its_application_may_matter() -> None:
    names = {
        decode(serialise(message), MESSAGE)[0].name
        for message in (build(7), build(7, app_name="MANAGER"), build(99))
    }
    assert names == {TYPE_NAMES[7], "line test", "transaction type 99"}


def test_decode_shows_lines_bytes_and_what_a_code_means() -> None:
    message = build(
        16, result_code="98", print_content=on_wire("签购单\r\n金额"), tag_9F77=b"\x01\xab"
    )
    (told,) = decode(serialise(message), MESSAGE)
    assert told.fields["text"] == ["签购单", "金额"]
    assert told.fields["tag_9F77"] == "01AB"
    assert told.fields["result"] == "unknown"
    assert "result" not in decode(serialise(build(2)), MESSAGE)[0].fields


@pytest.mark.parametrize(
    ("layer", "data", "offset"),
    [
        ("frame", b"\x06", 0),
        ("frame", b"\x02", 1),
        ("frame", SALE.data[:-1], 0),
        ("frame", SALE.data[:-2] + b"\x04\x00", 86),
        ("message", b"\x00", 0),
        ("message", b"\x00\x09abc", 0),
        ("message", SALE.payload + b"\x00\x00", 87),
    ],
)
def test_decode_names_the_place_that_is_wrong(layer: str, data: bytes, offset: int) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(data, DecodeOptions(layer))
    assert caught.value.offset == offset


# -- tables --------------------------------------------------------------------------------------


def test_approved_is_more_than_00_and_much_is_not_certain() -> None:
    approved = {code for code, row in RESULTS.items() if row.outcome is Outcome.APPROVED}
    assert approved == {"00", "10", "11", "A2", "A4", "A5", "A6"}
    unclear = {code for code, row in RESULTS.items() if row.outcome is Outcome.UNKNOWN}
    assert unclear >= {"06", "09", "68", "79", "91", "92", "94", "96", "98", "X1", "X6", "X7"}
    assert unclear >= {"X8", "X9", "XG", "20", "A0"}
    assert meaning("??") == UNLISTED
    assert not any(row.already_done for row in RESULTS.values())
    look = {code for code, row in RESULTS.items() if row.advice.endswith("look_at_original")}
    assert look >= {"12", "14", "22", "25", "64"}
    assert {meaning(code).outcome for code in look} == {Outcome.DECLINED}


def test_a_record_without_a_code_says_nothing() -> None:
    assert booking(None) is Booking.UNKNOWN
    assert booking("ZZ") is Booking.UNKNOWN
    assert booking("A2") is Booking.APPROVED
    assert booking("51") is Booking.DECLINED


def test_no_profile_promises_what_no_document_says() -> None:
    for name, profile in PROFILES.items():
        signs = {sign.value for sign in profile.capabilities.declared}
        assert signs == ({"L"} if name == "relay" else {"L", "N"})
        vote = profile.capabilities.vote
        assert vote.missing_ack is MissingAck.UNKNOWN
        assert vote.wait_s(frozenset()) == 240.0
        assert profile.capabilities.quiet_s > AIP_PROFILES[name].byte_gap_s
    assert PROTOCOL.default_profile in PROFILES
    assert PROTOCOL.reference is not None
    assert PROTOCOL.reference(42) == "0000000016"
    assert PROTOCOL.reference(36**10 - 1) == "ZZZZZZZZZZ"
