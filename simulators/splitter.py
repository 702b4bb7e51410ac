"""Cuts a byte stream into its messages without changing a byte, so that a cable can pick one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.contract import Framer


@dataclass(frozen=True, slots=True)
class Chunk:
    """The bytes of one message (or of noise: no names) as they stood on the line."""

    data: bytes
    names: tuple[str, ...]


class Splitter:
    """One direction of a line. `names_of` gives code and words of a payload."""

    def __init__(self, framer: Framer, names_of: Callable[[bytes], tuple[str, ...]]) -> None:
        self._framer = framer
        self._names_of = names_of
        self._raw = bytearray()

    def feed(self, data: bytes) -> list[Chunk]:
        """What became whole; what has only begun is kept."""
        chunks: list[Chunk] = []
        for byte in data:
            self._raw.append(byte)
            for piece in self._framer.pieces(bytes((byte,))):
                names: tuple[str, ...] = ()
                if isinstance(piece, Payload):
                    names = self._names_of(piece.data)
                elif isinstance(piece, Control):
                    names = (piece.name,)
                if self._raw:
                    chunks.append(Chunk(bytes(self._raw), names))
                    self._raw.clear()
        return chunks

    def rest(self) -> bytes:
        """Give up what has only begun."""
        self._framer.reset()
        rest = bytes(self._raw)
        self._raw.clear()
        return rest
