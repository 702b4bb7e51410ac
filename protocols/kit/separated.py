"""Text fields that a mark keeps apart: `code|value|value|`.

Each field owns the mark in front of it, so an empty value, a missing field and a mark at the very
end all stay different from each other, and a message goes out again byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.fields import DECIMAL, unfit

if TYPE_CHECKING:
    from protocols.kit.fields import Field, Value

PRINTABLE: Final = "".join(chr(code) for code in range(0x20, 0x7F))


@dataclass(frozen=True, slots=True)
class Letters:
    """`least` to `most` letters out of `allowed` (ASCII), as wide as the room they stand in."""

    most: int
    least: int = 0
    allowed: str = PRINTABLE

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        text = data[at:end].decode("latin-1")
        if not self.least <= len(text) <= self.most:
            raise BadField(f"{self.least} to {self.most} letters, not {len(text)}", offset=at)
        if text.strip(self.allowed):
            raise BadField("a letter that may not stand here", offset=at)
        return text, end

    def encode(self, value: Value) -> bytes:
        fits = isinstance(value, str) and self.least <= len(value) <= self.most
        if isinstance(value, str) and fits and not value.strip(self.allowed):
            return value.encode("ascii")
        raise unfit(f"{self.least} to {self.most} letters of its own", value)


def digits(most: int, least: int = 0) -> Letters:
    """Decimal digits, kept as they are with their zeros in front."""
    return Letters(most, least, DECIMAL)


@dataclass(frozen=True, slots=True)
class Separated:
    """`mark`, and a value that goes up to the next mark or the end."""

    inner: Field
    mark: str = "|"

    def decode(self, data: bytes, at: int, end: int) -> tuple[Value, int]:
        mark = ord(self.mark)
        if at == end or data[at] != mark:
            raise BadField(f"a {self.mark} is missing", offset=at)
        start = at + 1
        stop = data.find(mark, start, end)
        value, at = self.inner.decode(data, start, end if stop < 0 else stop)
        assert stop in {-1, at}, "an inner field takes all the room it is given"
        return value, at

    def encode(self, value: Value) -> bytes:
        data = self.inner.encode(value)
        if ord(self.mark) in data:
            raise BadField(f"a value may not hold a {self.mark}")
        return self.mark.encode("ascii") + data
