"""The kinds of nexo terminals we know, and where each differs from the others; times in seconds.

What a vendor's document states is cited; what no document states is the cautious choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.branches import Syntax
from protocols.kit.capabilities import Capabilities, Capability, CommitVote, MissingAck
from protocols.kit.contract import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class NexoProfile:
    """What session and simulator must know of one dialect."""

    name: str
    title: str
    syntax: Syntax
    version: str
    version_always: bool  # in every header, or only where the schema wants it
    logs_in: bool
    names_original_peers: bool  # SaleID and POIID beside the number of the original
    currency_beside_amount: bool  # of a reversal, as data for the acquirer
    sealed: bool = False  # every message in an encrypted envelope
    answer_s: float = 150.0  # longer than a card is waited for and a host asked (120 s at Adyen)
    question_s: float = 15.0  # answers to harmless requests
    end_of_day_s: float = 180.0
    horizon_s: float = 180.0  # longest time a payment may run unseen

    def to_kit(self) -> Profile:
        """What the agent sees of it."""
        return Profile(
            needs=frozenset({"passphrase"}) if self.sealed else frozenset(),
            name=self.name,
            title=self.title,
            capabilities=Capabilities(
                declared=frozenset({Capability.LAST, Capability.REFERENCE, Capability.QUERY}),
                # There is no acknowledgement on this wire: what is booked stays booked.
                vote=CommitVote(MissingAck.STAYS_BOOKED, self.horizon_s),
                can_void=True,
                can_refund=True,
                partial_void=False,
                quiet_s=1.0,  # a terminal sends nothing twice; its answer goes to its connection
                prints=frozenset({"ecr", "terminal"}),
            ),
        )


XML: Final = NexoProfile(
    name="xml-3.1",
    title="nexo Retailer 3.1, XML",
    syntax=Syntax.XML,
    version="3.1",
    version_always=False,
    logs_in=True,
    names_original_peers=True,
    currency_beside_amount=False,
)
JSON: Final = NexoProfile(
    name="json-local",
    title="nexo Retailer 3.0, JSON as Adyen terminals speak it",
    syntax=Syntax.JSON,
    version="3.0",
    version_always=True,
    logs_in=False,
    names_original_peers=False,
    currency_beside_amount=True,
)
SEALED: Final = replace(
    JSON,
    name="json-local-encrypted",
    title="nexo Retailer 3.0, JSON as Adyen terminals speak it, encrypted",
    sealed=True,
)

NEXO_PROFILES: Final[Mapping[str, NexoProfile]] = MappingProxyType(
    {profile.name: profile for profile in (XML, JSON, SEALED)}
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {name: profile.to_kit() for name, profile in NEXO_PROFILES.items()}
)
DEFAULT_PROFILE: Final = XML.name
