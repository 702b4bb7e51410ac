"""Whether a card number can be read in what a mask let through."""

from __future__ import annotations

import re
from typing import Final

from protocols.kit.masking import passes_luhn

LONGEST: Final = 19
SHORTEST: Final = 13
# An application id (A000000 and digits) is none and is shown on slips.
_APPLICATION: Final = re.compile(r"A000000[0-9]{4,10}(?![0-9])")
_ROW: Final = re.compile(r"[0-9](?:[ -]?[0-9]){12,}")
_NIBBLES: Final = re.compile(r"[0-9]{13,}")


def _card_in(digits: str) -> bool:
    return any(
        passes_luhn(digits[at : at + size])
        for at in range(len(digits) - SHORTEST + 1)
        for size in range(SHORTEST, min(LONGEST, len(digits) - at) + 1)
    )


def in_text(text: str) -> bool:
    """A row of 13 to 19 digits that passes Luhn, single blanks and hyphens not counted."""
    rows = _ROW.findall(_APPLICATION.sub("", text))
    return any(_card_in(re.sub("[ -]", "", row)) for row in rows)


def in_bytes(data: bytes) -> bool:
    """The same in packed decimals at any nibble, or in ASCII."""
    packed = any(_card_in(row) for row in _NIBBLES.findall(data.hex()))
    return packed or in_text(data.decode("latin-1"))
