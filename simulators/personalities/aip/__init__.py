"""How an AIP terminal behaves on its serial line, as far as an open till program tells it."""

from __future__ import annotations

from protocols.aip.framing import SerialFramer
from protocols.aip.profiles import AIP_PROFILES, DEFAULT_PROFILE
from protocols.kit.contract import SerialDefaults
from simulators.personalities.aip.personality import AipPersonality
from simulators.personalities.aip.words import is_code, knows, names_of
from simulators.personality import PersonalitySpec
from simulators.scenario import STEP_KEYS
from simulators.settings import TerminalSettings

__all__ = ["PERSONALITY"]

# What the wire has no form for: it says no to nothing before it begins, and has no NAK. What an
# odd answer would be is not known.
_CANNOT = frozenset({"nak", "nak_and_run", "refuse", "abort", "odd"})


def _terminal(_profile_name: str) -> TerminalSettings:
    """Nothing is acknowledged here, so a booking stays, unless power fails before it was told."""
    return TerminalSettings()


PERSONALITY = PersonalitySpec(
    protocol="aip",
    profiles=tuple(AIP_PROFILES),
    default_profile=DEFAULT_PROFILE,
    build=AipPersonality,
    terminal=_terminal,
    framers={"serial": SerialFramer},
    names=names_of,
    knows=knows,
    is_code=is_code,
    plays=frozenset(STEP_KEYS) - _CANNOT,
    votes=False,
    serial=SerialDefaults(),
)
