"""How a Concert V2 terminal (Telium, "E+") behaves on its serial line."""

from __future__ import annotations

from protocols.concert.layouts import SHAPE
from protocols.concert.profiles import CONCERT_PROFILES, DEFAULT_PROFILE
from protocols.kit.stx import StxFramer
from simulators.personalities.concert.habits import habits_of
from simulators.personalities.concert.personality import ConcertPersonality
from simulators.personalities.concert.words import ODD, PLAYS, is_code, knows, names_of
from simulators.personality import PersonalitySpec
from simulators.settings import MissingAckHabit, TerminalSettings

__all__ = ["PERSONALITY"]


def _terminal(_profile: str) -> TerminalSettings:
    """A device that prints its slips itself, and un-books nothing."""
    return TerminalSettings(vote=MissingAckHabit.STAY, own_printer=True, void_needs_card=True)


PERSONALITY = PersonalitySpec(
    protocol="concert",
    profiles=tuple(CONCERT_PROFILES),
    default_profile=DEFAULT_PROFILE,
    build=ConcertPersonality,
    terminal=_terminal,
    framers={"serial": lambda: StxFramer(SHAPE)},
    names=names_of,
    knows=knows,
    is_code=is_code,
    plays=PLAYS,
    votes=False,
    habits=habits_of,
    odd=ODD,
)
