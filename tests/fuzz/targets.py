"""All targets by name. Those of a protocol are made from its front door: no list to edit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from protocols.kit import registry
from simulators import personality
from tests.fuzz import files, sessions, shapes, terminals, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.target import Target


@cache
def targets() -> dict[str, Target]:
    """Every target, in a fixed order."""
    found = list(_all())
    named = {target.name: target for target in found}
    assert len(named) == len(found), "two targets of one name"
    return named


def _all() -> Iterator[Target]:
    for spec in registry.installed().values():
        yield from wire.targets(spec)
        yield from sessions.targets(spec)
    for name in personality.names():
        yield from terminals.targets(personality.load(name))
    yield from shapes.TARGETS
    yield from files.TARGETS
