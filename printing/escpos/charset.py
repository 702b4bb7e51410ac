"""A row's text as the bytes of the one charset that its slip uses; it never puts a "?" instead.

A character that the charset lacks, or that it prints wider or narrower than the sheet's grid has
it, raises: a picture of the slip shows it.
"""

from __future__ import annotations

from functools import lru_cache

from printing.errors import Unprintable
from printing.grid import width

# Printers with Chinese letters: one byte is one cell, two bytes are two. The standard's four-byte
# codes are in no printer's letters that we know.
MULTI_BYTE = "gb18030"

# Signs that differ from an ASCII one in nothing but their shape. Without this table a French
# apostrophe would turn the slip into a picture, which takes 20 s on a serial line.
_LOOK_ALIKE = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u201c": '"', "\u201d": '"', "\u201f": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-",
    }
)  # fmt: skip


def encode(text: str, charset: str) -> bytes:
    """Cleaned `text` in `charset`, one of profile.CHARSETS; no byte is below 20h.

    Raises Unprintable with the first character that cannot be printed as it stands on the grid.
    """
    if not charset:
        if text:
            raise Unprintable(text[0], "none")
        return b""
    return b"".join(_one(char, charset) for char in text.translate(_LOOK_ALIKE))


@lru_cache(maxsize=4096)  # some times the characters that a shop's slips ever use
def _one(char: str, charset: str) -> bytes:
    try:
        code = char.encode(charset)
    except UnicodeEncodeError:
        raise Unprintable(char, charset) from None
    if len(code) != width(char):
        raise Unprintable(char, charset)
    return code
