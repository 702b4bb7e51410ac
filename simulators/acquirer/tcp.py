"""The acquirer behind a port: every byte really goes through sockets, within one call.

Both ends are in this process, and each knows how much the other has sent; so nothing waits for
longer than the system needs to carry it, and the terminal's own clock stays the only one.
"""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulators.acquirer.front import Front

_LOG = logging.getLogger(__name__)
HOST: Final = "127.0.0.1"
PIECE_MAX: Final = 8_192  # bytes on their way at once; every system buffers that much
CARRY_S: Final = 10.0  # the longest that a loaded system may need for one piece


class TcpLine:
    """A line (see uplink.Line) to an acquirer that listens on a port of its own."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._listener = socket.create_server((HOST, 0))
        self._terminal = socket.create_connection(self._listener.getsockname(), CARRY_S)
        self._acquirer, _ = self._listener.accept()
        for end in (self._terminal, self._acquirer):
            end.settimeout(CARRY_S)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _LOG.info("the acquirer listens on %s", self.address)

    @property
    def address(self) -> str:
        """Where the acquirer listens."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    @property
    def deadline(self) -> float | None:
        """When the acquirer has something to do or to say."""
        return self._front.deadline

    def send(self, data: bytes, now: float) -> bool:
        """Bytes to the acquirer; False when the connection is gone."""
        try:
            carried = _carry(data, self._terminal, self._acquirer)
        except OSError:
            return False
        return self._front.send(carried, now)

    def take(self, now: float) -> bytes:
        """Bytes of the acquirer that are due by now; none over a connection that is gone."""
        data = self._front.take(now)
        try:
            return _carry(data, self._acquirer, self._terminal)
        except OSError:
            return b""

    def close(self) -> None:
        """Give everything back."""
        for end in (self._terminal, self._acquirer, self._listener):
            end.close()


def _carry(data: bytes, sender: socket.socket, receiver: socket.socket) -> bytes:
    """What comes out at the other end. Raises OSError."""
    found = bytearray()
    for at in range(0, len(data), PIECE_MAX):
        piece = data[at : at + PIECE_MAX]
        sender.sendall(piece)
        while len(found) < at + len(piece):
            came = receiver.recv(PIECE_MAX)
            if not came:
                raise ConnectionResetError
            found += came
    return bytes(found)
