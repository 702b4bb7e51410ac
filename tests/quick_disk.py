"""A journal that does not wait for the disk: what a power cut leaves is tested elsewhere."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from terminal_agent.journal.store import Journal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits return at once."""
    defaults = Journal.open.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "connect", _connect)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    return db
