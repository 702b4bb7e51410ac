"""What the framers of all protocols share: the pieces of a line, and the check values."""

from __future__ import annotations

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
