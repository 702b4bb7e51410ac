"""A simulated line with ears: every whole message that passes is told, before and after it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Payload, quieted
from simulators.cable import Way

if TYPE_CHECKING:
    from protocols.kit.contract import Framer
    from protocols.kit.framing import Piece
    from simulators.line import SimulatedLine
    from simulators.station import Station

Names = tuple[str, ...]
Ear = Callable[[str, Names], None]

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
        self._kind = station.spec.framers[transport]
        self._framers = {way: self._kind() for way in Way}
        self._whole_so_far = dict.fromkeys(Way, True)

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

    def _whole(self, way: Way, data: bytes) -> Sequence[Names]:
        """The names of every message that became whole."""
        if self._whole_so_far[way]:
            names = _names_in(data, self._kind, self._names_of)
            if names is not None:
                return names
            self._whole_so_far[way] = False
        framer = self._framers[way]
        return _named([*framer.pieces(data), *quieted(framer)], self._names_of)

    def _rest(self) -> None:
        for way, framer in self._framers.items():
            framer.reset()
            self._whole_so_far[way] = True


# A till and a terminal say the same few things to each other all the time.
@lru_cache(maxsize=4096)
def _names_in(
    data: bytes, kind: Callable[[], Framer], names_of: Callable[[bytes], Names]
) -> tuple[Names, ...] | None:
    """The names of bytes that are whole messages and nothing else; None for any others."""
    framer = kind()
    pieces = [*framer.pieces(data), *quieted(framer)]
    whole = not framer.pending and all(isinstance(piece, Payload | Control) for piece in pieces)
    return tuple(_named(pieces, names_of)) if whole else None


def _named(pieces: Sequence[Piece], names_of: Callable[[bytes], Names]) -> list[Names]:
    found: list[Names] = []
    for piece in pieces:
        if isinstance(piece, Payload):
            found.append(names_of(piece.data))
        elif isinstance(piece, Control):
            found.append((piece.name,))
    return found
