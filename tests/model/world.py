"""What one search is about: the signs of the terminal, its habits, the line, and the bounds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capability

if TYPE_CHECKING:
    from collections.abc import Mapping

_C = Capability

# The sets of signs that are compared, in the order of the tables.
SETS: Final[Mapping[str, frozenset[Capability]]] = MappingProxyType(
    {
        "none": frozenset(),
        "L": frozenset({_C.LAST}),
        "L+N": frozenset({_C.LAST, _C.NUMBERS}),
        "L+R": frozenset({_C.LAST, _C.REFERENCE}),
        "L+N+R": frozenset({_C.LAST, _C.NUMBERS, _C.REFERENCE}),
        "I1": frozenset({_C.COMMIT_ONCE}),
        "L+N+I1": frozenset({_C.LAST, _C.NUMBERS, _C.COMMIT_ONCE}),
        "Q": frozenset({_C.QUERY}),
        "I2": frozenset({_C.STORED_RESULT}),
    }
)
# No protocol of the product asks so yet: tests/model/asking.py has the rule.
UNBUILT: Final = ("I2",)
BUILT: Final = tuple(name for name in SETS if name not in UNBUILT)
LAST_SETS: Final = tuple(name for name in SETS if _C.LAST in SETS[name])


class Line(Enum):
    """What the line does to messages; on each of them any message may be lost."""

    FENCED = "fence"  # ordered, and the agent can throw away all that is under way
    ORDERED = "fifo"
    BAG = "bag"  # any order


class Habit(Enum):
    """What a missing acknowledgement does to a booking (exactly-once section 5a)."""

    NO_VOTE = ""  # booked at once, no acknowledgement waited for
    STAY = "stay"
    SAME = "same"  # un-booked, number given back
    REC1 = "rec1"  # un-booked, record marked reversed
    REC2 = "rec2"  # un-booked by a record of its own, which names what it undid
    OLD1 = "old1"  # un-booked, the record before is shown again, number used
    GHOST = "ghost"  # un-booked, and still shown as booked


UNBOOKING: Final = (Habit.SAME, Habit.REC1, Habit.REC2, Habit.OLD1)


class Reset(Enum):
    """What an end of day does that begins the numbers anew."""

    NONE = ""
    BATCH = "batch"  # the record shows another batch number
    UNEVEN = "uneven"  # no batch number; the receipt number begins anew, the trace number does not
    HIDDEN = "hidden"  # no batch number and one number only: nothing shows it


class People(Enum):
    """How the two people look who decide what no machine can."""

    CAREFUL = "careful"  # when the terminal has settled
    HASTY = "hasty"  # while it may still un-book
    WRONG = "wrong"  # they may say the contrary of what they see, and may be corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One search. `foreign` 0 means that the terminal is ours alone.

    `busy_told`: busy is said until all has settled; without it the agent waits for its horizon of
    unbroken idle where the terminal un-books. `running_told` False is a terminal that answers an
    enquiry from its old record while ours is running. `late_votes`: a late result is made durable
    and acknowledged during recovery; the runtime of today lets it pass. `losses`: a loss on a
    fenced line is a step of its own. `keypad`: somebody refunds the same sale by hand.
    `amnesia`: the journal may be lost with the agent. `empty`: the terminal may
    have no record yet. `mistake` names an entry of mistakes.py.
    """

    signs: str
    line: Line = Line.FENCED
    attempts: int = 2
    crashes: int = 1
    foreign: int = 0
    duplicates: int = 0
    refusals_kept: bool = False
    habit: Habit = Habit.NO_VOTE
    busy_told: bool = True
    running_told: bool = True
    nak: bool = False
    reset: Reset = Reset.NONE
    late_votes: bool = False
    losses: bool = False
    people: People = People.CAREFUL
    keypad: bool = False
    amnesia: bool = False
    empty: bool = False
    p1_only: bool = False
    mistake: str = ""

    @property
    def proved(self) -> frozenset[Capability]:
        """The signs as the product's own."""
        return SETS[self.signs]

    @property
    def horizon(self) -> bool:
        """Whether the agent has to wait for unbroken idle; see CommitVote.wait_s."""
        un_books = self.habit in {*UNBOOKING, Habit.GHOST}
        return un_books and not self.busy_told

    def __str__(self) -> str:
        """A line for a report."""
        told = [self.signs, "shared" if self.foreign else "exclusive", f"line {self.line.value}"]
        if self.habit is not Habit.NO_VOTE:
            told.append(f"{self.habit.value}, busy {'told' if self.busy_told else 'not told'}")
        for name in ("refusals_kept", "nak", "late_votes", "losses", "keypad", "amnesia", "empty"):
            if getattr(self, name):
                told.append(name)
        if self.duplicates:
            told.append(f"{self.duplicates} duplicates")
        if not self.running_told:
            told.append("busy lied about")
        if self.reset is not Reset.NONE:
            told.append(f"reset {self.reset.value}")
        if self.people is not People.CAREFUL:
            told.append(f"people {self.people.value}")
        if self.mistake:
            told.append(f"mistake: {self.mistake}")
        bounds = f"[{self.attempts}/{self.crashes}/{self.foreign}]"
        return f"{', '.join(told)} {bounds}"
