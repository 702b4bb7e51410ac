"""STX … ETX LRC frames, for every protocol that has them: one framer, and a shape that says how.

What the family shares: a start byte, a body without control marks, an end byte, and one check byte
that may have any value, so exactly one byte behind ETX is taken and never looked at for marks.
Where its members differ (start value and reach of the check, form of an acknowledgement, further
control bytes, unchecked progress frames) stands in an `StxShape`.

A progress frame `SOH text EOT` comes out as a payload with its SOH in front (`b"\\x01text"`), and
such a payload is framed that way again, so that payload and line bytes always match one to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from protocols.kit.errors import BadFrame
from protocols.kit.framing import Control, Damaged, Payload, Piece, Stray, lrc

SOH: Final = 0x01
STX: Final = 0x02
ETX: Final = 0x03
EOT: Final = 0x04
ENQ: Final = 0x05
ACK: Final = 0x06
NAK: Final = 0x15
NAMES: Final = {EOT: "EOT", ENQ: "ENQ", ACK: "ACK", NAK: "NAK"}
_ACKNOWLEDGEMENTS: Final = frozenset({ACK, NAK})
_SOH: Final = b"\x01"
_STX: Final = b"\x02"
_ETX: Final = b"\x03"
_EOT: Final = b"\x04"
_REACHES: Final = frozenset({STX, ETX, STX ^ ETX})  # by which marks two reaches may differ
_BEGINS: Final = frozenset({SOH, STX, EOT})  # inside of a progress text: another one began


class AckShape(Enum):
    """How an acknowledgement stands on the line."""

    BYTE = auto()  # 06 or 15 alone
    FRAMED = auto()  # 06 or 15, ETX, check byte
    EITHER = auto()  # framed where we send it; a lone byte of the peer counts as well


@dataclass(frozen=True, slots=True)
class StxShape:
    """Where one member of the family differs.

    The check byte is `start`, STX, the body and ETX joined by exclusive or; `covers_stx` and
    `covers_etx` say which marks belong to it. In a framed acknowledgement the control byte takes
    the place of the body, and the marks that are covered count although STX is not there.
    `controls` are the control bytes that may stand alone; others are noise outside of a frame.
    `progress_max`: most letters between SOH and EOT; 0 where there are no such frames.
    With `any_reach` a check value is right whatever marks it covers: for a reader who does not know
    yet which ones this line's do. What is written covers those that are named all the same.
    """

    start: int = 0
    covers_stx: bool = False
    covers_etx: bool = True
    acks: AckShape = AckShape.BYTE
    controls: frozenset[int] = _ACKNOWLEDGEMENTS
    progress_max: int = 0
    any_reach: bool = False
    body_max: int = 4_096  # bounds a frame whose end never comes

    def check(self, body: bytes) -> int:
        """The check byte of a body, 0..255."""
        start = self.start ^ (STX if self.covers_stx else 0) ^ (ETX if self.covers_etx else 0)
        return lrc(body, start)

    def fits(self, body: bytes, byte: int) -> bool:
        """Whether this is a right check byte of a body."""
        off = byte ^ self.check(body)
        return off == 0 or (self.any_reach and off in _REACHES)

    def control(self, byte: int) -> bytes:
        """The bytes that say ACK or NAK (framed where the shape says so), ENQ or EOT."""
        alone = bytes((byte,))
        if byte not in _ACKNOWLEDGEMENTS or self.acks is AckShape.BYTE:
            return alone
        return bytes((byte, ETX, self.check(alone)))


class StxFramer:
    """One direction of a line. Takes bytes in any portions."""

    def __init__(self, shape: StxShape) -> None:
        self._shape = shape
        self._buffer = bytearray()
        self._scanned = 0  # inside of a frame: everything before this was looked at
        starts = {STX, *shape.controls} | ({SOH} if shape.progress_max else set())
        self._starts = frozenset(starts)

    def frame(self, payload: bytes) -> bytes:
        """The frame of a payload. Raises BadFrame for no or too many bytes, or marks among them."""
        shape = self._shape
        if shape.progress_max and payload[:1] == _SOH:
            text = payload[1:]
            if len(text) > shape.progress_max or not _BEGINS.isdisjoint(text):
                raise BadFrame("this text fits no progress frame")
            return payload + _EOT
        if not 0 < len(payload) <= shape.body_max:
            raise BadFrame(f"a frame holds 1 to {shape.body_max} bytes, not {len(payload)}")
        if _STX in payload or _ETX in payload:
            raise BadFrame("a body holds neither STX nor ETX")
        return b"\x02%b\x03%c" % (payload, shape.check(payload))

    def pieces(self, data: bytes) -> list[Piece]:
        """Every frame, control byte and run of noise that became whole."""
        self._buffer += data
        found: list[Piece] = []
        while self._buffer:
            piece = self._next()
            if piece is None:
                break
            found.append(piece)
        return found

    def expire(self) -> list[Piece]:
        """No byte came for too long: what has begun is what it is, damaged as a rule."""
        rest = self.reset()
        if not rest:
            return []
        if self._shape.acks is AckShape.EITHER and len(rest) == 1 and rest[0] in _ACKNOWLEDGEMENTS:
            return [Control(rest, NAMES[rest[0]])]
        return [Damaged(rest, "a frame without an end")]

    def reset(self) -> bytes:
        """Forget what has begun and give its bytes back."""
        return self._take(len(self._buffer))

    @property
    def pending(self) -> bool:
        """Whether a frame or a framed acknowledgement has begun."""
        return bool(self._buffer)

    def _next(self) -> Piece | None:
        first = self._buffer[0]
        if first == STX:
            return self._in_frame()
        if first not in self._starts:
            return self._noise()
        return self._in_progress() if first == SOH else self._control(first)

    def _noise(self) -> Piece:
        buffer = self._buffer
        ends = (at for at, byte in enumerate(buffer) if byte in self._starts)
        return Stray(self._take(next(ends, len(buffer))))

    def _control(self, byte: int) -> Piece | None:
        buffer, shape = self._buffer, self._shape
        if byte not in _ACKNOWLEDGEMENTS or shape.acks is AckShape.BYTE:
            return Control(self._take(1), NAMES[byte])
        if len(buffer) == 1:
            return None
        if buffer[1] != ETX:
            lone = shape.acks is AckShape.EITHER
            return Control(self._take(1), NAMES[byte]) if lone else Stray(self._take(1))
        if len(buffer) == 2:  # noqa: PLR2004 - control byte and ETX
            return None
        if shape.fits(bytes((byte,)), buffer[2]):
            return Control(self._take(3), NAMES[byte])
        return Damaged(self._take_damaged(2), "the check value of an acknowledgement does not fit")

    def _in_progress(self) -> Piece | None:
        buffer, most = self._buffer, self._shape.progress_max
        for at in range(1, min(len(buffer), most + 2)):
            if buffer[at] == EOT:
                payload = bytes(buffer[:at])
                self._take(at + 1)
                return Payload(payload)
            if buffer[at] in _BEGINS:
                return Damaged(self._take(at), "a new frame began before the end of this one")
        if len(buffer) > most + 1:
            return Damaged(self._take(most + 2), "a progress frame without an end")
        return None

    def _in_frame(self) -> Piece | None:
        """The frame at the start of the buffer, once its end or a fault in it is seen."""
        buffer = self._buffer
        begin, limit = max(self._scanned, 1), self._shape.body_max + 2
        end = buffer.find(_ETX, begin, limit)
        stop = min(len(buffer), limit) if end < 0 else end
        again = buffer.find(_STX, begin, stop)
        if again >= 0:
            return Damaged(self._take(again), "a new frame began before the end of this one")
        if end >= 0:
            return self._ended(end)
        self._scanned = stop
        if stop == limit:
            return Damaged(self._take(limit), "a frame without an end")
        return None

    def _ended(self, end: int) -> Piece | None:
        """The frame whose ETX stands at `end`, once its check byte is there."""
        buffer, shape = self._buffer, self._shape
        self._scanned = end
        if end + 1 == len(buffer):
            return None
        body = bytes(buffer[1:end])
        mistakable = shape.progress_max and body[:1] == _SOH  # a progress text looks like that
        if body and not mistakable and shape.fits(body, buffer[end + 1]):
            self._take(end + 2)
            return Payload(body)
        return Damaged(self._take_damaged(end + 1), "the check value does not fit")

    def _take_damaged(self, check_at: int) -> bytes:
        """A damaged frame with its check byte, unless that is the start of the next frame."""
        return self._take(check_at if self._buffer[check_at] == STX else check_at + 1)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._scanned = 0
        return taken
