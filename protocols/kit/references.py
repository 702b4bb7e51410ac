"""Our references for wires with little room: a number that never comes twice, in few characters."""

from __future__ import annotations

from typing import Final

_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def base36(number: int, size: int) -> str:
    """A number from 0 on in digits and capital letters, zeros in front, at least `size` long."""
    assert number >= 0, "a reference is made of a number from 0 on"
    text = ""
    while number or len(text) < size:
        number, place = divmod(number, len(_LETTERS))
        text = _LETTERS[place] + text
    return text
