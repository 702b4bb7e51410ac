"""Digits and constants at fixed places: what goes in comes out, what does not fit is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.asciifields import Digits, DigitsNumber, Fixed
from protocols.kit.errors import BadField
from protocols.kit.fields import Field, OpenText, Text, Value
from tests.strategies import values_of

FIELDS: tuple[Field, ...] = (
    Digits(6),
    Digits(6, also=" "),
    DigitsNumber(8),
    Fixed("0S"),
    Digits(1, but=("0",)),
    Text(8, right=True),
    Text(8, charset="latin-1", without="\x02\x03"),
    OpenText("latin-1", without="\x02\x03"),
)


@pytest.mark.parametrize("field", FIELDS, ids=repr)
@given(data=st.data())
def test_every_value_comes_back_and_leaves_the_rest_alone(
    field: Field, data: st.DataObject
) -> None:
    value = data.draw(values_of(field))
    wire = field.encode(value)
    assert field.decode(b"xx" + wire + b"yy", 2, len(wire) + 2) == (value, len(wire) + 2)


@pytest.mark.parametrize(
    "field", [field for field in FIELDS if not isinstance(field, OpenText)], ids=repr
)
def test_a_field_that_is_cut_short_is_refused_with_its_place(field: Field) -> None:
    with pytest.raises(BadField) as caught:
        field.decode(b"xx0", 2, 2)
    assert caught.value.offset == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Digits(3), "1234"),
        (Digits(3), "1a"),
        (Digits(3), " 12"),
        (Digits(3), "\u00b2"),
        (Digits(3), 12),
        (Digits(2, but=("00",)), "0"),
        (Text(3, without="x"), "axb"),
        (OpenText(without="x"), "axb"),
        (DigitsNumber(3), 1000),
        (DigitsNumber(3), -1),
        (DigitsNumber(3), True),
        (DigitsNumber(3), "12"),
        (Fixed("0S"), "0T"),
        (Fixed("0S"), 0),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field: Field, value: Value) -> None:
    with pytest.raises(BadField):
        field.encode(value)


@pytest.mark.parametrize(
    ("field", "wire"),
    [
        (Digits(3), b"1a3"),
        (Digits(3), b"12\xb2"),
        (Digits(3), b"12 "),
        (Digits(2, but=("00",)), b"00"),
        (Text(3, without="\x02"), b"a\x02b"),
        (OpenText(without="\x02"), b"a\x02b"),
        (DigitsNumber(3), b"12 "),
        (DigitsNumber(3), b"-12"),
        (Fixed("0S"), b"0T"),
        (Fixed("0S"), b"\xb0S"),
    ],
)
def test_bytes_that_are_something_else_are_refused(field: Field, wire: bytes) -> None:
    with pytest.raises(BadField) as caught:
        field.decode(b"xx" + wire, 2, 2 + len(wire))
    assert caught.value.offset == 2


def test_short_values_are_filled_up_where_they_belong() -> None:
    assert Digits(6).encode("123") == b"000123"
    assert DigitsNumber(8).encode(650) == b"00000650"
    assert DigitsNumber(8).decode(b"00000650", 0, 8) == (650, 8)
    assert Digits(6, also=" ").decode(b"      ", 0, 6) == ("      ", 6)
    assert Text(8, right=True).encode("ABC") == b"     ABC"
    assert Text(8, "0", right=True).encode("ABC") == b"00000ABC"
