"""The network link over real loopback connections."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator

import pytest

from drivers.errors import LinkError, LinkLost, LinkRefused, NoPermission, PortMissing
from drivers.links.tcp import TcpLink, TcpSettings
from tests.drivers.fakes import ListedClock


class Listening:
    """A terminal's listening end."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(5.0)
        self.port: int = self.socket.getsockname()[1]
        self.peers: list[socket.socket] = []

    def accept(self) -> socket.socket:
        peer = self.socket.accept()[0]
        peer.settimeout(5.0)
        self.peers.append(peer)
        return peer

    def close(self) -> None:
        for peer in self.peers:
            peer.close()
        self.socket.close()


@pytest.fixture
def server() -> Iterator[Listening]:
    made = Listening()
    yield made
    made.close()


@pytest.fixture
def link(server: Listening) -> Iterator[TcpLink]:
    made = TcpLink(TcpSettings("127.0.0.1", server.port, write_timeout_s=0.05))
    made.open()
    yield made
    made.close()


def test_bytes_pass_unchanged_in_both_directions(link: TcpLink, server: Listening) -> None:
    peer = server.accept()
    everything = bytes(range(256))
    link.write(everything)
    assert peer.recv(4096) == everything
    peer.sendall(everything)
    assert link.read(5.0) == everything


def test_silence_gives_nothing_when_the_time_is_over(link: TcpLink) -> None:
    assert link.read(0.001) == b""
    assert link.read(0.0) == b""
    assert link.read(-1.0) == b""


def test_small_frames_leave_at_once_and_a_dead_peer_is_noticed(server: Listening) -> None:
    made: list[socket.socket] = []

    def connect(where: tuple[str, int], timeout_s: float) -> socket.socket:
        made.append(socket.create_connection(where, timeout_s))
        return made[0]

    link = TcpLink(TcpSettings("127.0.0.1", server.port), connect=connect)
    link.open()
    assert made[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert made[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    link.close()


def test_a_system_without_those_options_still_connects(
    server: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "TCP_KEEPIDLE", raising=False)
    link = TcpLink(TcpSettings("127.0.0.1", server.port))
    link.open()
    link.close()


def test_a_closed_peer_is_a_lost_line(link: TcpLink, server: Listening) -> None:
    server.accept().close()
    with pytest.raises(LinkLost, match="closed the connection"):
        link.read(5.0)


def test_a_reset_is_a_lost_line(link: TcpLink, server: Listening) -> None:
    peer = server.accept()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    with pytest.raises(LinkLost, match="was lost in a read"):
        link.read(5.0)
    with pytest.raises(LinkLost, match="was lost in a write") as caught:
        link.write(b"command")
    assert caught.value.nothing_written is True


def test_a_peer_that_takes_no_byte_is_lost_and_maybe_sent(link: TcpLink) -> None:
    with pytest.raises(LinkLost) as caught:
        link.write(b"x" * 20_000_000)
    assert caught.value.nothing_written is False


def test_a_write_that_takes_too_long_in_all_is_given_up(server: Listening) -> None:
    clock = ListedClock([0.0, 0.0, 9.0])
    link = TcpLink(TcpSettings("127.0.0.1", server.port), clock=clock)
    link.open()
    with pytest.raises(LinkLost, match="bytes were taken in time"):
        link.write(b"x" * 20_000_000)
    link.close()


def test_a_closed_link_wrote_nothing(link: TcpLink) -> None:
    link.close()
    link.close()
    with pytest.raises(LinkLost, match="is not connected") as caught:
        link.write(b"x")
    assert caught.value.nothing_written is True
    with pytest.raises(LinkLost, match="is not connected"):
        link.read(1.0)


def test_a_closed_link_can_be_opened_again(link: TcpLink, server: Listening) -> None:
    link.close()
    link.open()
    link.write(b"again")
    server.accept()
    assert server.accept().recv(10) == b"again"


def test_nobody_listening_is_refused() -> None:
    server = Listening()
    server.close()
    with pytest.raises(LinkRefused) as caught:
        TcpLink(TcpSettings("127.0.0.1", server.port)).open()
    assert caught.value.code == "link.refused"
    assert caught.value.details == {"port": f"127.0.0.1:{server.port}"}


def failing(error: Exception) -> TcpLink:
    def connect(where: tuple[str, int], timeout_s: float) -> socket.socket:
        assert where == ("terminal", 20007)
        assert timeout_s == 10.0
        raise error

    return TcpLink(TcpSettings("terminal", 20007), connect=connect)


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (socket.gaierror(-2, "Name or service not known"), PortMissing, "link.no_host"),
        (UnicodeError("label too long"), PortMissing, "link.no_host"),
        (TimeoutError("timed out"), LinkRefused, "link.unreachable"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), LinkRefused, "link.unreachable"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), LinkRefused, "link.unreachable"),
        (PermissionError(errno.EACCES, "Permission denied"), NoPermission, "link.no_permission"),
        (OSError(errno.EMFILE, "Too many open files"), LinkError, "link.failed"),
    ],
)
def test_each_failure_to_connect_has_its_code(
    error: Exception, kind: type[LinkError], code: str
) -> None:
    with pytest.raises(kind) as caught:
        failing(error).open()
    assert caught.value.code == code
    assert caught.value.details == {"port": "terminal:20007"}
    assert caught.value.what_to_do


def test_a_connection_that_cannot_be_tuned_is_closed_again(server: Listening) -> None:
    class Odd(socket.socket):
        def setsockopt(self, *_: object) -> None:
            raise OSError(errno.EINVAL, "Invalid argument")

    odd = Odd(socket.AF_INET, socket.SOCK_STREAM)
    with pytest.raises(LinkError):
        TcpLink(TcpSettings("127.0.0.1", server.port), connect=lambda _where, _time: odd).open()
    assert odd.fileno() == -1


@pytest.mark.parametrize(
    ("host", "shown"), [("192.0.2.10", "192.0.2.10:20007"), ("2001:db8::1", "[2001:db8::1]:20007")]
)
def test_the_description_names_the_address(host: str, shown: str) -> None:
    assert TcpLink(TcpSettings(host, 20007)).description == f"network terminal {shown}"


def test_the_link_asks_for_network_framing() -> None:
    assert failing(OSError()).transport == "tcp"
