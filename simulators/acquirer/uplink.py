"""Moves bytes between the terminal's client and the line to its acquirer, each at its moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from simulators.acquirer.client import Client
    from simulators.acquirer.jobs import Outcome

EVENTS_MAX: Final = 10_000  # bounds what can be due at once: more is a loop of ours


class Line(Protocol):
    """The way to the acquirer: in memory (`Front` itself), or over a socket."""

    @property
    def deadline(self) -> float | None:
        """When `take` will have something, if that is known; -inf = now."""

    def send(self, data: bytes, now: float) -> bool:
        """Bytes to the acquirer; False when there is no way to it."""

    def take(self, now: float) -> bytes:
        """Bytes of the acquirer that are there by now."""

    def close(self) -> None:
        """The simulator ends."""


class Uplink:
    """One client on one line."""

    def __init__(self, client: Client, line: Line) -> None:
        self.client = client
        self.line = line

    @property
    def deadline(self) -> float | None:
        """When `tick` is due; also for what the acquirer does while nobody waits for it."""
        moments = [one for one in (self.client.deadline, self.line.deadline) if one is not None]
        return min(moments) if moments else None

    def tick(self, now: float) -> None:
        """Do everything that is due by now, and send what the client has to say."""
        self._flush(now)
        for _ in range(EVENTS_MAX):
            data = self.line.take(now)
            if data:
                self.client.receive(data, now)
            elif self.client.deadline is not None and self.client.deadline <= now:
                self.client.tick(now)
            else:
                return
            self._flush(now)
        raise AssertionError("the acquirer line has always something due")

    def _flush(self, now: float) -> None:
        while data := self.client.take():
            if not self.line.send(data, now):
                self.client.unsent(now)

    def to_end(self, now: float) -> Outcome:
        """Run the job to its end, in a time of its own that jumps from deadline to deadline."""
        for _ in range(EVENTS_MAX):
            self.tick(now)
            if self.client.outcome is not None:
                return self.client.outcome
            moment = self.deadline
            assert moment is not None, "a job that waits has a deadline"
            now = max(now, moment)
        raise AssertionError("the job never ends")
