"""JSON of strangers: bounded in size and depth, no name twice, no NaN, numbers kept as they stand.

A number never becomes a float: its digits are the value, so that an amount is what was written.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.node import DEPTH_MAX, Node, check_name, decoded, place

if TYPE_CHECKING:
    from collections.abc import Iterator

# Letters of a number: any amount fits, and no sum grows beyond measure.
NUMBER_MAX: Final = 32
TOKEN: Final = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?[0-9][0-9.eE+\-]*)|(?P<mark>[{}\[\]:,])|[^"{}\[\]:,]',
    re.DOTALL,
)
_UNIT: Final = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _Number(str):
    """The digits of a number."""

    __slots__ = ()


def read(data: bytes) -> Node:
    """The members of the object that is the document. Raises BadField with an offset."""
    text = decoded(data)
    _check_depth(text)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_structure,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise BadField(f"JSON: {error.msg}", offset=place(text, error.pos)) from None
    if not isinstance(found, Node):
        raise BadField("JSON: the document is no object", offset=0)
    return found


def _check_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= DEPTH_MAX:
        return
    depth = 0
    for token in TOKEN.finditer(text):
        mark = token["mark"]
        if mark in {"{", "["}:
            depth += 1
            if depth > DEPTH_MAX:
                raise BadField(
                    f"JSON: more than {DEPTH_MAX} deep", offset=place(text, token.start())
                )
        elif mark in {"}", "]"}:
            depth -= 1


def _number(digits: str) -> _Number:
    if len(digits) > NUMBER_MAX:
        raise BadField(f"JSON: a number of {len(digits)} letters")
    return _Number(digits)


def _constant(word: str) -> _Number:
    raise BadField(f"JSON: {word} is no number")


def _structure(pairs: list[tuple[str, object]]) -> Node:
    node = Node()
    seen: set[str] = set()
    for name, value in pairs:
        check_name(name, 0)
        folded = name.lower()
        if folded in seen:
            raise BadField("JSON: a name appears twice")
        seen.add(folded)
        for each in value if isinstance(value, list) else [value]:
            found = _value(each)
            if found is not None:
                node.add(name, found)
    return node


def _value(value: object) -> Node | None:
    """A node of what the reader gave; null is nothing, and a list in a list a structure."""
    match value:
        case Node() as node:
            return node
        case None:
            return None
        case bool():
            return Node(text="true" if value else "false")
        case str():
            if _SURROGATE.search(value):
                raise BadField("JSON: half of a letter")
            return Node(text=value)
        case _:
            return Node()


def units(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Each letter of a string's inside at [start:end], with where it stands."""
    for found in _UNIT.finditer(text, start, end):
        told = found.group()
        letter = chr(int(told[2:], 16)) if told[:2] == "\\u" else told[-1]
        yield letter, found.start(), found.end()


def escaped(text: str) -> str:
    """A text as a JSON string, in quotation marks."""
    return json.dumps(text, ensure_ascii=False)
