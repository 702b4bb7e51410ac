"""The kinds of Concert V2 terminals we know, and where each differs.

Terminals of this protocol sign nothing: there is no enquiry and no number, only the ten private
bytes that come back. So no capability is declared, and a lost answer is for people to settle.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capabilities, CommitVote, MissingAck
from protocols.kit.contract import Profile, SerialDefaults

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ConcertProfile:
    """What session and simulator must know of one kind of terminal; times in seconds.

    `echoes`: the private bytes come back; without it they may come back blank, and then nothing
    but the time ties an answer to its request. Counts of tries are configuration of the terminals
    and not public; these are what open clients do.
    """

    name: str
    title: str
    echoes: bool = True
    serial: SerialDefaults | None = None
    pos: str = "01"
    byte_s: float = 3.0  # between two bytes of a frame
    ack_s: float = 3.0  # from ENQ or a frame to ACK or NAK
    pause_s: float = 1.0  # behind EOT, before ENQ is tried again
    tries: int = 3
    result_s: float = 180.0  # from the request to the terminal's ENQ
    duplicate_s: float = 60.0
    repeats: int = 2  # of the terminal's answer, until it is acknowledged

    @property
    def repeat_horizon_s(self) -> float:
        """After this long without a byte the terminal repeats nothing any more."""
        return self.ack_s * (self.repeats + 1)

    def to_kit(self) -> Profile:
        """What the agent sees of it.

        No document says that a booking is undone when its answer is not acknowledged. The horizon
        is the longest that a customer may still stand at the terminal unseen.
        """
        return Profile(
            serial=self.serial,
            name=self.name,
            title=self.title,
            capabilities=Capabilities(
                declared=frozenset(),
                vote=CommitVote(MissingAck.STAYS_BOOKED, self.result_s),
                voids_last_only=True,
                quiet_s=self.repeat_horizon_s + 1.0,
                prints=frozenset({"terminal"}),
            ),
        )


GENERIC: Final = ConcertProfile(name="generic", title="Telium, USB, private bytes come back")
BLANK_ECHO: Final = ConcertProfile(
    name="blank-echo", title="Telium, USB, private bytes may come back blank", echoes=False
)
# The native serial ports of these terminals run with 7 data bits and even parity; the words are the
# same.
NATIVE_7E1: Final = ConcertProfile(
    name="native-7e1",
    title="Telium, native serial port (7E1)",
    serial=SerialDefaults(bits=7, parity="E"),
)

CONCERT_PROFILES: Final[Mapping[str, ConcertProfile]] = MappingProxyType(
    {profile.name: profile for profile in (GENERIC, BLANK_ECHO, NATIVE_7E1)}
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {name: profile.to_kit() for name, profile in CONCERT_PROFILES.items()}
)
DEFAULT_PROFILE: Final = GENERIC.name
