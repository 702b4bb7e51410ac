"""What the agent adds to a refund dialogue of each protocol, beside the time its bytes take.

The dialogue (sign-on, status, enquiry, refund or void) is recorded once against the simulated
terminal and played back from memory, so that only codec, session and pump are measured. On a serial
line the limit is 1 % of the time on the wire, on a network 1.5 ms for each exchange.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from drivers.links.memory import MemoryLink
from drivers.terminal import Terminal
from protocols.kit import registry
from protocols.kit.capabilities import Capability
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Original, Request, SessionSettings
from protocols.kit.vocabulary import Operation, Outcome
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.station import StationSettings, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

    from drivers.links.contract import Link
    from protocols.kit.contract import ProtocolSpec
    from protocols.kit.session import Note, Progress, ReceiptText
    from protocols.kit.vocabulary import TransactionRecord

pytestmark = pytest.mark.bench

EUR = Currency.of("EUR")
AMOUNT = Amount(1000, EUR)
LIMIT_PERCENT = 1.0
LIMIT_MS = 1.5


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

    description = "recorded"

    def __init__(self, link: Link) -> None:
        self._link = link
        self.transport = link.transport
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

    description = "played back"

    def __init__(
        self, events: list[tuple[str, bytes]], transport: str, clock: SimulatedClock
    ) -> None:
        self._clock = clock
        self._events = events
        self._at = 0
        self.transport = transport

    def rewind(self) -> None:
        """From the beginning again."""
        self._at = 0

    def open(self) -> None: ...
    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        assert self._events[self._at] == ("write", data)
        self._at += 1

    def read(self, timeout_s: float) -> bytes:
        if self._at < len(self._events) and self._events[self._at][0] == "read":
            self._at += 1
            return self._events[self._at - 1][1]
        self._clock.wait(timeout_s)  # some messages end by silence alone
        return b""


class Dialogue:
    """The requests of one protocol, and what passed on the line for them."""

    def __init__(self, name: str) -> None:
        self.spec: ProtocolSpec = registry.load(name)
        self.profile = self.spec.default_profile
        self.transport = next(iter(self.spec.framers))
        self._clock = SimulatedClock()
        device = build(StationSettings(name, transport=self.transport), wall=self._clock.wall)
        sale = device.terminal.keypad("sale", AMOUNT.minor)
        assert sale is not None
        self.requests = self._requests(
            Original(
                sale.receipt_number,
                sale.trace_number,
                sale.turnover_number,
                sale.rrn,
                sale.auth_code,
                f"{self._clock.wall():%m%d}",
            )
        )
        line = MemoryLink(SimulatedLine(self._clock, device), transport=self.transport)
        recorder = Recorder(line)
        assert self.run(self._terminal(recorder, self._clock)) is Outcome.APPROVED
        self.events = recorder.events
        clock = SimulatedClock(start=datetime(2026, 11, 24, tzinfo=UTC))
        self._playback = Playback(self.events, self.transport, clock)
        self._player = self._terminal(self._playback, clock)

    def _requests(self, original: Original) -> list[Request]:
        can = self.spec.profiles[self.profile].capabilities
        way = Operation.REFUND if can.can_refund else Operation.VOID
        money = Request(way, AMOUNT, original, reference="A000000001")
        asked = [Request(Operation.CONNECT), Request(Operation.STATUS)]
        if Capability.LAST in can.declared:
            asked.append(Request(Operation.LAST_TRANSACTION))
        if Capability.QUERY in can.declared:
            query = Request(Operation.QUERY, AMOUNT, original, "A000000000", about=way)
            asked.append(query)
        return [*asked, money]

    def _terminal(self, link: Link, clock: SimulatedClock) -> Terminal:
        settings = SessionSettings(self.profile, self.transport)
        redials = self.transport in self.spec.redials
        return Terminal(
            link=link, clock=clock, session=lambda: self.spec.session(settings), redials=redials
        )

    def run(self, terminal: Terminal) -> Outcome:
        """All requests, one after the other; how the last one ended."""
        terminal.open()
        outcome = Outcome.UNKNOWN
        for request in self.requests:
            outcome = terminal.exchange(request, Deaf()).outcome
        terminal.close()
        return outcome

    def play(self) -> Outcome:
        """The same over the recorded line."""
        self._playback.rewind()
        return self.run(self._player)


@pytest.mark.benchmark(group="refund dialogue: CPU of codec + session + pump")
@pytest.mark.parametrize("name", registry.names())
def test_cpu_of_a_refund_dialogue_against_its_line(benchmark: BenchmarkFixture, name: str) -> None:
    dialogue = Dialogue(name)
    assert benchmark(dialogue.play) is Outcome.APPROVED
    cpu_ms = 1000 * _cpu_of(dialogue.play, 200)
    size = sum(len(data) for _, data in dialogue.events)
    print(f"\n  {name}: {size} bytes, CPU {cpu_ms:.2f} ms", end="")
    if dialogue.transport == "serial":
        line = dialogue.spec.serial
        bits = 1 + line.bits + (line.parity != "N") + line.stop_bits
        # Faster lines are delivered too; the limit is for the slow one.
        wire_ms = 1000 * size * bits / min(line.baud, 9600)
        share = 100 * cpu_ms / wire_ms
        benchmark.extra_info["cpu_of_wire_percent"] = round(share, 3)
        print(f" = {share:.2f} % of {wire_ms:.0f} ms at 9600 baud (limit {LIMIT_PERCENT:g} %)")
    else:
        each = cpu_ms / len(dialogue.requests)
        benchmark.extra_info["cpu_ms_per_exchange"] = round(each, 3)
        print(f" = {each:.2f} ms for each of {len(dialogue.requests)} (limit {LIMIT_MS:g} ms)")


def _cpu_of(action: Callable[[], object], rounds: int) -> float:
    begun = time.process_time()
    for _ in range(rounds):
        action()
    return (time.process_time() - begun) / rounds
