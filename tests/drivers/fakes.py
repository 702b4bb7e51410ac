"""Scripted other sides for the pump: a clock that jumps, a link and a session that follow lists."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from drivers.errors import LinkError, LinkLost
from protocols.kit.errors import BadFrame
from protocols.kit.framing import Control, Damaged, Payload, Piece, Stray
from protocols.kit.session import Action, Note, Progress, ReceiptText, Request
from protocols.kit.vocabulary import Booking, TransactionRecord


class FakeClock:
    """Jumps; nobody waits."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> datetime:
        return datetime(2026, 11, 24, 12, 0, tzinfo=UTC) + timedelta(seconds=self.now)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


class ListedClock(FakeClock):
    """Tells the times of a list, then the last one for ever."""

    def __init__(self, times: Sequence[float]) -> None:
        super().__init__(0.0)
        self._times = deque(times)

    def monotonic(self) -> float:
        if self._times:
            self.now = self._times.popleft()
        return self.now


@dataclass
class ScriptedLink:
    """Gives `heard` (time, bytes or a loss) when its time has come; keeps what is written."""

    clock: FakeClock
    heard: deque[tuple[float, bytes | LinkLost]] = field(default_factory=deque)
    write_faults: dict[int, LinkLost] = field(default_factory=dict)
    open_faults: deque[LinkError | None] = field(default_factory=deque)
    written: list[bytes] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    transport: str = "serial"
    description: str = "scripted line"

    def open(self) -> None:
        self.log.append("open")
        fault = self.open_faults.popleft() if self.open_faults else None
        if fault is not None:
            raise fault

    def close(self) -> None:
        self.log.append("close")

    def write(self, data: bytes) -> None:
        number = len(self.written)
        self.written.append(data)
        if number in self.write_faults:
            raise self.write_faults[number]

    def read(self, timeout_s: float) -> bytes:
        self.waits.append(timeout_s)
        if not self.heard or self.heard[0][0] > self.clock.now + timeout_s:
            self.clock.now += timeout_s
            return b""
        at, what = self.heard.popleft()
        self.clock.now = max(self.clock.now, at)
        if isinstance(what, LinkLost):
            raise what
        return what


@dataclass(frozen=True)
class Step:
    """One expected call of the session, what it answers, and its deadline afterwards (in seconds
    from that call; None: nothing runs)."""

    call: str
    actions: Sequence[Action] = ()
    due_in: float | None = 5.0


class ScriptedSession:
    """Follows its steps; a call that is not the next one fails the test."""

    def __init__(self, *steps: Step) -> None:
        self._steps = deque(steps)
        self._deadline: float | None = None
        self.calls: list[tuple[str, float]] = []
        self.heard = b""
        self.untouched: bool | None = None

    @property
    def deadline(self) -> float | None:
        return self._deadline

    @property
    def done(self) -> bool:
        """Whether every step was taken."""
        return not self._steps

    def _step(self, call: str, now: float) -> Sequence[Action]:
        self.calls.append((call, now))
        assert self._steps, f"{call} was not expected any more"
        step = self._steps.popleft()
        assert step.call == call, f"{call} came where {step.call} was due"
        self._deadline = None if step.due_in is None else now + step.due_in
        return step.actions

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        assert isinstance(request, Request)
        return self._step("begin", now)

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        self.heard += data
        return self._step("receive", now)

    def tick(self, now: float) -> Sequence[Action]:
        assert self._deadline is not None
        assert now >= self._deadline, "ticked too early"
        return self._step("tick", now)

    def result_durable(self, now: float) -> Sequence[Action]:
        return self._step("durable", now)

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        self.untouched = nothing_written
        return self._step("link_lost", now)

    def abort(self, now: float) -> Sequence[Action]:
        return self._step("abort", now)


@dataclass
class Ear:
    """A listener that keeps everything; `on_result` runs inside of `result_seen`."""

    on_result: Callable[[], None] = lambda: None
    abort_after: int | None = None
    asked: int = 0
    told: list[object] = field(default_factory=list)

    def result_seen(self, record: TransactionRecord) -> None:
        self.told.append(record)
        self.on_result()

    def progress(self, progress: Progress) -> None:
        self.told.append(progress)

    def receipt(self, text: ReceiptText) -> None:
        self.told.append(text)

    def note(self, note: Note) -> None:
        self.told.append(note)

    def abort_wanted(self) -> bool:
        self.asked += 1
        return self.abort_after is not None and self.asked > self.abort_after


RECORD = TransactionRecord(Booking.APPROVED, receipt_number="0042", amount_minor=1250)


class ToyFramer:
    """STX length payload sum: small, with a start mark, a control byte and a check value."""

    def __init__(self) -> None:
        self._buffer = b""

    def frame(self, payload: bytes) -> bytes:
        if not 0 < len(payload) < 256:
            raise BadFrame("1 to 255 bytes")
        return bytes([0x02, len(payload), *payload, sum(payload) % 256])

    def pieces(self, data: bytes) -> list[Piece]:
        self._buffer += data
        found: list[Piece] = []
        while self._buffer:
            first = self._buffer[0]
            if first == 0x06:
                found.append(Control(self._take(1), "ACK"))
            elif first != 0x02:
                found.append(Stray(self._take(1)))
            elif len(self._buffer) < 2 or len(self._buffer) < self._buffer[1] + 3:
                break
            else:
                frame = self._take(self._buffer[1] + 3)
                good = sum(frame[2:-1]) % 256 == frame[-1] and len(frame) > 3
                found.append(Payload(frame[2:-1]) if good else Damaged(frame, "sum"))
        return found

    def reset(self) -> bytes:
        return self._take(len(self._buffer))

    @property
    def pending(self) -> bool:
        return bool(self._buffer)

    def _take(self, count: int) -> bytes:
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken
