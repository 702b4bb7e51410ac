"""How a Transbank terminal behaves on its serial line."""

from __future__ import annotations

from dataclasses import replace

from protocols.kit.contract import SerialDefaults
from protocols.kit.stx import StxFramer
from protocols.transbank.messages import SHAPE
from protocols.transbank.profiles import DEFAULT_PROFILE, TRANSBANK_PROFILES
from simulators.habits import LineHabits
from simulators.personalities.transbank.personality import TransbankPersonality
from simulators.personalities.transbank.words import PLAYS, is_code, knows, names_of
from simulators.personality import PersonalitySpec
from simulators.settings import MissingAckHabit, TerminalSettings

__all__ = ["PERSONALITY"]


def _terminal(_profile_name: str) -> TerminalSettings:
    """The device of a profile: what it booked stays booked, and it prints by itself."""
    return replace(TerminalSettings(), vote=MissingAckHabit.STAY, own_printer=True)


PERSONALITY = PersonalitySpec(
    protocol="transbank",
    profiles=tuple(TRANSBANK_PROFILES),
    default_profile=DEFAULT_PROFILE,
    build=TransbankPersonality,
    terminal=_terminal,
    framers={"serial": lambda: StxFramer(SHAPE)},
    names=names_of,
    knows=knows,
    is_code=is_code,
    plays=PLAYS,
    habits=lambda _profile: LineHabits(),
    serial=SerialDefaults(baud=TRANSBANK_PROFILES[DEFAULT_PROFILE].baud),
)
