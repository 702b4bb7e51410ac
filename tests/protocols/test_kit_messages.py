"""Messages as tables: every byte has a place, and values are typed and immutable."""

from __future__ import annotations

import pytest

from protocols.kit.errors import BadField
from protocols.kit.fields import Bcd, BcdNumber, Hex, Hidden, OpenBytes, OpenText, TlvContainer
from protocols.kit.masking import Secret
from protocols.kit.messages import MessageLayout, Part
from protocols.kit.tlv import Tlv, primitive

TAGGED = {
    0x04: Part("amount", BcdNumber(2)),
    0x06: Part("tlv", TlvContainer()),
    0x22: Part("key", Hidden(Bcd(2))),
    0x30: Part("data", OpenBytes()),
    0x31: Part("words", OpenText()),
    0x40: Part("status", Hex(1)),
}
LAYOUT = MessageLayout(
    b"\x06\x01",
    "sample",
    "both",
    (
        Part("status", Hex(1)),
        Part("date", Bcd(2), optional=True),
        Part("time", Bcd(2), optional=True),
    ),
    TAGGED,
)


def test_parts_come_in_order_and_tagged_fields_in_any() -> None:
    wire = bytes.fromhex("0A041612002212340401000603 01 01 BB".replace(" ", ""))
    message = LAYOUT.read(wire)
    assert list(message.values) == ["status", "date", "time", "key", "amount", "tlv"]
    assert message.number("amount") == 100
    assert message.text("date") == "0416"
    assert message.secret("key") == Secret("1234")
    assert message.tlv() == (primitive(0x01, b"\xbb"),)
    assert LAYOUT.write(message.values) == wire


def test_optional_parts_may_be_left_out_from_the_right() -> None:
    assert LAYOUT.message(status="00").values == {"status": "00"}
    assert list(LAYOUT.message(status="00", date="0101").values) == ["status", "date"]


@pytest.mark.parametrize(
    ("wire", "offset"),
    [
        ("", 0),  # the needed part is missing
        ("0004", 1),  # the optional one is cut
        ("000101020299", 5),  # nothing announces itself with 99
        ("00010102024000", 5),  # 40 would be a second status
        ("0001010202040100040100", 8),  # twice
    ],
)
def test_bytes_without_a_place_are_refused_where_they_stand(wire: str, offset: int) -> None:
    with pytest.raises(BadField) as caught:
        LAYOUT.read(bytes.fromhex(wire))
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"date": "0101"},
        {"status": "00", "time": "0101"},
        {"status": "00", "amount": 1},
        {"status": "00", "date": "0101", "time": "0101", "unheard": 1},
        {"status": "00", "unheard": 1},
        {"status": "0000"},
    ],
)
def test_values_without_a_place_are_refused(values: dict[str, str | int]) -> None:
    with pytest.raises(BadField):
        LAYOUT.message(**values)


def test_spans_cover_what_was_read() -> None:
    wire = bytes.fromhex("0A04161200040100")
    found = {span.part.name: wire[span.start : span.end].hex() for span in LAYOUT.spans(wire)}
    assert found == {"status": "0a", "date": "0416", "time": "1200", "amount": "0100"}
    assert [span.part.name for span in LAYOUT.spans(b"\x0a")] == ["status"]


def test_accessors_give_none_for_what_is_missing_and_fail_for_another_kind() -> None:
    message = LAYOUT.message(status="00", date="0101", time="0101", amount=5, data=b"\x01")
    assert message.raw("data") == b"\x01"
    for accessor in (message.text, message.number, message.raw, message.secret, message.container):
        assert accessor("unheard") is None
        with pytest.raises(AssertionError):
            accessor("amount" if accessor != message.number else "date")
    assert message.tlv() == ()


def test_text_is_without_its_pad_and_in_the_letters_of_the_peer() -> None:
    layout = MessageLayout(b"", "words", "both", (Part("words", OpenText("cp437")),))
    assert layout.read(b"ab \0").text("words") == "ab"
    read = layout.read(b"\xe4 ", letters=lambda text: text.encode("cp437").decode("latin-1"))
    assert read.text("words") == "ä"
    assert read.values["words"] == "Σ "
    assert read == layout.read(b"\xe4 ")


def test_a_secret_is_shown_only_masked_and_the_repr_shows_no_value() -> None:
    message = LAYOUT.message(status="00", date="0101", time="0202", key="4711", words="4711")
    assert message.text("key") == "****"
    assert "4711" not in repr(message)
    assert "4711" not in repr(message.values["key"])
    assert repr(message) == "Message(0601 sample: status, date, time, key, words)"


def test_values_cannot_be_changed() -> None:
    message = LAYOUT.message(status="00")
    with pytest.raises(TypeError):
        message.values["status"] = "01"  # type: ignore[index]


def test_the_first_part_may_be_the_rest_of_the_code() -> None:
    layout = MessageLayout(b"\x84", "no", "both", (Part("why", Hex(1)),), code_goes_on=True)
    assert layout.message(why="83").code == b"\x84\x83"


def test_a_container_is_kept_as_it_came() -> None:
    wire = bytes.fromhex("00010102020681 03 0101BB".replace(" ", ""))
    message = LAYOUT.read(wire)
    assert LAYOUT.write(message.values) == wire
    assert message.container() != Tlv.of(*message.tlv())


def test_names_must_be_unambiguous() -> None:
    with pytest.raises(AssertionError, match="twice"):
        MessageLayout(b"", "bad", "both", (Part("a", Hex(1)), Part("a", Hex(1))))
    with pytest.raises(AssertionError, match="optional"):
        MessageLayout(b"", "bad", "both", (Part("a", Hex(1), optional=True), Part("b", Hex(1))))
    with pytest.raises(AssertionError, match="names"):
        MessageLayout(b"", "bad", "both", (), {1: Part("a", Hex(1)), 2: Part("a", Hex(1))})
    assert "status" in LAYOUT.names
    assert 0x40 not in LAYOUT.tagged
