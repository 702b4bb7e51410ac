"""The network link: one TCP connection to one terminal, used by one thread."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.clock import SystemClock
from drivers.errors import LinkLost, PortMissing
from drivers.links.faults import Owner, lost, tcp_open_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock

_CLOCK = SystemClock()

# Bounds one read.
READ_BYTES_MAX = 65_536
# A dead peer is noticed after about half a minute of silence: first probe, gap, number of probes.
_KEEPALIVE = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


@dataclass(frozen=True, slots=True)
class TcpSettings:
    """Where the terminal listens; times in seconds."""

    host: str
    port: int
    connect_timeout_s: float = 10.0
    write_timeout_s: float = 5.0

    @property
    def address(self) -> str:
        """ "192.0.2.10:20007", or "[2001:db8::1]:20007"."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class TcpLink:
    """A line to a terminal on the network."""

    transport = "tcp"

    def __init__(
        self,
        settings: TcpSettings,
        *,
        connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection,
        clock: Clock = _CLOCK,
    ) -> None:
        self._settings = settings
        self._connect = connect
        self._clock = clock
        self._socket: socket.socket | None = None
        self._owner = Owner()

    @property
    def description(self) -> str:
        """For people: "network terminal 192.0.2.10:20007"."""
        return f"network terminal {self._settings.address}"

    def open(self) -> None:
        """Connect. Raises PortMissing (no such host), LinkRefused, NoPermission or LinkError."""
        assert self._socket is None, "the link is open already"
        where = (self._settings.host, self._settings.port)
        address = self._settings.address
        try:
            self._socket = self._connect(where, self._settings.connect_timeout_s)
            _tune(self._socket)
        except (socket.gaierror, UnicodeError) as error:
            raise PortMissing(
                f"there is no host {self._settings.host}: {error}",
                code="link.no_host",
                what_to_do="Check the spelling of the address, or use the terminal's number.",
                details={"port": address},
            ) from error
        except OSError as error:
            self._drop()
            raise tcp_open_fault(error, address) from error
        self._owner.take()

    def close(self) -> None:
        """Hang up; never raises, may be called twice."""
        if self._socket is not None:
            self._owner.check()
            self._drop()

    def _drop(self) -> None:
        connection, self._socket = self._socket, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the system. Raises LinkLost; `nothing_written` only when not even
        the first byte was taken."""
        connection = self._connection(nothing_written=True)
        written = 0
        due = self._clock.monotonic() + self._settings.write_timeout_s
        try:
            while written < len(data):
                left = due - self._clock.monotonic()
                if left <= 0:
                    raise TimeoutError(f"only {written} of {len(data)} bytes were taken in time")
                connection.settimeout(left)
                written += connection.send(data[written:])
        except (OSError, ValueError) as error:
            raise lost(
                error, self._settings.address, "write", nothing_written=written == 0
            ) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; b"" after `timeout_s` seconds of silence. Raises LinkLost, also when
        the other side has closed."""
        connection = self._connection(nothing_written=False)
        try:
            connection.settimeout(max(timeout_s, 0.0))
            data = connection.recv(READ_BYTES_MAX)
        except (TimeoutError, BlockingIOError):
            return b""
        except (OSError, ValueError) as error:
            raise lost(error, self._settings.address, "read") from error
        if not data:
            raise LinkLost(
                f"{self._settings.address} closed the connection",
                details={"port": self._settings.address},
            )
        return data

    def _connection(self, *, nothing_written: bool) -> socket.socket:
        if self._socket is None:
            raise LinkLost(
                f"{self._settings.address} is not connected",
                nothing_written=nothing_written,
                details={"port": self._settings.address},
            )
        self._owner.check()
        return self._socket


def _tune(connection: socket.socket) -> None:
    """Small frames leave at once, and a dead peer is noticed."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if (option := getattr(socket, name, None)) is not None:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
