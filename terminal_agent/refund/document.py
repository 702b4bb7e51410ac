"""Writes the reference page of the refund flow from the tables, so that it is never out of date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TypeVar

from terminal_agent.refund.events import AttemptEvent
from terminal_agent.refund.invariants import INVARIANTS
from terminal_agent.refund.states import AttemptState, CaseState, SlipState
from terminal_agent.refund.table import ATTEMPT_TABLE, CASE_TABLE, SLIP_TABLE, Row

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)

_HEAD = """# The refund flow

<!-- Generated from terminal_agent/refund/table.py by terminal_agent/refund/document.py. -->

An **attempt** is one time that one money message may be written to a terminal. A **case** is one
intent to give money back; it has as many attempts as proof allows. What is not in a table cannot
happen: the pair is refused, noted in the journal, and changes nothing.
"""

_ATTEMPT = """
## The attempt

One row sends, once: `baselined`, on `intent_durable`. Nothing leads back to `armed`; a further try
is a new attempt. `approved`, `declined` and `dead` are final.
"""

_CASE = """
## The case

`refunded` and `not_refunded` close the case. Only a correction by two people leads out of them, and
only where people, not the terminal's proof, had given the verdict.
"""

_SLIP = """
## The slip

Each copy of each slip stands for itself: what is on paper never changes what is known of the
money, and no money state stands in this table. A slip comes out **at least once, and every further
copy says that it is one**: two rows send, none of them out of a state in which something of the
same copy may be on paper. A printer that was cut off, and an agent that was, leave `uncertain`;
only a person who holds the complete slip, or a further copy with a higher number, leads out of it.
"""

_INVARIANTS = """
## What holds after every step

The agent checks these in production too and stops rather than go on with a case that breaks one.
"""


def render() -> str:
    """The page, as Markdown with Mermaid diagrams."""
    parts = (
        _HEAD,
        _ATTEMPT,
        _diagram(ATTEMPT_TABLE, AttemptState.BASELINED, _final(ATTEMPT_TABLE, AttemptState)),
        _table(ATTEMPT_TABLE),
        _CASE,
        _diagram(CASE_TABLE, CaseState.CREATED, (CaseState.REFUNDED, CaseState.NOT_REFUNDED)),
        _table(CASE_TABLE),
        _SLIP,
        _diagram(SLIP_TABLE, SlipState.PRINT_DUE, (SlipState.CONFIRMED,)),
        _table(SLIP_TABLE),
        _INVARIANTS,
        "\n".join(f"* **{rule.name}** {rule.reason}" for rule in INVARIANTS) + "\n",
    )
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _final(table: Iterable[Row[S, AttemptEvent]], states: Iterable[S]) -> tuple[S, ...]:
    leaving = {row.state for row in table}
    return tuple(state for state in states if state not in leaving)


def _diagram(table: Iterable[Row[S, E]], start: S, ends: Sequence[S]) -> str:
    """One arrow per pair of states; events that share an arrow share its label."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in table:
        arrows.setdefault((row.state.value, row.target.value), []).append(row.event.value)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {start.value}"]
    for (state, target), events in arrows.items():
        lines.append(f"    {state} --> {target}: {', '.join(events)}")
    lines += [f"    {end.value} --> [*]" for end in ends]
    return "\n".join([*lines, "```"])


def _table(table: Iterable[Row[S, E]]) -> str:
    lines = ["| in state | on event | goes to | does | why |", "|---|---|---|---|---|"]
    for row in table:
        does = ", ".join(f"`{effect.value}`" for effect in row.effects) or "–"
        cells = (f"`{row.state.value}`", f"`{row.event.value}`", f"`{row.target.value}`", does)
        lines.append(f"| {' | '.join(cells)} | {row.why} |")
    return "\n".join(lines)
