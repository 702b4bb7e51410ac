"""How a nexo terminal behaves over TCP, in XML and in JSON."""

from __future__ import annotations

from dataclasses import replace

from protocols.nexo.framing import tcp_framer
from protocols.nexo.profiles import DEFAULT_PROFILE, NEXO_PROFILES
from simulators.personalities.nexo.personality import NexoPersonality
from simulators.personalities.nexo.words import ODD, is_code, knows, names_of
from simulators.personality import PersonalitySpec
from simulators.scenario import STEP_KEYS
from simulators.settings import MissingAckHabit, TerminalSettings

__all__ = ["PERSONALITY"]


def _terminal(profile_name: str) -> TerminalSettings:
    """The device of a profile: there is no vote, so what is booked stays booked."""
    assert profile_name in NEXO_PROFILES, "the profiles are the protocol's"
    return replace(TerminalSettings(), vote=MissingAckHabit.STAY)


PERSONALITY = PersonalitySpec(
    protocol="nexo",
    profiles=tuple(NEXO_PROFILES),
    default_profile=DEFAULT_PROFILE,
    build=NexoPersonality,
    terminal=_terminal,
    framers={"tcp": tcp_framer},
    names=names_of,
    knows=knows,
    is_code=is_code,
    plays=frozenset(STEP_KEYS) - {"nak", "nak_and_run"},
    odd=ODD,
)
