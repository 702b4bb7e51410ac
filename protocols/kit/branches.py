"""The rows of which tables of trees are made: leaves, branches, and how each stands on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from protocols.kit.fields import Field


class Syntax(Enum):
    """How a tree stands on the wire."""

    XML = "xml"
    JSON = "json"


class Form(Enum):
    """How a leaf stands in XML: an attribute, an element, or an element for each line of it.

    WORDS is an element or attribute with blanks between its words, in JSON a list of them.
    """

    ATTRIBUTE = auto()
    ELEMENT = auto()
    ELEMENTS = auto()
    WORDS = auto()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value. `tag` is its name on the wire, `json` the one in JSON where that differs.

    `inside` names the member of a JSON object that holds the text of each line (ELEMENTS).
    """

    tag: str
    name: str
    field: Field
    form: Form = Form.ATTRIBUTE
    needed: bool = False
    json: str = ""
    inside: str = ""
    element: bool = False  # of WORDS: in an element of its own

    def tag_in(self, syntax: Syntax) -> str:
        """Its name on the wire."""
        return self.json if self.json and syntax is Syntax.JSON else self.tag


@dataclass(frozen=True, slots=True)
class Constant:
    """A text that always stands there and is no value; whoever picks the table has read it."""

    tag: str
    text: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A structure. `place` counts those of one tag, which JSON has in a list where `many`.

    One that is `only_json` does not exist in XML: there its children stand where it would.
    """

    tag: str
    children: tuple[Leaf | Constant | Branch, ...]
    needed: bool = False
    many: bool = False
    place: int = 0
    only_json: bool = False

    def leaves(self) -> Iterator[Leaf]:
        """All values, in order."""
        for child in self.children:
            if isinstance(child, Leaf):
                yield child
            elif isinstance(child, Branch):
                yield from child.leaves()


def many(tag: str, count: int, rows: Callable[[int], tuple[Leaf | Branch, ...]]) -> list[Branch]:
    """Up to `count` structures of one tag; `rows` makes the children of the nth, from 1."""
    return [Branch(tag, rows(place + 1), many=True, place=place) for place in range(count)]
