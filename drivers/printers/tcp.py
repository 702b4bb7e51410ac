"""The link to a network printer: one connection to its raw port (9100), used by one thread."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drivers.clock import SystemClock
from drivers.links.faults import Owner
from drivers.printers.faults import lost, open_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock

_CLOCK = SystemClock()
RAW_PORT: Final = 9100
READ_BYTES_MAX: Final = 4096
# How long a goodbye may take. A connection that is closed over unread bytes is reset, and the
# printer then throws away what it had not read yet.
_GOODBYE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class TcpPrinterSettings:
    """Where the printer listens; times in seconds."""

    host: str
    port: int = RAW_PORT
    connect_timeout_s: float = 5.0

    @property
    def address(self) -> str:
        """ "192.0.2.10:9100", or "[2001:db8::1]:9100"."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class TcpPrinterLink:
    """A PrinterLink to a printer on the network."""

    readable = True

    def __init__(
        self,
        settings: TcpPrinterSettings,
        *,
        connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection,
        clock: Clock = _CLOCK,
    ) -> None:
        self._settings = settings
        self._where = settings.address
        self._connect = connect
        self._clock = clock
        self._socket: socket.socket | None = None
        self._owner = Owner()

    @property
    def description(self) -> str:
        """For people: "network printer 192.0.2.10:9100"."""
        return f"network printer {self._where}"

    def open(self) -> None:
        """Connect. Raises PortMissing, LinkRefused, NoPermission or LinkError."""
        assert self._socket is None, "the link is open already"
        try:
            self._socket = self._connect(
                (self._settings.host, self._settings.port), self._settings.connect_timeout_s
            )
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except (OSError, UnicodeError) as error:
            self._drop()
            raise open_fault(error, self._where) from error
        self._owner.take()

    def close(self) -> None:
        """Say goodbye, so that what was sent arrives; never raises, may be called twice."""
        if self._socket is None:
            return
        self._owner.check()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            due = self._clock.monotonic() + _GOODBYE_S
            while (left := due - self._clock.monotonic()) > 0:
                self._socket.settimeout(left)
                if not self._socket.recv(READ_BYTES_MAX):
                    break
        self._drop()

    def _drop(self) -> None:
        connection, self._socket = self._socket, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    def write(self, data: bytes, timeout_s: float) -> int:
        """What the system took within the time. Raises PrinterLost."""
        connection = self._connection()
        try:
            connection.settimeout(max(timeout_s, 0.0))
            return connection.send(data)
        except (TimeoutError, BlockingIOError):
            return 0
        except (OSError, ValueError) as error:
            raise lost(error, self._where) from error

    def read(self, timeout_s: float) -> bytes:
        """What it said, or b"". Raises PrinterLost, also when the printer has hung up."""
        connection = self._connection()
        try:
            connection.settimeout(max(timeout_s, 0.0))
            data = connection.recv(READ_BYTES_MAX)
        except (TimeoutError, BlockingIOError):
            return b""
        except (OSError, ValueError) as error:
            raise lost(error, self._where) from error
        if not data:
            raise lost("it closed the connection", self._where)
        return data

    def _connection(self) -> socket.socket:
        if self._socket is None:
            raise lost("it is not connected", self._where)
        self._owner.check()
        return self._socket
