"""A simulated line with ears: every whole message that passes is told, before and after it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulators.cable import Way
from simulators.splitter import Splitter

if TYPE_CHECKING:
    from simulators.line import SimulatedLine
    from simulators.station import Station

Ear = Callable[[str, tuple[str, ...]], None]

LEAVING = "leaving"  # the agent is about to write this message
LEFT = "left"  # it has written it
HEARD = "heard"  # it has read this message, and has not looked at it yet


class Wire:
    """The till's end of the line, as the agent's link sees it.

    `ear` is told the moment (LEAVING, LEFT, HEARD) and the names of the message; what it raises
    stops the agent there.
    """

    def __init__(self, line: SimulatedLine, station: Station, transport: str, ear: Ear) -> None:
        self._line = line
        self._ear = ear
        framer = station.spec.framers[transport]
        self._splitters = {way: Splitter(framer(), station.spec.names) for way in Way}

    def open(self) -> None:
        """Plug in."""
        self._rest()
        self._line.open()

    def close(self) -> None:
        """Unplug."""
        self._rest()
        self._line.close()

    def write(self, data: bytes) -> None:
        """Bytes to the terminal."""
        names = [chunk.names for chunk in self._splitters[Way.TO_TERMINAL].feed(data)]
        for name in names:
            self._ear(LEAVING, name)
        self._line.write(data)
        for name in names:
            self._ear(LEFT, name)

    def read(self, timeout_s: float) -> bytes:
        """Bytes from the terminal."""
        data = self._line.read(timeout_s)
        for chunk in self._splitters[Way.TO_ECR].feed(data):
            self._ear(HEARD, chunk.names)
        return data

    def _rest(self) -> None:
        for splitter in self._splitters.values():
            splitter.rest()
