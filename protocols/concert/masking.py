"""Hides what may be card data in a body, byte for byte: the report, and whatever cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.concert.messages import parse
from protocols.kit.errors import ProtocolError
from protocols.kit.fields import Hidden
from protocols.kit.masking import mask_bytes

if TYPE_CHECKING:
    from protocols.kit.messages import Message


def mask(body: bytes) -> bytes:
    """The body with card data hidden; same length, never fails."""
    try:
        return mask_read(body, parse(body))
    except ProtocolError:
        return mask_bytes(body, whole=True)


def mask_read(body: bytes, message: Message) -> bytes:
    """The same for a body that was read as `message`."""
    masked = bytearray(body)
    for span in message.layout.spans(body):
        if isinstance(span.part.field, Hidden):
            masked[span.start : span.end] = b"*" * (span.end - span.start)
    return bytes(masked)
