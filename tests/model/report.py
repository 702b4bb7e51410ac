"""Says in words what a search found: a line, a counter-example, and the cells of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.model.explore import Found

NEVER: Final = "never"
ALWAYS: Final = "after every lost answer"
# The search allows no further attempt, so a commit-once repeat is not made.
BOUND: Final = "where the search ends before the repeat"

# Why the judge leaves it to people, short enough for a table.
WHEN: Final = {
    "doubt.baseline_looks_like_ours": "the record before looks like ours",
    "doubt.several_since": "several records came since",
    "doubt.shared_looks_like_ours": "the next record looks like ours",
    "doubt.shared_may_be_below": "another record may lie above ours",
    "doubt.shared_no_number": "others use it and no number counts",
    "doubt.no_record": "the terminal shows no record",
    "doubt.not_exclusive": "the terminal shows an undoing of its own",
    "doubt.empty_baseline": "the terminal showed no record before",
}


def line(found: Found) -> str:
    """One world in one line."""
    if found.broken:
        ends = [f"{name} ({len(way)} steps)" for name, way in found.broken.items()]
        told = "BROKEN: " + "; ".join(ends)
    elif found.lost:
        told = f"LOST: {found.lost} states reach no verdict"
    else:
        told = f"holds; people: {people(found)}"
    return (
        f"{found.world}: {told} [{found.states} states, {found.transitions} transitions, "
        f"{found.seconds:.1f} s]"
    )


def steps(way: Sequence[str]) -> str:
    """A counter-example, step by step."""
    return "\n".join(f"  {number:2}. {step}" for number, step in enumerate(way, start=1))


def people(*found: Found) -> str:
    """When people are needed, over all of these searches."""
    needing = [one for one in found if one.people_needed]
    if not needing:
        return NEVER
    if all(one.reasons.keys() <= {"cannot_tell"} for one in found):
        return ALWAYS
    doubts = sorted({reason for one in needing for reason in one.reasons.get("cannot_tell", ())})
    return "if " + ", or ".join(WHEN[doubt] for doubt in doubts) if doubts else BOUND


def total(found: Iterable[Found]) -> tuple[int, int, float]:
    """States, transitions and seconds of processor time of all of them."""
    states = transitions = 0
    seconds = 0.0
    for one in found:
        states += one.states
        transitions += one.transitions
        seconds += one.seconds
    return states, transitions, seconds
