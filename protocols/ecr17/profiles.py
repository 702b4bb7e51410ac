"""The kinds of ECR17 terminals we know, and what no paper tells about them.

Every figure here that is not cited is a careful guess: the papers give no times, do not say what
an unacknowledged result does to a booking, which trace number a reversal shows, or whether a
declined transaction replaces the saved result. A technician who has seen it on the device at hand
takes the profile that fits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capabilities, Capability, CommitVote, MissingAck
from protocols.kit.contract import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

TRANSMISSIONS: Final = 3  # a frame is sent once and repeated twice (official LAN paper)
AUTO: Final = "auto"


class StanShown(Enum):
    """Which trace number the result of a reversal carries."""

    OWN = "own"
    ORIGINAL = "original"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ecr17Profile:
    """What session and simulator must know of one kind of terminal; times in seconds."""

    name: str
    title: str
    lrc: str = AUTO  # or the mode: std, stx, noext, stx_noext
    hangs_up: bool = False  # closes the connection behind each answer: one question for each
    lone_ack: bool = False  # ACK and NAK may come as one byte alone
    terminal_id: str = "00000000"  # ours in a request; zeros pass where the check is off
    cash_register_id: str = "00000001"
    ready_states: str = "2"  # maker-dependent; 2 is "operative"
    stan_shown: StanShown = StanShown.UNKNOWN
    declines_replace_last: bool = True  # the saved result; only the simulator needs to choose
    missing_ack: MissingAck = MissingAck.UNKNOWN
    byte_s: float = 1.0  # longest gap within a frame
    ack_s: float = 2.0  # from a frame of ours to its acknowledgement (open clients use this)
    answer_s: float = 10.0  # from a harmless request to its answer
    result_s: float = 120.0  # from the last sign of life to the result: card, PIN and host
    close_s: float = 300.0  # the same for a close of the batch
    receipt_s: float = 20.0  # from our acknowledgement to the next receipt frame
    repeats: int = TRANSMISSIONS - 1
    terminal_ack_s: float = 5.0  # how long the terminal waits for our acknowledgement
    terminal_repeats: int = TRANSMISSIONS - 1
    undo_s: float = 60.0  # how long an own undoing of the terminal may take, host included
    run_s: float = 120.0  # how long a transaction may run that nobody hears of
    capabilities: frozenset[Capability] = frozenset({Capability.LAST, Capability.NUMBERS})

    @property
    def repeat_horizon_s(self) -> float:
        """After this long without a byte the terminal repeats nothing any more."""
        return self.terminal_ack_s * (self.terminal_repeats + 1)

    @property
    def horizon_s(self) -> float:
        """After this long idle a transaction of ours has ended and is not undone any more."""
        return self.run_s + self.repeat_horizon_s + self.undo_s

    @property
    def stays_booked(self) -> bool:
        """Whether a booking is known to stand without our acknowledgement."""
        return self.missing_ack is MissingAck.STAYS_BOOKED

    def to_kit(self) -> Profile:
        """What the agent sees of it."""
        return Profile(
            name=self.name,
            title=self.title,
            capabilities=Capabilities(
                declared=self.capabilities,
                vote=CommitVote(self.missing_ack, self.horizon_s),
                number_fields=("trace_number", "turnover_number"),
                can_void=True,
                can_refund=False,
                voids_last_only=True,
                partial_void=False,
                void_tells_amount=False,
                quiet_s=self.repeat_horizon_s + 1.0,
                prints=frozenset({"ecr", "terminal"}),
            ),
        )


GENERIC: Final = Ecr17Profile(name="generic", title="ECR17, nothing assumed")

# For a terminal on which somebody has cut the line behind a result and found the booking standing.
STAYS_BOOKED: Final = replace(
    GENERIC,
    name="stays-booked",
    title="ECR17, a booking stands without our acknowledgement",
    missing_ack=MissingAck.STAYS_BOOKED,
)

# Over TCP many terminals close the connection behind each answer. Then nothing can be asked on the
# way to a money message, so what the check value covers must be known (as open clients have it).
HANGS_UP: Final = replace(
    GENERIC,
    name="hangs-up",
    title="ECR17, one connection for each answer, check value over the message only",
    lrc="std",
    hangs_up=True,
)

ECR17_PROFILES: Final[Mapping[str, Ecr17Profile]] = MappingProxyType(
    {profile.name: profile for profile in (GENERIC, STAYS_BOOKED, HANGS_UP)}
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {name: profile.to_kit() for name, profile in ECR17_PROFILES.items()}
)
DEFAULT_PROFILE: Final = GENERIC.name
