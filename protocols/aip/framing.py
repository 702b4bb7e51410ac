"""STX, length, items, ETX, check value: the frames of a serial AIP line.

02 | LEN (2 bytes packed BCD, bytes of the items) | items | 03 | XOR of LEN, items and the 03.
Values hold every byte, so an end is never looked for: where a frame ends says its length alone.
What the framers hand over as a payload is LEN with the items.
"""

from __future__ import annotations

from typing import Final

from protocols.aip.tags import ITEMS, TAG_CLASS
from protocols.kit.errors import BadFrame
from protocols.kit.framing import Damaged, Payload, Piece, Stray, lrc

STX: Final = 0x02
ETX: Final = 0x03
LENGTH_SIZE: Final = 2
BODY_MAX: Final = 9999  # what four digits can say
_HEAD: Final = ITEMS.tag_size + ITEMS.length_size
_FIRST: Final = 1 + LENGTH_SIZE  # where the items of a frame begin
_TAIL: Final = 2  # ETX and check value
_TWO_BYTES: Final = 0x1F  # low bits of the first byte of a tag that has a second one (BER)


def body_length(payload: bytes) -> int:
    """The length that stands in front of the items. Raises BadFrame where it is no number."""
    digits = payload[:LENGTH_SIZE].hex()
    if len(digits) != 2 * LENGTH_SIZE or not digits.isdecimal():
        raise BadFrame("a length is two bytes of two digits each", offset=0)
    return int(digits)


def with_length(body: bytes) -> bytes:
    """The payload of some items. Raises BadFrame for more than a frame can hold, or nothing."""
    if not 0 < len(body) <= BODY_MAX:
        raise BadFrame(f"{len(body)} bytes do not fit a frame")
    return bytes.fromhex(f"{len(body):04d}") + body


class SerialFramer:
    """Frames out of bytes in any portions. A start that leads to no frame is passed over."""

    def __init__(self) -> None:
        self._waiting = bytearray()  # from a possible start on
        self._walked = 0  # up to where the items of that start were looked at

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._waiting)

    def frame(self, payload: bytes) -> bytes:
        """The bytes on the line. Raises BadFrame for a payload whose length is wrong."""
        length = body_length(payload)
        if not length or length != len(payload) - LENGTH_SIZE:
            raise BadFrame(f"a length of {length} in front of {len(payload) - LENGTH_SIZE} bytes")
        checked = payload + bytes((ETX,))
        return b"%c%b%c" % (STX, checked, lrc(checked))

    def reset(self) -> bytes:
        """Forget what is not whole yet and give it back."""
        rest = bytes(self._waiting)
        self._waiting.clear()
        self._walked = 0
        return rest

    def pieces(self, data: bytes) -> list[Piece]:
        """Take bytes; give what became whole, in order."""
        self._waiting += data
        found: list[Piece] = []
        while self._waiting:
            piece = self._next()
            if piece is None:
                break
            found.append(piece)
        return found

    def skip(self) -> list[Piece]:
        """The line has gone quiet inside a frame: its start was none; look behind it."""
        if not self._waiting:
            return []
        return [self._pass_over(len(self._waiting), ""), *self.pieces(b"")]

    def _next(self) -> Piece | None:
        """The first thing in what waits; None where more bytes are needed to tell."""
        waiting = self._waiting
        if waiting[0] != STX:
            return self._pass_over(len(waiting), "")
        if len(waiting) < _FIRST:
            return self._pass_over(len(waiting), "") if _no_digits(waiting[1:]) else None
        end = _FIRST + int(waiting[1:_FIRST].hex()) if not _no_digits(waiting[1:_FIRST]) else 0
        if end <= _FIRST or not self._plausible(end):
            return self._pass_over(len(waiting), "")
        if len(waiting) < end + _TAIL:
            return None
        checked = bytes(waiting[1 : end + 1])
        if waiting[end] != ETX or waiting[end + 1] != lrc(checked):
            return self._pass_over(end + _TAIL, "end or check value is wrong")
        del waiting[: end + _TAIL]
        self._walked = 0
        return Payload(checked[:-1])

    def _plausible(self, end: int) -> bool:
        """Whether what came so far can be items that fill a frame up to `end`."""
        waiting, at = self._waiting, self._walked or _FIRST
        if len(waiting) > _FIRST and waiting[_FIRST] != TAG_CLASS:
            return False
        while at < end:
            if at + _HEAD > end or (at < len(waiting) and waiting[at] & _TWO_BYTES != _TWO_BYTES):
                return False
            if at + _HEAD > len(waiting):
                break
            at += _HEAD + int.from_bytes(waiting[at + ITEMS.tag_size : at + _HEAD], "big")
            self._walked = at
        return at <= end

    def _pass_over(self, limit: int, why: str) -> Piece:
        """Drop what waits up to the next possible start, or up to `limit`."""
        place = self._waiting.find(STX, 1, limit)
        end = limit if place < 0 else place
        data = bytes(self._waiting[:end])
        del self._waiting[:end]
        self._walked = 0
        return Damaged(data, why) if why else Stray(data)


def _no_digits(data: bytes | bytearray) -> bool:
    return not data.hex().isdecimal() if data else False
