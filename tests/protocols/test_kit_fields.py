"""Field codecs: what goes in comes out, and everything that does not fit is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.errors import BadField
from protocols.kit.fields import (
    Bcd,
    BcdNumber,
    Bytes,
    Field,
    Hex,
    Hidden,
    OpenBcd,
    OpenBytes,
    OpenHex,
    OpenText,
    Text,
    TlvContainer,
    Uint,
    Value,
    Var,
)
from protocols.kit.masking import Secret
from protocols.kit.tlv import Tlv, primitive
from tests.strategies import values_of

FIELDS: tuple[Field, ...] = (
    Bcd(3),
    Bcd(2, words=("FFFF",)),
    Bcd(3, also="E"),
    BcdNumber(6),
    Uint(1),
    Uint(4),
    Hex(1),
    Bytes(5),
    Text(15),
    Text(8, "\0", "cp437"),
    OpenBcd(also="DE"),
    OpenHex(),
    OpenBytes(),
    OpenText("cp437"),
    OpenText("cp437", until=0x06),
    Var(2, OpenText("cp437")),
    Var(3, OpenBytes()),
    Var(2, Bcd(2)),
    TlvContainer(),
    Hidden(Var(2, OpenBcd(also="DE")), card_number=True),
    Hidden(Bcd(3, also="E")),
)
FIXED: tuple[Field, ...] = (Bcd(3), BcdNumber(6), Uint(4), Hex(2), Bytes(5), Text(15))


@pytest.mark.parametrize("field", FIELDS, ids=repr)
@given(data=st.data())
def test_every_value_comes_back_and_leaves_the_rest_alone(
    field: Field, data: st.DataObject
) -> None:
    value = data.draw(values_of(field))
    wire = field.encode(value)
    assert field.decode(wire, 0, len(wire)) == (value, len(wire))
    shifted = b"\x99" + wire + b"\x99"
    assert field.decode(shifted, 1, 1 + len(wire)) == (value, 1 + len(wire))


@pytest.mark.parametrize("field", FIELDS, ids=repr)
@given(data=st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_and_what_is_read_is_written_again(
    field: Field, data: bytes
) -> None:
    try:
        value, end = field.decode(data, 0, len(data))
    except BadField as error:
        refused_at = error.offset
    else:
        assert field.encode(value) == data[:end]
        return
    assert refused_at is not None
    assert 0 <= refused_at <= len(data)


@pytest.mark.parametrize("field", FIXED, ids=repr)
@given(data=st.data())
def test_a_fixed_field_that_is_cut_short_is_refused_at_its_start(
    field: Field, data: st.DataObject
) -> None:
    wire = field.encode(data.draw(values_of(field)))
    for end in range(len(wire)):
        with pytest.raises(BadField) as caught:
            field.decode(b"\0" + wire, 1, 1 + end)
        assert caught.value.offset == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Bcd(2), "123"),
        (Bcd(2), "12A4"),
        (Bcd(2), "٣٣٣٣"),
        (Bcd(2), 1234),
        (Bcd(2), "FFFF"),
        (Bcd(2, words=("FFFF",)), "FFF0"),
        (BcdNumber(2), 10_000),
        (BcdNumber(2), -1),
        (BcdNumber(2), True),
        (BcdNumber(2), "12"),
        (Uint(1), 256),
        (Uint(1), -1),
        (Uint(1), True),
        (Uint(1), "1"),
        (Hex(1), "0"),
        (Hex(1), "0g"),
        (Hex(1), "0a"),
        (Hex(1), 1),
        (Bytes(2), b"1"),
        (Bytes(2), "12"),
        (Text(3), "four"),
        (Text(3), b"abc"),
        (Text(3), "ä"),
        (OpenBcd(), "12D"),
        (OpenBcd(), 12),
        (OpenHex(), "0"),
        (OpenHex(), "0G"),
        (OpenHex(), b"00"),
        (OpenBytes(), "text"),
        (OpenBytes(), bytes(0x10000)),
        (OpenText(), "ä"),
        (OpenText(), b"bytes"),
        (OpenText(), "a" * 0x10000),
        (OpenText("cp437", until=0x06), "a\x06b"),
        (Var(2, OpenBytes()), bytes(100)),
        (Var(3, OpenBytes()), bytes(1000)),
        (TlvContainer(), b""),
        (Hidden(Bcd(3)), "12"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field: Field, value: Value) -> None:
    with pytest.raises(BadField):
        field.encode(value)


@pytest.mark.parametrize(
    ("field", "wire", "offset"),
    [
        (Bcd(2), "120A", 0),
        (Bcd(2), "FFFF", 0),
        (Bcd(2, words=("FFFF",)), "FFF1", 0),
        (BcdNumber(2), "1A00", 0),
        (Text(2), "41E4", 1),
        (OpenText(), "4142E4", 2),
        (OpenBcd(), "12D3", 0),
        (OpenBcd(), "12FF", 0),
        (Var(2, OpenBytes()), "F0", 0),
        (Var(2, OpenBytes()), "F0FA", 0),
        (Var(2, OpenBytes()), "0001", 0),
        (Var(2, OpenBytes()), "F0F201", 2),
        (Var(2, Bcd(2)), "F0F3123456", 4),
        (Hidden(Bcd(1)), "1F", 0),
    ],
)
def test_bytes_that_the_type_forbids_are_refused_where_they_stand(
    field: Field, wire: str, offset: int
) -> None:
    data = bytes.fromhex(wire)
    with pytest.raises(BadField) as caught:
        field.decode(data, 0, len(data))
    assert caught.value.offset == offset


def test_short_text_is_padded_and_the_pad_is_read_as_it_stands() -> None:
    assert Text(4).encode("ab") == b"ab  "
    assert Text(4, "\0").encode("ab") == b"ab\0\0"
    assert Text(4).decode(b"ab  ", 0, 4) == ("ab  ", 4)


def test_an_odd_number_of_digits_is_filled_with_f() -> None:
    assert OpenBcd().encode("123") == b"\x12\x3f"
    assert OpenBcd(also="E").decode(b"\xee\x1f", 0, 2) == ("EE1", 2)


def test_a_hidden_value_may_be_given_in_clear_and_is_read_as_a_secret() -> None:
    field = Hidden(Bcd(3, also="E"))
    assert field.encode("123456") == field.encode(Secret("123456")) == b"\x12\x34\x56"
    value, _ = field.decode(b"\x12\x34\x56", 0, 3)
    assert "123456" not in repr(value)
    assert "123456" not in str(value)
    assert value == Secret("123456")


def test_an_error_never_shows_the_value_that_did_not_fit() -> None:
    with pytest.raises(BadField) as caught:
        Hidden(Bcd(3)).encode("4711471147114711")
    assert "4711" not in str(caught.value)


def test_a_container_keeps_lengths_that_are_longer_than_needed() -> None:
    wire = bytes.fromhex("8104 1F10 01FF".replace(" ", ""))
    value, end = TlvContainer().decode(wire, 0, len(wire))
    assert end == len(wire)
    assert TlvContainer().encode(value) == wire
    assert value.nodes == (primitive(0x1F10, b"\xff"),)
    assert value != Tlv.of(*value.nodes)
