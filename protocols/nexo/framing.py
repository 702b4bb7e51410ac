"""nexo over TCP: four bytes of length, most significant first, then the message."""

from __future__ import annotations

from typing import Final

from protocols.kit.lengthprefix import LengthPrefixFramer
from protocols.kit.node import SIZE_MAX

LENGTH_SIZE: Final = 4


def tcp_framer() -> LengthPrefixFramer:
    """One side of a connection."""
    return LengthPrefixFramer(LENGTH_SIZE, SIZE_MAX)
