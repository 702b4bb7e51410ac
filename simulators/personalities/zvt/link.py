"""The terminal's end of a ZVT line: acknowledgement bytes, T1, T2 and repeats (PA00P016).

Written apart from the till's end on purpose: two ends that share their line code would share its
mistakes. On TCP there is nothing of all this.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Damaged, Payload
from protocols.zvt.framing import ACK, NAK, SerialFramer, TcpFramer

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.framing import Piece

_ANSWERS = (0x80, 0x84)  # first bytes of an answer; everything else is a command


class Verdict(Enum):
    """How a good frame is answered on the line, and whether it is read."""

    TAKE = auto()
    REFUSE = auto()  # NAK, not read
    REFUSE_AND_TAKE = auto()  # NAK, and read all the same
    IGNORE = auto()


_TAKEN = (Verdict.TAKE, Verdict.REFUSE_AND_TAKE)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The till acknowledged the frame with this number."""

    frame: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Three transmissions of the frame with this number were not acknowledged."""

    frame: int


Heard = bytes | Delivered | Undelivered


@dataclass(slots=True)
class _Frame:
    number: int
    data: bytes
    repeats_left: int
    due: float = 0.0


class SerialLink:
    """One frame at a time is under way; others wait for their turn. Times in seconds."""

    def __init__(
        self,
        *,
        t1_s: float,
        t2_s: float,
        repeats: int,
        know_repeats: bool,
        judge: Callable[[bytes], Verdict],
    ) -> None:
        self._framer = SerialFramer()
        self._t1_s = t1_s
        self._t2_s = t2_s
        self._repeats = repeats
        self._know_repeats = know_repeats
        self._judge = judge
        self._numbers = 0
        self._under_way: _Frame | None = None
        self._waiting: deque[_Frame] = deque()
        self._byte_due: float | None = None
        self._last_in = b""
        self._known_until = 0.0  # later than any repeat of the till's last frame can come
        self._heard: list[Heard] = []
        self._out = bytearray()

    @property
    def deadline(self) -> float | None:
        """The earlier of T1 and T2."""
        ack_due = self._under_way.due if self._under_way else None
        if self._byte_due is None or ack_due is None:
            return ack_due if self._byte_due is None else self._byte_due
        return min(self._byte_due, ack_due)

    def send(self, apdu: bytes, now: float) -> int:
        """Send as soon as the line is free; gives the number that its fate is told under."""
        self._numbers += 1
        self._waiting.append(_Frame(self._numbers, self._framer.frame(apdu), self._repeats))
        self._next(now)
        return self._numbers

    def cancel(self, number: int) -> None:
        """Do not send the frame with this number, if its turn has not come."""
        self._waiting = deque(frame for frame in self._waiting if frame.number != number)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes from the till."""
        for piece in self._framer.pieces(data):
            self._take(piece, now)
        self._byte_due = now + self._t1_s if self._framer.pending else None

    def tick(self, now: float) -> None:
        """T1 or T2 may have run out."""
        if self._byte_due is not None and now >= self._byte_due:
            self._byte_due = None
            self._framer.reset()
            self._out += NAK
        frame = self._under_way
        if frame is not None and now >= frame.due:
            self._again(frame, now)

    def reset(self) -> None:
        """Power was lost: nothing is remembered."""
        self._framer.reset()
        self._under_way = None
        self._waiting.clear()
        self._byte_due = None
        self._last_in = b""
        self._heard.clear()
        self._out.clear()

    def heard(self) -> list[Heard]:
        """What came in, in order; each is given once."""
        heard, self._heard = self._heard, []
        return heard

    def out(self) -> bytes:
        """The bytes to write."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def _take(self, piece: Piece, now: float) -> None:
        match piece:
            case Payload(apdu):
                self._take_apdu(apdu, now)
            case Control(data) if data == ACK:
                self._delivered(now)
            case Control():
                if self._under_way is not None:
                    self._again(self._under_way, now)
            case Damaged():
                self._out += NAK

    def _take_apdu(self, apdu: bytes, now: float) -> None:
        if self._know_repeats and apdu == self._last_in and now < self._known_until:
            # The till did not hear us: the same words once more, and nothing is done again.
            self._out += ACK
            if self._under_way is not None and apdu[0] not in _ANSWERS:
                self._out += self._under_way.data
                self._under_way.due = now + self._t2_s
            return
        verdict = self._judge(apdu)
        if verdict is Verdict.IGNORE:
            return
        self._out += ACK if verdict is Verdict.TAKE else NAK
        if verdict is Verdict.REFUSE:
            return
        # A message in place of an acknowledgement says that our frame was read.
        self._delivered(now)
        self._last_in = apdu
        self._known_until = now + self._t2_s * (1 + self._repeats)
        self._heard.append(apdu)

    def _delivered(self, now: float) -> None:
        frame = self._under_way
        if frame is None:
            return
        self._under_way = None
        self._last_in = b""
        self._heard.append(Delivered(frame.number))
        self._next(now)

    def _again(self, frame: _Frame, now: float) -> None:
        if frame.repeats_left == 0:
            self._under_way = None
            self._last_in = b""  # given up: the same command again is a new one
            self._heard.append(Undelivered(frame.number))
            self._next(now)
            return
        frame.repeats_left -= 1
        frame.due = now + self._t2_s
        self._out += frame.data

    def _next(self, now: float) -> None:
        if self._under_way is None and self._waiting:
            self._under_way = frame = self._waiting.popleft()
            frame.due = now + self._t2_s
            self._out += frame.data


class TcpLink:
    """Bare APDUs; a frame counts as delivered when it is handed over."""

    deadline: float | None = None

    def __init__(self, judge: Callable[[bytes], Verdict]) -> None:
        self._framer = TcpFramer()
        self._judge = judge
        self._numbers = 0
        self._heard: list[Heard] = []
        self._out = bytearray()

    def send(self, apdu: bytes, _now: float) -> int:
        """The bytes go out at once."""
        self._numbers += 1
        self._out += self._framer.frame(apdu)
        self._heard.append(Delivered(self._numbers))
        return self._numbers

    def cancel(self, number: int) -> None:
        """Nothing waits here."""

    def receive(self, data: bytes, _now: float) -> None:
        """Bytes from the till."""
        for piece in self._framer.pieces(data):
            if isinstance(piece, Payload) and self._judge(piece.data) in _TAKEN:
                self._heard.append(piece.data)

    def tick(self, _now: float) -> None:
        """Nothing is timed here."""

    def reset(self) -> None:
        """The connection or the power is gone."""
        self._framer.reset()
        self._heard.clear()
        self._out.clear()

    def heard(self) -> list[Heard]:
        """What came in, in order."""
        heard, self._heard = self._heard, []
        return heard

    def out(self) -> bytes:
        """The bytes to write."""
        data = bytes(self._out)
        self._out.clear()
        return data


Link = SerialLink | TcpLink
