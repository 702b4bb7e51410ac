"""What the agent adds to a refund dialogue, beside the time the bytes take at 9600 baud.

The dialogue is recorded once against the simulated terminal and played back from memory, so that
only codec, session, pump and flow are measured. Commits are counted apart.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from drivers.links.memory import MemoryLink
from drivers.terminal import Terminal
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Request, SessionSettings
from protocols.kit.vocabulary import Operation, Outcome
from protocols.zvt.session import ZvtSession
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.scenario import load as load_scenario
from simulators.station import StationSettings, build

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from drivers.links.contract import Link
    from protocols.kit.session import Note, Progress, ReceiptText
    from protocols.kit.vocabulary import TransactionRecord

pytestmark = pytest.mark.bench

BITS_PER_CHAR = 11  # start, 8 data, 2 stop
BAUD = 9600
EUR = Currency.of("EUR")
REQUESTS = [
    Request(Operation.CONNECT),
    Request(Operation.STATUS),
    Request(Operation.LAST_TRANSACTION),
    Request(Operation.REFUND, Amount(1000, EUR)),
]


class Deaf:
    """Hears everything and does nothing."""

    def result_seen(self, record: TransactionRecord) -> None: ...
    def progress(self, progress: Progress) -> None: ...
    def receipt(self, text: ReceiptText) -> None: ...
    def note(self, note: Note) -> None: ...
    def abort_wanted(self) -> bool:
        return False


class Recorder:
    """A link that remembers what passed."""

    transport = "serial"
    description = "recorded"

    def __init__(self, link: Link) -> None:
        self._link = link
        self.events: list[tuple[str, bytes]] = []

    def open(self) -> None:
        self._link.open()

    def close(self) -> None:
        self._link.close()

    def write(self, data: bytes) -> None:
        self.events.append(("write", data))
        self._link.write(data)

    def read(self, timeout_s: float) -> bytes:
        data = self._link.read(timeout_s)
        if data:
            self.events.append(("read", data))
        return data


class Playback:
    """Gives the recorded answers, in their order, as soon as the writes before them are done."""

    transport = "serial"
    description = "played back"

    def __init__(self, events: list[tuple[str, bytes]]) -> None:
        self._events = events
        self._at = 0

    def open(self) -> None:
        self._at = 0

    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        assert self._events[self._at] == ("write", data)
        self._at += 1

    def read(self, timeout_s: float) -> bytes:
        if self._at < len(self._events) and self._events[self._at][0] == "read":
            self._at += 1
            return self._events[self._at - 1][1]
        return b""


def _recorded() -> list[tuple[str, bytes]]:
    clock = SimulatedClock()
    settings = StationSettings("zvt", scenario=load_scenario("approved"))
    line = SimulatedLine(clock, build(settings, wall=clock.wall))
    recorder = Recorder(MemoryLink(line, transport="serial"))
    assert _run(Terminal(link=recorder, clock=clock, session=_session)) is Outcome.APPROVED
    return recorder.events


def _session() -> ZvtSession:
    return ZvtSession(SessionSettings(profile="generic", transport="serial"))


def _run(terminal: Terminal) -> Outcome:
    terminal.open()
    outcome = Outcome.UNKNOWN
    for request in REQUESTS:
        outcome = terminal.exchange(request, Deaf()).outcome
    terminal.close()
    return outcome


@pytest.mark.benchmark(group="refund dialogue at 9600 8N2: CPU of codec + session + pump")
def test_cpu_of_a_refund_dialogue_against_its_wire_time(benchmark: BenchmarkFixture) -> None:
    events = _recorded()
    size = sum(len(data) for _, data in events)
    wire_s = size * BITS_PER_CHAR / BAUD
    clock = SimulatedClock(start=datetime(2026, 11, 24, tzinfo=UTC))
    terminal = Terminal(link=Playback(events), clock=clock, session=_session)
    outcome = benchmark(_run, terminal)
    assert outcome is Outcome.APPROVED
    cpu = _cpu_of(lambda: _run(terminal), 200)
    benchmark.extra_info["bytes"] = size
    benchmark.extra_info["wire_ms"] = round(wire_s * 1000, 1)
    benchmark.extra_info["cpu_ms"] = round(cpu * 1000, 3)
    benchmark.extra_info["cpu_of_wire_percent"] = round(100 * cpu / wire_s, 3)
    print(
        f"\n  {size} bytes, {wire_s * 1000:.0f} ms on the wire at {BAUD} 8N2; "
        f"CPU {cpu * 1000:.2f} ms = {100 * cpu / wire_s:.2f} % of it (limit 1 %)"
    )


def _cpu_of(action: object, rounds: int) -> float:
    assert callable(action)
    begun = time.process_time()
    for _ in range(rounds):
        action()
    return (time.process_time() - begun) / rounds
