"""The port of a terminal's host: whole messages, one on each connection, answered at their time."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from simulators.host import framed
from simulators.hostport import HostPort

LIMIT_S = 20.0
ASKED = framed(b"a message")
SAID = framed(b"00")


@dataclass
class Host:
    """Says the same to everybody, or nothing."""

    says: bytes | None = SAID
    slow_s: float = 0.0
    heard: list[bytes] = field(default_factory=list)

    def takes_s(self, _data: bytes) -> float:
        return self.slow_s

    def answer(self, data: bytes) -> bytes | None:
        self.heard.append(data)
        return self.says


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def port(host: Host) -> Iterator[HostPort]:
    opened = HostPort("127.0.0.1", 0, host)
    yield opened
    opened.close()


def call(port: HostPort) -> socket.socket:
    line = socket.create_connection((port.host, port.port), LIMIT_S)
    turn(port)
    return line


def turn(port: HostPort, now: float = 0.0, *, waits: bool = True) -> None:
    """One round of the loop; `waits` for something that is on its way."""
    ready, _, _ = select.select(port.readers(), [], [], LIMIT_S if waits else 0.0)
    assert ready or not waits
    port.turn(ready, now)


def test_a_message_is_answered_and_the_connection_ends(port: HostPort, host: Host) -> None:
    with call(port) as line:
        line.sendall(ASKED)
        turn(port)
        assert line.recv(100) == SAID
        assert line.recv(100) == b""
    assert host.heard == [ASKED]
    assert port.address == f"127.0.0.1:{port.port}"


@pytest.mark.parametrize("cut", range(1, len(ASKED)))
def test_a_message_may_come_in_pieces(port: HostPort, host: Host, cut: int) -> None:
    with call(port) as line:
        line.sendall(ASKED[:cut])
        turn(port)
        assert host.heard == []
        line.sendall(ASKED[cut:])
        turn(port)
        assert line.recv(100) == SAID
    assert host.heard == [ASKED]


def test_what_stands_behind_the_message_is_not_read(port: HostPort, host: Host) -> None:
    with call(port) as line:
        line.sendall(ASKED + ASKED)
        turn(port)
        assert line.recv(100) == SAID
    assert host.heard == [ASKED]


def test_a_host_that_says_nothing_hangs_up(port: HostPort, host: Host) -> None:
    host.says = None
    with call(port) as line:
        line.sendall(ASKED)
        turn(port)
        assert line.recv(100) == b""
    assert host.heard == [ASKED]


def test_a_slow_host_works_until_its_time_and_does_not_hear_more(
    port: HostPort, host: Host
) -> None:
    host.slow_s = 30.0
    with call(port) as line:
        line.sendall(ASKED)
        turn(port, 5.0)
        assert port.deadline == 35.0
        line.sendall(ASKED)
        turn(port, 6.0)
        assert host.heard == []
        turn(port, 35.0, waits=False)
        assert line.recv(100) == SAID
    assert host.heard == [ASKED]
    assert port.deadline is None


def test_a_caller_that_hangs_up_stops_nothing(port: HostPort, host: Host) -> None:
    host.slow_s = 30.0
    with call(port) as line:
        line.sendall(ASKED)
        turn(port)
    turn(port, 1.0)
    assert host.heard == []
    assert len(port.readers()) == 1, "nobody waits for a line that is gone"
    turn(port, 30.0, waits=False)
    assert host.heard == [ASKED]


def test_a_caller_that_says_nothing_is_forgotten_when_it_goes_or_when_many_come(
    port: HostPort, host: Host
) -> None:
    with call(port):
        assert len(port.readers()) == 2
    turn(port)
    assert len(port.readers()) == 1
    lines = [call(port) for _ in range(20)]
    assert len(port.readers()) == 17
    assert lines[0].recv(100) == b""
    for line in lines:
        line.close()
    assert host.heard == []


def test_a_long_answer_is_written_as_the_caller_reads(port: HostPort, host: Host) -> None:
    host.says = bytes(8_000_000)
    with call(port) as line:
        line.sendall(ASKED)
        turn(port)
        assert port.writers()
        got = 0
        while data := line.recv(1_000_000):
            got += len(data)
            turn(port, waits=False)
        assert got == len(host.says)
    assert port.writers() == []


def test_a_port_that_is_taken_is_an_error(port: HostPort, host: Host) -> None:
    with pytest.raises(OSError, match="in use"):
        HostPort("127.0.0.1", port.port, host)
