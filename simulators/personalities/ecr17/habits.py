"""In what simulated ECR17 terminals differ where the papers are silent; each side can be taken.

Whether repeated frames are known, whether a declined transaction replaces the saved result and what
becomes of a booking that nobody acknowledged are settings that every simulated device has.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.ecr17.profiles import ECR17_PROFILES, StanShown

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_SIZES: Final = frozenset({23, 26})


class WhenBusy(Enum):
    """What a request hears while another one runs."""

    NAK = "nak"
    SILENCE = "silence"
    OLD_RESULT = "old_result"  # a last-result request is answered as if nothing ran


@dataclass(frozen=True, slots=True)
class Habits:
    """`lrc`: what the check value covers. `totals_sizes`: which lengths of C and T are taken.

    `progress_s`: how often a running transaction says that it lives; 0.0: it says nothing.
    """

    lrc: str = "std"
    when_busy: WhenBusy = WhenBusy.NAK
    hangs_up: bool = False
    progress_s: float = 20.0
    ack_after_result: bool = False
    lone_ack: bool = False
    stan_shown: StanShown = StanShown.OWN
    totals_sizes: frozenset[int] = REQUEST_SIZES


# Each profile that lets the session find the mode out speaks one that is not the most common.
HABITS: Final[Mapping[str, Habits]] = MappingProxyType(
    {
        "generic": Habits(lrc="stx"),
        "stays-booked": Habits(lrc="noext", when_busy=WhenBusy.SILENCE),
        "hangs-up": Habits(lrc="std", hangs_up=True),
    }
)
assert HABITS.keys() == ECR17_PROFILES.keys()
