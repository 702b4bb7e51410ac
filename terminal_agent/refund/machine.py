"""One step of the tables: a transition, or a refusal as a value. Never an exception, never I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from terminal_agent.refund.table import ATTEMPT_TABLE, CASE_TABLE, SLIP_TABLE, Row

if TYPE_CHECKING:
    from terminal_agent.refund.effects import Effect
    from terminal_agent.refund.events import AttemptEvent, CaseEvent, SlipEvent
    from terminal_agent.refund.states import AttemptState, CaseState, SlipState

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """The step is allowed: go to `target` and do `effects` in order."""

    target: S
    effects: tuple[Effect, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Refused(Generic[S, E]):
    """The pair is not in the table; the caller notes it in the journal and changes nothing."""

    state: S
    event: E


class Machine(Generic[S, E]):
    """A table, looked up by state and event."""

    def __init__(self, table: tuple[Row[S, E], ...]) -> None:
        self._rows = {(row.state, row.event): row for row in table}
        assert len(self._rows) == len(table), "two rows for one pair of state and event"

    def step(self, state: S, event: E) -> Transition[S] | Refused[S, E]:
        """What `event` does in `state`."""
        row = self._rows.get((state, event))
        if row is None:
            return Refused(state, event)
        return Transition(row.target, row.effects, row.why)


ATTEMPTS: Machine[AttemptState, AttemptEvent] = Machine(ATTEMPT_TABLE)
CASES: Machine[CaseState, CaseEvent] = Machine(CASE_TABLE)
SLIPS: Machine[SlipState, SlipEvent] = Machine(SLIP_TABLE)


def step_attempt(
    state: AttemptState, event: AttemptEvent
) -> Transition[AttemptState] | Refused[AttemptState, AttemptEvent]:
    """One step of an attempt."""
    return ATTEMPTS.step(state, event)


def step_case(
    state: CaseState, event: CaseEvent
) -> Transition[CaseState] | Refused[CaseState, CaseEvent]:
    """One step of a case."""
    return CASES.step(state, event)


def step_slip(
    state: SlipState, event: SlipEvent
) -> Transition[SlipState] | Refused[SlipState, SlipEvent]:
    """One step of one copy of a slip."""
    return SLIPS.step(state, event)
