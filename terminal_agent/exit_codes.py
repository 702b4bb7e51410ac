"""What the process says to scripts; stable (see docs/reference/exit-codes.md)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Once an attempt is armed only APPROVED, DECLINED, NOT_SENT and UNKNOWN are possible."""

    APPROVED = 0  # also: done
    BUG = 1  # also: `decode` refused
    USAGE = 2  # also: configuration
    DECLINED = 3
    NOT_SENT = 4
    UNKNOWN = 5  # also: parked
    REFUSED = 6  # by policy
    LINK = 7  # link or port; nothing was armed
    JOURNAL = 8
    CANCELLED = 9
