"""Where the judge leaves to people what, in these worlds, only one truth could explain.

Each entry says why it may. The tests hold that the list is exact: a rule that becomes more careful,
or less, is noticed here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tests.model.completeness import observations, undecided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.model.explore import Found

_OTHERS_REVERSED = (
    "In these worlds only our own booking is ever reversed; at a counter another till's may be."
)
_OTHERS_UNDONE = (
    "In these worlds only our own booking is ever undone; at a counter another till's may be, "
    "and what lies below its record cannot be seen."
)
_NOT_NAMED = "Without a number the undoing does not say what it undid; it may be a void by hand."

# By what the terminal shows last, and the judge's reason.
CAREFUL: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("reversed", "doubt.shared_no_number"): _OTHERS_REVERSED,
        ("reversed", "doubt.several_since"): _OTHERS_REVERSED,
        ("undoing", "doubt.shared_no_number"): _OTHERS_UNDONE,
        ("undoing", "doubt.several_since"): _OTHERS_UNDONE,
        ("undoing", "doubt.shared_may_be_below"): _OTHERS_UNDONE,
        ("undoing", "doubt.not_exclusive"): _NOT_NAMED,
        ("undoing", "doubt.baseline_looks_like_ours"): _NOT_NAMED,
        ("refused", "doubt.several_since"): (
            "A refused record on top may be an undoing that failed, and ours may stand below it."
        ),
        ("nothing", "doubt.no_record"): (
            "A terminal without any record may never have had one, or may have lost its memory."
        ),
        ("alike", "doubt.empty_baseline"): (
            "Here an empty answer is the truth; on a line it may be a record that was lost."
        ),
    }
)


def meant(found: Found) -> bool:
    """Whether the bounds of that search show every truth: with one foreign booking they do not."""
    world = found.world
    return world.foreign != 1 and found.model.fence


def left_to_people(found: Found) -> set[tuple[str, str]]:
    """What is undecided there although only one truth was possible, as in CAREFUL."""
    return {
        (chain[-1].now, reason)
        for chain, told in undecided(observations([found])).items()
        for reason in told.reasons
    }
