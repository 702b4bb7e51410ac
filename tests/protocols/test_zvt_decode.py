"""What a technician gets to read: exact consumption, offsets, names and notes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError, UnknownMessage
from protocols.kit.tlv import Tlv, constructed, primitive
from protocols.zvt.decode import decode
from protocols.zvt.framing import SerialFramer
from protocols.zvt.layouts import MESSAGES, VARIANTS
from protocols.zvt.messages import build, serialise
from tests.strategies import messages_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.messages import Message

# Every message but the completions, which depend on what stands before them.
PLAIN = tuple(layout for layout in MESSAGES if layout.code != b"\x06\x0f")
STATUS = bytes.fromhex("0501030000 00".replace(" ", ""))
VERSIONLESS = bytes.fromhex("060F03060600")


def read(
    data: bytes | str, after: str = "", layer: str = "apdu", profile: str = ""
) -> Sequence[Decoded]:
    raw = bytes.fromhex(data) if isinstance(data, str) else data
    return decode(raw, DecodeOptions(layer, profile, after))


def one(data: bytes | str, after: str = "", profile: str = "") -> Decoded:
    (found,) = read(data, after, profile=profile)
    return found


@pytest.mark.parametrize("layer", ["apdu", "frame"])
@given(messages=st.lists(st.sampled_from(PLAIN).flatmap(messages_of), max_size=3))
def test_messages_in_a_row_are_read_one_by_one(layer: str, messages: list[Message]) -> None:
    apdus = [serialise(message) for message in messages]
    framer = SerialFramer()
    wire = b"".join(framer.frame(apdu) if layer == "frame" else apdu for apdu in apdus)
    found = read(wire, layer=layer)
    assert [row.command for row in found] == [apdu[:2].hex().upper() for apdu in apdus]


@given(st.binary(max_size=80), st.sampled_from(["apdu", "frame"]))
def test_any_bytes_are_decoded_or_refused_with_an_offset(data: bytes, layer: str) -> None:
    try:
        read(data, layer=layer)
    except ProtocolError as error:
        refused_at = error.offset
    else:
        return
    assert refused_at is not None
    assert 0 <= refused_at <= len(data)


def test_control_bytes_are_messages_of_the_line() -> None:
    frame = SerialFramer().frame(STATUS)
    found = read(b"\x06" + frame + b"\x15", layer="frame")
    assert [(row.command, row.name) for row in found] == [
        ("06", "ACK"),
        ("0501", "status enquiry"),
        ("15", "NAK"),
    ]


@pytest.mark.parametrize(
    ("wire", "offset"),
    [
        ("41", 0),
        ("0641", 1),
        ("10", 0),
        ("061002", 1),
        ("0610020618001003563B", 1),
        ("10020618001003563A99", 9),
    ],
)
def test_bytes_that_are_no_frame_are_refused_where_they_stand(wire: str, offset: int) -> None:
    with pytest.raises(BadFrame) as caught:
        read(wire, layer="frame")
    assert caught.value.offset == offset


def test_an_offset_counts_everything_before_it_on_the_line() -> None:
    framer = SerialFramer()
    first = framer.frame(bytes.fromhex("06010704000000001002"))  # one DLE is doubled
    broken = framer.frame(bytes.fromhex("060109040000000010029901"))
    with pytest.raises(BadField) as caught:
        read(first + broken, layer="frame")
    at = caught.value.offset
    assert at is not None
    assert (first + broken)[at] == 0x99
    with pytest.raises(UnknownMessage) as unknown:
        read("0618000F0100")
    assert unknown.value.offset == 3


@pytest.mark.parametrize(("wire", "offset"), [("0618000618", 3), ("06180006", 3), ("06180001", 3)])
def test_a_rest_that_is_no_message_is_refused(wire: str, offset: int) -> None:
    with pytest.raises(BadFrame) as caught:
        read(wire)
    assert caught.value.offset == offset


def test_a_completion_is_read_by_the_pending_command() -> None:
    assert one(VERSIONLESS, after="0501").fields == {"terminal_status": "06", "tlv": []}
    assert one(VERSIONLESS, after="05 01").notes == ()
    with pytest.raises(ProtocolError):
        one(VERSIONLESS)
    with pytest.raises(BadField) as caught:
        one(VERSIONLESS, after="status")
    assert caught.value.code == "bad_after"


def test_in_a_row_the_command_before_a_completion_is_remembered() -> None:
    found = read(STATUS + bytes.fromhex("800000") + VERSIONLESS)
    assert found[2].fields == {"terminal_status": "06", "tlv": []}
    assert found[2].notes == ()
    registered = read(bytes.fromhex("060006000000BE0978060F021904"))
    assert registered[1].fields == {"status_byte": "04"}


def test_without_the_command_a_note_says_how_a_completion_was_read() -> None:
    (note,) = one("060F01DC").notes
    assert "--after" in note
    assert "status enquiry" in note


@pytest.mark.parametrize(
    ("wire", "result"),
    [
        ("040F022700", "approved"),
        ("040F022705", "declined"),
        ("040F03870001", "unknown"),
        ("061E016C", "declined"),
        ("061E0100", "unknown"),
    ],
)
def test_a_result_is_judged_by_its_code(wire: str, result: str) -> None:
    assert one(wire).fields["result"] == result
    assert "result" not in one("846600").fields


def test_codes_and_numbers_keep_their_zeros() -> None:
    fields = one("040F17 27000400000000004287000788000007490978 0B000007".replace(" ", "")).fields
    assert fields["receipt_number"] == "0007"
    assert fields["turnover_number"] == "000007"
    assert fields["trace_number"] == "000007"
    assert fields["amount_minor"] == 42
    assert fields["currency"] == "0978"


def test_direction_is_told_where_a_message_goes_one_way() -> None:
    assert one("0602 00".replace(" ", "")).direction == "to_terminal"
    assert one("060F00", after="0631").direction == "to_ecr"
    assert one("800000").direction == ""


def test_the_container_is_a_tree() -> None:
    tlv = Tlv.of(
        constructed(0x2F, primitive(0x1F12, b"\x02")),
        primitive(0x15, b"de"),
        primitive(0xDF01, b"\x01"),
    )
    assert one(serialise(build("040F", tlv=tlv))).fields["tlv"] == [
        {
            "tag": "2F",
            "name": "payment_type",
            "nodes": [{"tag": "1F12", "name": "card_technology", "value": "02"}],
        },
        {"tag": "15", "name": "language", "value": "6465", "text": "de"},
        {"tag": "DF01", "value": "01"},
    ]


def test_texts_of_displays_and_blocks_are_one_list() -> None:
    shown = one(serialise(build("06E0", display_time_s=5, text_1="Hello", second_text_1="du")))
    assert shown.fields == {"display_time_s": 5, "text": ["Hello", "du"]}
    block = Tlv.of(
        constructed(0x25, primitive(0x07, b"a"), primitive(0x09, b"\0"), primitive(0x07, b"b"))
    )
    assert one(serialise(build("06D3", tlv=block))).fields["text"] == ["a", "b"]


def test_a_count_of_line_feeds_is_no_text() -> None:
    assert one("06D102FF05").fields == {"attribute": "FF", "line_feeds": 5}
    assert one("06D101FF").fields == {"attribute": "FF", "text": [""]}
    assert one("06D10100").fields == {"attribute": "00", "text": [""]}


def test_text_is_read_in_the_set_of_the_profile_or_the_message() -> None:
    line = "06D10200C4"
    assert one(line).fields["text"] == ["─"]
    assert one(line, profile="card-complete").fields["text"] == ["Ä"]
    block = Tlv.of(primitive(0x14, b"\x02"), constructed(0x25, primitive(0x07, b"\xa3")))
    assert one(serialise(build("06D3", tlv=block))).fields["text"] == ["Ł"]
    strange = Tlv.of(primitive(0x14, b"\x77"), constructed(0x25, primitive(0x07, b"\x84")))
    found = one(serialise(build("06D3", tlv=strange)))
    assert found.fields["text"] == ["ä"]
    assert found.notes == ("character set 77 is not known",)


def test_totals_are_taken_apart_when_they_are_whole() -> None:
    totals = "00010009" + "02000000001000" + "00000000000000" * 6
    shown = one(serialise(build("040F", totals=totals))).fields["totals"]
    assert isinstance(shown, dict)
    assert shown["first_receipt"] == "0001"
    assert shown["last_receipt"] == "0009"
    assert shown["cards"]["girocard"] == {"count": 2, "amount_minor": 1000}
    assert list(shown["cards"]) == [
        "girocard",
        "jcb",
        "mastercard",
        "amex",
        "visa",
        "diners",
        "other",
    ]
    for odd in ("0001", "00010009" + "020000000010AA" + "00000000000000" * 6):
        assert one(serialise(build("040F", totals=odd))).fields["totals"] == odd


def test_notes_say_what_is_not_seen_in_the_fields() -> None:
    assert one("061E036F0978").notes == ("the currency behind result code 6F has no tag",)
    assert one("061E04B887FFFF").notes == ("receipt number FFFF stands for none",)
    assert one("06D107004106041F070102".replace("06D107", "06D108")).notes == (
        "a container follows the text; it is not printed",
    )


def test_the_data_of_an_acknowledgement_is_shown_as_it_came() -> None:
    assert one("8000010D").fields == {"data": "0D"}
    found = one("800006" + "06041F730100")
    assert found.fields["data"] == "06041F730100"
    assert found.fields["tlv"] == [{"tag": "1F73", "name": "message_id", "value": "00"}]


def test_the_reference_page_explains_every_field_name() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "decode.md").read_text("utf-8")
    renamed = {"pan": "masked_pan"}
    joined = re.compile(r"(second_)?text_\d")  # shown under `text`
    names = {name for layout in MESSAGES + VARIANTS for name in layout.names}
    missing = [
        name
        for name in sorted(names)
        if not joined.fullmatch(name) and f"`{renamed.get(name, name)}`" not in page
    ]
    assert missing == []
