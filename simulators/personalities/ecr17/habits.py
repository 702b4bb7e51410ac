"""In what simulated ECR17 terminals differ where the papers are silent; each side can be taken.

Whether repeated frames are known, whether a declined transaction replaces the saved result and what
becomes of a booking that nobody acknowledged are settings that every simulated device has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.ecr17.framing import MODES
from protocols.ecr17.profiles import ECR17_PROFILES, StanShown
from simulators.habits import LineHabits, about

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_SIZES: Final = frozenset({23, 26})


class WhenBusy(Enum):
    """What a request hears while another one runs."""

    NAK = "nak"
    SILENCE = "silence"
    OLD_RESULT = "old_result"


@dataclass(frozen=True, slots=True)
class Ecr17Habits(LineHabits):
    """What is seen of terminals, and what the papers leave open."""

    lrc: str = field(default="std", metadata=about("what the check value covers", MODES))
    when_busy: WhenBusy = field(
        default=WhenBusy.NAK,
        metadata=about(
            "what a request hears while another one runs; "
            "`old_result`: a last-result request is answered as if nothing ran"
        ),
    )
    hangs_up: bool = field(default=False, metadata=about("over TCP it hangs up behind its answer"))
    progress_s: float = field(
        default=20.0,
        metadata=about("how often a running transaction says that it lives; 0: it says nothing"),
    )
    ack_after_result: bool = field(
        default=False, metadata=about("a request is acknowledged behind its answer only")
    )
    lone_ack: bool = field(
        default=False, metadata=about("ACK and NAK are one byte each, without a frame of their own")
    )
    stan_shown: StanShown = field(
        default=StanShown.OWN,
        metadata=about(
            "whose trace number the result of a reversal has: its own, the original's",
            (StanShown.OWN, StanShown.ORIGINAL),
        ),
    )
    totals_sizes: frozenset[int] = field(
        default=REQUEST_SIZES,
        metadata=about("the lengths of the requests C and T that are taken", sorted(REQUEST_SIZES)),
    )


# Each profile that lets the session find the mode out speaks one that is not the most common.
HABITS: Final[Mapping[str, Ecr17Habits]] = MappingProxyType(
    {
        "generic": Ecr17Habits(lrc="stx"),
        "stays-booked": Ecr17Habits(lrc="noext", when_busy=WhenBusy.SILENCE),
        "hangs-up": Ecr17Habits(lrc="std", hangs_up=True),
    }
)
assert HABITS.keys() == ECR17_PROFILES.keys()
