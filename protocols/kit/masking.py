"""Card data never leaves unmasked: not in a repr, a log, a trace, the journal or a slip.

`mask_pan` is for a field known to be a card number, `mask_digits` for free text, `mask_bytes` for
bytes of any origin; the latter two hide whatever could be one. `Secret` holds what must be known
to the codec and shown to nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
# An EMV application id (A000000 and some digits) is none: slips must show it.
_RUN = re.compile(
    r"(?P<application>A000000[0-9]{4,10}(?![0-9]))"
    r"|(?<![0-9])[0-9](?:[ -]?[0-9]){11,}(?![0-9])"
)


def mask_digits(text: str) -> str:
    """Hide everything in free text that could be a card number.

    A run of 12 to 19 digits that passes the Luhn check is masked in place; so is the part of a
    longer run that does (a track, two numbers glued together).
    """
    return _RUN.sub(
        lambda match: match.group() if match.group("application") else _mask_run(match.group()),
        text,
    )


def _mask_run(run: str) -> str:
    """Hide the middle of every number in a run of digits; overlapping ones hide each other's ends.

    Not only the first that fits: digits in front of a card number may pass Luhn with a part of it.
    """
    places = [i for i, c in enumerate(run) if c.isdigit()]
    sums = _luhn_sums("".join(run[i] for i in places))
    shown = list(run)
    hidden_to = 0
    for start in range(len(places) - PAN_DIGITS_MIN + 1):
        length = _card_length_at(sums, start)
        if length:
            end = start + length - _KEEP_LAST
            for place in places[max(start + _KEEP_FIRST, hidden_to) : end]:
                shown[place] = "*"
            hidden_to = max(hidden_to, end)
    return "".join(shown)


def _luhn_sums(digits: str) -> tuple[list[int], list[int]]:
    """Running Luhn sums of a run, doubling the digits at even places, and those at odd ones."""
    even, odd = [0], [0]
    for place, char in enumerate(digits):
        once = int(char)
        twice = once * 2 - 9 if once > 4 else once * 2  # noqa: PLR2004 - the Luhn rule
        even.append(even[-1] + (odd_value := once if place % 2 else twice))
        odd.append(odd[-1] + once + twice - odd_value)
    return even, odd


def _card_length_at(sums: tuple[list[int], list[int]], start: int) -> int:
    """Length of the longest number at `start` that passes Luhn, or 0."""
    longest = min(PAN_DIGITS_MAX, len(sums[0]) - 1 - start)
    for length in range(longest, PAN_DIGITS_MIN - 1, -1):
        end = start + length
        table = sums[end % 2]  # the digit before the last is doubled
        if (table[end] - table[start]) % 10 == 0:
            return length
    return 0


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Card data or a password on its way through the codec; it shows itself only masked.

    Whoever needs the digits says `.clear`, so that every such place can be found.
    """

    clear: str
    card_number: bool = False

    @property
    def masked(self) -> str:
        """What may be shown: first 6 and last 4 of a card number, of anything else nothing."""
        if not self.card_number:
            return "*" * len(self.clear)
        number, separator, rest = self.clear.partition("D")
        return mask_pan(number) + "*" * len(separator + rest)

    def __repr__(self) -> str:
        return f"Secret({self.masked})"

    def __str__(self) -> str:
        return self.masked


def mask_bytes(data: bytes, *, whole: bool = False) -> bytes:
    """Hide every run of digits in bytes that could be a card number, as BCD or as ASCII.

    Masked ASCII digits become `*`, masked BCD digits the nibble E. Normally a run of 12 or more
    keeps its first 6 and last 4, whatever Luhn says. With `whole` nothing is known of the bytes,
    they may be a piece of something cut anywhere: then runs of 5 or more are hidden altogether.
    """
    shortest, first, last = (_PIECE_MIN, 0, 0) if whole else _CARD_RUN
    nibbles = data.hex()
    letters = data.decode("latin-1")
    masked = list(data)
    for place in _inside(_NIBBLE_RUNS.finditer(nibbles), shortest, first, last):
        masked[place // 2] = masked[place // 2] & (0x0F, 0xF0)[place % 2] | (0xE0, 0x0E)[place % 2]
    for place in _inside(_ASCII_RUNS.finditer(letters), shortest, first, last):
        masked[place] = 0x2A
    return bytes(masked)


_PIECE_MIN = 5  # a number cut anywhere then shows at most its first 4 and its last 4
_CARD_RUN = (PAN_DIGITS_MIN, _KEEP_FIRST, _KEEP_LAST)
_NIBBLE_RUNS = re.compile(r"[0-9]+")
_ASCII_RUNS = re.compile(r"[0-9](?:[ -]?[0-9])*")


def _inside(runs: Iterable[re.Match[str]], shortest: int, first: int, last: int) -> Iterator[int]:
    """Places of the digits to hide in each run that is long enough."""
    for run in runs:
        digits = [run.start() + i for i, char in enumerate(run.group()) if char.isdigit()]
        if len(digits) >= shortest:
            yield from digits[first : len(digits) - last]
