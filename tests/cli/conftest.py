"""A till per test; its journal does not wait for the disk."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from terminal_agent.journal.store import Journal
from tests.cli.till import Till

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on the disk after a power cut is tested with the journal; here it need not wait."""
    defaults = Journal.open.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "connect", _connect_fast)


def _connect_fast(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    return db


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """A till with one sale of EUR 12.34, receipt 0001, at a terminal that works."""
    return Till(tmp_path)
