"""Digits and letters with limits, short references, and requests that a wire has no form for."""

from __future__ import annotations

import pytest

from protocols.kit.asciifields import OpenDigits, Printable
from protocols.kit.errors import BadField
from protocols.kit.fields import Value
from protocols.kit.references import base36
from protocols.kit.unoffered import not_offered
from protocols.kit.vocabulary import Operation, Outcome


def test_open_digits_fill_the_room_they_are_given() -> None:
    field = OpenDigits(2, 4)
    assert field.decode(b"x0012y", 1, 5) == ("0012", 5)
    assert field.encode("012") == b"012"
    assert OpenDigits(0, 2).decode(b"", 0, 0) == ("", 0)


@pytest.mark.parametrize("data", [b"1", b"12345", b"1x", b" 1"])
def test_open_digits_refuse_what_they_are_not(data: bytes) -> None:
    with pytest.raises(BadField) as caught:
        OpenDigits(2, 4).decode(b"ab" + data, 2, 2 + len(data))
    assert caught.value.offset == 2


@pytest.mark.parametrize("value", ["1", "12345", "1x", 12, "\u0661\u0662"])
def test_open_digits_write_nothing_else(value: Value) -> None:
    with pytest.raises(BadField):
        OpenDigits(2, 4).encode(value)


def test_printable_text_is_filled_on_the_right_and_keeps_it() -> None:
    field = Printable(5)
    assert field.encode("\xe9t") == b"\xe9t   "
    assert field.decode(b"..ab   ", 2, 7) == ("ab   ", 7)
    assert Printable(0).decode(b"", 0, 0) == ("", 0)


@pytest.mark.parametrize(("data", "offset"), [(b"ab", 0), (b"a\x03cde", 0)])
def test_printable_text_is_whole_and_has_no_control_characters(data: bytes, offset: int) -> None:
    with pytest.raises(BadField) as caught:
        Printable(5).decode(data, 0, len(data))
    assert caught.value.offset == offset


@pytest.mark.parametrize("value", ["toolong", "\u20ac", "a\n", 5, b"ab"])
def test_printable_text_writes_nothing_else(value: Value) -> None:
    with pytest.raises(BadField):
        Printable(5).encode(value)


def test_base_36_has_zeros_in_front_and_grows_where_it_must() -> None:
    assert base36(0, 3) == "000"
    assert base36(35, 3) == "00Z"
    assert base36(36**3, 3) == "1000"
    assert base36(0, 0) == ""
    with pytest.raises(AssertionError):
        base36(-1, 3)


@pytest.mark.parametrize("operation", [op for op in Operation if not op.moves_money])
def test_what_has_no_form_ends_clean(operation: Operation) -> None:
    result = not_offered(operation)
    assert (result.reason, result.line_clean) == ("not_offered", True)
    missed = operation in {
        Operation.LAST_TRANSACTION,
        Operation.QUERY,
        Operation.REPRINT,
        Operation.END_OF_DAY,
        Operation.DIAGNOSE,
        Operation.ABORT,
    }
    assert result.outcome is (Outcome.DECLINED if missed else Outcome.APPROVED)
    assert (result.status is not None) == (operation is Operation.STATUS)


def test_money_is_never_answered_by_nobody() -> None:
    with pytest.raises(AssertionError):
        not_offered(Operation.REFUND)
