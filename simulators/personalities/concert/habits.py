"""In what simulated Concert terminals differ where documents are silent."""

from __future__ import annotations

from dataclasses import dataclass, field

from protocols.concert.profiles import CONCERT_PROFILES
from simulators.habits import LineHabits, about


@dataclass(frozen=True, slots=True)
class ConcertHabits(LineHabits):
    """Which bytes come back, and how often an answer is offered."""

    echoes: bool = field(default=True, metadata=about("the private bytes of the request come back"))
    amount_stays: bool = field(
        default=False, metadata=about("a refusal still has its amount, or else a blank one")
    )
    rounds: int = field(
        default=1, metadata=about("how often an answer that nobody takes is offered, ENQ and all")
    )


def habits_of(profile: str) -> ConcertHabits:
    """Those of a kind of terminal."""
    return ConcertHabits(echoes=CONCERT_PROFILES[profile].echoes)
