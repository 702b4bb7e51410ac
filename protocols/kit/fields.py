"""Field codecs: how one value stands on the wire, with its limits, in one object.

A field reads the same value it would write, pads included, so that a message goes out again byte
for byte; whatever its type forbids is a BadField, with the offset when reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from protocols.kit.errors import BadField
from protocols.kit.masking import Secret
from protocols.kit.tlv import Tlv, read_container

Value = int | str | bytes | Secret | Tlv
DECIMAL: Final = "0123456789"
OPEN_MAX: Final = 0xFFFF  # bytes of a field without a length of its own; no frame carries more


class Field(Protocol):
    """How one value stands on the wire."""

    def decode(self, data: bytes, at: int, end: int) -> tuple[Value, int]:
        """The value at data[at:end] and the offset behind it. Raises BadField with an offset."""

    def encode(self, value: Value) -> bytes:
        """The bytes of a value. Raises BadField for a value that does not fit."""


def cut(what: str, wanted: int, at: int, end: int) -> BadField:
    """The error of a field that ends too early."""
    return BadField(f"{what} of {wanted} bytes ends after {end - at}", offset=at)


def unfit(what: str, value: Value) -> BadField:
    """The error of a value that has no place in a field; it does not show the value."""
    size = len(value) if isinstance(value, str | bytes) else ""
    return BadField(f"a {type(value).__name__} {size}".rstrip() + f" does not fit {what}")


@dataclass(frozen=True, slots=True)
class Bcd:
    """`size` bytes of two digits each, as a string with its leading zeros.

    `also` are further nibbles (upper-case hex digits) that may stand anywhere, `words` whole
    values that are no digits but mean something.
    """

    size: int
    also: str = ""
    words: tuple[str, ...] = ()

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a BCD field", self.size, at, end)
        text = data[at:stop].hex()
        if not text.isdecimal():
            text = text.upper()
            if text.strip(DECIMAL + self.also) and text not in self.words:
                raise BadField("a BCD field holds something else than digits", offset=at)
        return text, stop

    def encode(self, value: Value) -> bytes:
        if isinstance(value, str) and len(value) == self.size * 2:
            allowed = not value.strip(DECIMAL) or not value.strip(DECIMAL + self.also)
            if allowed or value in self.words:
                return bytes.fromhex(value)
        raise unfit(f"{self.size * 2} digits", value)


@dataclass(frozen=True, slots=True)
class BcdNumber:
    """`size` bytes of two digits each, as a number; for amounts in minor units."""

    size: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        stop = at + self.size
        if stop > end:
            raise cut("an amount", self.size, at, end)
        text = data[at:stop].hex()
        if not text.isdecimal():
            raise BadField("an amount holds something else than digits", offset=at)
        return int(text), stop

    def encode(self, value: Value) -> bytes:
        digits = self.size * 2
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**digits:
            raise unfit(f"an amount of {digits} digits", value)
        return bytes.fromhex(str(value).zfill(digits))


@dataclass(frozen=True, slots=True)
class Uint:
    """`size` bytes, most significant first, as a number."""

    size: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a number", self.size, at, end)
        return int.from_bytes(data[at:stop], "big"), stop

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise unfit(f"a number of {self.size} bytes", value)
        if value.bit_length() > self.size * 8:
            raise unfit(f"a number of {self.size} bytes", value)
        return value.to_bytes(self.size, "big")


@dataclass(frozen=True, slots=True)
class Hex:
    """`size` bytes as upper-case hex digits: codes and bit sets as documents print them."""

    size: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a field", self.size, at, end)
        return data[at:stop].hex().upper(), stop

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or len(value) != self.size * 2:
            raise unfit(f"{self.size * 2} hex digits", value)
        return _from_hex(value)


@dataclass(frozen=True, slots=True)
class Bytes:
    """`size` bytes as they are."""

    size: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a field", self.size, at, end)
        return data[at:stop], stop

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, bytes) or len(value) != self.size:
            raise unfit(f"{self.size} bytes", value)
        return value


@dataclass(frozen=True, slots=True)
class Text:
    """`size` bytes of text. Shorter values are padded on the right; reading keeps the pad.

    With `right` the text stands at the right end of its field and the pad in front of it.
    `without` are letters that may not stand in it (marks of the framing).
    """

    size: int
    pad: str = " "
    charset: str = "ascii"
    right: bool = False
    without: str = ""

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a text", self.size, at, end)
        return _without(_letters(data, at, stop, self.charset), self.without, at), stop

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or len(value) > self.size:
            raise unfit(f"{self.size} letters", value)
        filled = (
            value.rjust(self.size, self.pad) if self.right else value.ljust(self.size, self.pad)
        )
        return _to_letters(_without(filled, self.without), self.charset)


@dataclass(frozen=True, slots=True)
class OpenBcd:
    """Digits up to the end; an odd number is filled up with the nibble F."""

    also: str = ""

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        text = data[at:end].hex().upper().removesuffix("F")
        if text.strip(DECIMAL + self.also):
            raise BadField("a BCD field holds something else than digits", offset=at)
        return text, end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or value.strip(DECIMAL + self.also):
            raise unfit("digits", value)
        return bytes.fromhex(value + "F" * (len(value) % 2))


@dataclass(frozen=True, slots=True)
class OpenHex:
    """Bytes up to the end as upper-case hex digits."""

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        return data[at:end].hex().upper(), end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or len(value) % 2:
            raise unfit("pairs of hex digits", value)
        return _from_hex(value)


@dataclass(frozen=True, slots=True)
class OpenBytes:
    """Bytes up to the end, as they are."""

    def decode(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        return data[at:end], end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, bytes) or len(value) > OPEN_MAX:
            raise unfit(f"{OPEN_MAX} bytes", value)
        return value


@dataclass(frozen=True, slots=True)
class OpenText:
    """Text up to the end, or up to the byte `until`, which it then may not hold.

    `without` are letters that may not stand in it (marks of the framing).
    """

    charset: str = "ascii"
    until: int | None = None
    without: str = ""

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        if self.until is not None:
            found = data.find(self.until, at, end)
            end = end if found < 0 else found
        return _without(_letters(data, at, end, self.charset), self.without, at), end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or len(value) > OPEN_MAX:
            raise unfit(f"{OPEN_MAX} letters", value)
        data = _to_letters(_without(value, self.without), self.charset)
        if self.until is not None and self.until in data:
            raise BadField(f"this text may not hold the byte {self.until:02X}")
        return data


@dataclass(frozen=True, slots=True)
class Var:
    """A field with a length in front: `digits` bytes F0..F9, one decimal digit each (LLVAR 2)."""

    digits: int
    inner: Field

    def decode(self, data: bytes, at: int, end: int) -> tuple[Value, int]:
        start = at + self.digits
        if start > end:
            raise cut("a length", self.digits, at, end)
        stop = _LENGTHS.get(data[at:start])
        if stop is None:
            raise BadField("a length holds something else than F0..F9", offset=at)
        stop += start
        if stop > end:
            raise cut("a field", stop - start, start, end)
        value, at = self.inner.decode(data, start, stop)
        if at != stop:
            raise BadField(f"{stop - at} bytes are left over in a field", offset=at)
        return value, stop

    def encode(self, value: Value) -> bytes:
        body = self.inner.encode(value)
        if len(body) >= 10**self.digits:
            raise unfit(f"a length of {self.digits} digits", body)
        return _LENGTH_BYTES[self.digits][len(body)] + body


@dataclass(frozen=True, slots=True)
class TlvContainer:
    """A BER-TLV container with its length in front."""

    def decode(self, data: bytes, at: int, end: int) -> tuple[Tlv, int]:
        return read_container(data, at, end)

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, Tlv):
            raise unfit("a container", value)
        return value.wire


@dataclass(frozen=True, slots=True)
class Hidden:
    """A field of digits or letters that nobody may see: its value is a `Secret`."""

    inner: Field
    card_number: bool = False

    def decode(self, data: bytes, at: int, end: int) -> tuple[Secret, int]:
        value, at = self.inner.decode(data, at, end)
        assert isinstance(value, str), "only text can be hidden"
        return Secret(value, self.card_number), at

    def encode(self, value: Value) -> bytes:
        return self.inner.encode(value.clear if isinstance(value, Secret) else value)


def _all_lengths(digits: int) -> list[bytes]:
    return [
        bytes(0xF0 | int(digit) for digit in str(length).zfill(digits))
        for length in range(10**digits)
    ]


_LENGTH_BYTES: Final = {digits: _all_lengths(digits) for digits in (2, 3)}
_LENGTHS: Final = {
    data: length for table in _LENGTH_BYTES.values() for length, data in enumerate(table)
}


def _without(text: str, marks: str, at: int | None = None) -> str:
    """The same text; raises BadField where one of these letters stands in it."""
    for mark in marks:
        if mark in text:
            raise BadField(f"a text holds the mark {ord(mark):02X}", offset=at)
    return text


def _letters(data: bytes, at: int, end: int, charset: str) -> str:
    part = data[at:end]
    if part.isascii():  # the same in every set, and much quicker to read
        return part.decode("ascii")
    try:
        return part.decode(charset)
    except UnicodeDecodeError as error:
        raise BadField(f"a byte is no {charset} letter", offset=at + error.start) from None


def _to_letters(text: str, charset: str) -> bytes:
    if text.isascii():
        return text.encode("ascii")
    try:
        return text.encode(charset)
    except UnicodeEncodeError:
        raise BadField(f"a letter has no place in {charset}") from None


def _from_hex(text: str) -> bytes:
    if text.strip(DECIMAL + "ABCDEF"):
        raise BadField("a field holds something else than upper-case hex digits")
    return bytes.fromhex(text)
