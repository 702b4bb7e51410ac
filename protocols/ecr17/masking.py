"""Hides card data in the body of a frame, letter for letter, so that it can be traced and shown.

The result has the same length and can be parsed again; hidden digits are `*`. A body that cannot
be read loses every run of digits that could be a part of a card number.
"""

from __future__ import annotations

from typing import Final

from protocols.ecr17.messages import parse
from protocols.kit.errors import ProtocolError
from protocols.kit.fields import Field, Hidden, OpenText, Text
from protocols.kit.masking import PAN_DIGITS_MIN, mask_bytes, mask_digits, mask_pan

# Control bytes that a text may hold: line ends, tab, and the end mark of receipts and tags.
_CONTROLS: Final = frozenset(range(0x20)) - {0x09, 0x0A, 0x0D, 0x1B}
_FILL: Final = "0 "


def mask(payload: bytes) -> bytes:
    """The body with card data hidden; same length, never fails, whatever the bytes are."""
    try:
        message = parse(payload)
    except ProtocolError:
        return mask_bytes(payload, whole=True)
    masked = bytearray(payload)
    for span in message.layout.spans(payload):
        content = payload[span.start : span.end]
        masked[span.start : span.end] = _mask_field(span.part.field, content)
    return bytes(masked)


def mask_card(field: str) -> str:
    """A card number in its field of 19 letters: first 6 and last 4 at most, the filling stays."""
    number = field.lstrip(_FILL)
    if not number:
        return "*" * len(field)  # a row of zeros looks like a number itself
    filling = field[: len(field) - len(number)]
    if len(number) > PAN_DIGITS_MIN:
        return filling + mask_pan(number)
    # Filling and first digits together would be as long as a card number.
    return filling + "*" * max(0, len(number) - 4) + mask_pan(number)[-4:]


def _mask_field(field: Field, content: bytes) -> bytes:
    match field:
        case Hidden():
            return mask_card(content.decode("latin-1")).encode("latin-1")
        case Text() | OpenText() if not _CONTROLS.isdisjoint(content):
            return mask_bytes(content, whole=True)  # no text that anybody prints
        case Text() | OpenText():
            return mask_digits(content.decode("latin-1")).encode("latin-1")
        case _:
            return content
