"""The cable between till and terminal: counts and paces bytes, and has the faults one asks for.

Seeded and without a clock: whoever moves it says what time it is. Bytes keep their order, unless
a fault swaps messages. Without faults and pacing a write costs one append.
"""

from __future__ import annotations

import random
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final

from simulators.scenario import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulators.splitter import Chunk, Splitter

SLICE: Final = 32  # paced bytes arrive in portions of this size


class Way(Enum):
    """A direction on the cable."""

    TO_ECR = "to_ecr"
    TO_TERMINAL = "to_terminal"

    # Members are single objects; the hash by name that enums have would cost more than a write.
    __hash__ = object.__hash__

    @property
    def other(self) -> Way:
        """The opposite direction."""
        return Way.TO_TERMINAL if self is Way.TO_ECR else Way.TO_ECR


class Cable:
    """One cable. `char_s` is the time one character takes (0: none); 9600 8N2 is 11 / 9600.

    `counts` are the bytes put on the cable in each direction since it was made; byte faults count
    the same way, from 1. `splitters` make message faults possible.
    """

    def __init__(
        self,
        *,
        faults: Sequence[Fault] = (),
        splitters: Callable[[], Splitter] | None = None,
        seed: int = 0,
        char_s: float = 0.0,
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - noise, not a secret
        self._char_s = char_s
        self._queues: dict[Way, deque[tuple[float, bytes]]] = {way: deque() for way in Way}
        self._busy_until = dict.fromkeys(Way, 0.0)
        self._out = False
        self._plug_at: float | None = None
        self._mute_until = float("-inf")
        self._held: dict[Way, bytes] = dict.fromkeys(Way, b"")  # waits for what comes behind it
        self.counts = dict.fromkeys(Way, 0)
        self.log: list[str] = []  # which faults happened
        self._byte_faults = {
            way: sorted(
                (f for f in faults if f.byte is not None and f.direction == way.value),
                key=lambda f: f.byte or 0,
            )
            for way in Way
        }
        self._message_faults = [_Armed(fault) for fault in faults if fault.byte is None]
        self._splitters: dict[Way, Splitter] = {}
        if self._message_faults:
            assert splitters is not None, "message faults need to know where messages end"
            self._splitters = {way: splitters() for way in Way}
        self._to_terminal = self._queues[Way.TO_TERMINAL]
        self._plain = {
            way: not self._byte_faults[way] and not self._splitters and not char_s for way in Way
        }

    # -- the plug -------------------------------------------------------------------------------

    @property
    def out(self) -> bool:
        """Whether the cable is out at the till's end."""
        return self._out

    @property
    def deadline(self) -> float | None:
        """When the cable plugs itself in again."""
        return self._plug_at

    def pull(self) -> None:
        """Take the cable out: what is on its way to the till was heard, the rest is lost."""
        self._out = True
        self._plug_at = None
        self._forget(Way.TO_TERMINAL)

    def plug(self) -> None:
        """Put the cable in again; nothing old arrives."""
        self._out = False
        self._plug_at = None
        for way in Way:
            self._forget(way)

    def plug_after(self, seconds: float, now: float) -> None:
        """A cable that is out plugs itself in again after so long."""
        if self._out:
            self._plug_at = now + seconds

    def calm(self) -> None:
        """From now on no fault happens any more."""
        self._mute_until = float("-inf")
        self._message_faults.clear()
        for way in Way:
            self._byte_faults[way].clear()

    def tick(self, now: float) -> None:
        """Plug in again when it is time."""
        if self._plug_at is not None and now >= self._plug_at:
            self.plug()

    def flush(self) -> None:
        """The till closed or opened its end: nothing that is under way arrives."""
        for way in Way:
            self._forget(way)

    def _forget(self, way: Way) -> None:
        self._queues[way].clear()
        self._held[way] = b""
        self._busy_until[way] = 0.0
        if way in self._splitters:
            self._splitters[way].rest()

    # -- bytes ----------------------------------------------------------------------------------

    def send(self, way: Way, data: bytes, now: float) -> None:
        """Put bytes on the cable."""
        if not data or self._out:
            return
        if self._plain[way] and now >= self._mute_until:
            self.counts[way] += len(data)
            self._queues[way].append((now, data))
            return
        if self._splitters:
            for chunk in self._splitters[way].feed(data):
                self._send_message(way, chunk, now)
        else:
            self._send_bytes(way, data, now)

    @property
    def next_due(self) -> float | None:
        """The next moment at which something on this cable is due at the terminal's end."""
        if not self._to_terminal:
            return self._plug_at
        arrival = self._to_terminal[0][0]
        return arrival if self._plug_at is None else min(arrival, self._plug_at)

    def next_arrival(self, way: Way) -> float | None:
        """When the next bytes arrive."""
        queue = self._queues[way]
        return queue[0][0] if queue else None

    def take(self, way: Way, now: float) -> bytes:
        """What has arrived by now."""
        queue = self._queues[way]
        if not queue or queue[0][0] > now:
            return b""
        if len(queue) == 1:
            return queue.popleft()[1]
        arrived = bytearray()
        while queue and queue[0][0] <= now:
            arrived += queue.popleft()[1]
        return bytes(arrived)

    def _put(self, way: Way, data: bytes, now: float) -> None:
        """Let bytes arrive, not before those in front of them."""
        if not data or self._out:
            return
        if now < self._mute_until:
            return
        start = max(now, self._busy_until[way])
        if not self._char_s:
            self._busy_until[way] = start
            self._queues[way].append((start, data))
            return
        for at in range(0, len(data), SLICE):
            portion = data[at : at + SLICE]
            start += len(portion) * self._char_s
            self._queues[way].append((start, portion))
        self._busy_until[way] = start

    # -- faults at a byte -----------------------------------------------------------------------

    def _send_bytes(self, way: Way, data: bytes, now: float) -> None:
        """Apply what stands at single bytes of this portion."""
        faults = self._byte_faults[way]
        done = 0
        while faults and (faults[0].byte or 0) <= self.counts[way] + len(data) - done:
            fault = faults.pop(0)
            place = max((fault.byte or 0) - self.counts[way] + done, done)
            before = place if fault.do == "cut" else max(place - 1, done)
            self._pass(way, data[done:before], now)
            byte = data[before:place]
            done = place
            self.counts[way] += len(byte)
            now = self._apply(fault, way, byte, now)
        self._pass(way, data[done:], now)

    def _pass(self, way: Way, data: bytes, now: float) -> None:
        self.counts[way] += len(data)
        self._put(way, data, now)
        if data and self._held[way]:
            held, self._held[way] = self._held[way], b""
            self._put(way, held, now)

    # -- faults at a message --------------------------------------------------------------------

    def _send_message(self, way: Way, chunk: Chunk, now: float) -> None:
        due = [armed.fault for armed in self._message_faults if armed.meets(way, chunk.names)]
        if not due:
            self._send_bytes(way, chunk.data, now)
            return
        self.counts[way] += len(chunk.data)
        for fault in due[1:]:
            now = self._apply(fault, way, b"", now)
        self._apply(due[0], way, chunk.data, now)

    # -- what a fault does ----------------------------------------------------------------------

    def _apply(self, fault: Fault, way: Way, data: bytes, now: float) -> float:
        """Do it to `data`; gives the time at which what comes behind may start."""
        self.log.append(f"{fault.do} {way.value} {fault.message or fault.byte}")
        match fault.do:
            case "cut":
                self._put(way, data[: fault.keep], now)
                self._cut(fault, now)
            case "mute":
                self._mute_until = now + fault.seconds
            case "drop":
                pass
            case "swap":
                self._held[way] += data
            case "delay":
                self._put(way, data, now + fault.seconds)
                return now + fault.seconds
            case "split":
                return self._split(fault, way, data, now)
            case _:
                self._put(way, self._changed(fault, data), now)
                if fault.do == "echo":
                    self._put(way.other, data, now)
        return now

    def _cut(self, fault: Fault, now: float) -> None:
        arriving = list(self._queues[Way.TO_TERMINAL])
        self.pull()
        # What had left the till before the cut still reaches the terminal.
        self._queues[Way.TO_TERMINAL].extend(arriving)
        if fault.seconds:
            self._plug_at = now + fault.seconds

    def _split(self, fault: Fault, way: Way, data: bytes, now: float) -> float:
        size = max(1, -(-len(data) // fault.count))
        for at in range(0, len(data), size):
            self._put(way, data[at : at + size], now)
            now += fault.seconds
        return now

    def _changed(self, fault: Fault, data: bytes) -> bytes:
        if fault.do == "duplicate":
            return data * (1 + fault.count)
        if fault.do == "noise":
            return self._random.randbytes(fault.count) + data
        if fault.do == "garble" and data:
            place = self._random.randrange(len(data))
            changed = data[place] ^ (1 << self._random.randrange(8))
            return data[:place] + bytes((changed,)) + data[place + 1 :]
        return data


class _Armed:
    """A message fault and what it has counted."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._before = list(fault.after)
        self._seen = 0

    def meets(self, way: Way, names: tuple[str, ...]) -> bool:
        """Count a message; whether the fault happens at it."""
        fault = self.fault
        if self._before:
            if self._before[0] in names:
                del self._before[0]
        elif way.value == fault.direction and fault.message in names:
            self._seen += 1
            return fault.nth is None or fault.nth == self._seen
        return False
