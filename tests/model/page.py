"""Writes docs/reference/capabilities.md from a search, so that its tables are what was found."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.model import matrix, report
from tests.model.careful import CAREFUL
from tests.model.explore import Found, explore
from tests.model.mistakes import IMPOSSIBLE, MISTAKES, Case, counter_example
from tests.model.world import SETS, UNBUILT, Habit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEAD = """# What a terminal must be able to prove

<!-- Generated from a search of tests/model by tests/model/page.py. -->

These tables are found, not written: every interleaving of a small world is searched, with the
product's own table of states and its own judge, and with a line, a terminal, a cashier and other
people who do all that they may, in every order. In every world of the first two tables the money is
booked at most once, no verdict contradicts the terminal, and no case is lost. What is left to ask
is when people are needed.

The signs: **L** the terminal shows its last transaction, **N** its numbers advance with each
booking, **R** it gives our reference back, **I1** it voids a sale once only, **Q** it can be asked
by our reference, **I2** it keeps the result of each attempt. *Exclusive*: nobody else books there.
"""

_RULE_ONLY = " (rule only, no protocol uses it yet)"

_PEOPLE = """
## When people are needed

The line is fenced, the terminal books at once and says when it is busy. Bounds of this table:
{bounds};
{states} states, {transitions} transitions.
"""

_VOTES = """
## Where the terminal waits for our acknowledgement

What the terminal does with a booking whose acknowledgement is lost: *stay* booked; un-book and give
the number back (*same*), mark the record (*rec1*), book an undoing of its own (*rec2*), show the
record before (*old1*). Each cell covers terminals that say busy until all has settled, and
terminals that do not, where the agent waits for its horizon of unbroken idle. Bounds of this table:
{bounds}
(2 attempts for L+N+I1); {states} states, {transitions} transitions.
"""

_IMPOSSIBLE = """
## What no rule can mend

In these worlds the product breaks a promise: nothing that it could look at tells the truth, or
somebody acts past it. They are the conditions under which the promises are made. *Steps* is the
length of the shortest way to the breach (`python -m tests.model --mistakes` prints it). A void on a
terminal with I1 still pays at most once in all of them (P1).
"""

_CAREFUL = """
## Where the agent asks people although a machine might know

In the searched worlds only one truth could explain these observations. The agent asks all the same.
"""

_MISTAKES = """
## What one mistake costs

Each line is the agent with one mistake; the search finds the breach. A search that did not would
prove nothing by finding no other.
"""

_BOUNDS = f"""
## Bounds

| | `make test` | `make prove` |
| --- | --- | --- |
| the terminal books at once | {matrix.CORE} | {matrix.FULL} |
| it waits for our acknowledgement | {matrix.VOTE} | {matrix.FULL_VOTE} |

The second line is a choice of signs in `make test` (no crash where shared) and all of them in
`make prove`. Left out: two cases at once on one terminal (the agent refuses that), the amounts (a
record looks like ours or it does not), the clock (a time-out may come at any moment; the horizon is
a condition), torn writes to the disk. Two people look when nothing is under way any more.
"""


@cache
def render() -> str:
    """The page, as Markdown."""
    core, votes = ([explore(world) for world in worlds] for worlds in matrix.of_page())
    parts = (
        _HEAD,
        _filled(_PEOPLE, matrix.PAGE, core),
        _people(core),
        _filled(_VOTES, matrix.PAGE_VOTE, votes),
        _votes(votes),
        _IMPOSSIBLE,
        _cases(IMPOSSIBLE),
        _CAREFUL,
        _careful(),
        _MISTAKES,
        _cases(MISTAKES),
        _BOUNDS,
    )
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _filled(text: str, bounds: matrix.Bounds, found: Iterable[Found]) -> str:
    states, transitions, _ = report.total(found)
    return text.format(bounds=bounds, states=f"{states:,}", transitions=f"{transitions:,}")


def _signs(name: str) -> str:
    return f"**{name}**" + (_RULE_ONLY if name in UNBUILT else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def cell(found: Iterable[Found], signs: str, *, shared: bool) -> str:
    """When people are needed there, over all searches of those signs."""
    chosen = [
        one for one in found if one.world.signs == signs and (one.world.foreign > 0) is shared
    ]
    assert all(not one.broken and not one.lost for one in chosen), f"{signs}: a promise is broken"
    return report.people(*chosen)


def cells_of(text: str) -> dict[str, tuple[str, str]]:
    """The first table of the page, read back: signs, and the cells exclusive and shared."""
    table = text.split("\n## ")[1]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| **")]
    return {row[0].split("**")[1]: (row[1], row[2]) for row in rows}


def _people(core: list[Found]) -> str:
    return _table(
        ("the terminal can", "people needed, exclusive", "people needed, shared"),
        [
            (_signs(name), *(cell(core, name, shared=shared) for shared in (False, True)))
            for name in SETS
        ],
    )


def _votes(votes: list[Found]) -> str:
    rows = []
    for name in SETS:
        for shared in (False, True):
            cells = [
                cell((v for v in votes if v.world.habit is habit), name, shared=shared)
                for habit in matrix.VOTES
            ]
            rows.append((_signs(name), "shared" if shared else "exclusive", *cells))
    return _table(("the terminal can", "used", *(h.value for h in matrix.VOTES)), rows)


def _cases(cases: Iterable[Case]) -> str:
    rows = []
    for case in cases:
        way = counter_example(case)
        assert way is not None, f"{case.name}: no counter-example"
        rows.append((case.name, case.says, case.promise, str(len(way))))
    return _table(("what", "that is", "breaks", "steps"), rows)


def _careful() -> str:
    reasons = {why: [pair for pair in CAREFUL if CAREFUL[pair] == why] for why in CAREFUL.values()}
    return _table(
        ("the terminal shows last", "the agent's reason", "why it may"),
        [
            (
                ", ".join(dict.fromkeys(now for now, _ in pairs)),
                ", ".join(f"`{reason}`" for _, reason in pairs),
                why,
            )
            for why, pairs in reasons.items()
        ],
    )


assert Habit.GHOST not in matrix.VOTES, "the ghost is under what cannot be known"
