"""The slips in the reference are the ones the product makes."""

from __future__ import annotations

from tests.slips.reference_page import PAGE, filled, named


def test_the_reference_page_shows_the_slips_as_they_are_made_today() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run: python -m tests.slips.reference_page"
    assert len(named(page)) == len(set(named(page))) == 7


def test_the_page_is_filled_in_the_same_way_however_often() -> None:
    page = "x\n<!-- slip: zh32-bare -->\ny\n"
    once = filled(page)
    assert "退货" in once
    assert filled(once) == once
    assert once.endswith("```\ny\n")
