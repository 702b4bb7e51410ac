"""Hides card data and relayed bytes in an AIP payload, byte for byte, so that it can be traced.

The result has the same length and layout and can be parsed again. What a terminal and its host say
to each other through the till (9F15) is hidden altogether: it holds card data in forms of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.aip.framing import LENGTH_SIZE
from protocols.aip.messages import LAYOUT, parse
from protocols.aip.tags import CARD, CHARSET, RELAYED, SECRET
from protocols.kit.errors import ProtocolError
from protocols.kit.fields import OpenBytes, OpenText
from protocols.kit.masking import mask_bytes, mask_digits, mask_pan

if TYPE_CHECKING:
    from protocols.kit.messages import Part

_HIDDEN: Final = b"\xee"
_STAR: Final = b"*"
_REFERENCE: Final = "rrn"
_REFERENCE_SIZE: Final = 12  # a card number is longer


def mask(payload: bytes) -> bytes:
    """The payload with card data hidden; same length, never fails, whatever the bytes are."""
    try:
        parse(payload)
    except ProtocolError:
        return _unreadable(payload)
    masked = bytearray(payload)
    for span in LAYOUT.spans(payload, LENGTH_SIZE):
        content = payload[span.start : span.end]
        masked[span.start : span.end] = _hidden(span.part, content)
    return bytes(masked)


def _unreadable(data: bytes) -> bytes:
    """What is no payload loses every row of digits; a length in front may be read."""
    return data[:LENGTH_SIZE] + mask_bytes(data[LENGTH_SIZE:], whole=True)


def _hidden(part: Part, data: bytes) -> bytes:
    if part.field is RELAYED:
        return _HIDDEN * len(data)
    if part.field is CARD:
        return mask_pan(data.decode(CHARSET)).encode(CHARSET)
    if part.field is SECRET:
        return _STAR * len(data)
    if isinstance(part.field, OpenBytes):
        return mask_bytes(data)
    if isinstance(part.field, OpenText) and not _is_reference(part, data):
        return _text(data)
    return data


# Control bytes that no text of a terminal has; 00 pads, tab and line ends are in use.
_CONTROLS: Final = frozenset(range(1, 0x20)) - {0x09, 0x0A, 0x0D}


def _text(data: bytes) -> bytes:
    if not _CONTROLS.isdisjoint(data):
        return mask_bytes(data, whole=True)
    return mask_digits(data.decode(CHARSET)).encode(CHARSET)


def _is_reference(part: Part, data: bytes) -> bool:
    """A host's reference has as many digits as the shortest run that is masked in free text."""
    return part.name == _REFERENCE and len(data) <= _REFERENCE_SIZE
