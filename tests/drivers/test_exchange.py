"""The pump: order of actions, one money write, durable before acknowledged, honest endings."""

from __future__ import annotations

import logging
from collections import deque

import pytest

from drivers.errors import LinkLost
from drivers.terminal import PumpLimits, Terminal
from protocols.kit.errors import BadField
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Progress,
    ReceiptText,
    Request,
    ResultSeen,
    Send,
)
from protocols.kit.vocabulary import Operation, Outcome
from tests.drivers.fakes import RECORD, Ear, FakeClock, ScriptedLink, ScriptedSession, Step

REFUND = Request(Operation.REFUND)
COMMAND = Send(b"command", money=True)
APPROVED = Finished(ExchangeResult(Outcome.APPROVED, "completed", line_clean=True))
NOT_SENT = Finished(ExchangeResult(Outcome.NOT_SENT, "nothing_written"))
UNKNOWN = Finished(ExchangeResult(Outcome.UNKNOWN, "line_lost"))


class Bench:
    """A terminal over a scripted link and session."""

    def __init__(
        self,
        *steps: Step,
        limits: PumpLimits | None = None,
        session: ScriptedSession | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.link = ScriptedLink(self.clock)
        self.session = session or ScriptedSession(*steps)
        self.ear = Ear()
        self.terminal = Terminal(
            link=self.link, clock=self.clock, session=lambda: self.session, limits=limits
        )
        self.terminal.open()

    def hears(self, *heard: tuple[float, bytes | LinkLost]) -> None:
        """Times are seconds from the start."""
        self.link.heard = deque((self.clock.now + at, what) for at, what in heard)

    def run(self) -> ExchangeResult:
        result = self.terminal.exchange(REFUND, self.ear)
        assert self.session.done
        return result


def finish(*before: Action) -> tuple[Action, ...]:
    return (*before, APPROVED)


def test_actions_are_carried_out_in_their_order_and_the_result_comes_back() -> None:
    told: list[Action] = [
        Progress("insert_card"),
        Note("code", "text"),
        ReceiptText(("line",)),
    ]
    bench = Bench(
        Step("begin", [COMMAND]),
        Step("receive", [Send(b"ack"), *told]),
        Step("receive", finish(Send(b"ack 2"))),
    )
    bench.hears((0.1, b"progress"), (0.2, b"completion"))
    result = bench.run()
    assert result == APPROVED.result
    assert bench.link.written == [b"command", b"ack", b"ack 2"]
    assert bench.ear.told == told
    assert bench.session.heard == b"progresscompletion"
    assert bench.terminal.line_clean


def test_a_result_is_acknowledged_only_after_the_listener_has_made_it_durable() -> None:
    bench = Bench(
        Step("begin", [COMMAND]),
        Step("receive", [Send(b"byte ack"), ResultSeen(RECORD), Progress("behind")]),
        Step("durable", [Send(b"vote"), Note("voted", "")]),
        Step("receive", finish()),
    )
    seen: list[list[bytes]] = []
    bench.ear.on_result = lambda: seen.append(list(bench.link.written))
    bench.hears((0.1, b"result"), (0.2, b"completion"))
    bench.run()
    assert seen == [[b"command", b"byte ack"]]
    assert bench.link.written == [b"command", b"byte ack", b"vote"]
    # What the durable result releases comes before the rest of the batch.
    assert bench.ear.told == [RECORD, Note("voted", ""), Progress("behind")]


def test_a_listener_that_cannot_keep_the_result_leaves_it_unacknowledged() -> None:
    bench = Bench(
        Step("begin", [COMMAND]),
        Step("receive", [ResultSeen(RECORD), Send(b"never")]),
        Step("link_lost", [UNKNOWN]),
    )

    def full_disk() -> None:
        raise OSError("no space left on device")

    bench.ear.on_result = full_disk
    bench.hears((0.1, b"result"))
    with pytest.raises(OSError, match="no space"):
        bench.terminal.exchange(REFUND, bench.ear)
    assert bench.session.done
    assert bench.link.written == [b"command"]
    assert not bench.terminal.line_clean
    assert bench.terminal.exchange(REFUND, bench.ear).outcome is Outcome.NOT_SENT
    assert bench.link.written == [b"command"]


def test_the_first_exception_is_seen_even_when_the_session_cannot_let_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(Step("begin", [COMMAND]), Step("receive", [ResultSeen(RECORD)]))

    def interrupted() -> None:
        raise KeyboardInterrupt

    bench.ear.on_result = interrupted
    bench.hears((0.1, b"result"))
    with caplog.at_level(logging.ERROR), pytest.raises(KeyboardInterrupt):
        bench.terminal.exchange(REFUND, bench.ear)
    assert "could not let go" in caplog.text


def test_a_first_write_of_which_nothing_left_us_is_not_sent() -> None:
    bench = Bench(Step("begin", [COMMAND, Progress("started")]), Step("link_lost", [NOT_SENT]))
    bench.link.write_faults[0] = LinkLost("pulled", nothing_written=True)
    result = bench.run()
    assert bench.session.untouched is True
    assert result.outcome is Outcome.NOT_SENT
    assert result.details == {"link_error": "link.lost", "link_text": "pulled"}
    assert not bench.terminal.line_clean


def test_a_first_write_that_may_have_left_us_is_told_as_such() -> None:
    bench = Bench(Step("begin", [COMMAND]), Step("link_lost", [UNKNOWN]))
    bench.link.write_faults[0] = LinkLost("pulled")
    assert bench.run().outcome is Outcome.UNKNOWN
    assert bench.session.untouched is False


def test_a_later_write_of_which_nothing_left_us_is_still_maybe_sent() -> None:
    bench = Bench(
        Step("begin", [COMMAND]), Step("receive", [Send(b"ack")]), Step("link_lost", [UNKNOWN])
    )
    bench.link.write_faults[1] = LinkLost("pulled", nothing_written=True)
    bench.hears((0.1, b"answer"))
    assert bench.run().outcome is Outcome.UNKNOWN
    assert bench.session.untouched is False


def test_a_result_that_was_read_is_kept_although_the_line_died_and_nothing_is_voted() -> None:
    bench = Bench(
        Step("begin", [COMMAND]),
        Step("receive", [Send(b"byte ack"), ResultSeen(RECORD), Send(b"never")]),
        Step("link_lost", [Send(b"never either"), UNKNOWN]),
    )
    bench.link.write_faults[1] = LinkLost("pulled")
    bench.hears((0.1, b"result"))
    result = bench.run()
    assert bench.ear.told == [RECORD]
    assert bench.link.written == [b"command", b"byte ack"]
    assert result.outcome is Outcome.UNKNOWN


def test_a_verdict_that_was_read_stays_although_its_acknowledgement_could_not_be_written() -> None:
    bench = Bench(Step("begin", [COMMAND]), Step("receive", finish(Send(b"ack"))))
    bench.link.write_faults[1] = LinkLost("pulled")
    bench.hears((0.1, b"completion"))
    result = bench.run()
    assert result.outcome is Outcome.APPROVED
    assert not result.line_clean
    assert not bench.terminal.line_clean


def test_nothing_is_written_behind_the_end_of_a_request() -> None:
    bench = Bench(Step("begin", [COMMAND]), Step("receive", [*finish(), Send(b"late")]))
    bench.hears((0.1, b"completion"))
    bench.run()
    assert bench.link.written == [b"command"]


def test_a_line_that_is_lost_in_a_read_ends_with_what_the_session_knows() -> None:
    bench = Bench(Step("begin", [COMMAND]), Step("link_lost", [UNKNOWN]))
    bench.hears((0.1, LinkLost("unplugged")))
    result = bench.run()
    assert result.outcome is Outcome.UNKNOWN
    assert result.details["link_text"] == "unplugged"


def test_a_session_that_does_not_end_on_a_lost_line_is_our_bug() -> None:
    bench = Bench(Step("begin", [COMMAND]), Step("link_lost"), Step("link_lost"))
    bench.hears((0.1, LinkLost("unplugged")))
    with pytest.raises(AssertionError, match="ends its request"):
        bench.terminal.exchange(REFUND, bench.ear)


def test_a_second_money_write_is_our_bug_and_does_not_reach_the_line() -> None:
    bench = Bench(
        Step("begin", [COMMAND]),
        Step("receive", [Send(b"harmless"), COMMAND]),
        Step("link_lost", [UNKNOWN]),
    )
    bench.hears((0.1, b"nak"))
    with pytest.raises(AssertionError, match="written once"):
        bench.terminal.exchange(REFUND, bench.ear)
    assert bench.link.written == [b"command", b"harmless"]


def test_a_request_that_ends_twice_is_our_bug() -> None:
    bench = Bench(
        Step("begin", [COMMAND]), Step("receive", [APPROVED, APPROVED]), Step("link_lost")
    )
    bench.hears((0.1, b"completion"))
    with pytest.raises(AssertionError, match="ends once"):
        bench.terminal.exchange(REFUND, bench.ear)


def test_a_running_session_without_a_deadline_is_our_bug() -> None:
    bench = Bench(Step("begin", [COMMAND], due_in=None), Step("link_lost", [UNKNOWN]))
    with pytest.raises(AssertionError, match="deadline"):
        bench.terminal.exchange(REFUND, bench.ear)


def test_the_session_is_ticked_at_its_deadline_and_reads_stay_short() -> None:
    bench = Bench(Step("begin", [COMMAND], due_in=0.6), Step("tick", [UNKNOWN]))
    start = bench.clock.now
    bench.run()
    call, at = bench.session.calls[-1]
    assert call == "tick"
    assert at == pytest.approx(start + 0.6)
    assert bench.link.waits == pytest.approx([0.0, 0.25, 0.25, 0.1])


def test_a_wait_too_small_to_move_the_clock_counts_as_over() -> None:
    bench = Bench(Step("begin", [COMMAND], due_in=0.000_05), Step("tick", [UNKNOWN]))
    bench.hears((0.000_01, b""))  # a wait that ends a little too early
    assert bench.run().outcome is Outcome.UNKNOWN
    assert bench.clock.now == pytest.approx(100.000_01, abs=1e-9)


def test_bytes_that_came_in_time_are_heard_although_we_look_late() -> None:
    bench = Bench(
        Step("begin", [COMMAND]),
        Step("receive", [ResultSeen(RECORD)]),
        Step("durable", [Send(b"vote")], due_in=5.0),
        Step("receive", finish()),
    )

    def slow_disk() -> None:
        bench.clock.now += 60.0

    bench.ear.on_result = slow_disk
    bench.hears((0.1, b"result"), (61.0, b"completion"))
    assert bench.run().outcome is Outcome.APPROVED


def test_a_line_that_never_falls_silent_does_not_keep_the_session_from_its_time() -> None:
    bench = Bench(
        Step("begin", [COMMAND], due_in=0.1),
        Step("receive", [Note("noise", "")], due_in=0.0),
        Step("tick", [UNKNOWN]),
    )
    bench.hears((0.1, b"noise"), (0.1, b"noise"), (0.1, b"noise"))
    assert bench.run().outcome is Outcome.UNKNOWN


def test_an_exchange_that_outlives_its_limit_is_given_up_as_lost() -> None:
    bench = Bench(
        Step("begin", [COMMAND], due_in=99.0),
        Step("link_lost", [UNKNOWN]),
        limits=PumpLimits(poll_s=10.0, exchange_s=25.0),
    )
    start = bench.clock.now
    result = bench.run()
    assert bench.clock.now == pytest.approx(start + 25.0)
    assert bench.ear.told == [Note("exchange_limit", "25 s are over")]
    assert result.outcome is Outcome.UNKNOWN
    assert "longer than its limit" in result.details["link_text"]


def test_a_wish_to_abort_reaches_the_session_once() -> None:
    bench = Bench(
        Step("begin", [COMMAND]),
        Step("receive", [Progress("card")]),
        Step("abort", [Send(b"abort")]),
        Step("receive", finish()),
    )
    bench.ear.abort_after = 1
    bench.hears((0.1, b"progress"), (0.2, b"completion"))
    bench.run()
    assert bench.link.written == [b"command", b"abort"]
    assert bench.ear.asked == 2


def test_bytes_between_requests_are_drained_and_keep_the_request_from_the_line() -> None:
    bench = Bench()
    bench.hears((0.0, b"late"), (0.0, b" result"))
    result = bench.run()
    assert (result.outcome, result.reason) == (Outcome.NOT_SENT, "line_not_clean")
    assert result.details == {"stray_bytes": "11"}
    assert bench.ear.told == [Note("stray_bytes", "11 bytes came between requests")]
    assert bench.link.written == []
    assert bench.run().reason == "line_not_clean"


def test_endless_stray_bytes_do_not_hold_us() -> None:
    bench = Bench()
    bench.hears(*[(0.0, b"x" * 40_000)] * 3)
    assert bench.run().details == {"stray_bytes": "80000"}
    assert len(bench.link.heard) == 1


def test_a_line_found_dead_before_the_request_is_not_sent() -> None:
    bench = Bench()
    bench.hears((0.0, LinkLost("unplugged")))
    result = bench.run()
    assert (result.outcome, result.reason) == (Outcome.NOT_SENT, "nothing_written")
    assert result.details["link_error"] == "link.lost"
    assert not bench.terminal.line_clean


def test_a_request_without_a_form_on_this_wire_writes_nothing_and_leaves_the_line_clean() -> None:
    class Refusing(ScriptedSession):
        def begin(self, request: Request, now: float) -> list[Action]:
            raise BadField(f"no {request.operation.value} at {now}")

    bench = Bench(session=Refusing())
    with pytest.raises(BadField, match="no refund"):
        bench.terminal.exchange(REFUND, bench.ear)
    assert bench.link.written == []
    assert bench.terminal.line_clean


def test_an_unclean_ending_forbids_every_further_write() -> None:
    bench = Bench(Step("begin", [COMMAND]), Step("receive", [UNKNOWN]))
    bench.hears((0.1, b"?"))
    bench.run()
    assert bench.run() == ExchangeResult(Outcome.NOT_SENT, "line_not_clean")
    assert bench.link.written == [b"command"]
