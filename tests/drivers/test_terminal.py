"""Opening, closing and the fence: silence first, then a fresh line."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError, LinkLost
from drivers.terminal import Terminal
from protocols.kit.session import ExchangeResult, Finished, Request, Send
from protocols.kit.vocabulary import Operation, Outcome
from tests.drivers.fakes import Ear, FakeClock, ScriptedLink, ScriptedSession, Step

if TYPE_CHECKING:
    from collections.abc import Sequence


class Bench:
    def __init__(
        self,
        *heard: tuple[float, bytes | LinkLost],
        sessions: Sequence[ScriptedSession] = (),
        redials: bool = False,
    ) -> None:
        self._scripts = deque(sessions)
        self.clock = FakeClock(0.0)
        self.link = ScriptedLink(self.clock, deque(heard))
        self.sessions: list[ScriptedSession] = []
        self.terminal = Terminal(
            link=self.link, clock=self.clock, session=self._session, redials=redials
        )

    def _session(self) -> ScriptedSession:
        self.sessions.append(self._scripts.popleft() if self._scripts else ScriptedSession())
        return self.sessions[-1]


def test_an_opened_terminal_may_be_spoken_to_and_a_closed_one_not() -> None:
    bench = Bench()
    assert bench.terminal.description == "scripted line"
    assert not bench.terminal.line_clean
    bench.terminal.open()
    assert bench.terminal.line_clean
    bench.terminal.close()
    bench.terminal.close()
    assert bench.link.log == ["open", "close", "close"]
    result = bench.terminal.exchange(Request(Operation.STATUS), Ear())
    assert (result.outcome, result.reason) == (Outcome.NOT_SENT, "line_not_clean")


def test_the_fence_waits_for_silence_without_a_break_and_reopens_with_a_new_session() -> None:
    bench = Bench((1.0, b"late"), (2.5, b"later"))
    bench.terminal.open()
    assert bench.terminal.fence(2.0, limit_s=60.0) is True
    assert bench.clock.now == pytest.approx(4.5)
    assert bench.link.log == ["open", "close", "open"]
    assert len(bench.sessions) == 2
    assert bench.terminal.line_clean
    assert bench.link.written == []
    assert max(bench.link.waits) <= 0.25


def test_a_line_that_is_never_silent_stays_not_clean() -> None:
    bench = Bench(*[(0.5 * n, b"babble") for n in range(100)])
    bench.terminal.open()
    assert bench.terminal.fence(2.0, limit_s=10.0) is False
    assert bench.clock.now == pytest.approx(10.0)
    assert bench.link.log == ["open", "close", "open"]
    assert not bench.terminal.line_clean


def test_no_silence_wanted_reopens_at_once() -> None:
    bench = Bench()
    bench.terminal.open()
    assert bench.terminal.fence(0.0, limit_s=0.0) is True
    assert bench.clock.now == 0.0


def test_silence_that_does_not_fit_into_the_limit_is_our_bug() -> None:
    bench = Bench()
    bench.terminal.open()
    with pytest.raises(AssertionError, match="fit into the limit"):
        bench.terminal.fence(2.0, limit_s=1.0)


def test_a_dead_line_is_no_silence_the_wait_starts_again_on_the_reopened_one() -> None:
    bench = Bench((1.5, LinkLost("unplugged")))
    bench.terminal.open()
    assert bench.terminal.fence(2.0, limit_s=60.0) is True
    assert bench.clock.waits == [0.25]
    assert bench.clock.now == pytest.approx(1.5 + 0.25 + 2.0)
    assert bench.link.log == ["open", "close", "open", "close", "open"]


def test_a_line_that_dies_again_and_again_ends_at_the_limit() -> None:
    bench = Bench(*[(0.0, LinkLost("unplugged"))] * 100)
    bench.terminal.open()
    assert bench.terminal.fence(1.0, limit_s=3.0) is False
    assert bench.clock.now == pytest.approx(3.0)


def test_a_line_that_cannot_be_reopened_is_an_error_and_the_next_fence_tries_again() -> None:
    bench = Bench()
    bench.terminal.open()
    bench.link.open_faults.extend([LinkError("gone"), LinkError("gone")])
    with pytest.raises(LinkError, match="gone"):
        bench.terminal.fence(1.0, limit_s=5.0)
    assert not bench.terminal.line_clean
    assert bench.terminal.exchange(Request(Operation.STATUS), Ear()).outcome is Outcome.NOT_SENT
    with pytest.raises(LinkError, match="gone"):
        bench.terminal.fence(1.0, limit_s=5.0)
    assert bench.terminal.fence(1.0, limit_s=5.0) is True
    assert bench.terminal.line_clean


DONE = Finished(ExchangeResult(Outcome.APPROVED, "completed", line_clean=True))
STATUS = Request(Operation.STATUS)


def written(*more: Finished) -> ScriptedSession:
    """A session that writes once and is done with its request at once."""
    return ScriptedSession(Step("begin", (Send(b"?"), DONE, *more), due_in=None))


def silent() -> ScriptedSession:
    """A session that has no form for the request: it ends and nothing is written."""
    return ScriptedSession(
        Step("begin", (DONE,), due_in=None), Step("begin", (Send(b"?"), DONE), due_in=None)
    )


def test_where_every_request_has_its_own_connection_the_second_one_dials_again() -> None:
    bench = Bench(sessions=[written(), written()], redials=True)
    bench.terminal.open()
    for _ in range(2):
        assert bench.terminal.exchange(STATUS, Ear()).outcome is Outcome.APPROVED
    assert bench.link.log == ["open", "close", "open"]
    assert all(session.done for session in bench.sessions)


def test_a_request_that_wrote_nothing_uses_no_connection_up() -> None:
    bench = Bench(sessions=[silent()], redials=True)
    bench.terminal.open()
    for _ in range(2):
        assert bench.terminal.exchange(STATUS, Ear()).outcome is Outcome.APPROVED
    assert bench.link.log == ["open"]


def test_a_peer_that_cannot_be_dialled_again_was_sent_nothing() -> None:
    bench = Bench(sessions=[written()], redials=True)
    bench.link.open_faults.extend([None, LinkError("nobody listens", code="link.refused")])
    bench.terminal.open()
    bench.terminal.exchange(STATUS, Ear())
    result = bench.terminal.exchange(STATUS, Ear())
    assert (result.outcome, result.reason) == (Outcome.NOT_SENT, "nothing_written")
    assert result.details["link_error"] == "link.refused"
    assert bench.link.written == [b"?"]
    assert not bench.terminal.line_clean


def test_a_peer_that_hangs_up_after_each_request_is_silent_all_the_same() -> None:
    hung_up = LinkLost("the peer closed the connection")
    bench = Bench((1.0, hung_up), (1.5, hung_up), redials=True)
    bench.terminal.open()
    assert bench.terminal.fence(2.0, limit_s=60.0) is True
    assert bench.clock.now == pytest.approx(2.0)


@pytest.mark.parametrize("redials", [True, False])
def test_a_peer_may_hang_up_behind_its_answer_where_every_request_has_a_connection(
    *, redials: bool
) -> None:
    clock = FakeClock(0.0)
    link = ScriptedLink(clock, deque([(1.0, LinkLost("hung up"))]))
    whole = ExchangeResult(Outcome.APPROVED, "completed", line_clean=True)
    sessions = deque(
        ScriptedSession(
            Step("begin", [Send(b"?")]), Step("link_lost", [Finished(whole)], due_in=None)
        )
        for _ in range(2)
    )
    terminal = Terminal(link=link, clock=clock, session=sessions.popleft, redials=redials)
    terminal.open()
    result = terminal.exchange(Request(Operation.STATUS), Ear())
    assert result.outcome is Outcome.APPROVED
    assert result.line_clean is redials
    assert terminal.line_clean is redials
    link.heard.append((2.0, LinkLost("hung up")))
    again = terminal.exchange(Request(Operation.STATUS), Ear())
    assert again.outcome is (Outcome.APPROVED if redials else Outcome.NOT_SENT)
    assert link.log == ["open", "close", "open"] if redials else ["open"]
