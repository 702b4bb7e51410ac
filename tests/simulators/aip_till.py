"""A till made of raw AIP frames: it knows nothing of the project's sessions and drivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocols.aip.framing import SerialFramer
from protocols.aip.messages import build, parse, serialise
from protocols.kit.framing import Payload
from simulators import scenario as scenarios
from simulators import station as stations
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.station import StationSettings

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message
    from simulators.scenario import Scenario

ONE_SALE = "[[sale]]\namount_minor = 1234"
SILENCE_S = 400.0


def scene(text: str = "") -> Scenario:
    """A scenario with one sale, and what else is in the text."""
    return scenarios.parse(f"version = 1\n{text}\n{ONE_SALE}", "test")


@dataclass
class Till:
    """One till on one simulated line."""

    text: str = ""
    profile: str = "generic"
    clock: SimulatedClock = field(default_factory=SimulatedClock)

    def __post_init__(self) -> None:
        settings = StationSettings("aip", profile=self.profile, scenario=scene(self.text))
        self.station = stations.build(settings, wall=self.clock.wall)
        self.terminal = self.station.terminal
        self.bank = self.station.bank
        self.line = SimulatedLine(self.clock, self.station)
        self.framer = SerialFramer()
        self.line.open()

    def send(self, trans_type: int, **values: Value | None) -> None:
        """One frame."""
        self.line.write(self.framer.frame(serialise(build(trans_type, app_name="APP01", **values))))

    def hear(self, wait_s: float = SILENCE_S) -> list[Message]:
        """What comes within the time, up to the first message."""
        end = self.clock.monotonic() + wait_s
        while (left := end - self.clock.monotonic()) > 0:
            pieces = self.framer.pieces(self.line.read(left))
            found = [parse(piece.data) for piece in pieces if isinstance(piece, Payload)]
            if found:
                return found
        return []

    def ask(self, trans_type: int, **values: Value | None) -> Message:
        """A request and its one answer."""
        self.send(trans_type, **values)
        (answer,) = self.hear()
        return answer

    def test(self) -> str | None:
        """The code of a line test; None for silence."""
        request = build(7, app_name="MANAGER", check="000002")
        self.line.write(self.framer.frame(serialise(request)))
        heard = self.hear(5.0)
        return heard[0].text("result_code") if heard else None

    def refund(self, amount_minor: int = 500) -> Message:
        """Type 4."""
        return self.ask(4, amount_minor=amount_minor, rrn="000001000001", date="0302", check="77")
