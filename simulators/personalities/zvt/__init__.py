"""How a ZVT terminal behaves on a serial line and over TCP (PA00P015 rev 13.08, PA00P016)."""

from __future__ import annotations

from dataclasses import replace

from protocols.kit.capabilities import MissingAck
from protocols.kit.contract import SerialDefaults
from protocols.zvt.framing import SerialFramer, TcpFramer
from protocols.zvt.profiles import DEFAULT_PROFILE, ZVT_PROFILES
from simulators.personalities.zvt.personality import ZvtPersonality
from simulators.personalities.zvt.words import is_code, knows, names_of
from simulators.personality import PersonalitySpec
from simulators.scenario import STEP_KEYS
from simulators.settings import MissingAckHabit, Shown, TerminalSettings

__all__ = ["PERSONALITY"]


def _terminal(profile_name: str) -> TerminalSettings:
    """The device of a profile; a profile that does not know un-books, as 2.2.8 wants it."""
    profile = ZVT_PROFILES[profile_name]
    stays = profile.missing_ack is MissingAck.STAYS_BOOKED
    return replace(
        TerminalSettings(),
        vote=MissingAckHabit.STAY if stays else MissingAckHabit.REC1,
        shows=Shown.LAST_POSITIVE if profile.last_positive_only else Shown.LAST,
        store_declines=profile.stores_negative,
    )


PERSONALITY = PersonalitySpec(
    protocol="zvt",
    profiles=tuple(ZVT_PROFILES),
    default_profile=DEFAULT_PROFILE,
    build=ZvtPersonality,
    terminal=_terminal,
    framers={"serial": SerialFramer, "tcp": TcpFramer},
    names=names_of,
    knows=knows,
    is_code=is_code,
    plays=frozenset(STEP_KEYS) - {"odd"},
    serial=SerialDefaults(stop_bits=2),
)
