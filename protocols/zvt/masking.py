"""Hides card data and secrets in an APDU, byte for byte, so that it can be traced and shown.

The result has the same length and layout and can be parsed again: masked digits are the nibble E,
as terminals write them, and `*` in text. Bytes that cannot be read are hidden as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError
from protocols.kit.fields import (
    DECIMAL,
    Bytes,
    Hidden,
    OpenBcd,
    OpenBytes,
    OpenHex,
    OpenText,
    Text,
    TlvContainer,
    Var,
)
from protocols.kit.masking import mask_bytes, mask_digits, mask_pan
from protocols.kit.tlv import leaves, read_length
from protocols.zvt.bitmaps import TOTALS_SIZE
from protocols.zvt.messages import STATUS_ENQUIRY, header_size, is_known, parse
from protocols.zvt.tags import TagKind, tag_row

if TYPE_CHECKING:
    from protocols.kit.fields import Field
    from protocols.kit.messages import Message

_FRAME_START: Final = b"\x10\x02"
_STAR: Final = b"*"
_HIDDEN_BYTE: Final = b"\xee"
_TO_E: Final = str.maketrans("0123456789ABCabc*", "EEEEEEEEEEEEEEEEE")
_NIBBLE_RUN: Final = re.compile("[0-9]{12,}")
_ZEROS: Final = "0000"  # amounts and application ids begin so, card numbers do not


def mask(apdu: bytes) -> bytes:
    """The APDU with card data, passwords and PIN data hidden; same length, never fails.

    Any bytes may be given: what is no APDU loses every run of digits that could be a part of a
    card number.
    """
    # Only the completion of a status enquiry needs the command before it to be read.
    for after in (b"", STATUS_ENQUIRY):
        try:
            return mask_read(apdu, parse(apdu, after=after))
        except ProtocolError:
            continue
    return _mask_unreadable(apdu)


def mask_read(apdu: bytes, message: Message) -> bytes:
    """The same for an APDU that was read as `message`."""
    start = header_size(apdu)
    data, at, shift = apdu, start, 0
    if message.layout.code_goes_on:
        data, at, shift = apdu[1:2] + apdu[start:], 0, start - 1
    masked = bytearray(apdu)
    for span in message.layout.spans(data, at):
        content = data[span.start : span.end]
        masked[span.start + shift : span.end + shift] = _mask_field(span.part.field, content)
    if message.layout.code_goes_on:
        # The code itself was the first span; it stands in front of the length.
        masked[:start] = apdu[:start]
    return bytes(masked)


def _mask_unreadable(data: bytes) -> bytes:
    """Keeps the code of a command, if the bytes begin with one, and what is no digit."""
    start = len(_FRAME_START) if data.startswith(_FRAME_START) else 0
    if not is_known(data[start : start + 2]):
        return mask_bytes(data, whole=True)
    keep = start + 2
    # Digits that go on from the code must not say more together with it.
    rest = mask_bytes(data[keep:], whole=True).hex()
    digits = len(rest) - len(rest.lstrip(DECIMAL))
    return data[:keep] + bytes.fromhex("E" * digits + rest[digits:])


def _mask_field(field: Field, data: bytes) -> bytes:
    match field:
        case Var(digits=digits, inner=inner):
            return data[:digits] + _mask_field(inner, data[digits:])
        case Hidden(inner=Var(digits=digits, inner=inner), card_number=card_number):
            return data[:digits] + _hide(inner, data[digits:], card_number=card_number)
        case Hidden(inner=inner, card_number=card_number):
            return _hide(inner, data, card_number=card_number)
        case Text() | OpenText():
            return _mask_text(data)
        case TlvContainer():
            return _mask_container(data)
        case Bytes() | OpenBytes() | OpenBcd():
            return mask_bytes(data)
        case OpenHex() if len(data) != TOTALS_SIZE:  # totals, or something else in their place
            return mask_bytes(data)
        case _:
            return data


def _hide(field: Field, data: bytes, *, card_number: bool) -> bytes:
    """A field of card data: letters become stars, digits E; separators and pads stay."""
    if isinstance(field, OpenText):
        return _STAR * len(data)
    nibbles = data.hex().upper()
    if not card_number:
        return bytes.fromhex(nibbles.translate(_TO_E))
    number, separator, rest = nibbles.partition("D")
    pad = "F" if number.endswith("F") else ""
    shown = mask_pan(number.removesuffix("F")) + pad + separator + rest.translate(_TO_E)
    return bytes.fromhex(shown.replace("*", "E"))


# Control bytes that no text of a terminal has; 00 pads, tab and line ends are in use.
_CONTROLS = frozenset(range(1, 0x20)) - {0x09, 0x0A, 0x0D}


def _mask_text(data: bytes) -> bytes:
    if not _CONTROLS.isdisjoint(data):
        # No text that anybody prints: noise in front made a print line of something else.
        return mask_bytes(data, whole=True)
    return mask_digits(data.decode("latin-1")).encode("latin-1")


def _mask_container(data: bytes) -> bytes:
    _, at = read_length(data, 0, len(data))
    masked = bytearray(data)
    for tag, start, end in leaves(data, at, len(data)):
        content = data[start:end]
        match tag_row(tag).kind:
            case TagKind.TEXT:
                masked[start:end] = _mask_text(content)
            case TagKind.HIDDEN:
                letters = content.isascii() and content.decode("ascii").isprintable()
                masked[start:end] = (_STAR if letters else _HIDDEN_BYTE) * len(content)
            case TagKind.UNLISTED:
                masked[start:end] = mask_bytes(content)
            case _:
                masked[start:end] = _mask_numbers(content)
    return bytes(masked)


def _mask_numbers(data: bytes) -> bytes:
    """Content that is no card number by its tag loses only what looks very much like one."""
    nibbles = _NIBBLE_RUN.sub(lambda run: _mask_number(run.group()), data.hex())
    return bytes.fromhex(nibbles.replace("*", "E"))


def _mask_number(digits: str) -> str:
    number = digits.lstrip("0") if digits.startswith(_ZEROS) else digits
    return digits[: len(digits) - len(number)] + mask_digits(number)
