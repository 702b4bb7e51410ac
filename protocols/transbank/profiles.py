"""The kinds of Transbank terminals we know, and where each differs.

Figures are those of the developer documentation (`referencia/posintegrado`) or, where that gives
none, of the official SDKs; the reference page says which is which.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capabilities, Capability, CommitVote, MissingAck
from protocols.kit.contract import Profile, SerialDefaults

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class TransbankProfile:
    """What the session and the simulator must know of one kind of terminal; times in seconds.

    `listen_s`: how long a money request that was not acknowledged is listened after, so that the
    answer of a terminal whose acknowledgement was lost is heard.
    """

    name: str
    title: str
    baud: int
    byte_s: float = 0.5  # between two bytes of a frame; no document gives a figure
    ack_s: float = 2.0  # from the end of a frame to ACK or NAK ("timeout 1"; figure of an SDK)
    listen_s: float = 31.0
    reply_s: float = 150.0  # from ACK to the reply of a transaction (figure of an SDK)
    enquiry_s: float = 60.0  # from ACK, or the line before, to the reply of what asks nobody else
    repeat_s: float = 10.0  # the terminal says a reply again after so long ("timeout 2")
    repeats: int = 2  # and so often; as often as we say a harmless request again

    @property
    def repeat_horizon_s(self) -> float:
        """After this long without a byte the terminal repeats nothing any more."""
        return self.repeat_s * (self.repeats + 1)

    @property
    def busy_horizon_s(self) -> float:
        """Longest time from a request that we lost sight of to an idle terminal."""
        return self.reply_s + self.repeat_horizon_s

    def to_kit(self) -> Profile:
        """What the agent sees of it."""
        return Profile(
            serial=SerialDefaults(baud=self.baud),
            name=self.name,
            title=self.title,
            capabilities=Capabilities(
                # The list of the batch answers by operation number; a second void of one sale is
                # refused with 04. Busy is not told: what a terminal answers then is undocumented.
                declared=frozenset({Capability.QUERY, Capability.COMMIT_ONCE}),
                vote=CommitVote(MissingAck.STAYS_BOOKED, self.busy_horizon_s),
                can_void=True,
                can_refund=False,
                partial_void=False,
                # A void names a sale by its number alone, and its answer has no amount.
                shows_originals=True,
                quiet_s=self.repeat_horizon_s + 1.0,
                prints=frozenset({"terminal"}),
            ),
        )


GENERIC: Final = TransbankProfile(
    name="generic", title="Transbank POS Integrado, attended", baud=115_200
)
AUTOSERVICIO: Final = TransbankProfile(
    name="autoservicio", title="Transbank POS Integrado, self-service", baud=19_200
)

TRANSBANK_PROFILES: Final[Mapping[str, TransbankProfile]] = MappingProxyType(
    {profile.name: profile for profile in (GENERIC, AUTOSERVICIO)}
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {name: profile.to_kit() for name, profile in TRANSBANK_PROFILES.items()}
)
DEFAULT_PROFILE: Final = GENERIC.name
