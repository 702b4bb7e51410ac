"""Puts the product's own slips into docs/reference/slips.md; run as a module it rewrites it."""

from __future__ import annotations

import re
from pathlib import Path

from printing.text import to_text
from terminal_agent.slips import layout
from tests.slips.samples import SAMPLES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "slips.md"
_MARK = re.compile(r"<!-- slip: ([a-z0-9-]+) -->\n(?:\n?```text\n.*?```\n)?", re.DOTALL)


def filled(page: str) -> str:
    """The page with each marked place holding the slip of that name."""
    return _MARK.sub(lambda match: _block(match.group(1)), page)


def named(page: str) -> list[str]:
    """The names of the samples that the page shows."""
    return [match.group(1) for match in _MARK.finditer(page)]


def _block(name: str) -> str:
    return f"<!-- slip: {name} -->\n\n```text\n{to_text(layout(SAMPLES[name]))}```\n"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
