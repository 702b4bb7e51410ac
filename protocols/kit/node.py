"""What XML and JSON have in common, as one tree: members by name, values as text.

An XML attribute, an XML element without elements in it and a JSON string, number or flag are all a
node with a text. Names are compared without regard to upper and lower case, since devices differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from protocols.kit.errors import BadField

# Bounds what a peer may make us keep: bytes of a message, and structures inside of structures.
SIZE_MAX: Final = 256 * 1024
DEPTH_MAX: Final = 24
# No name of a member has more digits: one that does may be a card number, and cannot be masked.
NAME_DIGITS_MAX: Final = 11


@dataclass(slots=True)
class Node:
    """One value or structure; `text` is None where it is a structure and no value.

    `at` is where it stands in the bytes that were read.
    """

    at: int = 0
    text: str | None = None
    members: dict[str, list[Node]] = field(default_factory=dict)

    def add(self, name: str, node: Node) -> None:
        """One more member of this name."""
        self.members.setdefault(name.lower(), []).append(node)

    def all(self, name: str) -> list[Node]:
        """Every member of this name (in lower case), in order."""
        return self.members.get(name, [])

    def one(self, name: str) -> Node | None:
        """The member of this name; None without one. Raises BadField where there are several."""
        found = self.members.get(name)
        if not found:
            return None
        if len(found) > 1:
            raise BadField(f"{name} appears {len(found)} times", offset=found[1].at)
        return found[0]

    def value(self, name: str) -> str:
        """The text of this node. Raises BadField where it is a structure."""
        if self.text is None:
            raise BadField(f"{name} is a structure and no value", offset=self.at)
        return self.text


def decoded(data: bytes) -> str:
    """The letters of a message in UTF-8. Raises BadField."""
    if len(data) > SIZE_MAX:
        raise BadField(f"a message of {len(data)} bytes is longer than {SIZE_MAX}", offset=SIZE_MAX)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadField("a byte is no UTF-8 letter", offset=error.start) from None


def place(text: str, at: int) -> int:
    """Where the letter at `at` stands in the bytes."""
    return at if text.isascii() else len(text[:at].encode("utf-8"))


def check_name(name: str, at: int) -> None:
    """Raise BadField for a name that may hold a card number."""
    if sum(letter.isdigit() for letter in name) > NAME_DIGITS_MAX:
        raise BadField("a name with so many digits is none", offset=at)
