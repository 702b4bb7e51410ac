"""Cuts a byte stream into its messages without changing a byte, so that a cable can pick one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Payload, quieted

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.contract import Framer
    from protocols.kit.framing import Piece


@dataclass(frozen=True, slots=True)
class Chunk:
    """The bytes of one message (or of noise: no names) as they stood on the line."""

    data: bytes
    names: tuple[str, ...]


class Splitter:
    """One direction of a line. `names_of` gives code and words of a payload.

    Where only silence ends a message, each feed is one: peers write their messages whole.
    """

    def __init__(self, framer: Framer, names_of: Callable[[bytes], tuple[str, ...]]) -> None:
        self._framer = framer
        self._names_of = names_of
        self._raw = bytearray()

    def feed(self, data: bytes) -> list[Chunk]:
        """What became whole; what has only begun is kept."""
        if not self._raw:
            # Nearly always one write is whole messages; then nobody has to look for their ends.
            whole = [*self._framer.pieces(data), *quieted(self._framer)]
            if not self._framer.pending:
                if len(whole) == 1:
                    return [Chunk(data, self._names(whole[0]))]
                framed = [self._framed(piece) for piece in whole]
                if b"".join(framed) == data:
                    names = map(self._names, whole)
                    return [Chunk(*both) for both in zip(framed, names, strict=True)]
            self._framer.reset()
        chunks: list[Chunk] = []
        for byte in data:
            self._raw.append(byte)
            for piece in self._framer.pieces(bytes((byte,))):
                self._cut(piece, chunks)
        for piece in quieted(self._framer):
            self._cut(piece, chunks)
        return chunks

    def _framed(self, piece: Piece) -> bytes:
        """The bytes of a piece, if they were as they should be."""
        return self._framer.frame(piece.data) if isinstance(piece, Payload) else piece.data

    def _cut(self, piece: Piece, chunks: list[Chunk]) -> None:
        if self._raw:
            chunks.append(Chunk(bytes(self._raw), self._names(piece)))
            self._raw.clear()

    def _names(self, piece: Piece) -> tuple[str, ...]:
        if isinstance(piece, Payload):
            return self._names_of(piece.data)
        return (piece.name,) if isinstance(piece, Control) else ()

    def rest(self) -> bytes:
        """Give up what has only begun."""
        self._framer.reset()
        rest = bytes(self._raw)
        self._raw.clear()
        return rest
