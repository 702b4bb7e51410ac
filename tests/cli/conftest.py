"""A till per test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.till import Till

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """A till with one sale of EUR 12.34, receipt 0001, at a terminal that works."""
    return Till(tmp_path)
