"""A printer behind a device file (usblp: /dev/usb/lp0), or a plain file that collects jobs.

Nothing waits: the descriptor never blocks, and a write counts what the system took.
"""

from __future__ import annotations

import contextlib
import os
import select
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drivers.clock import SystemClock
from drivers.hints import owning_group
from drivers.links.faults import Owner
from drivers.printers.faults import lost, open_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock

_CLOCK = SystemClock()
READ_BYTES_MAX: Final = 4096
# usblp gives an end of file where nothing came; so much time passes between two looks.
_LOOK_S: Final = 0.05


class DeviceFileLink:
    """A PrinterLink on a path. A plain file has no back channel and is only ever added to.

    Raises nothing here; whether the path is a device is looked at when it is used.
    """

    def __init__(
        self,
        path: str,
        *,
        clock: Clock = _CLOCK,
        group: Callable[[str], str] = owning_group,
    ) -> None:
        self._path = path
        self._clock = clock
        self._group = group
        self._fd = -1
        self._owner = Owner()

    @property
    def description(self) -> str:
        """For people: "printer device /dev/usb/lp0", or "file slips.prn"."""
        return f"{'printer device' if self.readable else 'file'} {self._path}"

    @property
    def readable(self) -> bool:
        """Whether it is a device; a file that is not there yet is none."""
        try:
            return stat.S_ISCHR(Path(self._path).stat().st_mode)
        except OSError:
            return False

    def open(self) -> None:
        """Take it. Raises PortMissing, PortBusy, NoPermission or LinkError."""
        assert self._fd < 0, "the link is open already"
        flags = os.O_RDWR if self.readable else os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            self._fd = os.open(self._path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
        except OSError as error:
            raise open_fault(error, self._path, self._group) from error
        self._owner.take()

    def close(self) -> None:
        """Give it back; never raises, may be called twice."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            self._owner.check()
            with contextlib.suppress(OSError):
                os.close(fd)

    def write(self, data: bytes, timeout_s: float) -> int:
        """What the system took within the time. Raises PrinterLost."""
        fd = self._open_fd()
        try:
            return self._write(fd, data, timeout_s)
        except OSError as error:
            raise lost(error, self._path) from error

    def _write(self, fd: int, data: bytes, timeout_s: float) -> int:
        try:
            return os.write(fd, data)
        except BlockingIOError:
            pass
        if not select.select((), (fd,), (), max(timeout_s, 0.0))[1]:
            return 0
        try:
            return os.write(fd, data)
        except BlockingIOError:
            return 0

    def read(self, timeout_s: float) -> bytes:
        """What it said, or b"" within the time. Raises PrinterLost."""
        fd = self._open_fd()
        due = self._clock.monotonic() + max(timeout_s, 0.0)
        try:
            while True:
                left = max(due - self._clock.monotonic(), 0.0)
                if select.select((fd,), (), (), min(left, _LOOK_S))[0] and (data := _read(fd)):
                    return data
                if left <= 0:
                    return b""
                self._clock.wait(min(left, _LOOK_S))
        except OSError as error:
            raise lost(error, self._path) from error

    def _open_fd(self) -> int:
        if self._fd < 0:
            raise lost("it is not open", self._path)
        self._owner.check()
        return self._fd


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, READ_BYTES_MAX)
    except BlockingIOError:
        return b""
