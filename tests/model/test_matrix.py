"""Every interleaving of the worlds of the matrix keeps the promises; the judge decides what it can.

Bounds: see matrix.py. The run of one world says how many states it had (`pytest -s`).
"""

from __future__ import annotations

import pytest

from tests.generated import DOCS
from tests.model import matrix, page, report
from tests.model.careful import CAREFUL, left_to_people, meant
from tests.model.completeness import contradicted, observations
from tests.model.explore import Found, TooManyStates, explore
from tests.model.world import Habit, World

CORE = frozenset(matrix.core(matrix.CORE))
# The page is found with small bounds; three foreign bookings must not tell another story.
CELLS = page.cells_of((DOCS / "reference/capabilities.md").read_text(encoding="utf-8"))


def held(world: World) -> Found:
    """The search of that world, in which every promise holds."""
    found = explore(world)
    print(report.line(found))
    for name, way in found.broken.items():
        pytest.fail(f"{world}: {name}\n{report.steps(way)}")
    assert found.lost == 0, "P3h: with people every state reaches a verdict"
    return found


@pytest.mark.parametrize("world", matrix.in_tests(), ids=str)
def test_the_promises_hold(world: World) -> None:
    found = held(world)
    if found.model.fence and not world.p1_only:
        assert contradicted(observations([found])) == []
    if world in CORE:
        on_page = CELLS[world.signs][world.foreign > 0]
        assert (on_page == report.NEVER) is not found.people_needed
        assert (on_page == report.ALWAYS) is (report.people(found) == report.ALWAYS)
    if meant(found):
        plain = world.habit is Habit.NO_VOTE and not world.empty
        assert left_to_people(found) <= (set() if plain else CAREFUL.keys())


def test_the_core_is_as_wide_as_it_has_to_be() -> None:
    assert (matrix.CORE.attempts, matrix.CORE.crashes, matrix.CORE.foreign) >= (2, 3, 3)
    searched = set(matrix.in_tests())
    assert searched >= set(matrix.core(matrix.CORE))
    assert {world.habit for world in searched} == set(Habit) - {Habit.GHOST}


def _shared(signs: str, habit: Habit) -> World:
    return World(signs=signs, habit=habit, attempts=1, crashes=0, foreign=2)


@pytest.mark.parametrize("pair", sorted(CAREFUL), ids=" ".join)
def test_where_it_is_more_careful_it_still_is(pair: tuple[str, str]) -> None:
    assert pair in left_to_people(held(_WITNESS[pair]))


_WITNESS = {
    ("reversed", "doubt.shared_no_number"): _shared("L", Habit.REC1),
    ("reversed", "doubt.several_since"): _shared("L+N", Habit.REC1),
    ("undoing", "doubt.shared_no_number"): _shared("L", Habit.REC2),
    ("undoing", "doubt.several_since"): _shared("L+N", Habit.REC2),
    ("undoing", "doubt.shared_may_be_below"): _shared("L+R", Habit.REC2),
    ("undoing", "doubt.not_exclusive"): World(signs="L", habit=Habit.REC2),
    ("undoing", "doubt.baseline_looks_like_ours"): World(signs="L", habit=Habit.REC2),
    ("refused", "doubt.several_since"): World(signs="L+N", habit=Habit.OLD1, refusals_kept=True),
    ("nothing", "doubt.no_record"): World(signs="L", empty=True),
    ("alike", "doubt.empty_baseline"): World(signs="L", empty=True),
}


def test_a_loss_needs_no_step_of_its_own_on_a_fenced_line() -> None:
    """What the search leaves out there changes nothing: a late message is as good as a lost one."""
    for signs in ("none", "L", "L+N", "L+N+R", "I1", "Q", "I2"):
        for foreign in (0, 1):
            short = held(World(signs=signs, foreign=foreign))
            long = held(World(signs=signs, foreign=foreign, losses=True))
            assert report.people(short) == report.people(long)
            assert observations([short]).keys() == observations([long]).keys()
            assert long.transitions > short.transitions


def test_a_search_that_grows_too_large_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.model.explore.STATES_MAX", 100)
    with pytest.raises(TooManyStates):
        explore(World(signs="L+N"))
