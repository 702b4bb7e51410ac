"""In what simulated Caisse-AP terminals differ where documents are silent."""

from __future__ import annotations

from dataclasses import dataclass, field

from protocols.caisse_ap.profiles import CAISSE_AP_PROFILES
from simulators.habits import Habits, about


@dataclass(frozen=True, slots=True)
class CaisseApHabits(Habits):
    """Which items come back, and what becomes of the connection."""

    echoes: bool = field(default=True, metadata=about("CF and CH of the request come back"))
    amount_stays: bool = field(
        default=False, metadata=about("a refusal still has its amount, or else none")
    )
    hangs_up: bool = field(
        default=False, metadata=about("it closes the connection behind its answer")
    )
    answers_newcomer: bool = field(
        default=False,
        metadata=about(
            "what was asked over a connection that is gone is answered over the next one"
        ),
    )


def habits_of(profile: str) -> CaisseApHabits:
    """Those of a kind of terminal."""
    return CaisseApHabits(echoes=CAISSE_AP_PROFILES[profile].echoes)
