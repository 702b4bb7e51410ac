"""Bytes to messages and back. What has an AE is an answer; without one it can only be a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.caisse_ap.layouts import ANSWER, ITEMS, REQUEST, RESULT_TAG

if TYPE_CHECKING:
    from protocols.kit.messages import Message


def parse(data: bytes) -> Message:
    """The message of these bytes, all of them. Raises BadField with an offset."""
    tags = [tag for tag, _, _ in ITEMS.walk(data, 0, len(data))]
    return (ANSWER if RESULT_TAG in tags else REQUEST).read(data)


def serialise(message: Message) -> bytes:
    """The bytes of a message. Raises BadField."""
    return message.layout.write(message.values)


def command_of(message: Message) -> str:
    """The code of a message as people write it: "CD1" of a request, "AE10" of an answer."""
    if message.layout is ANSWER:
        return f"AE{message.text('result')}"
    return f"CD{message.text('action')}"
