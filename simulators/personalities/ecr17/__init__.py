"""How an ECR17 terminal behaves over TCP and on a serial line."""

from __future__ import annotations

from dataclasses import replace

from protocols.ecr17.framing import framer
from protocols.ecr17.profiles import DEFAULT_PROFILE, ECR17_PROFILES
from simulators.personalities.ecr17.habits import HABITS
from simulators.personalities.ecr17.personality import Ecr17Personality
from simulators.personalities.ecr17.words import PLAYS, is_code, knows, names_of
from simulators.personality import PersonalitySpec
from simulators.settings import MissingAckHabit, TerminalSettings

__all__ = ["PERSONALITY"]


def _terminal(profile_name: str) -> TerminalSettings:
    """The device of a profile; one of which nothing is known un-books, so that nobody relies on
    the contrary. A void wants its card."""
    stays = ECR17_PROFILES[profile_name].stays_booked
    return replace(
        TerminalSettings(),
        vote=MissingAckHabit.STAY if stays else MissingAckHabit.REC1,
        void_needs_card=True,
    )


PERSONALITY = PersonalitySpec(
    protocol="ecr17",
    profiles=tuple(ECR17_PROFILES),
    default_profile=DEFAULT_PROFILE,
    build=Ecr17Personality,
    terminal=_terminal,
    framers={"tcp": framer, "serial": framer},
    names=names_of,
    knows=knows,
    is_code=is_code,
    plays=PLAYS,
    habits=HABITS.__getitem__,
)
