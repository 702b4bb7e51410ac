"""Hides card data in a message, byte for byte, so that it can be traced and shown.

The result has the same length and can be parsed again: what is hidden becomes `*`. Bytes that
cannot be read lose every run of digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.layouts import CHARSET
from protocols.caisse_ap.messages import parse
from protocols.kit.errors import ProtocolError
from protocols.kit.fields import Hidden, OpenBytes, OpenText
from protocols.kit.masking import Secret, mask_bytes, mask_digits

if TYPE_CHECKING:
    from protocols.kit.fields import Field
    from protocols.kit.messages import Message

_STAR: Final = b"*"


def mask(payload: bytes) -> bytes:
    """The payload with card data hidden; same length, never fails."""
    try:
        return mask_read(payload, parse(payload))
    except ProtocolError:
        return mask_bytes(payload, whole=True)


def mask_read(payload: bytes, message: Message) -> bytes:
    """The same for a payload that was read as `message`."""
    masked = bytearray(payload)
    for span in message.layout.spans(payload):
        content = payload[span.start : span.end]
        masked[span.start : span.end] = _mask_field(span.part.field, content)
    return bytes(masked)


def _mask_field(field: Field, data: bytes) -> bytes:
    match field:
        case Hidden(card_number=card_number):
            secret = Secret(data.decode(CHARSET), card_number)
            return secret.masked.encode(CHARSET) if card_number else _STAR * len(data)
        case OpenText():
            return _mask_text(data)
        case OpenBytes():
            return mask_bytes(data)
        case _:
            return data


def _mask_text(data: bytes) -> bytes:
    """Free text. The one in base64 is a slip: what it holds was masked by the terminal."""
    return mask_digits(data.decode(CHARSET)).encode(CHARSET)
