"""A world in which a promise is expected to break, and the search for the shortest way there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.model.explore import explore
from tests.model.properties import P1, P2
from tests.model.rules import Change
from tests.model.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A world in which `promise` breaks; `says` is a sentence for a report."""

    name: str
    says: str
    world: World
    promise: str = P2
    change: Change = field(default_factory=Change)


def counter_example(case: Case) -> list[str] | None:
    """The shortest way to the breach that is expected; None where there is none."""
    way = explore(case.world, case.change, until=case.promise).breaks(case.promise)
    if way is None and case.promise == P1:
        # A search stops at a breach of P2, and the double payment lies behind it.
        alone = replace(case.world, p1_only=True)
        way = explore(alone, case.change, until=P1).breaks(P1)
    return way
