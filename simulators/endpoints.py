"""Where a real till can plug in: a pseudo terminal, or a TCP port. Nothing in here waits."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from simulators.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Collection

READ_MAX: Final = 65_536  # bounds one read
UNSENT_MAX: Final = 65_536  # what waits for a till that does not read; the oldest goes first


class Endpoint(Protocol):
    """One place to plug in. Descriptors are for select."""

    address: str

    def readers(self) -> list[int]:
        """Descriptors to wait on for reading."""

    def writers(self) -> list[int]:
        """Descriptors to wait on for writing; empty while nothing is unsent."""

    def receive(self, ready: Collection[int], most: int = READ_MAX) -> list[bytes | bool]:
        """What came: bytes (`most` at a time), True for a till that came, False for one that
        went."""

    def send(self, data: bytes) -> None:
        """Bytes to the till, as far as it takes them now; the rest waits."""

    def hang_up(self) -> None:
        """The connection ends; the next one may come."""

    def pull(self) -> None:
        """The till sees its line die."""

    def plug(self) -> bool:
        """Back again; True when the address is a new one."""

    def close(self) -> None:
        """Give everything back."""


class PtyEndpoint:
    """A pseudo terminal in raw mode. With `link` its device has a name that stays."""

    def __init__(self, link: Path | None = None) -> None:
        if os.name != "posix":
            raise SimulatorError(
                "simulator.no_pty",
                "this system has no pseudo terminals",
                what_to_do="Use --tcp 127.0.0.1:0.",
            )
        self._link = link
        self._master = self._slave = -1
        self._unsent = bytearray()
        self.address = ""
        self._open()

    def _open(self) -> None:
        import tty

        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        device = os.ttyname(self._slave)
        if self._link is None:
            self.address = device
            return
        self.address = str(self._link)
        fresh = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(device)
        fresh.replace(self._link)

    def readers(self) -> list[int]:
        """The master, while it is there."""
        return [self._master] if self._master >= 0 else []

    def writers(self) -> list[int]:
        """The master, while something is unsent."""
        return self.readers() if self._unsent else []

    def receive(self, ready: Collection[int], most: int = READ_MAX) -> list[bytes | bool]:
        """Bytes only: a pseudo terminal does not tell when somebody opens it."""
        if self._master not in ready:
            return []
        try:
            data = os.read(self._master, most)
        except BlockingIOError:
            return []
        return [data] if data else []

    def send(self, data: bytes) -> None:
        """Write what fits."""
        if self._master < 0:
            return
        self._unsent += data
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                del self._unsent[: os.write(self._master, self._unsent)]
        del self._unsent[:-UNSENT_MAX]

    def hang_up(self) -> None:
        """A device has no connection."""

    def pull(self) -> None:
        """Both ends go away, so the till's descriptor is dead.

        The link goes too, as a device's name does: the number behind it may soon be another's.
        """
        if self._master >= 0:
            os.close(self._master)
            os.close(self._slave)
        self._master = self._slave = -1
        self._unsent.clear()
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def plug(self) -> bool:
        """A new pseudo terminal; its name is new unless there is a link."""
        self.pull()
        self._open()
        return self._link is None

    def close(self) -> None:
        """Nothing is left."""
        self.pull()


class TcpEndpoint:
    """A listening port; one till at a time, others wait in the queue. Port 0: the system chooses.

    Raises OSError where the address cannot be used.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._unsent = bytearray()
        self._listen()
        self.address = f"{self._show_host()}:{self._port}"

    def _show_host(self) -> str:
        return f"[{self._host}]" if ":" in self._host else self._host

    def _listen(self) -> None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
            listener.listen(1)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        self._listener = listener
        self._port = int(listener.getsockname()[1])

    def readers(self) -> list[int]:
        """The till while there is one, else the listener."""
        waiting = self._client or self._listener
        return [waiting.fileno()] if waiting is not None else []

    def writers(self) -> list[int]:
        """The till, while something is unsent."""
        return [self._client.fileno()] if self._client is not None and self._unsent else []

    def receive(self, ready: Collection[int], most: int = READ_MAX) -> list[bytes | bool]:
        """A till that came, its bytes, or that it went."""
        if self._client is None:
            return self._accept(ready)
        if self._client.fileno() not in ready:
            return []
        try:
            data = self._client.recv(most)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if data:
            return [data]
        self.hang_up()
        return [False]

    def _accept(self, ready: Collection[int]) -> list[bytes | bool]:
        if self._listener is None or self._listener.fileno() not in ready:
            return []
        try:
            client, _ = self._listener.accept()
        except OSError:
            return []  # the till was gone before we looked
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        return [True]

    def send(self, data: bytes) -> None:
        """Write what fits; a till that is gone is noticed by the next read."""
        if self._client is None:
            return
        self._unsent += data
        try:
            while self._unsent:
                del self._unsent[: self._client.send(self._unsent)]
        except BlockingIOError:
            del self._unsent[:-UNSENT_MAX]
        except OSError:
            self._unsent.clear()

    def hang_up(self) -> None:
        """The till's connection ends; the port goes on listening."""
        if self._client is not None:
            self._client.close()
        self._client = None
        self._unsent.clear()

    def pull(self) -> None:
        """The connection ends, and no new one is taken."""
        self.hang_up()
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def plug(self) -> bool:
        """Listen again on the same port."""
        if self._listener is None:
            self._listen()
        return False

    def close(self) -> None:
        """The port is free again."""
        self.pull()
