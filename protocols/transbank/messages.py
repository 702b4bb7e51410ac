"""Bodies to messages and back. Framing is not their business, nor whether a peer may say them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField, UnknownMessage
from protocols.kit.messages import Message
from protocols.kit.stx import StxShape
from protocols.transbank.layouts import CODE_SIZE, LAST_SALE_RESULT, LIST, MESSAGES

if TYPE_CHECKING:
    from protocols.kit.messages import MessageLayout

# `STX body ETX LRC`, the LRC over body and ETX; a single byte acknowledges.
SHAPE: Final = StxShape(body_max=4_096)
_BY_CODE: Final = {layout.code: layout for layout in MESSAGES}
# 0260 asks for the batch with a flag of one letter, and answers for the last sale with a code of
# two digits; nothing else tells them apart but the direction.
_FLAG_MAX: Final = 1


def parse(body: bytes) -> Message:
    """The message of a body. Raises BadField, or UnknownMessage for a command not in the table."""
    layout = _BY_CODE.get(body[:CODE_SIZE])
    if layout is None:
        raise UnknownMessage(f"{shown_code(body)} is no command we know", offset=0)
    if layout.code == LIST.code:
        first = body[CODE_SIZE + 1 :].partition(b"|")[0]
        layout = LIST if len(first) <= _FLAG_MAX else LAST_SALE_RESULT
    return layout.read(body, CODE_SIZE)


def serialise(message: Message) -> bytes:
    """The body of a message. Raises BadField for values that do not fit."""
    return message.layout.code + message.layout.write(message.values)


def build(layout: MessageLayout, **values: str) -> Message:
    """A new message, checked. Raises BadField for a value that does not fit."""
    return layout.message(**values)


def shown_code(body: bytes) -> str:
    """The command of a body for traces and errors; never more of it."""
    code = body[:CODE_SIZE].decode("latin-1")
    return code if code.isascii() and code.isdecimal() and len(code) == CODE_SIZE else "?"


def marked(message: Message, name: str) -> str:
    """A field without the blanks around it; "" where it is missing."""
    return (message.text(name) or "").strip()


def whole(message: Message, name: str) -> int | None:
    """A field as a whole number, with a minus where it has one; None where it is empty.

    Raises BadField where it is no number.
    """
    text = marked(message, name)
    if not text:
        return None
    digits = text.removeprefix("-")
    if not digits.isdecimal():
        raise BadField(f"{name} is no number")
    return int(text)
