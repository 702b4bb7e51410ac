"""Programs of others need a pseudo terminal; where there is none they are skipped aloud."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all of this folder, and say why nothing runs where it cannot."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.process)
            if os.name != "posix":
                item.add_marker(pytest.mark.skip(reason="no pseudo terminals on this system"))
