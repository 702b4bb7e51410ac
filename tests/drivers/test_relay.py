"""The terminal's messages to its host: only to named hosts, once, and nothing of them is told."""

from __future__ import annotations

import socket
import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkLost
from drivers.exchange import Exchange, PumpLimits
from drivers.relay import AllowedHosts, HostLink, MemoryHost, NoHost, RelayFailed, TcpHost
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Relay,
    RelayFailure,
    Send,
)
from protocols.kit.vocabulary import Outcome
from tests.drivers.fakes import Ear, FakeClock, ScriptedLink, ScriptedSession, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WISH = b"\x00\x05HELLO"
ANSWER = b"\x00\x03yes"
COMMAND = Send(b"command", money=True)
APPROVED = Finished(ExchangeResult(Outcome.APPROVED, "completed", line_clean=True))
UNKNOWN = Finished(ExchangeResult(Outcome.UNKNOWN, "line_lost"))


def relay(port: int = 10004, data: bytes = WISH, timeout_s: float = 5.0) -> Relay:
    return Relay(data, "127.0.0.1", port, timeout_s)


class RelayingScript(ScriptedSession):
    """A scripted session that also takes what came of a relay."""

    def __init__(self, *steps: Step) -> None:
        super().__init__(*steps)
        self.answers: list[bytes | RelayFailure] = []

    def relayed(self, data: bytes, now: float) -> Sequence[Action]:
        self.answers.append(data)
        return self._step("relayed", now)

    def relay_failed(self, now: float, why: RelayFailure) -> Sequence[Action]:
        self.answers.append(why)
        return self._step("relay_failed", now)


def pumped(
    session: ScriptedSession,
    first: Sequence[Action],
    host: HostLink | None,
    *heard: bytes | LinkLost,
    faults: dict[int, LinkLost] | None = None,
) -> tuple[ExchangeResult, ScriptedLink, Ear]:
    """Run one exchange to its end."""
    clock = FakeClock()
    link = ScriptedLink(clock, deque((clock.now, what) for what in heard), faults or {})
    ear = Ear()
    pump = Exchange(link, clock, session, ear, PumpLimits(), host=host)
    session._deadline = clock.now + 5.0
    return pump.run(first), link, ear


# -- the pump ------------------------------------------------------------------------------------


def test_a_message_is_carried_once_and_its_answer_goes_back() -> None:
    seen: list[bytes] = []

    def host(data: bytes) -> bytes:
        seen.append(data)
        return ANSWER

    session = RelayingScript(
        Step("receive", [relay()]), Step("relayed", [Send(b"back")]), Step("receive", [APPROVED])
    )
    result, link, ear = pumped(session, [COMMAND], MemoryHost(host), b"wish", b"end")
    assert result.outcome is Outcome.APPROVED
    assert seen == [WISH]
    assert link.written == [b"command", b"back"]
    assert session.answers == [ANSWER]
    assert ear.told == [Note("relayed", "7 bytes to 127.0.0.1:10004, 5 bytes back")]


@pytest.mark.parametrize("host", [None, NoHost(), AllowedHosts.of([], MemoryHost(lambda _: b""))])
def test_without_a_named_host_nothing_leaves_and_the_session_is_told(
    host: HostLink | None,
) -> None:
    session = RelayingScript(
        Step("receive", [relay()]), Step("relay_failed", [Send(b"no")]), Step("receive", [APPROVED])
    )
    result, link, ear = pumped(session, [COMMAND], host, b"wish", b"end")
    assert result.outcome is Outcome.APPROVED
    assert session.answers == [RelayFailure.REFUSED]
    assert link.written == [b"command", b"no"]
    (note,) = ear.told
    assert isinstance(note, Note)
    assert note.code == "relay_failed"
    assert "HELLO" not in note.text


def test_over_a_broken_line_nothing_is_carried() -> None:
    seen: list[bytes] = []

    def host(data: bytes) -> bytes:
        seen.append(data)
        return ANSWER

    session = RelayingScript(
        Step("receive", [Send(b"last words"), relay()]), Step("link_lost", [UNKNOWN])
    )
    faults = {1: LinkLost("cut")}
    result, _, _ = pumped(session, [COMMAND], MemoryHost(host), b"wish", faults=faults)
    assert result.outcome is Outcome.UNKNOWN
    assert seen == []


def test_a_line_that_breaks_under_the_answer_ends_it_and_nothing_is_carried_again() -> None:
    seen: list[bytes] = []

    def host(data: bytes) -> bytes:
        seen.append(data)
        return ANSWER

    session = RelayingScript(
        Step("receive", [relay()]), Step("relayed", [Send(b"back")]), Step("link_lost", [UNKNOWN])
    )
    faults = {1: LinkLost("cut")}
    result, _, _ = pumped(session, [COMMAND], MemoryHost(host), b"wish", faults=faults)
    assert result.outcome is Outcome.UNKNOWN
    assert seen == [WISH]


def test_a_session_that_cannot_take_an_answer_may_not_ask() -> None:
    session = ScriptedSession(Step("receive", [relay()]), Step("link_lost", [UNKNOWN]))
    with pytest.raises(AssertionError, match="takes its answer"):
        pumped(session, [COMMAND], NoHost(), b"wish")


# -- who may be reached --------------------------------------------------------------------------


def test_only_a_named_host_and_port_may_be_reached() -> None:
    host = AllowedHosts.of(["127.0.0.1:10004"], MemoryHost(lambda _: ANSWER))
    assert host.carry(relay()) == ANSWER
    for other in (relay(10005), Relay(WISH, "127.0.0.11", 1004, 5.0)):
        with pytest.raises(RelayFailed) as caught:
            host.carry(other)
        assert caught.value.why is RelayFailure.REFUSED
        assert caught.value.why.nothing_left
    with pytest.raises(RelayFailed) as caught:
        MemoryHost(lambda _: None).carry(relay())
    assert not caught.value.why.nothing_left


# -- the network ---------------------------------------------------------------------------------


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A host on this computer that serves one connection; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            line, _ = listening.accept()
            with line:
                serve(line)

        thread = threading.Thread(target=run)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(5.0)
        assert not thread.is_alive()


def test_over_the_network_one_message_gets_one_answer_in_any_portions() -> None:
    heard: list[bytes] = []

    def serve(line: socket.socket) -> None:
        heard.append(line.recv(100))
        for byte in ANSWER + b"more":
            line.sendall(bytes((byte,)))
        heard.append(line.recv(100))

    with server(serve) as port:
        assert TcpHost().carry(relay(port)) == ANSWER
    assert heard == [WISH, b""], "one message, and the line is closed"


@pytest.mark.parametrize(
    "said", [b"", b"\x00", b"\x00\x09short", b"\xff\xff"], ids=["none", "half", "short", "huge"]
)
def test_half_an_answer_is_none(said: bytes) -> None:
    def serve(line: socket.socket) -> None:
        line.recv(100)
        line.sendall(said)

    with server(serve) as port, pytest.raises(RelayFailed) as caught:
        TcpHost().carry(relay(port))
    assert caught.value.why is RelayFailure.NO_ANSWER


def test_a_host_that_never_answers_is_waited_for_only_so_long() -> None:
    done = threading.Event()

    def serve(line: socket.socket) -> None:
        done.wait(5.0)

    with server(serve) as port:
        with pytest.raises(RelayFailed) as caught:
            TcpHost().carry(relay(port, timeout_s=0.05))
        done.set()
    assert caught.value.why is RelayFailure.NO_ANSWER


def test_a_host_that_trickles_is_waited_for_only_so_long() -> None:
    class Trickling:
        def __init__(self, clock: FakeClock) -> None:
            self.clock = clock
            self.closed = False

        def settimeout(self, seconds: float) -> None:
            assert seconds > 0

        def sendall(self, data: bytes) -> None:
            assert data == WISH

        def recv(self, _most: int) -> bytes:
            self.clock.now += 3.0
            return b"\x01"

        def close(self) -> None:
            self.closed = True
            raise OSError("closing does not work either")

    clock = FakeClock()
    line = Trickling(clock)
    host = TcpHost(connect=lambda _where, _wait: line, clock=clock)  # type: ignore[arg-type,return-value]
    with pytest.raises(RelayFailed) as caught:
        host.carry(relay(data=WISH, timeout_s=5.0))
    assert caught.value.why is RelayFailure.NO_ANSWER
    assert line.closed


def test_a_host_that_is_not_there_has_seen_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(RelayFailed) as caught:
        TcpHost().carry(relay(port))
    assert caught.value.why is RelayFailure.UNREACHABLE
    assert caught.value.why.nothing_left
