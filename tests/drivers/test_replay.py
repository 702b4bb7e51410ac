"""A recorded exchange plays again at once, and a difference is told with its place."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.errors import LinkLost, ReplayDiffers
from drivers.links.replay import ReplayClock, ReplayLink
from drivers.terminal import Terminal
from drivers.trace import TracedLink, TraceFile
from drivers.trace_reader import TraceEntry, TraceHeader, read_trace
from protocols.kit.session import ExchangeResult, Finished, Request, Send
from protocols.kit.vocabulary import Operation, Outcome
from tests.drivers.fakes import Ear, FakeClock, ScriptedLink, ScriptedSession, Step, ToyFramer
from tests.drivers.test_trace import TOY

FRAMER = ToyFramer()
COMMAND = FRAMER.frame(b"Secret password 1")
ANSWER = FRAMER.frame(b"done")
ACK = b"\x06"
HEADER = TraceHeader("toy", "serial", datetime(2026, 11, 24, tzinfo=UTC), "serial line X")


def steps() -> ScriptedSession:
    done = Finished(ExchangeResult(Outcome.APPROVED, "completed", line_clean=True))
    return ScriptedSession(
        Step("begin", [Send(COMMAND, money=True)]),
        Step("receive", [], due_in=300.0),
        Step("receive", [Send(ACK), done]),
    )


def masked(payload: bytes) -> bytes:
    return FRAMER.frame(TOY.mask(payload))


def entries(*rows: tuple[float, str, bytes]) -> list[TraceEntry]:
    return [
        TraceEntry(at_s, "payload", number, direction, data)
        for number, (at_s, direction, data) in enumerate(rows, start=2)
    ]


RECORDED = entries(
    (0.0, "to_terminal", masked(b"Secret password 1")),
    (0.5, "to_ecr", ACK),
    (30.0, "to_ecr", ANSWER),
    (30.0, "to_terminal", ACK),
)


def play(rows: list[TraceEntry]) -> ReplayLink:
    return ReplayLink(HEADER, rows, fmt=TOY)


def test_a_recorded_exchange_plays_again_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    clock = FakeClock(0.0)
    line = ScriptedLink(clock, deque([(0.5, ACK), (30.0, ANSWER)]))
    file = TraceFile(path)
    traced = TracedLink(line, clock=clock, sink=file, fmt=TOY)
    recorded = Terminal(link=traced, clock=clock, session=steps)
    recorded.open()
    first = recorded.exchange(Request(Operation.REFUND), Ear())
    recorded.close()
    file.close()

    header, kept = read_trace(path)
    link = ReplayLink(header, kept, fmt=TOY)
    assert link.description == "recording of scripted line"
    assert link.transport == "serial"
    again = Terminal(link=link, clock=link.clock, session=steps)
    again.open()
    assert again.exchange(Request(Operation.REFUND), Ear()) == first
    again.close()
    assert link.finished
    assert link.clock.monotonic() == pytest.approx(30.0)
    assert link.clock.wall() == header.started + (clock.wall() - FakeClock(0.0).wall())


def test_the_terminal_speaks_only_when_it_is_its_turn() -> None:
    link = play(RECORDED)
    assert link.read(1.0) == b""
    assert link.clock.monotonic() == 1.0
    link.write(COMMAND)
    assert link.read(0.25) == ACK
    assert link.read(0.25) == b""
    assert link.read(60.0) == ANSWER
    assert link.clock.monotonic() == 30.0
    link.write(ACK)
    assert link.finished
    assert link.read(5.0) == b""
    assert link.clock.monotonic() == 35.0


def test_a_command_in_portions_is_compared_once_it_is_whole() -> None:
    link = play(RECORDED)
    link.write(COMMAND[:4])
    assert link.read(0.1) == b""
    link.write(COMMAND[4:])
    assert link.read(1.0) == ACK


def test_other_bytes_than_recorded_are_told_with_their_entry() -> None:
    with pytest.raises(ReplayDiffers, match=r"entry 1: recorded .*, we write") as caught:
        play(RECORDED).write(FRAMER.frame(b"Another"))
    assert caught.value.entry == 1
    assert caught.value.details == {"entry": 1}


def test_speaking_out_of_turn_is_told_with_its_entry() -> None:
    link = play(RECORDED)
    link.write(COMMAND)
    with pytest.raises(ReplayDiffers, match="entry 2: the terminal speaks here"):
        link.write(ACK)


def test_speaking_behind_the_end_is_told() -> None:
    link = play(RECORDED[:1])
    link.write(COMMAND)
    with pytest.raises(ReplayDiffers, match="the recording is over") as caught:
        link.write(ACK)
    assert caught.value.entry == 2


def test_a_difference_is_not_taken_for_a_lost_line() -> None:
    link = play(RECORDED[1:])
    session = ScriptedSession(Step("begin", [Send(COMMAND, money=True)]), Step("link_lost"))
    terminal = Terminal(link=link, clock=link.clock, session=lambda: session)
    terminal.open()
    with pytest.raises(ReplayDiffers):
        terminal.exchange(Request(Operation.REFUND), Ear())


def test_a_line_lost_in_a_write_is_lost_there_again() -> None:
    lost = TraceEntry(0.1, "lost", 3, during="write", nothing_written=True)
    link = play([RECORDED[0], lost])
    with pytest.raises(LinkLost) as caught:
        link.write(COMMAND)
    assert caught.value.nothing_written is True
    assert link.finished


def test_a_line_lost_in_a_read_is_lost_there_again() -> None:
    lost = TraceEntry(0.1, "lost", 3, during="read")
    link = play([RECORDED[0], lost])
    link.write(COMMAND)
    with pytest.raises(LinkLost):
        link.read(1.0)
    with pytest.raises(ReplayDiffers, match="the line is lost here"):
        play([lost]).write(COMMAND)


def test_a_write_that_was_never_made_keeps_a_read_waiting() -> None:
    link = play([TraceEntry(0.0, "lost", 2, during="write")])
    assert link.read(1.0) == b""


def test_events_and_reopening_do_not_move_the_recording() -> None:
    link = play([TraceEntry(0.0, "open", 2), *RECORDED, TraceEntry(31.0, "closed", 9)])
    link.open()
    link.write(COMMAND)
    link.close()
    link.open()
    assert link.read(1.0) == ACK


def test_a_recording_of_another_protocol_is_our_bug() -> None:
    header = TraceHeader("other", "serial", HEADER.started)
    with pytest.raises(AssertionError):
        ReplayLink(header, RECORDED, fmt=TOY)


def test_recorded_time_never_goes_back() -> None:
    clock = ReplayClock(HEADER.started)
    clock.wait(5.0)
    clock.wait(-1.0)
    clock.reach(3.0)
    assert clock.monotonic() == 5.0


def test_a_link_without_a_name_is_told_by_its_transport() -> None:
    header = TraceHeader("toy", "tcp", HEADER.started)
    assert ReplayLink(header, [], fmt=TOY).description == "recording of tcp"
