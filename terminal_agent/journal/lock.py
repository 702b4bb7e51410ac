"""One writer per journal: a lock that the operating system takes back when the process dies.

SQLite's own file lock is used on a small file of its own, as it works the same on every platform
and leaves the journal itself free for readers.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from terminal_agent.journal.errors import JournalLocked
from terminal_agent.journal.files import create_private


class WriterLock:
    """Held from `acquire` to `release`, or to the end of the process."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._db: sqlite3.Connection | None = None

    def acquire(self) -> None:
        """Take the lock or raise JournalLocked, which names the process that has it.

        OSError or sqlite3.Error when the file of the lock cannot be used at all.
        """
        path = self._journal.with_name(self._journal.name + ".lock")
        create_private(path)
        db = sqlite3.connect(path, isolation_level=None, timeout=0)
        try:
            db.execute("BEGIN IMMEDIATE")
            _sign(db)
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            owner = _owner(db)
            db.close()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise JournalLocked(
                f"process {owner} is using the journal",
                path=str(self._journal),
                details={"pid": owner},
            ) from error
        self._db = db

    def release(self) -> None:
        """Let others write."""
        if self._db is not None:
            self._db.close()
            self._db = None


def _sign(db: sqlite3.Connection) -> None:
    """Write who we are where others can read it; a full disk must not keep recovery from work."""
    with suppress(sqlite3.OperationalError):
        db.execute(f"PRAGMA user_version = {os.getpid()}")
        db.execute("COMMIT")
    if db.in_transaction:
        db.execute("ROLLBACK")


def _owner(db: sqlite3.Connection) -> int:
    """Which process wrote its number last; 0 when even that cannot be read."""
    with suppress(sqlite3.Error):
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    return 0
