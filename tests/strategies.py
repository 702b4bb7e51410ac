"""Hypothesis strategies derived from the field tables; nobody edits this per protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from protocols.kit.asciifields import Digits, DigitsNumber, Fixed, OpenDigits, Printable
from protocols.kit.fields import (
    DECIMAL,
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
from protocols.kit.masking import Secret, passes_luhn
from protocols.kit.scalars import Choice, Flag, Lines, Number, Whole, Word
from protocols.kit.separated import Letters, Separated
from protocols.kit.tagged import TaggedLayout
from protocols.kit.tlv import Tlv, TlvNode, constructed, primitive

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from protocols.kit.messages import Message, MessageLayout

HEX = DECIMAL + "ABCDEF"
OPEN_BYTES_MAX = 40  # keeps open-ended fields below every length prefix
_PRIMITIVE_TAGS = (0x01, 0x07, 0x1C, 0x43, 0x9A, 0x1F10, 0x1F73, 0x5F24, 0xDF01, 0x1F8173)
_UNLISTED_WORDS = {True: ("Q7", "z0", "77"), False: ("9F77", "DF01", "5F7F")}  # text, binary
_CONSTRUCTED_TAGS = (0x24, 0x25, 0x2F, 0x60, 0xE4, 0xFF40, 0x3F21)


def letters_of(charset: str) -> list[str]:
    """Every letter that a single-byte character set has."""
    found = []
    for byte in range(256):
        try:
            found.append(bytes((byte,)).decode(charset))
        except UnicodeDecodeError:
            continue
    return found


def tlv_nodes() -> SearchStrategy[TlvNode]:
    """Trees of nodes with short and long tags, up to three deep."""
    leaf = st.builds(primitive, st.sampled_from(_PRIMITIVE_TAGS), st.binary(max_size=20))
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3).flatmap(
            lambda nodes: st.sampled_from(_CONSTRUCTED_TAGS).map(
                lambda tag: constructed(tag, *nodes)
            )
        ),
        max_leaves=6,
    )


def tlv_containers() -> SearchStrategy[Tlv]:
    """Whole containers."""
    return st.lists(tlv_nodes(), max_size=4).map(lambda nodes: Tlv.of(*nodes))


def words_of(least: int, longest: int) -> SearchStrategy[str]:
    """Texts that XML and JSON both can carry, marks of both among them."""
    marks = st.sampled_from("<>&\"'\\{}[]:,\t\n\r ")
    letters = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
    return st.text(letters | marks, min_size=least, max_size=longest)


def decimals(whole: int, fraction: int) -> SearchStrategy[str]:
    """Decimal numbers as text, as they are written without need."""
    point = st.text(DECIMAL, min_size=1, max_size=fraction).map(lambda digits: f".{digits}")
    return st.builds(
        lambda number, rest: f"{number}{rest}",
        st.integers(0, 10**whole - 1),
        st.just("") | point,
    )


def values_of(field: Field) -> SearchStrategy[Value]:
    """Values that the field gives back unchanged after encode and decode."""
    match field:
        case Bcd(size=size, also=also, words=words):
            digits = st.text(DECIMAL + also, min_size=size * 2, max_size=size * 2)
            return st.one_of(digits, st.sampled_from(words)) if words else digits
        case BcdNumber(size=size):
            return st.integers(0, 10 ** (size * 2) - 1)
        case Uint(size=size):
            return st.integers(0, 256**size - 1)
        case Hex(size=size):
            return st.text(HEX, min_size=size * 2, max_size=size * 2)
        case Bytes(size=size):
            return st.binary(min_size=size, max_size=size)
        case Digits(size=size, also=also, but=but):
            digits = st.text(DECIMAL + also, min_size=size, max_size=size)
            return digits.filter(lambda value: value not in but)
        case OpenDigits(least=least, most=most):
            return st.text(DECIMAL, min_size=least, max_size=most)
        case DigitsNumber(size=size):
            return st.integers(0, 10**size - 1)
        case Fixed(text=text):
            return st.just(text)
        case Printable(size=size):
            return st.text([chr(code) for code in range(0x20, 0x100)], min_size=size, max_size=size)
        case Text(size=size, charset=charset, without=without):
            allowed = [letter for letter in letters_of(charset) if letter not in without]
            return st.text(allowed, min_size=size, max_size=size)
        case OpenBcd(also=also):
            return st.text(DECIMAL + also, max_size=OPEN_BYTES_MAX)
        case OpenHex():
            return st.binary(max_size=OPEN_BYTES_MAX).map(lambda data: data.hex().upper())
        case OpenBytes():
            return st.binary(max_size=OPEN_BYTES_MAX)
        case OpenText(charset=charset, until=until, without=without):
            stops = set(without) | (
                {bytes((until,)).decode(charset)} if until is not None else set()
            )
            allowed = [letter for letter in letters_of(charset) if letter not in stops]
            return st.text(allowed, max_size=OPEN_BYTES_MAX)
        case Var(inner=inner):
            return values_of(inner)
        case Letters(most=most, least=least, allowed=allowed):
            return st.text(allowed, min_size=least, max_size=min(most, OPEN_BYTES_MAX))
        case Separated(inner=Letters() as inner, mark=mark):
            return values_of(replace(inner, allowed=inner.allowed.replace(mark, "")))
        case TlvContainer():
            return tlv_containers()
        case Choice(words=words):
            return st.sampled_from(words)
        case Flag():
            return st.booleans()
        case Number(whole=whole, fraction=fraction):
            return decimals(whole, fraction)
        case Whole(most=most):
            return st.integers(0, most)
        case Lines():
            return st.lists(words_of(0, 9), min_size=1, max_size=3).map("\n".join)
        case Word(least=least, longest=longest):
            return words_of(least, min(longest, max(least, OPEN_BYTES_MAX)))
        case Hidden(inner=inner, card_number=card_number):
            return values_of(inner).map(lambda value: Secret(str(value), card_number))
    raise AssertionError(f"no strategy for {type(field).__name__}; add one here")


@st.composite
def messages_of(draw: st.DrawFn, layout: MessageLayout) -> Message:
    """Any message of a layout: optional parts from the right, tagged fields in any order."""
    needed = sum(not part.optional for part in layout.parts)
    present = draw(st.integers(needed, len(layout.parts)))
    values = {part.name: draw(values_of(part.field)) for part in layout.parts[:present]}
    if present == len(layout.parts) and layout.tagged:
        tags = draw(st.lists(st.sampled_from(sorted(layout.tagged)), unique=True, max_size=8))
        for tag in tags:
            part = layout.tagged[tag]
            values[part.name] = draw(values_of(part.field))
    if isinstance(layout, TaggedLayout):
        words = [w for w in _UNLISTED_WORDS[layout.items.text] if layout.items.is_word(w)]
        for word in draw(st.lists(st.sampled_from(words), unique=True)) if words else ():
            if layout.items.tag(word) not in layout.tagged:
                values[f"tag_{word}"] = draw(st.binary(max_size=OPEN_BYTES_MAX))
    return layout.message(**values)


def card_numbers() -> SearchStrategy[str]:
    """Invented card numbers of 13 to 19 digits that pass the Luhn check."""
    return st.text(DECIMAL, min_size=12, max_size=18).map(_with_check_digit)


def _with_check_digit(digits: str) -> str:
    return next(digits + check for check in DECIMAL if passes_luhn(digits + check))
