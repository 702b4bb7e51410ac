"""Which worlds are searched: the slice of `make test`, what the page shows, and the full matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tests.model.world import (
    LAST_SETS,
    SETS,
    UNBOOKING,
    Habit,
    People,
    Reset,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

VOTES: Final = (Habit.STAY, *UNBOOKING)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a search goes. `foreign` counts where the terminal is shared."""

    attempts: int
    crashes: int
    foreign: int

    def __str__(self) -> str:
        """In words."""
        return (
            f"{_counted(self.attempts, 'attempt')}, {_counted(self.crashes, 'crash')}, "
            f"{_counted(self.foreign, 'foreign booking')} where shared"
        )


def _counted(number: int, what: str) -> str:
    several = what + ("es" if what.endswith("sh") else "s")
    return f"{number} {what if number == 1 else several}"


# The core may hide nothing that two foreign bookings would have shown (exactly-once section 8).
CORE: Final = Bounds(2, 3, 3)
VOTE: Final = Bounds(2, 1, 1)
PAGE: Final = Bounds(2, 1, 2)
PAGE_VOTE: Final = Bounds(1, 0, 1)
MORE: Final = Bounds(2, 1, 2)
FULL: Final = Bounds(3, 3, 3)
FULL_VOTE: Final = Bounds(2, 2, 2)


def core(bounds: Bounds, *, refusals: tuple[bool, ...] = (False, True)) -> Iterator[World]:
    """The fenced line: every set of signs, alone and shared, refusals on record or not."""
    for foreign in (0, bounds.foreign):
        for signs in SETS:
            for kept in refusals if signs in LAST_SETS else (False,):
                yield World(
                    signs=signs,
                    attempts=bounds.attempts,
                    crashes=bounds.crashes,
                    foreign=foreign,
                    refusals_kept=kept,
                )


def votes(bounds: Bounds, *, shared: tuple[bool, ...] = (False, True)) -> Iterator[World]:
    """Terminals that wait for our vote: every habit, busy told until settled or not."""
    for foreign in (bounds.foreign * share for share in shared):
        for habit in VOTES:
            for told in (True, False):
                for signs in SETS:
                    yield World(
                        signs=signs,
                        attempts=bounds.attempts,
                        crashes=bounds.crashes,
                        foreign=foreign,
                        habit=habit,
                        busy_told=told,
                    )


def more(bounds: Bounds) -> Iterator[World]:
    """Everything else that the promises hold in."""
    base = World(signs="none", attempts=bounds.attempts, crashes=bounds.crashes)
    one = replace(base, foreign=1)
    for reset in (Reset.BATCH, Reset.UNEVEN):
        for signs in ("L+N", "L+R", "L+N+R"):
            yield replace(base, signs=signs, reset=reset, foreign=bounds.foreign)
    for signs in LAST_SETS:
        yield replace(one, signs=signs, empty=True)
    for signs in SETS:
        yield replace(one, signs=signs, nak=True)
        yield replace(base, signs=signs, nak=True, habit=Habit.REC1)
        yield replace(base, signs=signs, late_votes=True, habit=Habit.REC1)
        yield replace(one, signs=signs, losses=True)
        yield replace(one, signs=signs, people=People.WRONG, attempts=1)


def of_page() -> tuple[list[World], list[World]]:
    """The worlds behind the two tables of the page: small ones, as their cells do not change.

    A chain of commit-once repeats on a terminal with numbers needs attempts to be followed.
    """
    chain = "L+N+I1"
    few = (world for world in votes(PAGE_VOTE) if world.signs != chain)
    more_attempts = replace(PAGE_VOTE, attempts=2)
    chains = (world for world in votes(more_attempts) if world.signs == chain)
    return list(core(PAGE, refusals=(False,))), [*few, *chains]


def in_tests() -> list[World]:
    """What `make test` searches: the core whole, and of the votes what differs most."""
    alone = [
        world
        for world in votes(VOTE, shared=(False,))
        if not world.busy_told or world.signs in _DIFFERENT
    ]
    together = [
        replace(world, crashes=0)
        for world in votes(VOTE, shared=(True,))
        if not world.busy_told and world.signs in _DIFFERENT
    ]
    return [*core(CORE), *alone, *together, *more(MORE)]


# The signs whose rules differ most under a vote; all the others are in `full`.
_DIFFERENT: Final = ("L+N", "I1", "L+N+I1")


def full() -> list[World]:
    """What `make prove` searches."""
    return [*core(FULL), *votes(FULL_VOTE), *more(Bounds(2, 2, 3))]
