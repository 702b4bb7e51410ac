"""Watches for unbroken idleness: before it, nothing that a terminal says is evidence.

A terminal that un-books when our acknowledgement is lost may do so late and without saying busy.
Only an unbroken stretch of idle answers longer than its horizon proves that all has settled.
"""

from __future__ import annotations

from enum import Enum

# Two idle answers further apart than this prove nothing about the time between them.
GAP_S = 5.0


class Sign(Enum):
    """What was seen of the terminal at one moment."""

    IDLE = "idle"
    BUSY = "busy"
    SILENT = "silent"
    RESTART = "restart"
    RESULT = "result"


class IdleWatch:
    """Counts idle time; anything but idle, or a gap, starts it again. Times are monotonic seconds.

    `horizon_s` of 0 means that one idle answer is enough (busy is told, or it stays booked).
    """

    def __init__(self, horizon_s: float, *, gap_s: float = GAP_S) -> None:
        assert horizon_s >= 0, "a horizon is no negative time"
        self._horizon_s = horizon_s
        self._gap_s = gap_s
        self._since: float | None = None
        self._last = 0.0

    def feed(self, now: float, sign: Sign) -> bool:
        """Take one sign; True when the idle stretch is long enough."""
        if sign is not Sign.IDLE:
            self._since = None
            return False
        if self._since is None or not 0 <= now - self._last <= self._gap_s:
            self._since = now
        self._last = now
        return self._horizon_s == 0 or now - self._since > self._horizon_s

    def remaining_s(self, now: float) -> float:
        """How long it takes at least; the whole horizon when nothing idle was seen."""
        if self._since is None:
            return self._horizon_s
        return max(0.0, self._horizon_s - (now - self._since))
