"""Hides card data in bytes of which nobody knows what they are (damaged frames, noise).

Digits are looked for where card data uses them: packed decimals at any nibble, ASCII, and ASCII
with a parity bit. A row of more than a few digits is hidden as a whole, and a row goes on over the
border of two pieces: a card number that noise has torn apart shows at most its first digits.
"""

from __future__ import annotations

# So many digits in a row may be shown. A card number with one wrong byte in it thus shows no more
# than its first 6 and last 4 digits, the most that may ever be shown.
DIGITS_SHOWN_MAX = 4
_HIDDEN = 0xE  # what ZVT terminals themselves put in place of a hidden digit
_NINE = 9


class UnknownBytesMask:
    """Masks the unknown bytes of one direction of a line, in the order in which they came."""

    def __init__(self) -> None:
        self._row = 0  # digits in a row at the end of what was masked so far

    def mask(self, data: bytes) -> bytes:
        """The same number of bytes, with rows of digits hidden."""
        nibbles = [n for byte in data for n in (byte >> 4, byte & 0x0F)]
        digits = [d for byte in data for d in _digits(byte)]
        start = 0
        for place, is_digit in enumerate(digits):
            if is_digit:
                continue
            self._end_row(nibbles, start, place)
            self._row = 0
            start = place + 1
        self._end_row(nibbles, start, len(nibbles))
        return bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))

    def _end_row(self, nibbles: list[int], start: int, end: int) -> None:
        """Hide the row start..end if it is, with what came before it, longer than may be shown."""
        self._row += end - start
        if self._row > DIGITS_SHOWN_MAX:
            nibbles[start:end] = [_HIDDEN] * (end - start)


def _digits(byte: int) -> tuple[bool, bool]:
    """Which nibbles may be part of a number; all of an ASCII digit with its parity bit is."""
    if 0xB0 <= byte <= 0xB9:  # noqa: PLR2004 - ASCII digits with bit 8 set
        return True, True
    return byte >> 4 <= _NINE, byte & 0x0F <= _NINE
