"""What can happen at one moment of a life: the agent dies, the cable comes out, power fails."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from tests.setting import Killed

if TYPE_CHECKING:
    from tests.harness import Shop

# How long the terminal is without power, and how long the cable stays out.
DARK_S: Final = 2.0


class Blow(Enum):
    """One thing that goes wrong."""

    KILL = "agent-killed"
    PULL = "cable-out"
    POWER = "terminal-off"


def strike(shop: Shop, blow: Blow) -> None:
    """Let it happen now."""
    match blow:
        case Blow.KILL:
            raise Killed
        case Blow.PULL:
            shop.line.pull()
        case Blow.POWER:
            shop.power_cut(DARK_S)


class At:
    """A strike at one moment, counted from 1; `came` says whether it did."""

    def __init__(self, shop: Shop, number: int, blow: Blow) -> None:
        self._shop = shop
        self._number = number
        self._blow = blow
        self.came = False

    def __call__(self, moment: int, _label: str) -> None:
        """A moment of the shop's life."""
        if moment == self._number:
            self.came = True
            strike(self._shop, self._blow)


def is_message(label: str) -> bool:
    """Whether a moment lies on the line, not in the journal."""
    return not label.startswith(("before ", "durable "))


def is_boundary(label: str) -> bool:
    """Whether a moment lies between two messages: one has just gone or come."""
    return label.startswith(("left ", "heard "))
