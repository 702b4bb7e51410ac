"""What every link offers: bytes out, bytes in, and an honest word about what left us."""

from __future__ import annotations

from typing import Protocol


class Link(Protocol):
    """One line to one terminal. One thread owns it."""

    @property
    def transport(self) -> str:
        """Which framing the line wants: "serial" or "tcp"."""

    @property
    def description(self) -> str:
        """The line in words for people: "serial line /dev/ttyUSB0, 9600 8N2"."""

    def open(self) -> None:
        """Take the line for ourselves. Raises LinkError (PortMissing, PortBusy, NoPermission …)."""

    def close(self) -> None:
        """Give the line back; never raises, may be called twice."""

    def write(self, data: bytes) -> None:
        """Write all of it. Raises LinkLost; its `nothing_written` is True only when not one byte
        can have left us."""

    def read(self, timeout_s: float) -> bytes:
        """Give what has arrived, at least one byte, or b"" when nothing came within the time.

        Raises LinkLost when the line is gone.
        """
