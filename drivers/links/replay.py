"""A link that plays a recorded exchange: it checks what we write and gives the recorded answers.

Nothing is waited for: the link brings its own clock, which jumps to the recorded times. A recording
is masked, so what we write is masked the same way before it is compared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from drivers.errors import LinkLost, ReplayDiffers
from drivers.trace import TO_ECR, TO_TERMINAL, FrameMasker, MaskedPiece, TraceFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drivers.trace_reader import TraceEntry, TraceHeader


class ReplayClock:
    """Time inside a recording: it passes only when somebody waits."""

    def __init__(self, started: datetime) -> None:
        self._started = started
        self._now = 0.0

    def monotonic(self) -> float:
        """Seconds since the recording's start."""
        return self._now

    def wall(self) -> datetime:
        """The recording's time of day."""
        return self._started + timedelta(seconds=self._now)

    def wait(self, seconds: float) -> None:
        """Let recorded time pass, at once."""
        self._now += max(seconds, 0.0)

    def reach(self, at_s: float) -> None:
        """Go on to a recorded time; never back."""
        self._now = max(self._now, at_s)


class ReplayLink:
    """Plays `entries`. Give `clock` to whoever pumps the link."""

    def __init__(
        self, header: TraceHeader, entries: Sequence[TraceEntry], *, fmt: TraceFormat
    ) -> None:
        assert fmt.protocol == header.protocol, "the format of another protocol"
        self._header = header
        self._entries = tuple(entry for entry in entries if entry.direction or entry.kind == "lost")
        self._next = 0
        self._masker = FrameMasker(fmt)
        self.clock = ReplayClock(header.started)

    @property
    def transport(self) -> str:
        """The transport that was recorded."""
        return self._header.transport

    @property
    def description(self) -> str:
        """For people: "recording of serial line /dev/ttyUSB0, 9600 8N1"."""
        return f"recording of {self._header.link or self._header.transport}"

    @property
    def finished(self) -> bool:
        """Whether everything recorded was played."""
        return self._next == len(self._entries)

    def open(self) -> None:
        """Goes on where the recording stands."""

    def close(self) -> None:
        """Keeps its place."""

    def write(self, data: bytes) -> None:
        """Compare with the recording. Raises ReplayDiffers, or LinkLost where it was recorded."""
        for piece in self._masker.take(data):
            self._expect(piece)
        entry = self._peek()
        if entry is not None and entry.during == "write":
            self._lose(entry)

    def read(self, timeout_s: float) -> bytes:
        """The recorded answer, if it is its turn; else b"" and the time has passed."""
        entry = self._peek()
        ours = entry is None or entry.direction == TO_TERMINAL or entry.during == "write"
        if entry is None or ours or entry.at_s - self.clock.monotonic() > timeout_s:
            self.clock.wait(timeout_s)
            return b""
        if entry.kind == "lost":
            self._lose(entry)
        self.clock.reach(entry.at_s)
        self._next += 1
        return entry.data

    def _peek(self) -> TraceEntry | None:
        return None if self.finished else self._entries[self._next]

    def _lose(self, entry: TraceEntry) -> None:
        self._next += 1
        self.clock.reach(entry.at_s)
        raise LinkLost("the recorded line was lost here", nothing_written=entry.nothing_written)

    def _expect(self, piece: MaskedPiece) -> None:
        kind, masked = piece.kind, piece.data
        entry = self._peek()
        position = self._next + 1
        if entry is None:
            raise ReplayDiffers(
                f"the recording is over, we write {kind} {masked.hex()}", entry=position
            )
        if entry.direction != TO_TERMINAL:
            told = "the terminal speaks" if entry.direction == TO_ECR else "the line is lost"
            raise ReplayDiffers(
                f"entry {position}: {told} here, we write {kind} {masked.hex()}", entry=position
            )
        if entry.data != masked:
            raise ReplayDiffers(
                f"entry {position}: recorded {entry.data.hex()}, we write {masked.hex()}",
                entry=position,
            )
        self.clock.reach(entry.at_s)
        self._next += 1
