"""What a simulated device is at, and what its personality is told of it."""

from __future__ import annotations

from enum import Enum, auto


class Phase(Enum):
    """What the device is at."""

    IDLE = auto()
    CARD = auto()  # waits for a card
    HOST = auto()  # waits for the host
    VOTE = auto()  # booked; waits for somebody to take the result
    CLOSING = auto()  # decided for good; the dialogue may still print
    REVERSING = auto()  # undoes what nobody acknowledged
    OFF = auto()
    BOOTING = auto()


class Happening(Enum):
    """What the personality is told."""

    CARD_WANTED = auto()
    HOST_ASKED = auto()
    DECIDED = auto()
    REVERSING = auto()
    REVERSED = auto()
    POWER_LOST = auto()
    POWER_BACK = auto()
