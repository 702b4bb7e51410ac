"""Carries messages of a terminal to its host, where the configuration names that host.

A terminal that has no line of its own asks the till for this. What is carried is never kept, shown
or logged, and never carried twice: a new message of the terminal is its own business.
"""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from drivers.clock import SystemClock
from protocols.kit.session import Relay, RelayFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from drivers.clock import Clock

_CLOCK: Final = SystemClock()
LENGTH_SIZE: Final = 2
# Longest answer of a host that is taken; a frame to a terminal holds fewer bytes.
ANSWER_BYTES_MAX: Final = 8_192
CONNECT_S: Final = 10.0  # bounds one connection, whatever the terminal asks for
ANSWER_S: Final = 120.0  # and one answer


class RelayFailed(Exception):
    """The message did not come back answered; `why` says what is certain about it."""

    def __init__(self, why: RelayFailure, what_happened: str) -> None:
        super().__init__(what_happened)
        self.why = why


class HostLink(Protocol):
    """The way to the terminal's host."""

    def carry(self, relay: Relay) -> bytes:
        """Bring the message there and give back the answer, its length in front. Raises
        RelayFailed; nothing is ever tried twice."""


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Lets through only what goes to a named host ("10.0.0.7:10004"); nobody is named by default:
    a terminal must not make the till connect to anything it likes."""

    names: frozenset[str]
    beyond: HostLink

    @classmethod
    def of(cls, names: Iterable[str], beyond: HostLink) -> AllowedHosts:
        """From the configuration's list."""
        return cls(frozenset(names), beyond)

    def carry(self, relay: Relay) -> bytes:
        """As the link beyond. Raises RelayFailed, REFUSED, for any other host."""
        name = f"{relay.host}:{relay.port}"
        if name not in self.names:
            raise RelayFailed(RelayFailure.REFUSED, f"{name} is not among the relay hosts")
        return self.beyond.carry(relay)


class TcpHost:
    """One connection for each message, closed behind its answer."""

    def __init__(
        self,
        *,
        connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection,
        clock: Clock = _CLOCK,
    ) -> None:
        self._connect = connect
        self._clock = clock

    def carry(self, relay: Relay) -> bytes:
        """Connect, write, read one answer. Raises RelayFailed."""
        name = f"{relay.host}:{relay.port}"
        wait_s = min(relay.timeout_s, ANSWER_S)
        try:
            line = self._connect((relay.host, relay.port), min(wait_s, CONNECT_S))
        except (OSError, ValueError) as error:
            raise RelayFailed(RelayFailure.UNREACHABLE, f"no way to {name}: {error}") from error
        try:
            return self._exchange(line, relay.data, self._clock.monotonic() + wait_s)
        except (OSError, ValueError) as error:
            raise RelayFailed(RelayFailure.NO_ANSWER, f"no answer of {name}: {error}") from error
        finally:
            with contextlib.suppress(OSError):
                line.close()

    def _exchange(self, line: socket.socket, data: bytes, due: float) -> bytes:
        line.settimeout(max(due - self._clock.monotonic(), 0.001))
        line.sendall(data)
        answer = self._read(line, b"", LENGTH_SIZE, due)
        size = LENGTH_SIZE + int.from_bytes(answer[:LENGTH_SIZE], "big")
        if size > ANSWER_BYTES_MAX:
            raise ValueError(f"an answer of {size} bytes")
        return self._read(line, answer, size, due)[:size]

    def _read(self, line: socket.socket, begun: bytes, size: int, due: float) -> bytes:
        while len(begun) < size:
            left = due - self._clock.monotonic()
            if left <= 0:
                raise TimeoutError("the time is over")
            line.settimeout(left)
            more = line.recv(ANSWER_BYTES_MAX)
            if not more:
                raise ConnectionError("it hung up")
            begun += more
        return begun


@dataclass(frozen=True, slots=True)
class MemoryHost:
    """A host in this process, for tests: `answer` is asked; None is a host that stays silent."""

    answer: Callable[[bytes], bytes | None]

    def carry(self, relay: Relay) -> bytes:
        """Ask. Raises RelayFailed, NO_ANSWER, for silence."""
        answer = self.answer(relay.data)
        if answer is None:
            raise RelayFailed(RelayFailure.NO_ANSWER, "the host is silent")
        return answer


class NoHost:
    """Nothing can be reached."""

    def carry(self, relay: Relay) -> bytes:
        """Always raises RelayFailed, REFUSED."""
        raise RelayFailed(RelayFailure.REFUSED, f"nothing is carried to {relay.host}:{relay.port}")
