"""A `sqlite3.Connection` over apsw, so that a VFS of ours sees what the journal's SQLite does.

It offers what the journal uses, and raises sqlite3's own errors with SQLite's extended code.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import apsw

# Pages in the WAL after which SQLite puts it away by itself.
PAGES = 1_000
_DATABASE = frozenset({apsw.SQLITE_CORRUPT, apsw.SQLITE_NOTADB})
_INTEGRITY = frozenset({apsw.SQLITE_CONSTRAINT, apsw.SQLITE_MISMATCH})


def _as_sqlite3(error: apsw.Error) -> sqlite3.Error:
    """The error that sqlite3 raises for the same code."""
    code = int(getattr(error, "extendedresult", 0)) or _plain_code(error)
    primary = code & 0xFF
    kind: type[sqlite3.Error] = sqlite3.OperationalError
    if primary in _DATABASE:
        kind = sqlite3.DatabaseError
    elif primary in _INTEGRITY:
        kind = sqlite3.IntegrityError
    become = kind(str(error) or type(error).__name__)
    become.sqlite_errorcode = code
    return become


def _plain_code(error: apsw.Error) -> int:
    """The code of an error that carries none: its class names it."""
    name = f"SQLITE_{type(error).__name__.removesuffix('Error').upper()}"
    code = getattr(apsw, name, apsw.SQLITE_ERROR)
    assert isinstance(code, int)
    return code


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        raise _as_sqlite3(error) from error


class IoError(apsw.IOError):
    """An error of SQLite's that says which call failed."""

    def __init__(self, extended: int) -> None:
        super().__init__(f"error {extended}")
        self.extendedresult = extended


class Cursor:
    """Rows of one statement, as far as the journal asks for them."""

    def __init__(self, rows: apsw.Cursor, rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        with _translated():
            yield from self._rows

    def fetchone(self) -> tuple[object, ...] | None:
        """The next row."""
        with _translated():
            return next(self._rows, None)

    def fetchall(self) -> list[tuple[object, ...]]:
        """All rows that are left."""
        return list(self)


class Connection(sqlite3.Connection):
    """What `sqlite3.connect` would give; the statements go to apsw.

    The class it inherits from holds an empty database in memory and serves as a type only.
    """

    def __init__(
        self, path: Path, *, vfs: str, timeout_s: float, checkpoint_pages: int = PAGES
    ) -> None:
        super().__init__(":memory:")
        with _translated():
            self._db = apsw.Connection(str(path), vfs=vfs)
        self._db.set_busy_timeout(round(timeout_s * 1000))
        self._checkpoint_pages = checkpoint_pages
        self._db.set_wal_hook(self._grown)

    def _grown(self, db: apsw.Connection, name: str, pages: int) -> int:
        """After a commit, as SQLite's own hook does: put the WAL away, and do not mind if it fails.

        Its own cannot be used: apsw would tell of an error that SQLite itself passes over.
        """
        if pages >= self._checkpoint_pages:
            with suppress(apsw.Error):
                db.wal_checkpoint(name)
        return apsw.SQLITE_OK

    def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
        """One statement."""
        with _translated():
            rows = self._db.execute(sql, cast("apsw.Bindings", parameters))
            return cast("sqlite3.Cursor", Cursor(rows, self._db.changes()))

    def executemany(self, sql: str, parameters: Iterable[object], /) -> sqlite3.Cursor:
        """One statement for each of the parameters."""
        with _translated():
            rows = self._db.executemany(sql, cast("Iterable[apsw.Bindings]", parameters))
            return cast("sqlite3.Cursor", Cursor(rows, self._db.changes()))

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        """Several statements."""
        return self.execute(sql_script)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._db.in_transaction

    def close(self) -> None:
        """Close it; as with sqlite3, what goes wrong in that is not told."""
        super().close()
        with suppress(Exception):
            self._db.close(force=True)
