"""A till per test; its journal does not wait for the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.till import Till
from tests.quick_disk import quick_disk

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["quick_disk", "till"]


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """A till with one sale of EUR 12.34, receipt 0001, at a terminal that works."""
    return Till(tmp_path)
