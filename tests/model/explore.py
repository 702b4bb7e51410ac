"""Breadth-first search of every interleaving, then a walk backwards from the closed verdicts."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING, Final

from tests.model import properties
from tests.model.model import Model

if TYPE_CHECKING:
    from tests.model.records import Asked
    from tests.model.rules import Change
    from tests.model.state import State
    from tests.model.world import World

# A search that grows beyond this was asked for with bounds that do not fit into memory.
STATES_MAX: Final = 6_000_000


class TooManyStates(Exception):
    """The bounds are too wide for one search."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. `broken` maps each broken promise to the shortest way there.

    `lost`: states from which no verdict can be reached even with people (P3h). `stuck`: states
    from which none can be reached without people (P3a). `observations`: every judgement that was
    asked for, and which truths there were. `reasons`: why, by what the judge said. `decided`:
    whether recovery ever ended by evidence. `seconds` of processor time.
    """

    world: World
    states: int
    transitions: int
    broken: dict[str, list[str]]
    lost: int
    stuck: int
    observations: dict[tuple[Asked, ...], set[bool]]
    reasons: dict[str, set[str]]
    seconds: float
    model: Model

    @property
    def people_needed(self) -> bool:
        """Whether there is a run that only people can bring to an end."""
        return self.stuck > 0

    def breaks(self, promise: str) -> list[str] | None:
        """The shortest way to a breach of that promise."""
        ways = [way for name, way in self.broken.items() if name.startswith(promise)]
        return min(ways, key=len) if ways else None


@dataclass(slots=True)
class _Graph:
    """Places of states, how each was first reached, and every edge backwards."""

    place: dict[State, int]
    order: list[State]
    came_from: list[tuple[int, str]]
    backwards: list[list[int]]
    by_people: dict[int, list[int]]
    transitions: int = 0

    def way(self, at: int) -> list[str]:
        """The steps from a beginning to that place."""
        steps: list[str] = []
        while at >= 0:
            before, label = self.came_from[at]
            if before >= 0:
                steps.append(label)
            at = before
        return steps[::-1]

    def add(self, state: State, before: int, label: str) -> int:
        """A new state, and where it came from."""
        at = len(self.order)
        self.place[state] = at
        self.order.append(state)
        self.came_from.append((before, label))
        self.backwards.append([])
        return at


def explore(world: World, change: Change | None = None, *, until: str | None = None) -> Found:
    """Search that world; nothing is searched beyond a breach.

    `until` names a promise whose first breach ends the search.
    """
    began = process_time()
    collecting = gc.isenabled()
    gc.disable()  # nothing in here is a cycle, and the collector would walk a million tuples
    try:
        model = Model(world, change)
        graph, broken = _forward(model, until)
        lost, stuck = _backward(model, graph, broken)
    finally:
        if collecting:
            gc.enable()
    return Found(
        world,
        len(graph.order),
        graph.transitions,
        {name: graph.way(at) for name, at in broken.items()},
        lost,
        stuck,
        dict(model.observations),
        dict(model.reasons),
        process_time() - began,
        model,
    )


def _forward(model: Model, until: str | None) -> tuple[_Graph, dict[str, int]]:
    graph = _Graph({}, [], [], [], {})
    broken: dict[str, int] = {}
    beyond: set[int] = set()
    for state in model.starts():
        graph.add(state, -1, "")
    place, order, world = graph.place, graph.order, model.world
    here = 0
    while here < len(order):
        if here in beyond:
            here += 1
            continue
        for label, people, after in model.steps(order[here]):
            graph.transitions += 1
            there = place.get(after)
            if there is None:
                there = graph.add(after, here, label)
                name = properties.breach(world, after)
                if name is not None:
                    broken.setdefault(name, there)
                    beyond.add(there)
                    if until is not None and name.startswith(until):
                        return graph, broken
            if people:
                graph.by_people.setdefault(there, []).append(here)
            else:
                graph.backwards[there].append(here)
        here += 1
        if here > STATES_MAX:
            raise TooManyStates(f"{world}: more than {STATES_MAX} states")
    return graph, broken


def _backward(model: Model, graph: _Graph, broken: dict[str, int]) -> tuple[int, int]:
    """How many states reach no end, with people and without; nothing is known beyond a breach."""
    if broken:
        return 0, 0
    world = model.world
    ends = [at for at, state in enumerate(graph.order) if properties.reached(world, state)]
    there = bytearray(len(graph.order))
    _reach(there, ends, graph.backwards, {})
    stuck = there.count(0)
    alone = [at for at, reached in enumerate(there) if reached]
    _reach(there, alone, graph.backwards, graph.by_people)
    return there.count(0), stuck


def _reach(
    there: bytearray, ends: list[int], backwards: list[list[int]], by_people: dict[int, list[int]]
) -> None:
    """Mark the ends and everything that leads to them."""
    for at in ends:
        there[at] = 1
    todo = ends
    while todo:
        at = todo.pop()
        for before in (*backwards[at], *by_people.get(at, ())):
            if not there[before]:
                there[before] = 1
                todo.append(before)
