"""What a terminal can prove to us, declared per profile; unproved counts as absent.

The signs are those of the exactly-once analysis: L last transaction, R our reference comes back,
N numbers that advance per booking, Q query by our reference, I1 commit-once per original,
I2 result stored per attempt key, B busy is told until everything has settled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Capability(Enum):
    """One thing a terminal may be able to prove; the value is its sign in the configuration."""

    LAST = "L"
    REFERENCE = "R"
    NUMBERS = "N"
    QUERY = "Q"
    COMMIT_ONCE = "I1"
    STORED_RESULT = "I2"
    BUSY_TOLD = "B"


# Each of these sets of signs finds the truth of an attempt whose answer was lost, where nobody else
# books at the terminal; found by the search behind docs/reference/capabilities.md.
ENOUGH = (
    frozenset({Capability.LAST, Capability.NUMBERS}),
    frozenset({Capability.LAST, Capability.REFERENCE}),
    frozenset({Capability.QUERY}),
)


class MissingAck(Enum):
    """What the terminal does with a booking whose result we did not acknowledge."""

    STAYS_BOOKED = "stays"
    UNBOOKS = "unbooks"
    UNKNOWN = "unknown"  # treated as the worst case: un-books, while not telling busy


@dataclass(frozen=True, slots=True)
class CommitVote:
    """How a terminal that waits for our acknowledgement settles.

    `horizon_s`: vote time-out + repeats + reversal time; before the terminal was seen idle without
    a gap for longer than this, nothing it says is evidence.
    """

    missing_ack: MissingAck
    horizon_s: float

    def wait_s(self, proved: frozenset[Capability]) -> float:
        """How long the terminal must be idle without a break before its words count.

        Also where a booking stays: a terminal that is not known to tell busy may show its old
        record while ours is still running.
        """
        return 0.0 if Capability.BUSY_TOLD in proved else self.horizon_s


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one device profile declares.

    `number_fields` name the fields of a TransactionRecord that advance with each booking.
    `void_tells_amount`: whether the record of a void carries its amount; without it no enquiry can
    show that a void was done, only that nothing was.
    `quiet_s` is the fence: silence longer than the terminal's own repeats.
    """

    declared: frozenset[Capability]
    vote: CommitVote
    number_fields: tuple[str, ...] = ()
    can_void: bool = True
    can_refund: bool = True
    partial_void: bool = False
    voids_last_only: bool = False  # nothing but the terminal's last transaction can be voided
    void_tells_amount: bool = True
    shows_originals: bool = False  # a query after a void shows its sale as it stands
    quiet_s: float = 0.0
    prints: frozenset[str] = field(default_factory=frozenset)  # "ecr", "terminal"

    def needs_nobody(self, signs: frozenset[Capability], *, void: bool) -> bool:
        """Whether these signs spare people the decision where nobody else books at the terminal.

        A void may also be asked for again (I1); where its record does not tell the amount, the last
        record is not surely ours.
        """
        if void and Capability.COMMIT_ONCE in signs:
            return True
        told = not void or self.void_tells_amount
        return told and any(needed <= signs for needed in ENOUGH)

    def proved(self, confirmed: frozenset[Capability]) -> frozenset[Capability]:
        """A capability counts only when the profile declares it and the configuration confirms."""
        return self.declared & confirmed
