"""The product's tables, looked up by the model; a mistake is a changed row of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal_agent.refund import machine
from terminal_agent.refund.effects import Effect
from terminal_agent.refund.events import AttemptEvent, CaseEvent
from terminal_agent.refund.machine import Machine, Refused
from terminal_agent.refund.states import AttemptState
from terminal_agent.refund.table import ATTEMPT_TABLE, Row
from tests.model.state import ATTEMPTS, CASES, Doing

if TYPE_CHECKING:
    from collections.abc import Sequence

AttemptRow = Row[AttemptState, AttemptEvent]


@dataclass(frozen=True, slots=True)
class Change:
    """How a mistaken agent differs: rows put in place of others, and flags that agent.py knows."""

    rows: tuple[AttemptRow, ...] = ()
    without: frozenset[Effect] = frozenset()
    flags: frozenset[str] = frozenset()


@dataclass(slots=True)
class Rules:
    """Every step of a table that is allowed, by place of the state and event.

    `attempt` gives the next state and what the row's effects have the agent do next (a Doing).
    """

    flags: frozenset[str] = frozenset()
    attempt: dict[tuple[int, AttemptEvent], tuple[int, int]] = field(default_factory=dict)
    case: dict[tuple[int, CaseEvent], int] = field(default_factory=dict)
    fenced: bool = True


def rules(change: Change | None = None) -> Rules:
    """The rules of the product, or of a product with that mistake."""
    change = change or Change()
    step = Machine(changed(change)).step if change.rows or change.without else machine.step_attempt
    made = Rules(change.flags)
    for at, state in enumerate(ATTEMPTS):
        for event in AttemptEvent:
            moved = step(state, event)
            if not isinstance(moved, Refused):
                target = ATTEMPTS.index(moved.target)
                made.attempt[at, event] = (target, doing(moved.effects))
                if event is AttemptEvent.RECOVERY_STARTED:
                    made.fenced = made.fenced and Effect.FENCE in moved.effects
    for at, case in enumerate(CASES):
        for case_event in CaseEvent:
            stepped = machine.step_case(case, case_event)
            if not isinstance(stepped, Refused):
                made.case[at, case_event] = CASES.index(stepped.target)
    return made


# The first of these that a row names is what the agent does next; the journal has been written.
_NEXT = (
    (Effect.SEND, Doing.SEND),
    (Effect.ACKNOWLEDGE, Doing.ACK),
    (Effect.ASK_TERMINAL, Doing.LOOK),
    (Effect.FENCE, Doing.ASK),
)


def doing(effects: Sequence[Effect]) -> int:
    """What the effects of a row have the agent do."""
    return next((then for effect, then in _NEXT if effect in effects), Doing.READY)


def changed(change: Change) -> tuple[AttemptRow, ...]:
    """The attempt table with the change's rows in place of those for the same pair."""
    instead = {(row.state, row.event): row for row in change.rows}
    rows = (instead.pop((row.state, row.event), row) for row in ATTEMPT_TABLE)
    kept = tuple(
        replace(row, effects=tuple(e for e in row.effects if e not in change.without))
        for row in rows
    )
    assert not instead, "a mistake changes rows, it adds none"
    return kept
