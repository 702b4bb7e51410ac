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

    `also` are further characters that may stand anywhere (a blank where there is no number).
    """

    size: int
    also: str = ""

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        stop = at + self.size
        if stop > end:
            raise cut("a field of digits", self.size, at, end)
        text = data[at:stop].decode("latin-1")
        if text.strip(DECIMAL + self.also):
            raise BadField("a field of digits holds something else", offset=at)
        return text, stop

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or len(value) > self.size:
            raise unfit(f"{self.size} digits", value)
        if value.strip(DECIMAL + self.also):
            raise unfit(f"{self.size} digits", value)
        return value.rjust(self.size, "0").encode("latin-1")


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
