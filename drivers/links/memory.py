"""A link to something in this process: a simulated terminal and its cable, in tests."""

from __future__ import annotations

import contextlib
from typing import Protocol

from drivers.errors import LinkError
from drivers.links.faults import lost


class MemoryLine(Protocol):
    """What stands at the other end. Raises OSError when the cable is out.

    An OSError of `write` may carry `bytes_written`; without it, it counts as "maybe sent".
    """

    def open(self) -> None:
        """Plug in."""

    def close(self) -> None:
        """Unplug."""

    def write(self, data: bytes) -> None:
        """Bytes to the terminal."""

    def read(self, timeout_s: float) -> bytes:
        """Bytes from the terminal, or b"" after that much time."""


class MemoryLink:
    """A MemoryLine as a Link; `transport` says which framing runs over it."""

    def __init__(self, line: MemoryLine, *, transport: str, name: str = "simulated line") -> None:
        self._line = line
        self._transport = transport
        self._name = name

    @property
    def transport(self) -> str:
        """Which framing the line wants: "serial" or "tcp"."""
        return self._transport

    @property
    def description(self) -> str:
        """For people: "simulated line (serial)"."""
        return f"{self._name} ({self._transport})"

    def open(self) -> None:
        """Plug in. Raises LinkError."""
        try:
            self._line.open()
        except OSError as error:
            raise LinkError(
                f"{self._name} cannot be opened: {error}", details={"port": self._name}
            ) from error

    def close(self) -> None:
        """Unplug; never raises."""
        with contextlib.suppress(OSError):
            self._line.close()

    def write(self, data: bytes) -> None:
        """Raises LinkLost."""
        try:
            self._line.write(data)
        except OSError as error:
            untouched = getattr(error, "bytes_written", None) == 0
            raise lost(error, self._name, "write", nothing_written=untouched) from error

    def read(self, timeout_s: float) -> bytes:
        """Raises LinkLost."""
        try:
            return self._line.read(timeout_s)
        except OSError as error:
            raise lost(error, self._name, "read") from error
