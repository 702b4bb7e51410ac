"""A till made of raw Transbank frames: it knows nothing of the project's sessions and drivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Payload
from protocols.kit.stx import StxFramer
from protocols.transbank.messages import SHAPE
from simulators import scenario as scenarios
from simulators import station as stations
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.scenario import Scenario
from simulators.station import Station, StationSettings

if TYPE_CHECKING:
    from simulators.bank import Booking
    from simulators.terminal import SimTerminal

ACK, NAK = b"\x06", b"\x15"
SILENCE_S = 400.0


def scene(text: str) -> Scenario:
    """A scenario from the text of a file, without its first line."""
    return scenarios.parse("version = 1\n" + text, "test")


def step(on: str, do: str, **more: object) -> Scenario:
    """A scenario with one sale before, and one step."""
    rows = "".join(f"{key} = {value!r}\n" for key, value in more.items())
    return scene(f"[[sale]]\namount_minor = 1234\n[[step]]\non = {on!r}\ndo = {do!r}\n{rows}")


ONE_SALE = scene("[[sale]]\namount_minor = 1234")


@dataclass
class Till:
    """One till on one simulated line. `said` are bodies and names of control bytes, in order."""

    scenario: Scenario = ONE_SALE
    profile: str = "generic"
    clock: SimulatedClock = field(default_factory=SimulatedClock)

    def __post_init__(self) -> None:
        self.station: Station = stations.build(
            StationSettings("transbank", profile=self.profile, scenario=self.scenario),
            wall=self.clock.wall,
        )
        self.line = SimulatedLine(self.clock, self.station)
        self.framer = StxFramer(SHAPE)
        self.line.open()

    @property
    def terminal(self) -> SimTerminal:
        """The device."""
        return self.station.terminal

    @property
    def booked(self) -> list[tuple[str, int]]:
        """The truth: kinds and amounts."""
        bookings: tuple[Booking, ...] = self.station.bank.bookings
        return [(booking.kind, booking.amount_minor) for booking in bookings]

    def send(self, body: str) -> None:
        """One frame, as it is."""
        self.line.write(self.framer.frame(body.encode()))

    def hear(self, wait_s: float = SILENCE_S) -> list[str]:
        """Names of control bytes and bodies of the next portion."""
        found: list[str] = []
        for piece in self.framer.pieces(self.line.read(wait_s)):
            if isinstance(piece, Control):
                found.append(piece.name)
            elif isinstance(piece, Payload):
                found.append(piece.data.decode())
        return found

    def ask(self, body: str, *, ack: bool = True) -> list[str]:
        """A command lived through until the terminal is silent; gives everything it said."""
        self.send(body)
        said: list[str] = []
        while heard := self.hear():
            for item in heard:
                said.append(item)
                if ack and len(item) > len("ACK"):
                    self.line.write(ACK)
        return said


def fields(body: str) -> list[str]:
    """A body between its bars, without blanks around."""
    return [text.strip() for text in body.split("|")]
