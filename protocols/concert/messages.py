"""Bodies of frames to messages and back; the length tells which message it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.concert.layouts import REQUEST, SIZES
from protocols.kit.errors import UnknownMessage

if TYPE_CHECKING:
    from protocols.kit.messages import Message


def parse(body: bytes) -> Message:
    """The message of a body. Raises BadField, or UnknownMessage for a length that none has."""
    layout = SIZES.get(len(body))
    if layout is None:
        raise UnknownMessage(f"no message has {len(body)} bytes", offset=0)
    return layout.read(body)


def serialise(message: Message) -> bytes:
    """The body of a message. Raises BadField."""
    return message.layout.write(message.values)


def is_answer(message: Message) -> bool:
    """Whether it is the terminal's."""
    return message.layout is not REQUEST


def command_of(message: Message) -> str:
    """The code of a message as people write it: "E1" of a request of type 1, "A0" of a result 0."""
    name = "result" if is_answer(message) else "type"
    return message.layout.code.decode("ascii") + str(message.values[name])
