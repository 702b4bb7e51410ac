"""The kinds of ZVT terminals we know, and where each differs from the specification.

A figure that a document of the vendor gives is cited; everything else is the specification's
(PA00P015 rev 13.08) or, where that is silent, the worst case. Tag 1F1F stays off everywhere: it
lets the next command undo the last booking.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capabilities, Capability, CommitVote, MissingAck
from protocols.kit.contract import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

TRANSMISSIONS: Final = 3  # a frame is sent once and repeated twice (PA00P016)
# ECR prints everything (02 04), wants 04 FF (08), entry and administration at the terminal are
# locked (10 20), receipts come as print lines or blocks (80): PA00P015 section 06 00.
CONFIG_BYTE: Final = 0xBE


@dataclass(frozen=True, slots=True)
class ZvtProfile:
    """What the session and the simulator must know of one kind of terminal; times in seconds."""

    name: str
    title: str
    missing_ack: MissingAck
    reversal_s: float  # how long an own reversal of the terminal may take, host included
    charset: str = "cp437"
    config_byte: int = CONFIG_BYTE
    config_byte_after_log_off: int = 0x86
    password: str = "000000"  # noqa: S105 - what terminals are delivered with
    password_checked: bool = True
    t1_s: float = 0.2  # between two bytes of a frame
    t2_s: float = 5.0  # from the end of a frame to ACK or NAK
    t3_s: float = 5.0  # from a command to 80 00 or 84 xx
    t4_s: float = 180.0  # from 80 00 to 06 0F or 06 1E; each 04 FF and 04 0F starts it again
    repeats: int = TRANSMISSIONS - 1
    completion_before_printing: bool = False
    print_lines_vote: bool = True  # a refused print line un-books, too
    last_positive_only: bool = False  # 06 20 leaves failed attempts out
    stores_negative: bool = True
    has_initialisation: bool = True  # 06 93
    has_reprint: bool = True  # 06 12 by receipt number
    repeat_receipt_ids: tuple[str, ...] = ("01", "02", "03", "04", "05", "06")  # tag 1F01
    locks_till_functions: bool = True  # honours the bits 10 and 20 of the config byte
    negative_answer_while_busy: bool = False  # answers 06 B0 with 84 83 while it talks to the host
    message_ids: bool = False  # tag 1F73 is offered in the registration
    void_may_refund: bool = False  # a contactless reversal may silently become a refund
    number_fields: tuple[str, ...] = ("receipt_number", "trace_number", "turnover_number")
    capabilities: frozenset[Capability] = frozenset({Capability.LAST, Capability.NUMBERS})

    @property
    def repeat_horizon_s(self) -> float:
        """After this long without a byte the terminal repeats nothing any more."""
        return self.t2_s * (self.repeats + 1)

    @property
    def vote_horizon_s(self) -> float:
        """Longest time from a missed acknowledgement to the end of the terminal's own undoing."""
        vote_s = max(self.t3_s, self.t2_s) * (self.repeats + 1)
        return vote_s + self.reversal_s

    def to_kit(self) -> Profile:
        """What the agent sees of it."""
        return Profile(
            name=self.name,
            title=self.title,
            capabilities=Capabilities(
                declared=self.capabilities,
                vote=CommitVote(self.missing_ack, self.vote_horizon_s),
                number_fields=self.number_fields,
                can_void=True,
                can_refund=True,
                partial_void=False,
                quiet_s=self.repeat_horizon_s + 1.0,
                prints=frozenset({"ecr", "terminal"}),
            ),
        )


GENERIC: Final = ZvtProfile(
    name="generic",
    title="ZVT 13.08 as specified",
    missing_ack=MissingAck.UNKNOWN,  # sections 2.2.8 and 4 of the specification disagree
    reversal_s=60.0,
    message_ids=True,
    # What the specification promises (9C while busy, B4 for a second reversal of one receipt); as
    # everything here it counts only where the configuration confirms it for the device at hand.
    capabilities=frozenset(
        {Capability.LAST, Capability.NUMBERS, Capability.BUSY_TOLD, Capability.COMMIT_ONCE}
    ),
)

# "A32.de ECR interface" 1.3.24, 2016.
INGENICO_A32: Final = ZvtProfile(
    name="ingenico-a32",
    title="Ingenico with the A32.de application",
    missing_ack=MissingAck.UNBOOKS,
    reversal_s=60.0,
    password_checked=False,
    completion_before_printing=True,  # a setting of the terminal; the session takes both orders
    print_lines_vote=False,
    last_positive_only=True,
    stores_negative=False,
    repeat_receipt_ids=("02", "03", "04"),
    locks_till_functions=False,
)

# "ZVT-Präzisierung" v22, 2020.
CARD_COMPLETE: Final = ZvtProfile(
    name="card-complete",
    title="card complete and hobex (Austria)",
    missing_ack=MissingAck.UNBOOKS,
    reversal_s=60.0,
    charset="iso8859-1",  # sent so without declaring it
    config_byte_after_log_off=0xBE,
    password="123456",  # noqa: S106 - what terminals are delivered with
    has_initialisation=False,
    has_reprint=False,
    repeat_receipt_ids=("06",),
    negative_answer_while_busy=True,
    void_may_refund=True,
)

ZVT_PROFILES: Final[Mapping[str, ZvtProfile]] = MappingProxyType(
    {profile.name: profile for profile in (GENERIC, INGENICO_A32, CARD_COMPLETE)}
)
PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {name: profile.to_kit() for name, profile in ZVT_PROFILES.items()}
)
DEFAULT_PROFILE: Final = GENERIC.name
