"""Two clocks: one that jumps for tests, one that runs the computer's time faster.

The only module of the simulator that reads the computer's clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from; `monotonic` in (virtual) seconds."""

    def monotonic(self) -> float:
        """Seconds that never step back."""

    def wall(self) -> datetime:
        """The time of day with its zone; it may step."""


class SimulatedClock:
    """A clock that stands still until somebody waits; nothing in it sleeps.

    `wall` follows `monotonic`, except for the steps that a test makes it take.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        assert self._start.tzinfo is not None, "a wall clock has a zone"
        self._now = 1_000.0
        self._wall_zero = self._now

    def monotonic(self) -> float:
        """Virtual seconds."""
        return self._now

    def wall(self) -> datetime:
        """The virtual time of day."""
        return self._start + timedelta(seconds=self._now - self._wall_zero)

    def wait(self, seconds: float) -> None:
        """Jump ahead; nothing happens for seconds that are not positive."""
        if seconds > 0:
            self._now += seconds

    def advance_to(self, moment: float) -> None:
        """Jump to a moment of `monotonic`; one that has passed changes nothing."""
        self._now = max(self._now, moment)

    def step_wall(self, seconds: float) -> None:
        """Set the time of day ahead or back, as a person or a time server does."""
        self._start += timedelta(seconds=seconds)


class ScaledClock:
    """The computer's clock, `scale` times as fast; so every timer of the terminal is divided."""

    def __init__(self, scale: float = 1.0) -> None:
        assert scale > 0, "time runs forward"
        self._scale = scale
        self._zero = time.monotonic()

    def monotonic(self) -> float:
        """Virtual seconds since this clock was made."""
        return (time.monotonic() - self._zero) * self._scale

    def wall(self) -> datetime:
        """The computer's time of day."""
        return datetime.now(UTC).astimezone()

    def real_s(self, virtual_s: float) -> float:
        """How many real seconds pass in so many virtual ones."""
        return virtual_s / self._scale
