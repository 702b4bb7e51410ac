"""The till's end of a line with STX … ETX LRC frames: acknowledgements, timers, repeats.

In this family the acknowledgement of a result is the commit vote, so nothing is acknowledged here
by itself: `accept` gives those bytes when the session wants them. Done here: waiting for the
acknowledgement of our own frame, sending it again where that is allowed, refusing damaged frames,
and knowing a frame that the terminal sends again because our acknowledgement was lost (that one
is acknowledged once more and dropped).

A frame sent with `repeats=0` (a money command) is written once whatever comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Damaged, Payload
from protocols.kit.stx import ACK, NAK, NAMES, SOH, STX, StxFramer

if TYPE_CHECKING:
    from protocols.kit.framing import Piece
    from protocols.kit.stx import StxShape

# How many damaged frames in a row are refused before we stay silent: the terminal gives up after
# three transmissions, so more answers only prolong the noise.
NAKS_MAX = 6


class LineEvent(Enum):
    """What the line reports upward, beside payloads and other control bytes."""

    ACKNOWLEDGED = auto()  # the terminal has our frame (not: it will do what it says)
    REFUSED = auto()  # NAK, and no repeat is left or allowed
    SILENT = auto()  # no acknowledgement in time, and no repeat is left or allowed
    DAMAGED = auto()  # a frame came that is none
    STRAY = auto()  # noise, or an acknowledgement that nothing waits for
    REPEATED = auto()  # the terminal sent its last frame again


Heard = bytes | Control | LineEvent


@dataclass(slots=True)
class _Outstanding:
    """Bytes that wait for their acknowledgement."""

    data: bytes
    repeats_left: int
    due: float


class StxLine:
    """Timers in seconds, already scaled. `byte_s`: longest gap within a frame (None: not timed);
    `ack_s`: longest wait for the acknowledgement of a frame of ours."""

    def __init__(self, shape: StxShape, *, byte_s: float | None, ack_s: float) -> None:
        self._shape = shape
        self._framer = StxFramer(shape)
        self._byte_s = byte_s
        self._ack_s = ack_s
        self._outstanding: _Outstanding | None = None
        self._byte_due: float | None = None
        self._last_in = b""
        self._accepted = False
        self._naks = 0

    @property
    def deadline(self) -> float | None:
        """The earlier of the byte timer and the acknowledgement timer."""
        ack_due = self._outstanding.due if self._outstanding else None
        if self._byte_due is None or ack_due is None:
            return ack_due if self._byte_due is None else self._byte_due
        return min(self._byte_due, ack_due)

    @property
    def waiting(self) -> bool:
        """Whether a frame of ours is not acknowledged yet."""
        return self._outstanding is not None

    @property
    def begun(self) -> bool:
        """Whether a frame of the terminal has begun and not ended."""
        return self._framer.pending

    def send(self, payload: bytes, now: float, *, repeats: int) -> bytes:
        """A new frame of ours; what was heard before it cannot be a repeat any more."""
        self._last_in = b""
        return self.put(self._framer.frame(payload), now, repeats=repeats)

    def put(self, data: bytes, now: float, *, repeats: int) -> bytes:
        """Bytes that want an acknowledgement and are no frame (ENQ)."""
        self._outstanding = _Outstanding(data, repeats, now + self._ack_s)
        return data

    def accept(self) -> bytes:
        """Acknowledge the last payload; should it come again, it is acknowledged and dropped."""
        self._accepted = True
        return self._shape.control(ACK)

    def refuse(self) -> bytes:
        """Refuse the last payload. Never for a result of money."""
        self._last_in = b""
        return self._shape.control(NAK)

    def answered(self) -> None:
        """The terminal's answer proves that our frame arrived: its acknowledgement was lost."""
        self._outstanding = None

    def forget(self) -> None:
        """Stop waiting and repeating; what comes is only listened to."""
        self._outstanding = None
        self._byte_due = None

    def receive(self, data: bytes, now: float) -> tuple[list[Heard], bytes]:
        """Bytes in; payloads, control bytes and events out, and the bytes to write at once."""
        heard: list[Heard] = []
        out = bytearray()
        for piece in self._framer.pieces(data):
            self._take(piece, now, heard, out)
        timed = self._byte_s is not None and self._framer.pending
        self._byte_due = now + (self._byte_s or 0.0) if timed else None
        return heard, bytes(out)

    def tick(self, now: float) -> tuple[list[Heard], bytes]:
        """The byte timer or the acknowledgement timer may have run out."""
        heard: list[Heard] = []
        out = bytearray()
        if self._byte_due is not None and now >= self._byte_due:
            self._byte_due = None
            for piece in self._framer.expire():
                self._take(piece, now, heard, out)
        if self._outstanding is not None and now >= self._outstanding.due:
            self._again(LineEvent.SILENT, now, heard, out)
        return heard, bytes(out)

    def _take(self, piece: Piece, now: float, heard: list[Heard], out: bytearray) -> None:
        match piece:
            case Payload(data):
                self._naks = 0
                self._take_payload(data, heard, out)
            case Control(name=name) if name == NAMES[ACK]:
                self._take_ack(heard)
            case Control(name=name) if name == NAMES[NAK]:
                if self._outstanding is None:
                    heard.append(LineEvent.STRAY)
                else:
                    self._again(LineEvent.REFUSED, now, heard, out)
            case Control():
                heard.append(piece)
            case Damaged(data):
                heard.append(LineEvent.DAMAGED)
                self._refuse_damaged(data, out)
            case _:
                heard.append(LineEvent.STRAY)

    def _take_payload(self, data: bytes, heard: list[Heard], out: bytearray) -> None:
        if data[0] == SOH:  # progress is not acknowledged, and may say the same again
            heard.append(data)
        elif data == self._last_in:
            heard.append(LineEvent.REPEATED)
            if self._accepted:
                out += self._shape.control(ACK)
        else:
            self._last_in = data
            self._accepted = False
            heard.append(data)

    def _take_ack(self, heard: list[Heard]) -> None:
        if self._outstanding is None:
            heard.append(LineEvent.STRAY)
            return
        self._outstanding = None
        heard.append(LineEvent.ACKNOWLEDGED)

    def _refuse_damaged(self, data: bytes, out: bytearray) -> None:
        """Only a frame is refused; a NAK to a damaged acknowledgement would answer nothing."""
        if data[0] == STX and self._naks < NAKS_MAX:
            self._naks += 1
            out += self._shape.control(NAK)

    def _again(self, last: LineEvent, now: float, heard: list[Heard], out: bytearray) -> None:
        waiting = self._outstanding
        assert waiting is not None
        if waiting.repeats_left == 0:
            self._outstanding = None
            heard.append(last)
            return
        waiting.repeats_left -= 1
        waiting.due = now + self._ack_s
        out += waiting.data
