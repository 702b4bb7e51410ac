"""The search finds every seeded mistake, by a short way that a person can read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.model import report
from tests.model.explore import explore
from tests.model.mistakes import (
    BASELINE_NOT_SAVED,
    HELD_BY_COMMIT_ONCE,
    IMPOSSIBLE,
    MISTAKES,
    Case,
    counter_example,
)
from tests.model.properties import P1, P2
from tests.model.world import People, World

# The longest of the shortest ways to a breach; a longer one would be hard to follow.
STEPS_MOST = 24


def broken(case: Case) -> list[str]:
    """The shortest way to the breach, printed step by step."""
    way = counter_example(case)
    assert way is not None, f"{case.name}: {case.promise} holds"
    print(f"\n{case.name}: {case.says}\n{case.promise} breaks:\n{report.steps(way)}")
    return way


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case.name)
def test_a_mistake_breaks_the_promise_that_the_rule_keeps(case: Case) -> None:
    assert 0 < len(broken(case)) <= STEPS_MOST
    if case.world.foreign < 3:  # the wider worlds are rows of matrix.py
        assert explore(case.world).broken == {}, "without the mistake nothing breaks there"


def test_no_two_mistakes_have_one_name() -> None:
    names = [case.name for case in (*MISTAKES, *IMPOSSIBLE)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", IMPOSSIBLE, ids=lambda case: case.name)
def test_outside_of_the_conditions_no_rule_helps(case: Case) -> None:
    assert 0 < len(broken(case)) <= STEPS_MOST


@pytest.mark.parametrize("world", HELD_BY_COMMIT_ONCE, ids=str)
def test_voiding_once_only_keeps_p1_where_nothing_else_does(world: World) -> None:
    assert explore(world).breaks(P1) is None


def test_a_forgotten_baseline_breaks_nothing_and_needs_people() -> None:
    case = BASELINE_NOT_SAVED
    assert not explore(case.world).people_needed
    found = explore(case.world, case.change)
    assert found.broken == {}
    assert found.lost == 0
    assert found.people_needed
    assert found.reasons["cannot_tell"] == {"doubt.no_baseline"}


def test_a_wrong_word_of_people_can_always_be_corrected() -> None:
    for signs in ("none", "L", "I1"):
        found = explore(World(signs=signs, attempts=1, people=People.WRONG))
        assert found.broken == {}
        assert found.lost == 0, "a closed verdict that fits the terminal stays within reach"


def test_a_breach_of_p2_ends_the_search_there() -> None:
    case = next(case for case in MISTAKES if case.name == "verdict by timer")
    assert explore(case.world, case.change).breaks(P2)
    assert explore(replace(case.world, p1_only=True), case.change).breaks(P1)
