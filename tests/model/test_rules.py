"""The model moves by the product's tables: nothing is left out, and one doubt stands for all."""

from __future__ import annotations

import pytest

from terminal_agent.refund.effects import Effect
from terminal_agent.refund.events import AttemptEvent, UnknownReason
from terminal_agent.refund.states import AttemptState
from terminal_agent.refund.table import ATTEMPT_TABLE, CASE_TABLE, Row
from tests.model.explore import explore
from tests.model.rules import Change, changed, rules
from tests.model.state import ARMED, ATTEMPTS, CASES, Doing
from tests.model.world import World

# The doubts that the model's agent meets; the others of the table do the very same.
MET = {AttemptEvent.TIMED_OUT, AttemptEvent.NAK_READ, AttemptEvent.RESTARTED}


def test_every_row_of_the_product_is_there_and_no_other() -> None:
    made = rules()
    assert {(ATTEMPTS[at], event) for at, event in made.attempt} == {
        (row.state, row.event) for row in ATTEMPT_TABLE
    }
    assert {(CASES[at], event): CASES[to] for (at, event), to in made.case.items()} == {
        (row.state, row.event): row.target for row in CASE_TABLE
    }
    for row in ATTEMPT_TABLE:
        assert ATTEMPTS[made.attempt[ATTEMPTS.index(row.state), row.event][0]] is row.target


@pytest.mark.parametrize("state", [AttemptState.ARMED, AttemptState.RESULT_SEEN])
def test_every_doubt_of_a_running_dialogue_does_the_same(state: AttemptState) -> None:
    doubts = {reason.event for reason in UnknownReason}
    ends = {
        (row.target, row.effects)
        for row in ATTEMPT_TABLE
        if row.state is state and row.event in doubts
    }
    assert len(ends) == 1
    assert doubts >= MET


def test_a_changed_row_takes_the_place_of_the_products() -> None:
    row = Row(AttemptState.ARMED, AttemptEvent.TIMED_OUT, AttemptState.ARMED, (Effect.SEND,), "")
    made = rules(Change(rows=(row,)))
    assert made.attempt[ARMED, AttemptEvent.TIMED_OUT] == (ARMED, Doing.SEND)
    assert len(made.attempt) == len(ATTEMPT_TABLE)
    with pytest.raises(AssertionError, match="adds none"):
        changed(Change(rows=(Row(AttemptState.DEAD, *_row_of(row)),)))


def _row_of(
    row: Row[AttemptState, AttemptEvent],
) -> tuple[AttemptEvent, AttemptState, tuple[Effect, ...], str]:
    return row.event, row.target, row.effects, row.why


def test_without_its_fence_no_row_fences() -> None:
    assert rules().fenced
    assert not rules(Change(without=frozenset({Effect.FENCE}))).fenced


def test_a_search_is_the_same_each_time() -> None:
    world = World(signs="L+N", foreign=1)
    one, two = explore(world), explore(world)
    assert (one.states, one.transitions, one.stuck) == (two.states, two.transitions, two.stuck)
