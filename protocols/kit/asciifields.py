"""Field codecs of messages with fixed places: ASCII digits and constants.

Text that is filled up on either side is `protocols.kit.fields.Text`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.errors import BadField
from protocols.kit.fields import DECIMAL, cut, unfit

if TYPE_CHECKING:
    from protocols.kit.fields import Value


@dataclass(frozen=True, slots=True)
class Digits:
    """`size` ASCII digits, as a string with its leading zeros; shorter values get more of them.

    `also` are further characters that may stand anywhere (a blank where there is no number), `but`
    are values that another layout of the same message has.
    """

    size: int
    also: str = ""
    but: tuple[str, ...] = ()

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a field of digits", self.size, at, end)
        text = data[at:stop].decode("latin-1")
        if text.strip(DECIMAL + self.also):
            raise BadField("a field of digits holds something else", offset=at)
        if text in self.but:
            raise BadField(f"{text} cannot stand here", offset=at)
        return text, stop

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or len(value) > self.size:
            raise unfit(f"{self.size} digits", value)
        digits = value.rjust(self.size, "0")
        if value.strip(DECIMAL + self.also) or digits in self.but:
            raise unfit(f"{self.size} digits", value)
        return digits.encode("latin-1")


@dataclass(frozen=True, slots=True)
class OpenDigits:
    """ASCII digits up to the end, `least` to `most` of them, as a string."""

    least: int
    most: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        part = data[at:end]
        if not self.least <= len(part) <= self.most:
            raise BadField(f"{len(part)} bytes are not {self.least} to {self.most}", offset=at)
        if part and not part.isdigit():
            raise BadField("a field of digits holds something else", offset=at)
        return part.decode("ascii"), end

    def encode(self, value: Value) -> bytes:
        fits = isinstance(value, str) and self.least <= len(value) <= self.most
        if not isinstance(value, str) or not fits or value.strip(DECIMAL):
            raise unfit(f"{self.least} to {self.most} digits", value)
        return value.encode("ascii")


@dataclass(frozen=True, slots=True)
class DigitsNumber:
    """`size` ASCII digits, as a number; for amounts in minor units."""

    size: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a number", self.size, at, end)
        part = data[at:stop]
        if not part.isdigit():
            raise BadField("a number holds something else than digits", offset=at)
        return int(part), stop

    def encode(self, value: Value) -> bytes:
        digits = self.size
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**digits:
            raise unfit(f"a number of {digits} digits", value)
        return b"%0*d" % (digits, value)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Bytes that are always the same (a code, a separator); the value is their ASCII text."""

    text: str

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        stop = at + len(self.text)
        if stop > end:
            raise cut("a fixed field", len(self.text), at, end)
        if data[at:stop] != self.text.encode("ascii"):
            raise BadField(f"{self.text!r} does not stand where it must", offset=at)
        return self.text, stop

    def encode(self, value: Value) -> bytes:
        if value != self.text:
            raise unfit(repr(self.text), value)
        return self.text.encode("ascii")


@dataclass(frozen=True, slots=True)
class Printable:
    """`size` letters without control characters, which frame this family's messages; shorter
    values are filled with blanks on the right, and reading keeps those."""

    size: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a text", self.size, at, end)
        part = data[at:stop]
        if min(part, default=_BLANK) < _BLANK:
            raise BadField("a text holds a control character", offset=at)
        return part.decode("latin-1"), stop

    def encode(self, value: Value) -> bytes:
        fits = isinstance(value, str) and len(value) <= self.size
        if not isinstance(value, str) or not fits or max(value, default=" ") > "\xff":
            raise unfit(f"{self.size} letters", value)
        if min(value, default=" ") < " ":
            raise unfit(f"{self.size} letters without control characters", value)
        return value.ljust(self.size).encode("latin-1")


_BLANK = 0x20
