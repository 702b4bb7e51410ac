"""The character sets of ZVT text: CP437 unless a tag 14 or the profile of a terminal says else.

Bytes that a set has no letter for become the replacement sign: text is for people, and a garbled
letter must never make a result unreadable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.zvt.bitmaps import CHARSET

if TYPE_CHECKING:
    from collections.abc import Callable

ZVT_7BIT: Final = "zvt-7bit"
_UMLAUTS: Final = str.maketrans("[\\]{|}~", "ÄÖÜäöüß")
_FROM_UMLAUTS: Final = str.maketrans("ÄÖÜäöüß", "[\\]{|}~")
# Tag 14: 00 the 7-bit set, 01..10 the parts of ISO 8859 (there is no part 12), FE UTF-8, FF CP437.
_BY_TAG: Final[dict[int, str]] = {
    0x00: ZVT_7BIT,
    **{part: f"iso8859-{part}" for part in range(1, 17) if part != 12},
    0xFE: "utf-8",
    0xFF: CHARSET,
}
CHARSETS: Final = frozenset(_BY_TAG.values())


def declared(value: bytes) -> str | None:
    """The set that the content of a tag 14 names; None for one that the specification lacks."""
    return _BY_TAG.get(value[0]) if len(value) == 1 else None


def letters(data: bytes, charset: str = CHARSET) -> str:
    """The text of bytes. Never fails for what the bytes are."""
    if charset == ZVT_7BIT:
        return data.decode("ascii", "replace").translate(_UMLAUTS)
    return data.decode(charset, "replace")


def from_letters(text: str, charset: str = CHARSET) -> bytes:
    """The bytes of a text; `?` where the set lacks a letter, for texts a terminal shows."""
    if charset == ZVT_7BIT:
        return text.translate(_FROM_UMLAUTS).encode("ascii", "replace")
    return text.encode(charset, "replace")


def rereader(charset: str) -> Callable[[str], str] | None:
    """What turns text read as CP437 into the text of another set; None where nothing changes."""
    if charset == CHARSET:
        return None
    return lambda text: letters(text.encode(CHARSET), charset)
