"""The values that link texts hold: whole numbers, seconds, words.

What is none is a ValueError whose text reads well behind the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

_Value = TypeVar("_Value")

TIMEOUT_MAX_S = 600.0


def whole(value: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    digits = value.isascii() and value.isdecimal() and len(value) <= len(str(high))
    if not digits or not low <= int(value) <= high:
        raise ValueError(f"is not a whole number from {low} to {high}")
    return int(value)


def seconds(value: str) -> float:
    """A time above 0 and up to TIMEOUT_MAX_S."""
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not 0 < found <= TIMEOUT_MAX_S:
        raise ValueError(f"is not a number of seconds up to {TIMEOUT_MAX_S:g}")
    return found


def one_of(value: str, words: Mapping[str, _Value]) -> _Value:
    """What the word stands for."""
    if value not in words:
        raise ValueError(f"is none of {', '.join(words)}")
    return words[value]
