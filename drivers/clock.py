"""Time as an argument: monotonic for deadlines, wall for paper and policy only."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def monotonic(self) -> float:
        """Seconds that never step back; only differences mean something."""

    def wall(self) -> datetime:
        """The time of day with its zone; may step, so never used for a deadline."""

    def wait(self, seconds: float) -> None:
        """Let time pass (a poll interval)."""


class SystemClock:
    """The computer's own clock."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> datetime:
        return datetime.now(UTC).astimezone()

    def wait(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)
