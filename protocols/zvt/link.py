"""The till's end of a ZVT line: acknowledgement bytes, timers and repeats below the commands.

On a serial line every frame is answered by one raw byte (PA00P015 / PA00P016, transport): this
module sends ours, waits for the terminal's, repeats what may be repeated, and recognises a frame
that the terminal repeats because our byte was lost. On TCP there is none of that.

A frame sent with `repeats=0` (a money command) is written once whatever comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Damaged, Payload
from protocols.zvt.framing import ACK, NAK, SerialFramer, TcpFramer

if TYPE_CHECKING:
    from protocols.kit.contract import Framer
    from protocols.kit.framing import Piece

# How many damaged frames in a row are answered with NAK before we stay silent: the terminal gives
# up after three transmissions, so more answers only prolong the noise.
NAKS_MAX = 6


class LineEvent(Enum):
    """What the line reports upward, beside messages."""

    ACKNOWLEDGED = auto()  # the terminal has our frame (not: it will do what it says)
    REFUSED = auto()  # NAK, and no repeat is left or allowed
    SILENT = auto()  # no acknowledgement in time, and no repeat is left or allowed
    DAMAGED = auto()  # bytes came that are no frame
    REPEATED = auto()  # the terminal sent its last frame again


@dataclass(slots=True)
class _Outstanding:
    """A frame that waits for its acknowledgement."""

    frame: bytes
    repeats_left: int
    due: float


class SerialLine:
    """DLE STX frames with ACK and NAK. Timers in seconds, already scaled."""

    def __init__(self, *, t1_s: float, t2_s: float) -> None:
        self._framer: Framer = SerialFramer()
        self._t1_s = t1_s
        self._t2_s = t2_s
        self._outstanding: _Outstanding | None = None
        self._byte_due: float | None = None
        self._last_in = b""
        self._answer = b""  # the frame we answered `_last_in` with
        self._naks = 0

    @property
    def deadline(self) -> float | None:
        """The earlier of the byte timer T1 and the acknowledgement timer T2."""
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
        """Whether a message has begun and not ended; T1 ends it as damaged."""
        return self._framer.pending

    def command(self, apdu: bytes, now: float, *, repeats: int) -> bytes:
        """Start a new conversation with a command; what was heard before it cannot be repeated."""
        self._last_in = b""
        self._answer = b""
        return self._send(apdu, now, repeats)

    def answer(self, apdu: bytes, now: float, *, repeats: int) -> bytes:
        """Answer the terminal's last message."""
        frame = self._send(apdu, now, repeats)
        self._answer = frame
        return frame

    def _send(self, apdu: bytes, now: float, repeats: int) -> bytes:
        frame = self._framer.frame(apdu)
        self._outstanding = _Outstanding(frame, repeats, now + self._t2_s)
        return frame

    def receive(self, data: bytes, now: float) -> tuple[list[bytes | LineEvent], bytes]:
        """Bytes in; messages and events out, and the bytes to write at once."""
        heard: list[bytes | LineEvent] = []
        out = bytearray()
        for piece in self._framer.pieces(data):
            self._take(piece, now, heard, out)
        self._byte_due = now + self._t1_s if self._framer.pending else None
        return heard, bytes(out)

    def _take(
        self, piece: Piece, now: float, heard: list[bytes | LineEvent], out: bytearray
    ) -> None:
        match piece:
            case Payload(data):
                self._naks = 0
                out += ACK
                self._take_payload(data, heard, out, now)
            case Control(data) if data == ACK:
                if self._outstanding is not None:
                    if self._outstanding.frame is self._answer:
                        # Our answer arrived: the same bytes once more are a new message.
                        self._last_in = b""
                    self._outstanding = None
                    heard.append(LineEvent.ACKNOWLEDGED)
            case Control():
                if self._outstanding is not None:
                    self._repeat(LineEvent.REFUSED, now, heard, out)
            case Damaged():
                heard.append(LineEvent.DAMAGED)
                self._refuse(out)
            case _:  # stray bytes
                heard.append(LineEvent.DAMAGED)

    def _take_payload(
        self, data: bytes, heard: list[bytes | LineEvent], out: bytearray, now: float
    ) -> None:
        if data == self._last_in:
            heard.append(LineEvent.REPEATED)
            if self._outstanding is not None and self._outstanding.frame is self._answer:
                out += self._answer
                self._outstanding.due = now + self._t2_s
            return
        # A message in place of the acknowledgement says that our frame was read.
        self._outstanding = None
        self._last_in = data
        self._answer = b""
        heard.append(data)

    def _refuse(self, out: bytearray) -> None:
        if self._naks < NAKS_MAX:
            self._naks += 1
            out += NAK

    def _repeat(
        self, last: LineEvent, now: float, heard: list[bytes | LineEvent], out: bytearray
    ) -> None:
        waiting = self._outstanding
        assert waiting is not None
        if waiting.repeats_left == 0:
            self._outstanding = None
            heard.append(last)
            return
        waiting.repeats_left -= 1
        waiting.due = now + self._t2_s
        out += waiting.frame

    def tick(self, now: float) -> tuple[list[bytes | LineEvent], bytes]:
        """T1 or T2 may have run out."""
        heard: list[bytes | LineEvent] = []
        out = bytearray()
        if self._byte_due is not None and now >= self._byte_due:
            self._byte_due = None
            self._framer.reset()
            heard.append(LineEvent.DAMAGED)
            self._refuse(out)
        if self._outstanding is not None and now >= self._outstanding.due:
            self._repeat(LineEvent.SILENT, now, heard, out)
        return heard, bytes(out)

    def forget(self) -> None:
        """Stop waiting and repeating; what comes is only listened to."""
        self._outstanding = None
        self._byte_due = None


class TcpLine:
    """Bare APDUs on a stream: nothing is acknowledged, repeated or timed here."""

    deadline: float | None = None
    waiting = False

    def __init__(self) -> None:
        self._framer: Framer = TcpFramer()

    @property
    def begun(self) -> bool:
        """Whether a message has begun and not ended: bytes of another protocol look like that."""
        return self._framer.pending

    def command(self, apdu: bytes, now: float, *, repeats: int) -> bytes:
        """The bytes of a command."""
        return self._framer.frame(apdu)

    answer = command

    def receive(self, data: bytes, now: float) -> tuple[list[bytes | LineEvent], bytes]:
        """Bytes in, messages out."""
        heard: list[bytes | LineEvent] = []
        for piece in self._framer.pieces(data):
            heard.append(piece.data if isinstance(piece, Payload) else LineEvent.DAMAGED)
        return heard, b""

    def tick(self, now: float) -> tuple[list[bytes | LineEvent], bytes]:
        """Nothing is timed on this line."""
        return [], b""

    def forget(self) -> None:
        """Nothing is waited for on this line."""


Line = SerialLine | TcpLine
