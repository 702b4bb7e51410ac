"""A link to a printer in this process: a simulated one, in tests and in demonstrations."""

from __future__ import annotations

import contextlib
from typing import Protocol

from drivers.printers.faults import lost, refused


class MemoryPrinter(Protocol):
    """What stands at the other end. Raises OSError when the line is dead.

    An OSError of `write` may carry `bytes_written`; without it, all bytes count as maybe sent.
    """

    readable: bool

    def open(self) -> None:
        """Plug in."""

    def close(self) -> None:
        """Unplug."""

    def write(self, data: bytes, timeout_s: float) -> int:
        """Bytes to the printer; how many it took within the time."""

    def read(self, timeout_s: float) -> bytes:
        """Bytes from the printer, or b"" after that much time."""


class MemoryPrinterLink:
    """A MemoryPrinter as a PrinterLink."""

    def __init__(self, line: MemoryPrinter, *, name: str = "simulated printer") -> None:
        self._line = line
        self._name = name

    @property
    def description(self) -> str:
        """For people."""
        return self._name

    @property
    def readable(self) -> bool:
        """Whether the line has a back channel."""
        return self._line.readable

    def open(self) -> None:
        """Plug in. Raises LinkRefused."""
        try:
            self._line.open()
        except OSError as error:
            raise refused(self._name, error) from error

    def close(self) -> None:
        """Unplug; never raises."""
        with contextlib.suppress(OSError):
            self._line.close()

    def write(self, data: bytes, timeout_s: float) -> int:
        """How many bytes were taken. Raises PrinterLost."""
        try:
            return self._line.write(data, timeout_s)
        except OSError as error:
            written: object = getattr(error, "bytes_written", len(data))
            assert isinstance(written, int), "a count"
            raise lost(error, self._name, written=written) from error

    def read(self, timeout_s: float) -> bytes:
        """What the printer said, or b"". Raises PrinterLost."""
        try:
            return self._line.read(timeout_s)
        except OSError as error:
            raise lost(error, self._name) from error
