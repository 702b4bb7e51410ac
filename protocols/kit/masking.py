"""Card data never leaves unmasked: not in a repr, a log, a trace, the journal or a slip.

Two tools: `mask_pan` for a field known to be a card number, and `mask_digits` for free text and
bytes of any origin, which hides whatever could be one.
"""

from __future__ import annotations

import re

# A card number has 12 to 19 digits (ISO/IEC 7812); at most the first 6 and last 4 may be shown.
PAN_DIGITS_MIN = 12
PAN_DIGITS_MAX = 19
_KEEP_FIRST = 6
_KEEP_LAST = 4


def mask_pan(digits: str) -> str:
    """Hide the middle of a card number; what is hidden already ('E', '*', 'X') stays hidden.

    Never shows more than the first 6 and the last 4; a number too short for that shows the last 4
    at most, and one of 4 digits or fewer nothing.
    """
    text = "".join(c if c.isascii() and c.isdigit() else "*" for c in digits)
    if len(text) >= PAN_DIGITS_MIN:
        middle = len(text) - _KEEP_FIRST - _KEEP_LAST
        return text[:_KEEP_FIRST] + "*" * middle + text[-_KEEP_LAST:]
    if len(text) > _KEEP_LAST:
        return "*" * (len(text) - _KEEP_LAST) + text[-_KEEP_LAST:]
    return "*" * len(text)


def passes_luhn(digits: str) -> bool:
    """Whether the check digit of a card number fits (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2  # noqa: PLR2004 - the Luhn rule
        total += value
    return total % 10 == 0


# Digits in a row, also with single blanks or hyphens between groups as people and slips write them.
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){11,}(?![0-9])")


def mask_digits(text: str) -> str:
    """Hide everything in free text that could be a card number.

    A run of 12 to 19 digits that passes the Luhn check is masked in place; so is the part of a
    longer run that does (a track, two numbers glued together).
    """
    return _RUN.sub(lambda match: _mask_run(match.group()), text)


def _mask_run(run: str) -> str:
    places = [i for i, c in enumerate(run) if c.isdigit()]
    digits = "".join(run[i] for i in places)
    shown = list(run)
    start = 0
    while start + PAN_DIGITS_MIN <= len(digits):
        length = _card_length_at(digits, start)
        if not length:
            start += 1
            continue
        for offset in range(_KEEP_FIRST, length - _KEEP_LAST):
            shown[places[start + offset]] = "*"
        start += length
    return "".join(shown)


def _card_length_at(digits: str, start: int) -> int:
    """Length of the longest number at `start` that passes Luhn, or 0."""
    longest = min(PAN_DIGITS_MAX, len(digits) - start)
    for length in range(longest, PAN_DIGITS_MIN - 1, -1):
        if passes_luhn(digits[start : start + length]):
            return length
    return 0
