"""Hides card data in a payload of any origin; `mask` never fails and keeps the length."""

from __future__ import annotations

from typing import Final

from protocols.kit.branches import Syntax
from protocols.kit.errors import ProtocolError
from protocols.kit.masking import mask_bytes
from protocols.kit.textmask import PAN, WHOLE, mask_json, mask_xml
from protocols.nexo.messages import parse, syntax_of

# Members, in lower case, that hold card data or secrets; some are in no table of ours.
_NAMES: Final = {
    "pan": PAN,
    "maskedpan": PAN,
    **dict.fromkeys(
        (
            "cardnumber", "cryptogram", "cvv", "digitinput", "encryptedpin", "expirydate",
            "passphrase", "password", "pin", "pinblock", "protectedcarddata", "sensitivecarddata",
            "sensitivemobiledata", "textinput", "tokenvalue", "trackdata", "trackvalue", "track1",
            "track2", "track3",
        ),
        WHOLE,
    ),
}  # fmt: skip


def secrecy(name: str) -> str:
    """Whether a member holds a card number, a secret, or neither ("")."""
    return _NAMES.get(name, "")


def mask(data: bytes) -> bytes:
    """The payload, same length, with card data hidden; what is no message loses all its numbers."""
    try:
        parse(data)
    except ProtocolError:
        return mask_bytes(data, whole=True)
    hide = mask_xml if syntax_of(data) is Syntax.XML else mask_json
    return hide(data, secrecy)
