"""A character is printed as it stands on the grid, or the slip becomes a picture; never a "?"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.errors import Unprintable
from printing.escpos.charset import encode
from printing.grid import width
from printing.profile import CHARSETS
from printing.sanitise import clean
from tests.printing.sheets import letters

NAMED = sorted(CHARSETS - {""})


@given(st.text(), st.sampled_from(NAMED))
def test_no_text_brings_a_control_byte_or_another_width_with_it(text: str, charset: str) -> None:
    shown = clean(text)
    try:
        code = encode(shown, charset)
    except Unprintable:
        return
    assert all(byte >= 0x20 and byte != 0x7F for byte in code)
    assert len(code) == width(shown)


@pytest.mark.parametrize("charset", NAMED)
def test_every_letter_of_a_charset_comes_back_from_its_bytes(charset: str) -> None:
    whole = letters(charset)
    assert len(whole) > 180
    assert encode(whole, charset).decode(charset) == whole


@pytest.mark.parametrize(
    ("char", "charset"),
    [
        ("退", "cp858"),
        ("€", "cp437"),
        ("€", "cp850"),
        ("😀", "gb18030"),  # four bytes
        ("𠀀", "gb18030"),
        ("ö", "gb18030"),
        # Two bytes, so 24 dots on paper, and one cell on the grid: the row would be pushed apart.
        ("é", "gb18030"),
        ("€", "gb18030"),
        ("·", "gb18030"),
        ("Ж", "gb18030"),
    ],
)
def test_what_a_printer_lacks_or_prints_in_another_width_is_refused(
    char: str, charset: str
) -> None:
    with pytest.raises(Unprintable) as refused:
        encode(f"12.50 {char}", charset)
    assert refused.value.char == char
    assert refused.value.details == {"char": char, "charset": charset}


def test_a_printer_without_letters_refuses_any() -> None:
    assert encode("", "") == b""
    with pytest.raises(Unprintable):
        encode(" ", "")


@pytest.mark.parametrize("charset", NAMED)
def test_typographic_signs_become_the_plain_ones(charset: str) -> None:
    assert encode("l’opération"[:2], charset) == b"l'"
    assert encode("“a”\u2013\u2212‘b’", charset) == b"\"a\"--'b'"
