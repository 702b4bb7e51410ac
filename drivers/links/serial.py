"""The serial link: one port, opened for us alone, used by one thread.

It moves bytes and tells honestly what left us; it never repeats, waits or decides by itself.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from drivers.clock import SystemClock
from drivers.errors import LinkLost
from drivers.hints import owning_group
from drivers.links.faults import Owner, lost, serial_open_fault
from drivers.links.serial_port import SerialPort, SerialSettings, open_port

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from drivers.clock import Clock

_CLOCK = SystemClock()


def _known_devices() -> Sequence[str]:
    from drivers.discovery import devices

    return devices()


class SerialLink:
    """A line to a terminal on a serial port (also USB adapters and USB terminals).

    `opener` opens the port; `platform`, `known` and `group` feed the hints when that fails.
    """

    transport = "serial"

    def __init__(
        self,
        settings: SerialSettings,
        *,
        opener: Callable[[SerialSettings], SerialPort] = open_port,
        platform: str = sys.platform,
        known: Callable[[], Sequence[str]] = _known_devices,
        group: Callable[[str], str] = owning_group,
        clock: Clock = _CLOCK,
    ) -> None:
        self._settings = settings
        self._opener = opener
        self._platform = platform
        self._known = known
        self._group = group
        self._clock = clock
        self._port: SerialPort | None = None
        self._owner = Owner()

    @property
    def description(self) -> str:
        """For people: "serial line /dev/ttyUSB0, 9600 8N2"."""
        return f"serial line {self._settings.device}, {self._settings.mode}"

    def open(self) -> None:
        """Take the port. Raises PortMissing, PortBusy, NoPermission or LinkError."""
        assert self._port is None, "the link is open already"
        try:
            self._port = self._opener(self._settings)
        except Exception as error:  # pyserial and the system agree on no root below this
            raise serial_open_fault(
                error,
                self._settings.device,
                platform=self._platform,
                known=self._known,
                group=self._group,
            ) from error
        self._owner.take()

    def close(self) -> None:
        """Give the port back; never raises, may be called twice."""
        port, self._port = self._port, None
        if port is not None:
            self._owner.check()
            with contextlib.suppress(Exception):  # a vanished device fails here too
                port.close()

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the system. Raises LinkLost.

        `nothing_written` only when the very first call failed and the port counts exactly: once a
        byte may have been taken, everything means "maybe sent".
        """
        port = self._open_port(nothing_written=True)
        written = 0
        due = self._clock.monotonic() + self._settings.write_timeout_s
        try:
            while written < len(data):
                written += port.write_some(data[written:], max(due - self._clock.monotonic(), 0.0))
                if written < len(data) and self._clock.monotonic() >= due:
                    raise TimeoutError(f"only {written} of {len(data)} bytes were taken in time")
        except Exception as error:
            untouched = written == 0 and port.counts
            raise lost(error, self._settings.device, "write", nothing_written=untouched) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; b"" after `timeout_s` seconds of silence. Raises LinkLost."""
        port = self._open_port(nothing_written=False)
        try:
            return port.read(max(timeout_s, 0.0))
        except Exception as error:
            raise lost(error, self._settings.device, "read") from error

    def _open_port(self, *, nothing_written: bool) -> SerialPort:
        if self._port is None:
            raise LinkLost(
                f"{self._settings.device} is not open",
                nothing_written=nothing_written,
                details={"port": self._settings.device},
            )
        self._owner.check()
        return self._port
