"""AIP messages: a length and items, and which transaction type they are for.

Requests and answers of one type are laid out alike and any item may be missing but the type, so
there is one layout; its code is the type (one byte).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.aip.framing import LENGTH_SIZE, body_length, with_length
from protocols.aip.tags import (
    APP_MANAGER,
    CHARSET,
    ITEMS,
    LETTERS,
    LINE_TEST,
    RELAY,
    TAGS,
    TYPE_NAMES,
)
from protocols.kit.errors import BadField
from protocols.kit.tagged import TaggedLayout

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message

LAYOUT: Final = TaggedLayout(
    b"",
    "transaction",
    "both",
    tagged=TAGS,
    code_goes_on=True,
    items=ITEMS,
    must=("trans_type",),
)
MESSAGES: Final = (LAYOUT,)


def parse(payload: bytes) -> Message:
    """The message of a payload, its length and all items. Raises BadField or BadFrame."""
    length = body_length(payload)
    if length != len(payload) - LENGTH_SIZE:
        raise BadField(f"a length of {length} before {len(payload) - LENGTH_SIZE} bytes", offset=0)
    return LAYOUT.read(payload, LENGTH_SIZE, letters=readable)


def serialise(message: Message) -> bytes:
    """The payload of a message. Raises BadFrame when it is too long for a frame."""
    return with_length(LAYOUT.write(message.values))


def build(trans_type: int, **values: Value | None) -> Message:
    """A new message, checked; None is left out. The application's name comes first, if given."""
    first = {"app_name": values.pop("app_name")} if "app_name" in values else {}
    message = LAYOUT.message(**first, trans_type=trans_type, **values)
    return parse(serialise(message))


def readable(text: str) -> str:
    """Text as it is on the wire, in the letters that are meant (GBK)."""
    return text.encode(CHARSET).decode(LETTERS, errors="replace")


def on_wire(text: str) -> str:
    """The reverse of `readable`, for those who write Chinese text."""
    return text.encode(LETTERS).decode(CHARSET)


def name_of(message: Message) -> str:
    """What kind of message it is, in words."""
    number = message.number("trans_type")
    assert number is not None
    if number == LINE_TEST and message.text("app_name") == APP_MANAGER:
        return "line test"
    return TYPE_NAMES.get(number, f"transaction type {number}")


def direction_of(message: Message) -> str:
    """Which way it goes, as far as it can be told: answers have a code, and relayed data a host."""
    values = message.values
    relayed = message.number("trans_type") == RELAY
    answers = ("host" if relayed else "result_code") in values
    return "to_ecr" if answers else "to_terminal"
