"""The terminal's end of a line with STX … ETX LRC frames: acknowledgements, timers, repeats.

Written apart from the till's end on purpose: two ends that share their line code would share its
mistakes; only the framer is the same. What it heard is given in order by `heard`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Damaged, Payload
from protocols.kit.stx import ACK, NAK, NAMES, STX, StxFramer

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.framing import Piece
    from protocols.kit.stx import StxShape


class Verdict(Enum):
    """How a good frame is answered on the line, and whether it is read."""

    TAKE = auto()
    TAKE_SILENTLY = auto()  # read, and not acknowledged
    REFUSE = auto()  # NAK, not read
    REFUSE_AND_TAKE = auto()  # NAK, and read all the same
    IGNORE = auto()


@dataclass(frozen=True, slots=True)
class Delivered:
    """The till acknowledged what was sent under this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What was sent under this number was not acknowledged, however often it was repeated."""

    number: int


Heard = bytes | Control | Delivered | Undelivered


@dataclass(frozen=True, slots=True)
class LinkHabits:
    """Timers (seconds) and habits of a terminal's line.

    `repeats`: how often a frame is sent again; `know_repeats`: whether the till's last frame, sent
    again because our acknowledgement was lost, is known and not executed again.
    `refuses_damage`: whether a damaged frame is answered with NAK, or not at all.
    """

    byte_s: float
    ack_s: float
    repeats: int = 2
    know_repeats: bool = True
    refuses_damage: bool = True


@dataclass(slots=True)
class _Sent:
    number: int
    data: bytes
    awaited: bool
    repeats_left: int
    due: float = 0.0


class StxLink:
    """One frame at a time is under way; others wait for their turn."""

    def __init__(
        self, shape: StxShape, habits: LinkHabits, judge: Callable[[bytes], Verdict]
    ) -> None:
        self._shape = shape
        self._framer = StxFramer(shape)
        self._habits = habits
        self._judge = judge
        self._numbers = 0
        self._under_way: _Sent | None = None
        self._waiting: deque[_Sent] = deque()
        self._byte_due: float | None = None
        self._last_in = b""
        self._connected = True
        self._known_until = 0.0  # later than any repeat of the till's last frame can come
        self._heard: list[Heard] = []
        self._out = bytearray()

    @property
    def deadline(self) -> float | None:
        """The earlier of the byte timer and the acknowledgement timer."""
        ack_due = self._under_way.due if self._under_way else None
        if self._byte_due is None or ack_due is None:
            return ack_due if self._byte_due is None else self._byte_due
        return min(self._byte_due, ack_due)

    def send(self, payload: bytes, now: float, *, awaited: bool = True) -> int:
        """A frame, as soon as the line is free; gives the number that its fate is told under."""
        return self.put(self._framer.frame(payload), now, awaited=awaited)

    def put(self, data: bytes, now: float, *, awaited: bool = True) -> int:
        """The same for bytes that are no frame (ENQ, EOT). What is not `awaited` counts as
        delivered when it is written."""
        self._numbers += 1
        self._waiting.append(_Sent(self._numbers, data, awaited, self._habits.repeats))
        self._next(now)
        return self._numbers

    def cancel(self, number: int) -> None:
        """Do not send what has this number, if its turn has not come."""
        self._waiting = deque(sent for sent in self._waiting if sent.number != number)

    def acknowledge(self) -> None:
        """Say ACK now, where a verdict kept it back."""
        self._out += self._shape.control(ACK)

    def begin_anew(self) -> None:
        """The till began something new: the words it said last are no repeat if they come again."""
        self._last_in = b""

    def pieces(self, data: bytes, now: float) -> list[Piece]:
        """Bytes from the till, cut into what is to be taken one by one."""
        pieces = self._framer.pieces(data)
        self._byte_due = now + self._habits.byte_s if self._framer.pending else None
        return pieces

    def tick(self, now: float) -> None:
        """A timer may have run out."""
        if self._byte_due is not None and now >= self._byte_due:
            self._byte_due = None
            for piece in self._framer.expire():
                self.take(piece, now)
        sent = self._under_way
        if sent is not None and now >= sent.due:
            self._again(sent, now)

    def reset(self) -> None:
        """Power was lost: nothing is remembered."""
        self._framer.reset()
        self._under_way = None
        self._waiting.clear()
        self._byte_due = None
        self._last_in = b""
        self._heard.clear()
        self._out.clear()

    def hang_up(self) -> None:
        """The connection is gone: until `connect` everything sent arrives nowhere, at once."""
        undelivered = [self._under_way] if self._under_way else []
        fates = [Undelivered(sent.number) for sent in (*undelivered, *self._waiting)]
        self.reset()
        self._heard += fates
        self._connected = False

    def connect(self) -> None:
        """There is a connection again; nothing old is said on it."""
        self._connected = True

    def heard(self) -> list[Heard]:
        """What came in, in order; each is given once."""
        heard, self._heard = self._heard, []
        return heard

    def out(self) -> bytes:
        """The bytes to write."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def take(self, piece: Piece, now: float) -> None:
        """One piece; what follows from it is in `heard` and `out`."""
        match piece:
            case Payload(payload):
                self._take_payload(payload, now)
            case Control(name=name) if name == NAMES[ACK]:
                self._delivered(now)
            case Control(name=name) if name == NAMES[NAK]:
                if self._under_way is not None:
                    self._again(self._under_way, now)
            case Control():
                self._heard.append(piece)
            case Damaged(data) if data[0] == STX and self._habits.refuses_damage:
                self._out += self._shape.control(NAK)

    def _take_payload(self, payload: bytes, now: float) -> None:
        if self._habits.know_repeats and payload == self._last_in and now < self._known_until:
            # The till did not hear us: the same words once more, and nothing is done again.
            self.acknowledge()
            if self._under_way is not None:
                self._out += self._under_way.data
                self._under_way.due = now + self._habits.ack_s
            return
        verdict = self._judge(payload)
        if verdict is Verdict.IGNORE:
            return
        if verdict is Verdict.TAKE:
            self.acknowledge()
        elif verdict is not Verdict.TAKE_SILENTLY:
            self._out += self._shape.control(NAK)
        if verdict is Verdict.REFUSE:
            return
        # A message in place of an acknowledgement says that our frame was read.
        self._delivered(now)
        self._last_in = payload
        self._known_until = now + self._habits.ack_s * (1 + self._habits.repeats)
        self._heard.append(payload)

    def _delivered(self, now: float) -> None:
        sent = self._under_way
        if sent is None:
            return
        self._under_way = None
        self._last_in = b""
        self._heard.append(Delivered(sent.number))
        self._next(now)

    def _again(self, sent: _Sent, now: float) -> None:
        if sent.repeats_left == 0:
            self._under_way = None
            self._last_in = b""  # given up: the same words again are a new request
            self._heard.append(Undelivered(sent.number))
            self._next(now)
            return
        sent.repeats_left -= 1
        sent.due = now + self._habits.ack_s
        self._out += sent.data

    def _next(self, now: float) -> None:
        while self._under_way is None and self._waiting:
            sent = self._waiting.popleft()
            if not self._connected:
                self._heard.append(Undelivered(sent.number))
                continue
            self._out += sent.data
            if sent.awaited:
                sent.due = now + self._habits.ack_s
                self._under_way = sent
            else:
                self._heard.append(Delivered(sent.number))
