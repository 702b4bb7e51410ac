"""The link to a serial printer: counted writes that wait until the bytes have left the computer.

The handshake is what the settings say. DTR/DSR is watched here, before each write: on Linux the
system has none, whatever one asks pyserial for.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from drivers.clock import SystemClock
from drivers.errors import PrinterLost
from drivers.hints import owning_group
from drivers.links.faults import Owner
from drivers.links.serial_port import DescriptorPort, PyserialPort
from drivers.printers.faults import lost, open_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from serial import Serial

    from drivers.clock import Clock
    from drivers.links.serial_port import SerialPort

_CLOCK = SystemClock()
_LOOK_S: Final = 0.01  # between two looks whether the bytes have left, or DSR is up again
# pyserial's own limit of a write, where it does the writing (Windows). It gives no count then.
_WRITE_S: Final = 5.0
_READ_S: Final = 0.02

Flow = Literal["none", "rtscts", "dsrdtr", "xonxoff"]


@dataclass(frozen=True, slots=True)
class SerialPrinterSettings:
    """How the line is set; `parity` is N, E, O, M or S."""

    device: str
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop_bits: float = 1
    flow: Flow = "none"

    @property
    def mode(self) -> str:
        """The usual short form: "9600 8N1"."""
        return f"{self.baud} {self.bits}{self.parity}{self.stop_bits:g}"


class PrinterPort(Protocol):
    """An open port. Whatever the system or pyserial raises comes through."""

    @property
    def counts(self) -> bool:
        """Whether an exception of `write_some` proves that it handed over no byte."""

    def ready(self) -> bool:
        """Whether the printer lets us send (DSR, where that is the handshake)."""

    def unsent(self) -> int:
        """Bytes that the system has taken and not sent."""

    def write_some(self, data: bytes, timeout_s: float) -> int:
        """Hand over some of `data`; TimeoutError when nothing was taken."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, or b""."""

    def discard(self) -> None:
        """Forget what is unsent."""

    def close(self) -> None:
        """Give the port back."""


class SystemPort:
    """A PrinterPort of this computer."""

    def __init__(self, line: Serial, port: SerialPort, *, watches_dsr: bool) -> None:
        self._line = line
        self._port = port
        self._watches_dsr = watches_dsr
        self.counts = port.counts

    def ready(self) -> bool:
        return bool(self._line.dsr) if self._watches_dsr else True

    def unsent(self) -> int:
        return int(self._line.out_waiting)

    def write_some(self, data: bytes, timeout_s: float) -> int:
        return self._port.write_some(data, timeout_s)

    def read(self, timeout_s: float) -> bytes:
        return self._port.read(timeout_s)

    def discard(self) -> None:
        self._line.reset_output_buffer()

    def close(self) -> None:
        self._port.close()


def open_printer_port(
    settings: SerialPrinterSettings, *, descriptor: bool = os.name == "posix", clock: Clock = _CLOCK
) -> PrinterPort:
    """Open for this process alone. Raises whatever pyserial and the system raise, also where the
    handshake needs a line that the port does not have."""
    from serial import Serial

    line = Serial()
    line.port = settings.device
    line.baudrate = settings.baud
    line.bytesize = settings.bits
    line.parity = settings.parity
    line.stopbits = settings.stop_bits
    line.rtscts = settings.flow == "rtscts"
    line.xonxoff = settings.flow == "xonxoff"
    line.dsrdtr = settings.flow == "dsrdtr"
    line.timeout = _READ_S
    line.write_timeout = _WRITE_S
    line.exclusive = True
    line.open()
    watches = settings.flow == "dsrdtr" and descriptor
    try:
        if watches:
            bool(line.dsr)
        port = DescriptorPort(line) if descriptor else PyserialPort(line, clock)
    except Exception:
        line.close()
        raise
    return SystemPort(line, port, watches_dsr=watches)


class SerialPrinterLink:
    """A PrinterLink on a serial port (also USB adapters)."""

    readable = True

    def __init__(
        self,
        settings: SerialPrinterSettings,
        *,
        opener: Callable[[SerialPrinterSettings], PrinterPort] = open_printer_port,
        group: Callable[[str], str] = owning_group,
        clock: Clock = _CLOCK,
    ) -> None:
        self._settings = settings
        self._where = settings.device
        self._opener = opener
        self._group = group
        self._clock = clock
        self._port: PrinterPort | None = None
        self._owner = Owner()

    @property
    def description(self) -> str:
        """For people: "serial printer /dev/ttyS0, 9600 8N1"."""
        return f"serial printer {self._where}, {self._settings.mode}"

    def open(self) -> None:
        """Take the port. Raises PortMissing, PortBusy, NoPermission or LinkError."""
        assert self._port is None, "the link is open already"
        try:
            self._port = self._opener(self._settings)
        except Exception as error:  # pyserial and the system agree on no root below this
            raise open_fault(error, self._where, self._group) from error
        self._owner.take()

    def close(self) -> None:
        """Give the port back; never raises, may be called twice.

        What a printer holds up is forgotten: the system would wait half a minute for it.
        """
        port, self._port = self._port, None
        if port is not None:
            self._owner.check()
            with contextlib.suppress(Exception):  # a vanished device fails here too
                if port.unsent():
                    port.discard()
            with contextlib.suppress(Exception):
                port.close()

    def write(self, data: bytes, timeout_s: float) -> int:
        """What has left us, or is in the system's hands after `timeout_s`. Raises PrinterLost.

        Nothing more is handed over while earlier bytes are held up, so that they never pile up.
        """
        port = self._open_port()
        due = self._clock.monotonic() + max(timeout_s, 0.0)
        taken = 0
        try:
            if self._wait(lambda: port.unsent() == 0 and port.ready(), due):
                taken = self._hand_over(port, data, due)
                self._wait(lambda: port.unsent() == 0, due)
        except PrinterLost:
            raise
        except Exception as error:
            raise lost(error, self._where, written=taken) from error
        return taken

    def _hand_over(self, port: PrinterPort, data: bytes, due: float) -> int:
        try:
            return port.write_some(data, max(due - self._clock.monotonic(), 0.0))
        except TimeoutError:
            return 0
        except Exception as error:
            written = 0 if port.counts else len(data)
            raise lost(error, self._where, written=written) from error

    def _wait(self, done: Callable[[], bool], due: float) -> bool:
        """Look again and again until it is so, or the time is over."""
        while not done():
            if self._clock.monotonic() >= due:
                return False
            self._clock.wait(_LOOK_S)
        return True

    def read(self, timeout_s: float) -> bytes:
        """What it said, or b"". Raises PrinterLost."""
        port = self._open_port()
        try:
            return port.read(max(timeout_s, 0.0))
        except Exception as error:
            raise lost(error, self._where) from error

    def _open_port(self) -> PrinterPort:
        if self._port is None:
            raise lost("it is not open", self._where)
        self._owner.check()
        return self._port
