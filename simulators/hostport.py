"""The port of a host that a terminal reaches through the till; one message on each connection.

Nothing in here waits. What the host says is the host's business; an answer that it does not give
ends the connection.
"""

from __future__ import annotations

import contextlib
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

_LENGTH_SIZE: Final = 2
_READ_MAX: Final = 8_192  # bounds one read
_CALLERS_MAX: Final = 16  # connections at a time; the oldest goes first


class Answers(Protocol):
    """The host behind the port."""

    def takes_s(self, data: bytes) -> float:
        """How long it works on this message."""

    def answer(self, data: bytes) -> bytes | None:
        """What it says to this message, its length in front; None says nothing."""


@dataclass(slots=True)
class _Caller:
    line: socket.socket
    heard: bytearray = field(default_factory=bytearray)
    due: float | None = None  # when the message is worked off
    gone: bool = False  # it hung up, and what it said is worked off all the same
    unsent: bytearray = field(default_factory=bytearray)


class HostPort:
    """A listening port. Port 0: the system chooses. Raises OSError for an address that cannot be
    used."""

    def __init__(self, host: str, port: int, answers: Answers) -> None:
        self._answers = answers
        self._callers: list[_Caller] = []
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name == "posix":
                self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind((host, port))
            self._listener.listen(_CALLERS_MAX)
            self._listener.setblocking(False)
        except OSError:
            self._listener.close()
            raise
        self.host = host
        self.port = int(self._listener.getsockname()[1])

    @property
    def address(self) -> str:
        """As the till's configuration names it."""
        return f"{self.host}:{self.port}"

    @property
    def deadline(self) -> float | None:
        """When `turn` has something to do though nothing comes."""
        return min((one.due for one in self._callers if one.due is not None), default=None)

    def readers(self) -> list[int]:
        """Descriptors to wait on for reading."""
        return [
            self._listener.fileno(),
            *(one.line.fileno() for one in self._callers if not one.gone),
        ]

    def writers(self) -> list[int]:
        """Descriptors to wait on for writing."""
        return [one.line.fileno() for one in self._callers if one.unsent]

    def turn(self, ready: Collection[int], now: float) -> None:
        """Take calls, hear what came, say what is due."""
        if self._listener.fileno() in ready:
            self._accept()
        for caller in list(self._callers):
            if caller.line.fileno() in ready:
                self._hear(caller, now)
            elif caller.due is not None and now >= caller.due:
                self._say(caller)
            elif caller.unsent:
                self._send(caller)

    def close(self) -> None:
        """Nothing is left."""
        for caller in list(self._callers):
            self._end(caller)
        self._listener.close()

    def _accept(self) -> None:
        try:
            line, _ = self._listener.accept()
        except OSError:
            return  # the caller was gone before we looked
        line.setblocking(False)
        self._callers.append(_Caller(line))
        for oldest in self._callers[:-_CALLERS_MAX]:
            self._end(oldest)

    def _hear(self, caller: _Caller, now: float) -> None:
        try:
            data = caller.line.recv(_READ_MAX)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            caller.gone = True
            if caller.due is None:
                self._end(caller)
            return
        if caller.due is not None or caller.unsent:
            return  # one message on each connection
        caller.heard += data
        size = _LENGTH_SIZE + int.from_bytes(caller.heard[:_LENGTH_SIZE], "big")
        if len(caller.heard) >= max(size, _LENGTH_SIZE + 1):
            del caller.heard[size:]
            caller.due = now + self._answers.takes_s(bytes(caller.heard))
            if now >= caller.due:
                self._say(caller)

    def _say(self, caller: _Caller) -> None:
        caller.due = None
        answer = self._answers.answer(bytes(caller.heard))
        if answer is None:
            self._end(caller)
            return
        caller.unsent += answer
        self._send(caller)

    def _send(self, caller: _Caller) -> None:
        try:
            del caller.unsent[: caller.line.send(caller.unsent)]
        except BlockingIOError:
            return
        except OSError:
            caller.unsent.clear()
        if not caller.unsent:
            self._end(caller)

    def _end(self, caller: _Caller) -> None:
        self._callers.remove(caller)
        with contextlib.suppress(OSError):
            caller.line.close()
