"""What the page says of when people are needed."""

from __future__ import annotations

import pytest

from tests.generated import DOCS
from tests.model import matrix, page, report
from tests.model.explore import explore
from tests.model.world import BUILT, SETS, UNBUILT

CELLS = page.cells_of((DOCS / "reference/capabilities.md").read_text(encoding="utf-8"))


def test_the_page_can_be_read_back() -> None:
    assert CELLS.keys() == SETS.keys()


@pytest.mark.parametrize("signs", ["L+N", "L+R", "L+N+R", "I1", "L+N+I1", "Q", "I2"])
def test_an_exclusive_terminal_with_any_of_these_signs_never_needs_people(signs: str) -> None:
    assert CELLS[signs][0] == report.NEVER


@pytest.mark.parametrize("signs", ["I1", "L+N+I1", "Q", "I2"])
def test_a_shared_one_needs_more(signs: str) -> None:
    assert CELLS[signs][1] == report.NEVER


def test_a_terminal_that_shows_nothing_needs_people_after_every_lost_answer() -> None:
    assert CELLS["none"] == (report.ALWAYS, report.ALWAYS)


def test_signs_that_no_protocol_uses_are_marked() -> None:
    text = page._people([explore(w) for w in matrix.core(matrix.Bounds(1, 0, 1))])
    rows = {line.split("**")[1]: line for line in text.splitlines()[2:]}
    assert rows.keys() == SETS.keys()
    for signs in SETS:
        assert ("rule only" in rows[signs]) is (signs in UNBUILT)
    assert set(BUILT) | set(UNBUILT) == SETS.keys()
