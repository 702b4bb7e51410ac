"""The commands of ZVT as tables, and APDUs to messages and back.

Every byte of an APDU must belong to a field; a command that is not in the table is an
UnknownMessage (the terminal's answer to such a one is 84 83 00).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField, UnknownMessage
from protocols.kit.messages import Message
from protocols.zvt.bitmaps import CHARSET
from protocols.zvt.charset import rereader
from protocols.zvt.framing import apdu_length
from protocols.zvt.layouts import (
    ABORTED,
    ABORTED_CURRENCY,
    COMPLETION,
    MESSAGES,
    REGISTERED,
    STATUS_ALONE,
    STATUS_WITH_VERSION,
    VARIANTS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocols.kit.fields import Value
    from protocols.kit.messages import MessageLayout

_BY_CODE: Final[dict[bytes, tuple[MessageLayout, ...]]] = {
    layout.code: tuple(other for other in MESSAGES + VARIANTS if other.code == layout.code)
    for layout in MESSAGES
}
STATUS_ENQUIRY: Final = bytes.fromhex("0501")
REGISTRATION: Final = bytes.fromhex("0600")
WRONG_CURRENCY: Final = 0x6F
_NEGATIVE_CLASS: Final = 0x84
_LENGTH_BYTES: Final = bytes(range(0xF0, 0xFA))  # the digits of a length (LLLVAR)


def parse(apdu: bytes, *, after: bytes = b"", charset: str = CHARSET) -> Message:
    """The message of one APDU.

    `after` is the code of the command that is pending; the layout of a completion (06 0F) depends
    on it, and without it a version text, or a single byte, is taken for the answer to a status
    enquiry. `charset` is what the terminal writes text in; it changes what `Message.text` gives.
    Raises BadField, or UnknownMessage for a code that is not in the table.
    """
    start = header_size(apdu)
    choices = _BY_CODE.get(apdu[:2])
    letters = None if charset == CHARSET else rereader(charset)
    if choices is None:
        if apdu[0] != _NEGATIVE_CLASS:
            raise UnknownMessage(f"{apdu[:2].hex(' ').upper()} is no command we know", offset=0)
        choices = _BY_CODE[b"\x84"]
        return _first_that_fits(choices, apdu[1:2] + apdu[start:], 0, start - 1, letters)
    if len(choices) > 1:
        choices = _choices(apdu[:2], apdu[start:], after, choices)
    return _first_that_fits(choices, apdu, start, 0, letters)


def header_size(apdu: bytes) -> int:
    """Bytes before the data: 3 or 5. Raises BadField when the length does not fit the bytes."""
    length = apdu_length(apdu)
    if length != len(apdu):
        declared = "is cut short" if length is None else f"says it has {length} bytes"
        raise BadField(f"an APDU of {len(apdu)} bytes {declared}", offset=min(2, len(apdu)))
    return 3 if apdu[2] < 0xFF else 5


def serialise(message: Message) -> bytes:
    """The APDU of a message. Raises BadField when it does not fit one."""
    return written(message.layout, message.values)


def written(layout: MessageLayout, values: Mapping[str, Value]) -> bytes:
    """The APDU of these values. Raises BadField where they make none."""
    body = layout.write(values)
    code = layout.code
    if layout.code_goes_on:
        code, body = code + body[:1], body[1:]
    size = len(body)
    if size < 0xFF:
        return b"%b%c%b" % (code, size, body)
    if size > 0xFFFF:
        raise BadField(f"{size} bytes do not fit an APDU")
    return b"%b\xff%b%b" % (code, size.to_bytes(2, "little"), body)


def build(code: str, **values: Value | None) -> Message:
    """A new message, checked; values that are None are left out: build("0631", amount_minor=1).

    The layout is the first one of this code that has all the names. Raises BadField for a value
    that does not fit, UnknownMessage for a code that is not in the table.
    """
    wanted = {name: value for name, value in values.items() if value is not None}
    key = bytes.fromhex(code)
    if key[0] == _NEGATIVE_CLASS:
        wanted = {"result_code": code[2:].upper(), **wanted}
        key = key[:1]
    for layout in _BY_CODE.get(key, ()):
        if layout.needed <= wanted.keys() <= layout.names:
            return layout.checked(wanted)
    known = "has no such values" if key in _BY_CODE else "is no command we know"
    raise UnknownMessage(f"{code} {known}: {', '.join(wanted)}")


def is_known(code: bytes) -> bool:
    """Whether these two bytes are the code of a message in the table."""
    return len(code) == 2 and (code in _BY_CODE or code[0] == _NEGATIVE_CLASS)


def code_of(message: Message) -> bytes:
    """The two bytes that identify a message on the wire."""
    return message.code


def _choices(
    code: bytes, data: bytes, after: bytes, choices: tuple[MessageLayout, ...]
) -> tuple[MessageLayout, ...]:
    """In which order the readings of a code that has several are tried."""
    if code == COMPLETION.code:
        return _completions(data, after)
    if code == ABORTED.code:
        return _aborts(data)
    return choices


def _completions(data: bytes, after: bytes) -> tuple[MessageLayout, ...]:
    """A completion is laid out as the command wants it that it completes (section 7)."""
    versioned = len(data) > 2 and not data[:3].strip(_LENGTH_BYTES)
    if after == STATUS_ENQUIRY or (versioned and not after):
        return (STATUS_WITH_VERSION,) if versioned else (STATUS_ALONE,)
    if len(data) == 1:  # too short for any bitmap
        return (STATUS_ALONE,)
    return (REGISTERED,) if after == REGISTRATION else (COMPLETION,)


def _aborts(data: bytes) -> tuple[MessageLayout, ...]:
    """After 6F the currency stands without a tag; only 06 could be both, then the tag wins."""
    if len(data) > 2 and data[0] == WRONG_CURRENCY and data[1] < 0x0B:
        return (ABORTED, ABORTED_CURRENCY) if data[1] == 0x06 else (ABORTED_CURRENCY,)
    return (ABORTED,)


def _first_that_fits(
    choices: tuple[MessageLayout, ...],
    data: bytes,
    at: int,
    shift: int,
    letters: Callable[[str], str] | None,
) -> Message:
    """`shift` is what an offset in `data` lacks to one in the APDU."""
    first: BadField | None = None
    for layout in choices:
        try:
            return layout.read(data, at, letters=letters)
        except BadField as error:
            first = first or error
    assert first is not None
    raise BadField(first.what_happened, offset=(first.offset or 0) + shift)
