"""The reference page of the refund flow is what the tables say."""

from __future__ import annotations

from pathlib import Path

from terminal_agent.refund.document import render
from terminal_agent.refund.table import ATTEMPT_TABLE, CASE_TABLE

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "refund-flow.md"


def test_the_committed_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_row_of_both_tables_is_on_the_page() -> None:
    page = render()
    for row in ATTEMPT_TABLE:
        assert f"| `{row.state.value}` | `{row.event.value}` | `{row.target.value}` |" in page
        assert row.why in page
    for line in CASE_TABLE:
        assert f"| `{line.state.value}` | `{line.event.value}` | `{line.target.value}` |" in page
        assert line.why in page
