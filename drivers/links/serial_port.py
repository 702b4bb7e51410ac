"""Two ways to move bytes through an open pyserial port; neither catches anything.

On Linux and macOS the port's own descriptor is used: one select and one read per wake-up, a time
limit per call without touching the port's settings, and an exact count of what the system took.
Elsewhere pyserial's own read and write are used; they give no count when they fail.
"""

from __future__ import annotations

import errno
import os
import select
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from drivers.clock import SystemClock

if TYPE_CHECKING:
    from serial import Serial

    from drivers.clock import Clock

# More than any frame of any protocol; bounds one read.
READ_BYTES_MAX = 4096
# One wait inside of pyserial: by so much a time limit may be missed.
_WAIT_S = 0.02
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How a serial line is set. No handshake is ever used; `parity` is N, E, O, M or S."""

    device: str
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop_bits: float = 1
    rts: bool = True
    dtr: bool = True
    write_timeout_s: float = 5.0

    @property
    def mode(self) -> str:
        """The usual short form: "9600 8N2"."""
        return f"{self.baud} {self.bits}{self.parity}{self.stop_bits:g}"


class SerialPort(Protocol):
    """An open port. Whatever the system or pyserial raises comes through."""

    @property
    def counts(self) -> bool:
        """Whether an exception of `write_some` proves that this call handed over no byte."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, or b"" after `timeout_s` seconds of silence."""

    def write_some(self, data: bytes, timeout_s: float) -> int:
        """Hand over some of `data` and say how much; TimeoutError when nothing was taken."""

    def close(self) -> None:
        """Give the port back."""


class DescriptorPort:
    """A port through its file descriptor (not blocking, as pyserial opens it)."""

    counts = True

    def __init__(self, line: Serial) -> None:
        self._line = line
        self._fd: int = line.fileno()
        self._fds = (self._fd,)

    def read(self, timeout_s: float) -> bytes:
        if not select.select(self._fds, (), (), timeout_s)[0]:
            return b""
        try:
            data = os.read(self._fd, READ_BYTES_MAX)
        except BlockingIOError:  # woken for nothing
            return b""
        if not data:
            raise OSError(errno.EIO, "the device hung up")
        return data

    def write_some(self, data: bytes, timeout_s: float) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            pass
        if not select.select((), self._fds, (), timeout_s)[1]:
            raise TimeoutError(errno.ETIMEDOUT, "the line takes no byte")
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        self._line.close()


class PyserialPort:
    """A port through pyserial's own calls: wait for one byte, then take what is there.

    pyserial sets a port up anew whenever a time limit changes, so both limits are set once: a wait
    is made of short ones, and a write has the limit it was opened with.
    """

    counts = False

    def __init__(self, line: Serial, clock: Clock) -> None:
        self._line = line
        self._clock = clock

    def read(self, timeout_s: float) -> bytes:
        due = self._clock.monotonic() + timeout_s
        while not (waiting := self._line.in_waiting):
            if self._clock.monotonic() >= due:
                return b""
            if first := self._line.read(1):
                return first + self._line.read(min(self._line.in_waiting, READ_BYTES_MAX))
        return self._line.read(min(waiting, READ_BYTES_MAX))

    def write_some(self, data: bytes, timeout_s: float) -> int:
        assert timeout_s >= 0
        return self._line.write(data) or 0

    def close(self) -> None:
        self._line.close()


def open_port(
    settings: SerialSettings, *, descriptor: bool = os.name == "posix", clock: Clock = _CLOCK
) -> SerialPort:
    """Open for this process alone. Raises whatever pyserial and the system raise."""
    from serial import Serial

    line = Serial()
    line.port = settings.device
    line.baudrate = settings.baud
    line.bytesize = settings.bits
    line.parity = settings.parity
    line.stopbits = settings.stop_bits
    line.xonxoff = line.rtscts = line.dsrdtr = False
    line.rts, line.dtr = settings.rts, settings.dtr
    line.timeout = _WAIT_S
    line.write_timeout = settings.write_timeout_s
    line.exclusive = True
    line.open()
    return DescriptorPort(line) if descriptor else PyserialPort(line, clock)
