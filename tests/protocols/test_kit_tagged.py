"""Messages of items: any order, by length alone, and what nobody knows stays as it came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.errors import BadField
from protocols.kit.fields import Hex, Hidden, OpenBytes, OpenText, Text, Uint
from protocols.kit.masking import Secret
from protocols.kit.messages import Part
from protocols.kit.tagged import Items, TaggedLayout
from tests.strategies import messages_of

BINARY = Items(2, 2)
WORDS = Items(2, 3, text=True)
BINARY_LAYOUT = TaggedLayout(
    b"\x01",
    "binary sample",
    "both",
    tagged={
        0x9F01: Part("kind", Uint(1)),
        0x9F02: Part("amount", Text(4)),
        0x9F0B: Part("card", Hidden(OpenText(), card_number=True)),
    },
    code_goes_on=True,
    items=BINARY,
    must=("kind",),
)
WORDS_LAYOUT = TaggedLayout(
    b"",
    "text sample",
    "to_ecr",
    tagged={
        WORDS.tag("CB"): Part("amount", OpenText()),
        WORDS.tag("CD"): Part("action", Hex(1)),
    },
    items=WORDS,
)


def test_items_come_in_any_order_and_go_out_as_they_came() -> None:
    wire = bytes.fromhex("9F020004 31323334 9F010001 03 9F0B0002 3132".replace(" ", ""))
    message = BINARY_LAYOUT.read(wire)
    assert list(message.values) == ["amount", "kind", "card"]
    assert message.number("kind") == 3
    assert message.text("amount") == "1234"
    assert message.secret("card") == Secret("12", card_number=True)
    assert message.code == b"\x01\x03"
    assert BINARY_LAYOUT.write(message.values) == wire
    assert [part.name for part in BINARY_LAYOUT.parts] == ["kind"]
    assert sorted(BINARY_LAYOUT.tagged) == [0x9F02, 0x9F0B]
    assert BINARY_LAYOUT.names == {"kind", "amount", "card"}


def test_tags_and_lengths_may_be_letters_and_digits() -> None:
    message = WORDS_LAYOUT.read(b"CD001\x02CB0042500")
    assert message.values == {"action": "02", "amount": "2500"}
    assert WORDS_LAYOUT.write({"amount": "2500", "action": "02"}) == b"CB0042500CD001\x02"
    assert WORDS.word(WORDS.tag("CB")) == "CB"
    assert BINARY.word(BINARY.tag("9F01")) == "9F01"


def test_an_item_that_no_table_has_is_kept_and_may_repeat() -> None:
    wire = bytes.fromhex("9F010001029F770002ABCD9F7700009F770001EE")
    message = BINARY_LAYOUT.read(wire)
    assert list(message.values) == ["kind", "tag_9F77", "tag_9F77_again_1", "tag_9F77_again_2"]
    assert message.raw("tag_9F77_again_2") == b"\xee"
    assert BINARY_LAYOUT.write(message.values) == wire
    assert WORDS_LAYOUT.read(b"ZZ001x").raw("tag_ZZ") == b"x"
    assert WORDS_LAYOUT.write({"tag_ZZ": b"x"}) == b"ZZ001x"


def test_a_value_may_hold_what_elsewhere_ends_a_frame_or_begins_an_item() -> None:
    message = BINARY_LAYOUT.read(bytes.fromhex("9F010001039F8800069F0100010203"))
    assert message.number("kind") == 3
    assert message.raw("tag_9F88") == bytes.fromhex("9F0100010203")


@pytest.mark.parametrize(
    ("wire", "offset"),
    [
        ("9F0100", 0),  # the head is cut
        ("9F01000103 9F02", 5),
        ("9F010002 03", 0),  # the value is cut
        ("9F010002 0303", 5),  # one byte more than the field has
        ("9F01000103 9F01000103", 9),  # twice
        ("9F020004 31323334", 8),  # the needed one is missing
        ("9F01000103 9F020003 313233", 9),  # a field of four bytes
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(wire: str, offset: int) -> None:
    with pytest.raises(BadField) as caught:
        BINARY_LAYOUT.read(bytes.fromhex(wire.replace(" ", "")))
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("wire", "offset"), [(b"CD00x\x02", 2), (b"C-001x", 0), (b"CB999x", 0), (b"CB001", 0)]
)
def test_letters_and_digits_are_checked(wire: bytes, offset: int) -> None:
    with pytest.raises(BadField) as caught:
        WORDS_LAYOUT.read(wire)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": 300},
        {"kind": 1, "unheard": b""},
        {"kind": 1, "tag_9F7": b""},
        {"kind": 1, "tag_9f77": b""},
        {"kind": 1, "tag_9F02": b"1234"},  # that one is in the table
        {"kind": 1, "tag_9F77": bytes(0x1_0000)},
    ],
)
def test_values_without_a_place_are_refused(values: dict[str, int | bytes]) -> None:
    with pytest.raises(BadField):
        BINARY_LAYOUT.message(**values)


def test_a_length_of_three_digits_ends_at_999() -> None:
    assert WORDS_LAYOUT.write({"amount": "1" * 999}).startswith(b"CB9991")
    with pytest.raises(BadField, match="999"):
        WORDS_LAYOUT.write({"amount": "1" * 1000})
    for word in ("C", "C-", "\u0661A"):
        with pytest.raises(BadField):
            WORDS_LAYOUT.write({f"tag_{word}": b""})


def test_spans_cover_the_values_without_tags_and_lengths() -> None:
    wire = bytes.fromhex("9F020004313233349F0100010399990001AA")
    found = {span.part.name: wire[span.start : span.end] for span in BINARY_LAYOUT.spans(wire)}
    assert found == {"amount": b"1234", "kind": b"\x03", "tag_9999": b"\xaa"}
    assert OpenBytes() in [span.part.field for span in BINARY_LAYOUT.spans(wire)]


def test_a_message_may_begin_behind_a_head() -> None:
    wire = b"\xff\xff" + bytes.fromhex("9F01000103")
    assert BINARY_LAYOUT.read(wire, 2).number("kind") == 3
    assert [(span.start, span.end) for span in BINARY_LAYOUT.spans(wire, 2)] == [(6, 7)]


def test_a_tag_that_is_none_is_a_mistake_of_the_table() -> None:
    with pytest.raises(AssertionError, match="no tag"):
        BINARY.tag("9F")


@given(data=st.data(), number=st.integers(0, 1))
def test_any_message_comes_back_as_it_was(data: st.DataObject, number: int) -> None:
    layout = (BINARY_LAYOUT, WORDS_LAYOUT)[number]
    message = data.draw(messages_of(layout))
    wire = layout.write(message.values)
    again = layout.read(wire)
    assert again == message
    assert list(again.values) == list(message.values)
    assert sum(span.end - span.start for span in layout.spans(wire)) <= len(wire)
