"""A terminal's client and an acquirer in one process under a clock of their own: no sockets.

Every message is really encoded and decoded. `views` is what the terminal believes of each request,
`stands` what the acquirer's ledger says; the tests compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.acquirer.client import Client
from simulators.acquirer.frame import FrameReader
from simulators.acquirer.front import Front
from simulators.acquirer.host import AcquirerHost
from simulators.acquirer.jobs import End, Outcome, Wanted
from simulators.acquirer.memory import LineMemory
from simulators.acquirer.messages import Card, Station, Sums
from simulators.acquirer.settings import HostFault, HostSettings
from simulators.acquirer.uplink import Uplink
from simulators.bank import Bank, Booking
from simulators.clock import SimulatedClock

if TYPE_CHECKING:
    from simulators.bank import BookingKind

PAN = "6222020000000000003"
STATION = Station("12345678", "898310058120001")
CURRENCY = "156"


@dataclass
class View:
    """One request as the terminal sees it; `note` is also its receipt number in the ledger."""

    kind: BookingKind
    amount_minor: int
    note: str
    outcome: Outcome | None = None  # None: the power went before it ended
    undone: bool = False  # the terminal itself has undone it since


@dataclass
class Pair:
    """One terminal and its acquirer."""

    settings: HostSettings = field(default_factory=HostSettings)
    clock: SimulatedClock = field(default_factory=SimulatedClock)

    def __post_init__(self) -> None:
        self.bank = Bank(wall=self.clock.wall)
        self.host = AcquirerHost(self.bank, wall=self.clock.wall, settings=self.settings)
        self.front = Front(self.host, self.settings)
        self.saved = LineMemory()
        self.views: list[View] = []
        self.sent: list[bytes] = []
        self.last = b""
        self.reachable = True
        self._start(LineMemory())

    def _start(self, memory: LineMemory) -> None:
        self.client = Client(
            STATION, Card(PAN), self.settings, wall=self.clock.wall, save=self._save, memory=memory
        )
        self.uplink = Uplink(self.client, self)

    def _save(self) -> None:
        self.saved = self.client.memory.copy()

    # -- the line: the acquirer's front end, with an ear on it -----------------------------------

    @property
    def deadline(self) -> float | None:
        """As Line."""
        return self.front.deadline

    def send(self, data: bytes, now: float) -> bool:
        """As Line; what was sent is kept."""
        if not self.reachable:
            return False
        self.sent += [frame.message for frame in FrameReader().feed(data)]
        self.last = data
        return self.front.send(data, now)

    def take(self, now: float) -> bytes:
        """As Line."""
        return self.front.take(now)

    def close(self) -> None:
        """As Line."""
        self.front.close()

    # -- what the terminal does -----------------------------------------------------------------

    def run(self, *, until: float | None = None) -> Outcome | None:
        """Let the job go on, to its end or to a moment."""
        self.uplink.tick(self.clock.monotonic())
        while self.client.outcome is None:
            moment = self.uplink.deadline
            assert moment is not None, "a job that waits has a deadline"
            if until is not None and moment > until:
                self.clock.advance_to(until)
                self.uplink.tick(until)
                break
            self.clock.advance_to(moment)
            self.uplink.tick(self.clock.monotonic())
        return self.client.outcome

    def begin(self, kind: BookingKind, minor: int = 1000, original: Outcome | None = None) -> View:
        """Send a request; the end is still to come."""
        view = View(kind, minor, f"{len(self.views) + 1:04d}")
        self.views.append(view)
        wanted = Wanted(
            kind, minor, CURRENCY, original.rrn if original is not None else "", view.note
        )
        self.client.begin(wanted, self.clock.monotonic())
        self.run(until=self.clock.monotonic())
        return view

    def ask(self, kind: BookingKind, minor: int = 1000, original: Outcome | None = None) -> Outcome:
        """Send a request and wait for its end."""
        view = self.begin(kind, minor, original)
        view.outcome = self.run()
        assert view.outcome is not None
        return view.outcome

    def undo(self, outcome: Outcome) -> Outcome:
        """The terminal cannot complete what was approved."""
        self.client.undo(outcome.rrn, self.clock.monotonic())
        ended = self.run()
        assert ended is not None
        for view in self.views:
            if view.outcome is not None and view.outcome.rrn == outcome.rrn:
                view.undone = True
        return ended

    def settle(self, sums: Sums | None = None) -> Outcome:
        """Close the batch with the terminal's totals, or with these."""
        totals = sums if sums is not None else self.host.ledger.sums(self.client.memory.batch)
        self.client.settle(totals, CURRENCY, self.clock.monotonic())
        ended = self.run()
        assert ended is not None
        return ended

    def power_cut(self) -> None:
        """Only what was saved is left; the acquirer goes on."""
        self._start(self.saved.copy())

    def start_up(self) -> Outcome:
        """The terminal is on again."""
        self.client.start_up(self.clock.monotonic())
        ended = self.run()
        assert ended is not None
        return ended

    def wait(self, seconds: float) -> None:
        """Time passes."""
        end = self.clock.monotonic() + seconds
        while (moment := self.uplink.deadline) is not None and moment <= end:
            self.clock.advance_to(moment)
            self.uplink.tick(self.clock.monotonic())
        self.clock.advance_to(end)

    def fault(self, on: str, do: str, **more: object) -> None:
        """One thing will go wrong."""
        self.front.add(HostFault(on, do, **more))  # type: ignore[arg-type]

    # -- the truth ------------------------------------------------------------------------------

    def stands(self, view: View) -> Booking | None:
        """The standing booking of a request in the acquirer's ledger."""
        found = [b for b in self.bank.standing() if b.receipt_number == view.note]
        assert len(found) <= 1, "nothing is booked twice"
        return found[0] if found else None

    def disagreements(self) -> list[View]:
        """Requests of which the terminal believes what the ledger does not say."""
        return [view for view in self.views if not self._agrees(view)]

    def _agrees(self, view: View) -> bool:
        booking = self.stands(view)
        outcome = view.outcome
        if outcome is not None and outcome.end is End.APPROVED and not view.undone:
            return booking is not None and booking.amount_minor == outcome.amount_minor
        return booking is None
