"""What the page says is what the wider searches find; its tables keep to the known classes."""

from __future__ import annotations

import pytest

from tests.model import matrix, page, report
from tests.model.explore import explore
from tests.model.world import BUILT, SETS, UNBUILT


def test_wider_bounds_change_no_cell() -> None:
    """The page is found with small bounds; three foreign bookings must not tell another story."""
    for signs in ("L", "L+R"):
        for shared in (False, True):
            narrow, wide = (
                [explore(world) for world in matrix.core(bounds) if world.signs == signs]
                for bounds in (matrix.PAGE, matrix.CORE)
            )
            assert page.cell(narrow, signs, shared=shared) == page.cell(wide, signs, shared=shared)


@pytest.mark.parametrize("signs", ["L+N", "L+R", "L+N+R", "I1", "L+N+I1", "Q", "I2"])
def test_an_exclusive_terminal_with_any_of_these_signs_never_needs_people(signs: str) -> None:
    found = [explore(world) for world in matrix.core(matrix.PAGE) if world.signs == signs]
    assert page.cell(found, signs, shared=False) == report.NEVER


def test_a_terminal_that_shows_nothing_needs_people_after_every_lost_answer() -> None:
    found = [explore(world) for world in matrix.core(matrix.PAGE) if world.signs == "none"]
    for shared in (False, True):
        assert page.cell(found, "none", shared=shared) == report.ALWAYS


def test_signs_that_no_protocol_uses_are_marked() -> None:
    text = page._people([explore(w) for w in matrix.core(matrix.Bounds(1, 0, 1))])
    rows = {line.split("**")[1]: line for line in text.splitlines()[2:]}
    assert rows.keys() == SETS.keys()
    for signs in SETS:
        assert ("rule only" in rows[signs]) is (signs in UNBUILT)
    assert set(BUILT) | set(UNBUILT) == SETS.keys()
