"""One world made ready for the search: its constants, how it begins, and what may happen next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from protocols.kit.capabilities import Capability
from terminal_agent.refund.events import CaseEvent
from terminal_agent.refund.states import CaseState
from tests.model import agent, counter, terminal
from tests.model.records import frame_of
from tests.model.rules import Change, rules
from tests.model.state import (
    CASES,
    CLOSED,
    NO_ATTEMPT,
    NO_RECORD,
    Doing,
    Look,
    Message,
    Record,
    State,
    Terminal,
)
from tests.model.world import Habit, Line, People, Reset

if TYPE_CHECKING:
    from tests.model.records import Asked
    from tests.model.world import World

# One thing that may happen: in plain words, whether people have to do it, and the world after it.
Step = tuple[str, bool, State]

# The reference of an earlier case of ours, on the record that stands last before this one.
EARLIER: Final = 9


class Model:
    """A world, with everything that does not change looked up once.

    `observations` collects, for every judgement that was asked for, which truths there were.
    """

    def __init__(self, world: World, change: Change | None = None) -> None:
        change = change or Change()
        proved = world.proved
        self.world = world
        self.rules = rules(change)
        self.flags = change.flags
        self.exclusive = world.foreign == 0 or "said_exclusive" in change.flags
        self.frame = frame_of(world, exclusive=self.exclusive, flags=change.flags)
        self.last = Capability.LAST in proved
        self.numbered = Capability.NUMBERS in proved
        self.refers = Capability.REFERENCE in proved and "reference_not_given" not in self.flags
        self.query = Capability.QUERY in proved
        self.stored = Capability.STORED_RESULT in proved
        self.once = Capability.COMMIT_ONCE in proved
        self.voids_once = self.once and "voids_twice" not in self.flags
        self.tagged = self.refers or self.query or self.stored
        # A chain of repeats can be followed to its end where repeats use up no numbers.
        uses_numbers = world.refusals_kept or world.habit is not Habit.NO_VOTE
        self.repeats_counted = self.once and self.last and uses_numbers
        self.fence = world.line is Line.FENCED and self.rules.fenced
        self.bag = world.line is Line.BAG
        self.losses = world.losses or world.line is not Line.FENCED or not self.rules.fenced
        self.vote = world.habit is not Habit.NO_VOTE
        self.horizon = world.horizon and "no_horizon" not in self.flags
        self.clock_only = world.horizon and "clock_only" in self.flags
        self.shiftable = self.numbered and self.fence and world.reset is Reset.NONE
        self.whole_end = world.keypad or world.people is People.WRONG or world.amnesia
        self.observations: defaultdict[tuple[Asked, ...], set[bool]] = defaultdict(set)
        self.reasons: defaultdict[str, set[str]] = defaultdict(set)

    def starts(self) -> list[State]:
        """The case is authorised; the terminal's last record may look like anything."""
        case = self.rules.case[CASES.index(CaseState.CREATED), CaseEvent.APPROVED_BY_PEOPLE]
        looks = [Record(Look.OTHER)]
        if self.last:
            looks.append(Record(Look.ALIKE))
            if self.world.empty:
                looks.append(NO_RECORD)
            if self.world.refusals_kept:
                looks.append(Record(Look.REFUSED))
            if self.refers:
                looks.append(Record(Look.ALIKE, ref=EARLIER))
        results = (0,) * self.world.attempts if self.query or self.stored else ()
        return [
            State(
                case, NO_ATTEMPT, NO_ATTEMPT, 0, (), 0, Doing.READY, None, (), (),
                Terminal(0, record, 0, results=results),
                self.world.crashes, self.world.foreign, self.world.duplicates,
            )
            for record in looks
        ]  # fmt: skip

    def steps(self, s: State) -> list[Step]:
        """Everything that may happen next, each one step that a crash cannot divide."""
        out: list[Step] = []
        agent.acts(self, s, out)
        agent.hears(self, s, out)
        counter.acts(self, s, out)
        terminal.hears(self, s, out)
        terminal.acts(self, s, out)
        if not self.whole_end:
            out = [(label, people, ended(after)) for label, people, after in out]
        return out

    def tag(self, s: State) -> int:
        """What tells the messages of one attempt from those of another; 1 where nothing does."""
        return s.tries if self.tagged else 1


def ended(s: State) -> State:
    """A closed case without what cannot matter any more: only the terminal may still move money."""
    if s.case not in CLOSED or s.doing == Doing.ACK:
        return s
    moving = tuple(m for m in s.req if m[0] in {Message.MONEY, Message.VOTE})
    t = s.t
    if not (moving or t.busy or t.vote):
        t = Terminal(0, NO_RECORD, 0, stands=t.stands, ghost=t.ghost)
        moving = ()
    return State(
        s.case, NO_ATTEMPT, NO_ATTEMPT, 0, (), 0, Doing.READY, None, moving, (), t, 0, 0, 0
    )
