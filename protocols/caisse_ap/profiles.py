"""The kinds of Caisse-AP terminals we know, and where each differs.

Terminals of this protocol sign nothing: there is no enquiry, and the duplicate (CD 3) is for
people to look at. So no capability is declared, and a lost answer is for people to settle.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capabilities, CommitVote, MissingAck
from protocols.kit.contract import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CaisseApProfile:
    """What session and simulator must know of one kind of terminal; times in seconds.

    `echoes`: CF comes back in every answer, so that an answer without it is nobody's. Without it
    the connection alone ties an answer to its request. `till_reference`: CH is known, too.
    """

    name: str
    title: str
    version: str = "0300"
    integrator: str = "012345678901"  # what the open clients send; the acquirer gives a real one
    till: str = "01"
    echoes: bool = True
    till_reference: bool = False
    has_duplicate: bool = True
    result_s: float = 180.0  # clients in the field wait 177 to 180 s
    duplicate_s: float = 60.0
    quiet_s: float = 0.5  # behind an answer that has all we need: nothing more follows

    def to_kit(self) -> Profile:
        """What the agent sees of it.

        There is no acknowledgement, so nothing is undone for want of one. The horizon is the
        longest that a customer may still stand at the terminal unseen. Nothing is ever repeated.
        """
        return Profile(
            name=self.name,
            title=self.title,
            capabilities=Capabilities(
                declared=frozenset(),
                vote=CommitVote(MissingAck.STAYS_BOOKED, self.result_s),
                quiet_s=self.quiet_s + 1.0,
                prints=frozenset({"terminal"}),
            ),
        )


GENERIC: Final = CaisseApProfile(name="generic", title="Caisse-AP 3.00 that gives CF back")
NO_ECHO: Final = CaisseApProfile(
    name="no-echo", title="Caisse-AP 3.00 that does not give CF back", echoes=False
)
# Public examples of "Concert V3": version 0320, one digit of till number, CH.
PAYXPERT: Final = CaisseApProfile(
    name="payxpert",
    title="PayXpert (Concert V3, 3.20)",
    version="0320",
    integrator="323540032810",
    till="1",
    till_reference=True,
)

CAISSE_AP_PROFILES: Final[Mapping[str, CaisseApProfile]] = MappingProxyType(
    {profile.name: profile for profile in (GENERIC, NO_ECHO, PAYXPERT)}
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {name: profile.to_kit() for name, profile in CAISSE_AP_PROFILES.items()}
)
DEFAULT_PROFILE: Final = GENERIC.name
