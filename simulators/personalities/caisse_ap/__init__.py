"""How a Caisse-AP terminal (Concert V3) behaves on its TCP port."""

from __future__ import annotations

from protocols.caisse_ap.framing import ItemsFramer
from protocols.caisse_ap.profiles import CAISSE_AP_PROFILES, DEFAULT_PROFILE
from simulators.personalities.caisse_ap.habits import habits_of
from simulators.personalities.caisse_ap.personality import CaisseApPersonality
from simulators.personalities.caisse_ap.words import ODD, is_code, knows, names_of
from simulators.personality import PersonalitySpec
from simulators.scenario import STEP_KEYS
from simulators.settings import MissingAckHabit, TerminalSettings

__all__ = ["PERSONALITY"]


def _terminal(_profile: str) -> TerminalSettings:
    """A device that prints its slips itself and knows no acknowledgement."""
    return TerminalSettings(vote=MissingAckHabit.STAY, own_printer=True, void_needs_card=True)


PERSONALITY = PersonalitySpec(
    protocol="caisse-ap",
    profiles=tuple(CAISSE_AP_PROFILES),
    default_profile=DEFAULT_PROFILE,
    build=CaisseApPersonality,
    terminal=_terminal,
    framers={"tcp": ItemsFramer},
    names=names_of,
    knows=knows,
    is_code=is_code,
    # No acknowledgement and no status; what is refused at the start is answered like any refusal.
    plays=frozenset(STEP_KEYS) - {"nak", "nak_and_run", "refuse", "status"},
    votes=False,
    habits=habits_of,
    odd=ODD,
)
