"""Messages in a stream, each behind its length as a binary number, most significant byte first.

The stream has no marks: behind a length that cannot be right nothing can be found again, so the
framer then takes everything for damage until it is reset.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from protocols.kit.errors import BadFrame
from protocols.kit.framing import Damaged, Payload, Piece


@dataclass(slots=True)
class LengthPrefixFramer:
    """`size` bytes of length, then 1 to `longest` bytes; the length does not count itself."""

    size: int
    longest: int
    _buffer: bytearray = field(default_factory=bytearray)
    _lost: bool = False

    def frame(self, payload: bytes) -> bytes:
        """Length and payload. Raises BadFrame for no bytes or more than `longest`."""
        if not 0 < len(payload) <= self.longest:
            raise BadFrame(f"a frame holds 1 to {self.longest} bytes, not {len(payload)}")
        return len(payload).to_bytes(self.size, "big") + payload

    def pieces(self, data: bytes) -> list[Piece]:
        """Every payload that became whole."""
        if self._lost:
            return [Damaged(data, "behind a wrong length")] if data else []
        buffer = self._buffer
        buffer += data
        found: list[Piece] = []
        at = 0
        while len(buffer) - at >= self.size:
            start = at + self.size
            length = int.from_bytes(buffer[at:start], "big")
            if not 0 < length <= self.longest:
                found.append(Damaged(bytes(buffer[at:]), f"a frame of {length} bytes"))
                self._lost = True
                at = len(buffer)
                break
            if length > len(buffer) - start:
                break
            at = start + length
            found.append(Payload(bytes(buffer[start:at])))
        del buffer[:at]
        return found

    def reset(self) -> bytes:
        """Forget a begun frame and give its bytes back."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._lost = False
        return rest

    @property
    def pending(self) -> bool:
        """Whether a frame has begun."""
        return bool(self._buffer)
