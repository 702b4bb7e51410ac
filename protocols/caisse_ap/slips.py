"""The text of a slip that comes with an answer (AK, base64)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING

from protocols.caisse_ap.layouts import CHARSET
from protocols.kit.masking import mask_digits
from protocols.kit.session import ReceiptText

if TYPE_CHECKING:
    from protocols.kit.messages import Message


def receipt_of(message: Message) -> ReceiptText | None:
    """Its lines, with whatever could be a card number hidden; None without a readable slip."""
    coded = message.text("slip")
    if not coded:
        return None
    try:
        text = b64decode(coded.encode(CHARSET), validate=True).decode(CHARSET)
    except binascii.Error:
        return None
    lines = tuple(mask_digits(line.rstrip()) for line in text.splitlines())
    return ReceiptText(lines, last=True)
