"""Stands between till and terminal on the network, passes everything on and writes it down."""

from __future__ import annotations

import select
import socket
import threading
from types import TracebackType
from typing import Final, Literal, Self

Way = Literal["to_terminal", "to_ecr"]
_READ: Final = 65_536


class Relay:
    """A port on this computer; `heard` holds what passed, in order, as it came."""

    def __init__(self, terminal: str) -> None:
        host, _, port = terminal.rpartition(":")
        self._terminal = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop, self._stopped = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.heard: list[tuple[Way, bytes]] = []

    @property
    def address(self) -> str:
        """Where the till plugs in."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.close()
        self._thread.join()
        self._stopped.close()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._listener, self._stopped], (), ())
            if self._stopped in ready:
                return
            till, _ = self._listener.accept()
            with till, socket.create_connection(self._terminal) as terminal:
                self._pass_on(till, terminal)

    def _pass_on(self, till: socket.socket, terminal: socket.socket) -> None:
        ways: dict[socket.socket, tuple[socket.socket, Way]] = {
            till: (terminal, "to_terminal"),
            terminal: (till, "to_ecr"),
        }
        while True:
            ready, _, _ = select.select([till, terminal, self._stopped], (), ())
            if self._stopped in ready:
                return
            for side in ready:
                other, way = ways[side]
                data = side.recv(_READ)
                if not data:
                    return
                self.heard.append((way, data))
                other.sendall(data)
