"""Bytes in words, for a technician: the items of each message by name, card data masked.

What the names mean stands in docs/reference/decode.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.aip.framing import ETX, LENGTH_SIZE, STX, body_length
from protocols.aip.masking import mask
from protocols.aip.messages import direction_of, name_of, parse
from protocols.aip.records import text
from protocols.aip.results import meaning
from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError
from protocols.kit.framing import lrc
from protocols.kit.masking import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocols.kit.messages import Message

FRAME: Final = "frame"
MESSAGE: Final = "message"
LAYERS: Final = (FRAME, MESSAGE)
_FRAME_HEAD: Final = 1  # bytes before the payload
_FRAME_TAIL: Final = 2
_NAMES: Final = {"pan": "masked_pan"}
_LINES: Final = "print_content"
_CONTENT: Final = "content"
_HIDDEN_NOTE: Final = "what terminal and host say to each other is not shown"


def decode(data: bytes, options: DecodeOptions) -> Sequence[Decoded]:
    """Every message in `data`, which must be consumed exactly.

    Raises ProtocolError with the offset of the first byte that does not fit.
    """
    found: list[Decoded] = []
    for at, payload in _in_frames(data) if options.layer == FRAME else _bare(data):
        try:
            parse(payload)
        except ProtocolError as error:
            raise BadField(error.what_happened, offset=at + (error.offset or 0)) from None
        found.append(_in_words(parse(mask(payload))))
    return found


def _bare(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        size = _size(data, at)
        yield at, data[at : at + size]
        at += size


def _in_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        if data[at] != STX:
            raise BadFrame(f"a frame begins with 02, not {data[at]:02X}", offset=at)
        start = at + _FRAME_HEAD
        end = start + _size(data, start) + _FRAME_TAIL
        if end > len(data):
            raise BadFrame(f"a frame of {end - at} bytes ends after {len(data) - at}", offset=at)
        if data[end - _FRAME_TAIL] != ETX:
            raise BadFrame("the byte behind the items is not 03", offset=end - _FRAME_TAIL)
        if data[end - 1] != lrc(data[start : end - 1]):
            raise BadFrame("the check value is wrong", offset=end - 1)
        yield start, data[start : end - _FRAME_TAIL]
        at = end


def _size(data: bytes, at: int) -> int:
    """Bytes of the payload at `at`, its length included."""
    try:
        size = LENGTH_SIZE + body_length(data[at : at + LENGTH_SIZE])
    except BadFrame as error:
        raise BadFrame(error.what_happened, offset=at) from None
    if at + size > len(data):
        raise BadFrame(f"a message of {size} bytes ends after {len(data) - at}", offset=at)
    return size


def _in_words(message: Message) -> Decoded:
    fields: dict[str, object] = {}
    for name, value in message.values.items():
        match value:
            case Secret():
                fields[_NAMES.get(name, name)] = value.masked
            case bytes() if name == _CONTENT:
                fields["content_bytes"] = len(value)
            case bytes():
                fields[name] = value.hex().upper()
            case str() if name == _LINES:
                fields["text"] = (message.text(name) or "").splitlines()
            case str():
                fields[name] = message.text(name)
            case _:
                fields[name] = value
    code = text(message, "result_code")
    if code is not None:
        fields["result"] = meaning(code).outcome.value
    return Decoded(
        command=message.code.hex().upper(),
        name=name_of(message),
        fields=fields,
        direction=direction_of(message),
        notes=(_HIDDEN_NOTE,) if _CONTENT in message.values else (),
    )
