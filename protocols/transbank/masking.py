"""Hides card data in a body, byte for byte, so that it can be traced and shown.

The result has the same length and can be parsed again. The account number of a debit card is
hidden as a whole; in the text of a voucher every run of digits that could be a card number. Bodies
that cannot be read lose every run of digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError
from protocols.kit.fields import Hidden
from protocols.kit.masking import mask_bytes, mask_digits
from protocols.transbank.layouts import CODE_SIZE
from protocols.transbank.messages import parse

if TYPE_CHECKING:
    from protocols.kit.messages import Message

_MARK_SIZE: Final = 1
_STAR: Final = b"*"
_FREE_TEXT: Final = "voucher"


def mask(body: bytes) -> bytes:
    """The body with card data hidden; same length, never fails."""
    try:
        message = parse(body)
    except ProtocolError:
        return mask_bytes(body, whole=True)
    return _mask_read(body, message)


def _mask_read(body: bytes, message: Message) -> bytes:
    masked = bytearray(body)
    for span in message.layout.spans(body, CODE_SIZE):
        start = span.start + _MARK_SIZE
        content = body[start : span.end]
        if isinstance(span.part.field, Hidden):
            masked[start : span.end] = _STAR * len(content)
        elif span.part.name == _FREE_TEXT:
            masked[start : span.end] = mask_digits(content.decode("ascii")).encode("ascii")
    return bytes(masked)
