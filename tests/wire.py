"""A simulated line with ears: every whole message that passes is told, before and after it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Payload, quieted
from simulators.cable import Way

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
        self._names_of = station.spec.names
        self._framers = {way: station.spec.framers[transport]() for way in Way}

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
        names = self._whole(Way.TO_TERMINAL, data)
        for name in names:
            self._ear(LEAVING, name)
        self._line.write(data)
        for name in names:
            self._ear(LEFT, name)

    def read(self, timeout_s: float) -> bytes:
        """Bytes from the terminal."""
        data = self._line.read(timeout_s)
        if data:
            for name in self._whole(Way.TO_ECR, data):
                self._ear(HEARD, name)
        return data

    def _whole(self, way: Way, data: bytes) -> list[tuple[str, ...]]:
        """The names of every message that became whole."""
        found: list[tuple[str, ...]] = []
        framer = self._framers[way]
        for piece in [*framer.pieces(data), *quieted(framer)]:
            if isinstance(piece, Payload):
                found.append(self._names_of(piece.data))
            elif isinstance(piece, Control):
                found.append((piece.name,))
        return found

    def _rest(self) -> None:
        for framer in self._framers.values():
            framer.reset()
