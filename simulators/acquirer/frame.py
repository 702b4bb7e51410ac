"""Frames between terminal and acquirer: length (2, binary) | TPDU (5) | header (6) | message.

The length counts everything behind itself. An answer goes back with the two addresses of the TPDU
changed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from simulators.acquirer.errors import BadMessage

LENGTH: Final = 2
TPDU: Final = 5
HEADER: Final = 6
FRAME_MAX: Final = 2_048  # no message of the layout comes near it
TO_HOST: Final = bytes.fromhex("6000030000")
PLAIN: Final = bytes.fromhex("603100311001")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame taken apart. `message` may hold card data and is not shown."""

    message: bytes = field(repr=False)
    tpdu: bytes = TO_HOST
    header: bytes = PLAIN

    def encode(self) -> bytes:
        """The bytes on the line."""
        body = self.tpdu + self.header + self.message
        assert len(body) <= FRAME_MAX, "a message of ours is never that long"
        return len(body).to_bytes(LENGTH, "big") + body

    def answer(self, message: bytes) -> Frame:
        """The frame of an answer to this one."""
        kind, target, source = self.tpdu[:1], self.tpdu[1:3], self.tpdu[3:]
        return Frame(message, kind + source + target, self.header)


class FrameReader:
    """Cuts a stream into frames. A length that cannot be is a BadMessage: the stream is lost."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now."""
        self._rest += data
        found: list[Frame] = []
        while len(self._rest) >= LENGTH:
            length = int.from_bytes(self._rest[:LENGTH], "big")
            if not TPDU + HEADER < length <= FRAME_MAX:
                self.reset()
                raise BadMessage(f"a frame of {length} bytes")
            if len(self._rest) < LENGTH + length:
                break
            body = bytes(self._rest[LENGTH : LENGTH + length])
            del self._rest[: LENGTH + length]
            found.append(Frame(body[TPDU + HEADER :], body[:TPDU], body[TPDU : TPDU + HEADER]))
        return found

    @property
    def waiting(self) -> bool:
        """Whether a part of a frame has come."""
        return bool(self._rest)

    def reset(self) -> None:
        """A new connection: nothing of the old one counts."""
        self._rest.clear()
