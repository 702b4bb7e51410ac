"""The kinds of AIP terminals, and where one may differ from another.

All that is known comes from one open till program; what its terminals do beyond that is not
written anywhere. So every profile assumes the worst of what is silent, and the two simulated ones
take one side each. Times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capabilities, Capability, CommitVote, MissingAck
from protocols.kit.contract import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the host is waited for, and how often a terminal repeats the reversal of a void after that
# (UnionPay terminals: three tries). Nothing that the terminal says before that is final.
HOST_S: Final = 60.0
REVERSALS: Final = 3


@dataclass(frozen=True, slots=True)
class AipProfile:
    """What the session and the simulator must know of one kind of terminal.

    `echoes_check` ("yes", "no", "maybe") says whether answers carry our numbers (9F1A, 9FFF) back.
    The session believes none of the three: another number is never ours, none proves nothing.
    """

    name: str
    title: str
    echoes_check: str = "maybe"
    query_tells_type: bool = True  # the answer to type 15 has the type of what it tells
    tells_busy: bool = False  # a line test is answered while a transaction runs, with code 09
    relays: bool = False  # the simulated one asks the till to reach its host (type 17)
    signs: frozenset[Capability] = frozenset({Capability.LAST, Capability.NUMBERS})
    app_name: str = "APP01"
    byte_gap_s: float = 2.5  # longest pause inside one frame; no document names one
    test_s: float = 5.0
    answer_s: float = 60.0
    money_s: float = 180.0  # card, PIN, host

    @property
    def vote_horizon_s(self) -> float:
        """Longest time in which a transaction may run or be undone by terminal and host unseen."""
        return HOST_S * (1 + REVERSALS)

    def to_kit(self) -> Profile:
        """What the agent sees of it."""
        return Profile(
            name=self.name,
            title=self.title,
            capabilities=Capabilities(
                declared=self.signs,
                # There is nothing to acknowledge: what a terminal does with a booking whose answer
                # got lost is its own business. A void may be reversed, a refund never is.
                vote=CommitVote(MissingAck.UNKNOWN, self.vote_horizon_s),
                number_fields=("trace_number",),
                quiet_s=self.byte_gap_s + 1.0,  # nothing is repeated; a frame may still trickle in
                prints=frozenset({"ecr", "terminal"}),
            ),
        )


GENERIC: Final = AipProfile(
    name="generic",
    title="Allinpay MIS terminal (AIP), as its till program expects it",
    tells_busy=True,
)
BARE: Final = AipProfile(
    name="bare",
    title="Allinpay MIS terminal that echoes nothing and is silent while it works",
    echoes_check="no",
    query_tells_type=False,
)

RELAY: Final = AipProfile(
    name="relay",
    title="Allinpay MIS terminal without a line of its own: the till reaches the host for it",
    tells_busy=True,
    relays=True,
    # Where the answer of the host got lost on its way through the till, the terminal itself does
    # not know; then its numbers have advanced, and say nothing.
    signs=frozenset({Capability.LAST}),
)

AIP_PROFILES: Final[Mapping[str, AipProfile]] = MappingProxyType(
    {profile.name: profile for profile in (GENERIC, BARE, RELAY)}
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {name: profile.to_kit() for name, profile in AIP_PROFILES.items()}
)
DEFAULT_PROFILE: Final = GENERIC.name
