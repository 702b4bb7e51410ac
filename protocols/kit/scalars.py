"""Values of text formats (XML, JSON): each field reads and writes the text of one value in UTF-8.

They are fields as in `fields`, so that tables, masks and tests treat all messages alike. What is
not in an enumeration is still read: devices know words that documents do not. `fits` says whether
a value may be sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from protocols.kit.errors import BadField
from protocols.kit.fields import Value, unfit

# What XML and JSON both can carry: no control characters, no halves of letters.
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORD_MAX: Final = 64  # letters of a word that is in no enumeration
_TRUE: Final = {"true": True, "1": True, "false": False, "0": False}


def _letters(data: bytes, at: int, end: int) -> str:
    try:
        return data[at:end].decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadField("a byte is no UTF-8 letter", offset=at + error.start) from None


@dataclass(frozen=True, slots=True)
class Word:
    """A text of `least` to `longest` letters."""

    longest: int
    least: int = 0

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        text = _letters(data, at, end)
        if not self.least <= len(text) <= self.longest or _ILLEGAL.search(text):
            raise BadField(f"a text of {len(text)} letters cannot stand here", offset=at)
        return text, end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or not self.least <= len(value) <= self.longest:
            raise unfit(f"a text of {self.least} to {self.longest} letters", value)
        if _ILLEGAL.search(value):
            raise BadField("this text holds letters that may not be sent")
        return value.encode("utf-8")


@dataclass(frozen=True, slots=True)
class Lines(Word):
    """Several texts, as one value with a line end between them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of an enumeration, in any case; another word is read as it stands."""

    words: tuple[str, ...]

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        text, end = _WORD.decode(data, at, end)
        return self._known(text.strip()) or text, end

    def encode(self, value: Value) -> bytes:
        return _WORD.encode(
            self._known(value.strip()) or value if isinstance(value, str) else value
        )

    def _known(self, text: str) -> str | None:
        folded = text.lower()
        return next((word for word in self.words if word.lower() == folded), None)


_WORD: Final = Word(_WORD_MAX)


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number that is not negative, as text: "12.34". It stands bare in JSON."""

    whole: int = 8
    fraction: int = 6

    def decode(self, data: bytes, at: int, end: int) -> tuple[str, int]:
        text = _letters(data, at, end).strip().removeprefix("+")
        digits = text.lstrip("0")
        if text:
            text = digits if digits[:1] not in {"", "."} else f"0{digits}"
        if not self._right(text):
            raise BadField("a number cannot be read", offset=at)
        return text, end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, str) or not self._right(value):
            raise unfit(f"a number of {self.whole} digits", value)
        return value.encode("ascii")

    def _right(self, text: str) -> bool:
        whole, point, fraction = text.partition(".")
        good = whole.isascii() and whole.isdigit() and len(whole) <= self.whole
        plain = whole == "0" or not whole.startswith("0")
        if not point:
            return good and plain
        digits = fraction.isascii() and fraction.isdigit()
        return good and plain and digits and len(fraction) <= self.fraction


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number 0..`most`. It stands bare in JSON."""

    most: int

    def decode(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        text = _letters(data, at, end).strip()
        if not text.isascii() or not text.isdigit() or len(text) > len(str(self.most)) + 3:
            raise BadField("a whole number cannot be read", offset=at)
        if int(text) > self.most:
            raise BadField(f"a number is greater than {self.most}", offset=at)
        return int(text), end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= self.most:
            raise unfit(f"a whole number up to {self.most}", value)
        return str(value).encode("ascii")


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false. It stands bare in JSON."""

    def decode(self, data: bytes, at: int, end: int) -> tuple[bool, int]:
        told = _TRUE.get(_letters(data, at, end).strip().lower())
        if told is None:
            raise BadField("neither true nor false", offset=at)
        return told, end

    def encode(self, value: Value) -> bytes:
        if not isinstance(value, bool):
            raise unfit("true or false", value)
        return b"true" if value else b"false"


def fits(field: object, value: Value) -> bool:
    """Whether a value may be sent: an enumeration is obeyed by us."""
    return not isinstance(field, Choice) or value in field.words
