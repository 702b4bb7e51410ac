"""The money rules as data: computed over the tables, so that no row can be forgotten."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from itertools import product
from typing import TypeVar

import pytest

from terminal_agent.refund.effects import Effect
from terminal_agent.refund.events import AttemptEvent, CaseEvent, UnknownReason
from terminal_agent.refund.machine import Machine, Refused, Transition, step_attempt, step_case
from terminal_agent.refund.states import CLOSED_CASE, FINAL_ATTEMPT, AttemptState, CaseState
from terminal_agent.refund.table import ATTEMPT_TABLE, CASE_TABLE, Row

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)

CORRECTIONS = {CaseEvent.CORRECTED_REFUNDED, CaseEvent.CORRECTED_NOT_REFUNDED}


def pairs(table: tuple[Row[S, E], ...]) -> list[tuple[S, E]]:
    return [(row.state, row.event) for row in table]


def reached(table: tuple[Row[S, E], ...], start: S) -> set[S]:
    found, todo = {start}, [start]
    while todo:
        state = todo.pop()
        for row in table:
            if row.state is state and row.target not in found:
                found.add(row.target)
                todo.append(row.target)
    return found


def test_each_pair_of_state_and_event_has_one_row() -> None:
    assert max(Counter(pairs(ATTEMPT_TABLE)).values()) == 1
    assert max(Counter(pairs(CASE_TABLE)).values()) == 1


def test_two_rows_for_one_pair_are_found_when_the_program_starts() -> None:
    with pytest.raises(AssertionError, match="two rows"):
        Machine((*CASE_TABLE, CASE_TABLE[0]))


def test_every_state_is_reached_from_the_first_one() -> None:
    assert reached(ATTEMPT_TABLE, AttemptState.BASELINED) == set(AttemptState)
    assert reached(CASE_TABLE, CaseState.CREATED) == set(CaseState)


def test_every_event_is_used() -> None:
    assert {row.event for row in ATTEMPT_TABLE} == set(AttemptEvent)
    assert {row.event for row in CASE_TABLE} == set(CaseEvent)


def test_every_reason_of_unknown_is_an_event_that_leads_to_unknown() -> None:
    leading = {row.event for row in ATTEMPT_TABLE if row.target is AttemptState.UNKNOWN}
    assert {reason.event for reason in UnknownReason} == leading


def test_final_attempts_have_no_exit_and_all_others_have_one() -> None:
    assert {row.state for row in ATTEMPT_TABLE} == set(AttemptState) - FINAL_ATTEMPT


def test_only_a_correction_leads_out_of_a_closed_case() -> None:
    leaving = {row.event for row in CASE_TABLE if row.state in CLOSED_CASE}
    assert leaving == CORRECTIONS


def test_one_row_sends_and_only_a_durable_intent_enters_it() -> None:
    sending = [row for row in ATTEMPT_TABLE if Effect.SEND in row.effects]
    assert [(row.state, row.event, row.target) for row in sending] == [
        (AttemptState.BASELINED, AttemptEvent.INTENT_DURABLE, AttemptState.ARMED)
    ]
    assert not [row for row in CASE_TABLE if Effect.SEND in row.effects]


def test_nothing_leads_back_to_armed_or_to_baselined() -> None:
    into_armed = [row.state for row in ATTEMPT_TABLE if row.target is AttemptState.ARMED]
    assert into_armed == [AttemptState.BASELINED]
    assert AttemptState.BASELINED not in {row.target for row in ATTEMPT_TABLE}


def test_nothing_is_acknowledged_before_the_result_is_durable() -> None:
    acknowledging = [row for row in ATTEMPT_TABLE if Effect.ACKNOWLEDGE in row.effects]
    assert acknowledging
    for row in acknowledging:
        assert row.target is AttemptState.RESULT_SEEN
        assert row.effects.index(Effect.RECORD_RESULT) < row.effects.index(Effect.ACKNOWLEDGE)


def test_unknown_is_left_by_asking_only_and_a_verdict_needs_proof() -> None:
    assert {row.event for row in ATTEMPT_TABLE if row.state is AttemptState.UNKNOWN} == {
        AttemptEvent.RECOVERY_STARTED
    }
    deciding = {
        (row.state, row.event) for row in ATTEMPT_TABLE if row.target is AttemptState.APPROVED
    }
    assert deciding == {
        (AttemptState.RESULT_SEEN, AttemptEvent.COMPLETED),
        (AttemptState.RESOLVING, AttemptEvent.PROVED_BOOKED),
        (AttemptState.PARKED, AttemptEvent.PERSON_SAYS_BOOKED),
    }


def test_an_armed_attempt_is_dead_only_when_nothing_was_sent_or_it_was_proved() -> None:
    into_dead = {(row.state, row.event) for row in ATTEMPT_TABLE if row.target is AttemptState.DEAD}
    assert into_dead == {
        (AttemptState.BASELINED, AttemptEvent.NEVER_ARMED),
        (AttemptState.ARMED, AttemptEvent.NOT_SENT),
        (AttemptState.RESOLVING, AttemptEvent.PROVED_NOT_BOOKED),
        (AttemptState.PARKED, AttemptEvent.PERSON_SAYS_NOT_BOOKED),
    }


def test_people_are_asked_only_where_no_machine_can_tell() -> None:
    people = {AttemptEvent.PERSON_SAYS_BOOKED, AttemptEvent.PERSON_SAYS_NOT_BOOKED}
    assert {row.state for row in ATTEMPT_TABLE if row.event in people} == {AttemptState.PARKED}


def test_an_open_attempt_cannot_be_cancelled() -> None:
    cancelling = {row.state for row in CASE_TABLE if row.event is CaseEvent.CANCELLED}
    assert cancelling == {CaseState.CREATED, CaseState.AUTHORISED}


def test_every_row_says_why() -> None:
    whys = [row.why for row in ATTEMPT_TABLE] + [row.why for row in CASE_TABLE]
    assert all(why.endswith(".") and len(why) > 15 for why in whys)


def test_a_pair_that_is_not_in_the_table_is_a_refusal_and_changes_nothing() -> None:
    for state, event in product(AttemptState, AttemptEvent):
        step = step_attempt(state, event)
        if (state, event) in pairs(ATTEMPT_TABLE):
            assert isinstance(step, Transition)
        else:
            assert step == Refused(state, event)
    for case_state, case_event in product(CaseState, CaseEvent):
        case_step = step_case(case_state, case_event)
        assert isinstance(case_step, Refused) != ((case_state, case_event) in pairs(CASE_TABLE))
