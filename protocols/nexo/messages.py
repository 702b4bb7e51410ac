"""Bytes to nexo messages and back: the syntax shows in the first letter, the header names the rest.

What is read may be slightly wrong (order, case, words that no table has), what is built may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.branches import Syntax
from protocols.kit.errors import BadField, UnknownMessage
from protocols.kit.node import Node
from protocols.kit.tree import TreeLayout, document
from protocols.nexo.envelope import HEADER_NAMES, REQUEST, RESPONSE, sealed_layout
from protocols.nexo.layouts import BY_NAME, CLASS_OF, TYPE_OF

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message

_BLANK: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"
_ROOTS: Final = {REQUEST.lower(): ("request", "notification"), RESPONSE.lower(): ("response",)}


def syntax_of(data: bytes) -> Syntax:
    """XML or JSON. Raises UnknownMessage for anything else, BadField for a message cut short."""
    text = data.removeprefix(_BOM).strip(_BLANK)
    first, last = text[:1], text[-1:]
    if first == b"<":
        syntax, end = Syntax.XML, b">"
    elif first == b"{":
        syntax, end = Syntax.JSON, b"}"
    else:
        raise UnknownMessage("neither XML nor JSON", offset=0)
    if last != end:
        raise BadField("the message is cut short", offset=len(data))
    return syntax


def parse(data: bytes) -> Message:
    """The message in these bytes.

    Raises BadField, or UnknownMessage for XML and JSON that are no nexo message we know.
    """
    syntax = syntax_of(data)
    root, node = _root(document(data, syntax))
    layout = _layout(root, node, syntax)
    whole = Node(node.at)
    whole.add(root, node)
    return layout.read_node(whole)


def _root(found: Node) -> tuple[str, Node]:
    for root in _ROOTS:
        node = found.one(root)
        if node is not None:
            return root, node
    raise UnknownMessage(f"neither {REQUEST} nor {RESPONSE}", offset=0)


def _layout(root: str, node: Node, syntax: Syntax) -> TreeLayout:
    """The table of a message. Its header, its root and its body must tell the same."""
    if syntax is Syntax.JSON and node.one("nexoblob") is not None:
        return sealed_layout(request=root == REQUEST.lower())
    header = node.one("messageheader")
    if header is None:
        raise BadField("the MessageHeader is missing", offset=node.at)
    category, kind, told = (_told(header, name) for name in ("category", "type", "class"))
    layout = BY_NAME.get((syntax, category + kind))
    if layout is None:
        raise UnknownMessage("no message of this category and type is known", offset=header.at)
    if kind not in _ROOTS[root]:
        raise BadField(f"{layout.name} in a {root}", offset=header.at)
    if told != CLASS_OF[layout.name].lower():
        raise BadField(f"{layout.name} is of class {CLASS_OF[layout.name]}", offset=header.at)
    if node.one(layout.name.lower()) is None:
        raise BadField(f"the {layout.name} itself is missing", offset=node.at)
    return layout


def _told(header: Node, what: str) -> str:
    found = header.one(f"message{what}")
    return found.value(what).strip().lower() if found is not None else ""


def serialise(message: Message) -> bytes:
    """The bytes of a message. Raises BadField when it does not fit."""
    return message.layout.write(message.values)


def build(name: str, syntax: Syntax, **values: Value | None) -> Message:
    """A new message that may be sent; values that are None are left out. Raises BadField."""
    layout = BY_NAME[syntax, name.lower()]
    message = layout.message(**values)
    layout.check(message.values)
    return message


def header_of(message: Message) -> dict[str, Value]:
    """The header of a message, all of it, by the names that an envelope has for it."""
    name = message.layout.name
    category, kind = TYPE_OF[name]
    told: dict[str, Value] = {
        "message_class": CLASS_OF[name],
        "message_category": category,
        "message_type": kind,
    }
    return told | {key: message.values[key] for key in HEADER_NAMES if key in message.values}
