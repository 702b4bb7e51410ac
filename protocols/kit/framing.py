"""What the framers of all protocols share: the pieces of a line, and the check values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from binascii import crc_hqx
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payload:
    """One whole, correct frame; `data` is what it carried, without framing."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Control:
    """A control byte that stands alone on the line (ACK, NAK, ENQ, EOT)."""

    data: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes that look like a frame but are not one; `why` is for the trace."""

    data: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes that belong to nothing (noise before a frame)."""

    data: bytes


Piece = Payload | Control | Damaged | Stray


class EndsBySilence(ABC):
    """What a framer is besides where nothing on the wire says that a message ends here.

    Only the next message, silence or a hung-up line does. A framer has no clock: whoever has one,
    or knows that one write is one message, calls `quiet`. It is asked of every framer at every
    write, so this is a class to come from: to look for a method by its name takes far longer.
    """

    @abstractmethod
    def quiet(self) -> list[Piece]:
        """Nothing came for a while: what stands and is whole is a message."""


def quieted(framer: object) -> list[Piece]:
    """What silence makes whole; nothing where frames have ends of their own."""
    return framer.quiet() if isinstance(framer, EndsBySilence) else []


def lrc(data: bytes, start: int = 0) -> int:
    """Longitudinal redundancy check: all bytes (and `start`) joined by exclusive or, 0..255."""
    value = start
    for byte in data:
        value ^= byte
    return value


def crc16_kermit(data: bytes) -> int:
    """CRC-16/KERMIT: x16+x12+x5+1, least significant bit first, start 0, 0..FFFF.

    The C routine of the standard library works most significant bit first; with the bits of each
    byte turned around before it and the sum turned around after it, it gives this one.
    """
    turned = crc_hqx(data.translate(_TURNED), 0)
    return _TURNED[turned >> 8] | _TURNED[turned & 0xFF] << 8


# Every byte with its bits in the opposite order.
_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
