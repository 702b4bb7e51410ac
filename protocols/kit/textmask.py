"""Hides card data in XML and JSON text without changing its length or its being read.

What the text means is looked at, not how it is written: digits may stand as references (&#52;) or
escapes (\\u0034). Hidden letters become stars, hidden digits of a bare number zeros. Names that the
caller calls secret lose their whole value, with everything that is inside of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from protocols.kit import jsontext, xmltext
from protocols.kit.masking import mask_digits, mask_pan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    # A name in lower case; gives PAN, WHOLE, or "" for one that is neither.
    Secrecy = Callable[[str], str]
    Unit = tuple[str, int, int]

PAN: Final = "pan"
WHOLE: Final = "whole"
_DIGITS: Final = frozenset("0123456789")
_DIGIT: Final = re.compile("[0-9]")
_SHORT: Final = 5  # a number of fewer digits in a secret structure says nothing of a card


def mask_xml(data: bytes, secrecy: Secrecy) -> bytes:
    """The same document, masked. Raises BadField for bytes that are no XML document."""
    text = data.decode("utf-8")
    hidden = bytearray(data)
    inside: list[str] = [""]  # the secrecy of each open element
    letters: list[list[Unit]] = [[]]
    for piece in xmltext.scan(text):
        match piece.kind:
            case "open":
                kind = inside[-1] or secrecy(piece.name.lower())
                for name, start, end in piece.attributes:
                    units = list(xmltext.units(text, start, end))
                    _hide(text, hidden, units, kind or secrecy(name.lower()))
                inside.append(kind)
                letters.append([])
            case "close":
                _hide(text, hidden, letters.pop(), inside.pop())
            case "text":
                letters[-1] += xmltext.units(text, piece.start, piece.end)
            case _:
                plain = [(text[at], at, at + 1) for at in range(piece.start, piece.end)]
                if piece.kind == "cdata":
                    letters[-1] += plain
                else:
                    _hide(text, hidden, plain, inside[-1])
    return bytes(hidden)


def mask_json(data: bytes, secrecy: Secrecy) -> bytes:
    """The same document, masked; the caller has read it, so it is known to be JSON."""
    text = data.decode("utf-8")
    hidden = bytearray(data)
    for kind, start, end, bare in _json_values(text, secrecy):
        if bare:
            _hide_number(text, hidden, start, end, kind)
        else:
            _hide(text, hidden, list(jsontext.units(text, start, end)), kind)
    return bytes(hidden)


def _json_values(text: str, secrecy: Secrecy) -> Iterator[tuple[str, int, int, bool]]:
    """Each string (its inside) and each number, with its secrecy; names of members too."""
    inside: list[str] = [""]
    kind = ""  # of the value that comes next
    last: tuple[int, int] | None = None  # a string that may be a name
    for token in jsontext.TOKEN.finditer(text):
        mark = token["mark"]
        if token["string"] is not None:
            last = token.start() + 1, token.end() - 1
        elif token["number"] is not None:
            yield kind or inside[-1], token.start(), token.end(), True
        elif mark == ":" and last is not None:
            name = "".join(unit for unit, _, _ in jsontext.units(text, *last))
            yield "", *last, False
            kind, last = secrecy(name.lower()), None
        if mark and mark != ":":
            if last is not None:
                yield kind or inside[-1], *last, False
                last = None
            if mark in "{[":
                inside.append(kind or inside[-1])
            elif mark in "}]" and len(inside) > 1:
                inside.pop()
            # In a list every value is of the kind that its name has.
            kind = ""


def _hide(text: str, hidden: bytearray, units: Iterable[Unit], kind: str) -> None:
    """Put stars where a letter must not be seen."""
    letters = list(units)
    told = "".join(letter for letter, _, _ in letters)
    shown = _shown(told, kind)
    if shown == told:
        return
    at = place = 0  # a letter, and where it stands in the bytes
    for (letter, start, end), other in zip(letters, shown, strict=True):
        if letter != other:
            place += len(text[at:start].encode("utf-8"))
            size = len(text[start:end].encode("utf-8"))
            hidden[place : place + size] = b"*" * size
            at, place = end, place + size


def _shown(told: str, kind: str) -> str:
    if kind == PAN:
        return mask_pan(told)
    if kind == WHOLE:
        return "".join(letter if letter.isspace() else "*" for letter in told)
    return mask_digits(told)


def _hide_number(text: str, hidden: bytearray, start: int, end: int, kind: str) -> None:
    """A bare number must stay one."""
    told = text[start:end]
    if kind and sum(letter in _DIGITS for letter in told) >= _SHORT:
        # The first digit stays, since a number must not begin with a zero.
        kept = 2 if told.startswith("-") else 1
        shown = told[:kept] + _DIGIT.sub("0", told[kept:])
    else:
        shown = mask_digits(told).replace("*", "0")
    if shown != told:
        at = len(text[:start].encode("utf-8"))
        hidden[at : at + len(told)] = shown.encode("ascii")
