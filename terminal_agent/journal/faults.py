"""The one place where SQLite's and the system's errors become ours."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from protocols.kit.errors import MoneyMoved
from terminal_agent.journal.errors import (
    JournalCorrupt,
    JournalError,
    JournalFull,
    JournalReadOnly,
)

_READ_ONLY = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# The low byte of an extended SQLite code is the code itself.
_PRIMARY = 0xFF


@contextmanager
def translated(path: Path, *, money: MoneyMoved = MoneyMoved.NO) -> Iterator[None]:
    """Turn what the disk says into a JournalError; `money` is what is true if it fails here."""
    try:
        with supposing(money):
            yield
    except UnicodeDecodeError as error:
        # Where names in the file itself are damaged, not even SQLite's own message is text.
        raise JournalCorrupt("it holds bytes that are no text", path=str(path), seq=0) from error
    except sqlite3.Error as error:
        raise _of_sqlite(error, str(path), money) from error
    except OSError as error:
        raise _of_system(error, str(path), money) from error


@contextmanager
def supposing(money: MoneyMoved) -> Iterator[None]:
    """An error of the journal that is met in here never tells of less than `money`.

    A look into the journal does not know why it is taken, and says that no money moved; where it
    is taken behind a money message, that would be wrong.
    """
    try:
        yield
    except JournalError as error:
        if error.money is MoneyMoved.NO:
            error.money = money
        raise


def _of_sqlite(error: sqlite3.Error, path: str, money: MoneyMoved) -> JournalError:
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code == sqlite3.SQLITE_FULL:
        return _full(str(error), path, money)
    if code in _READ_ONLY:
        return JournalReadOnly(str(error), path=path, money=money)
    if code in _CORRUPT or (code == sqlite3.SQLITE_ERROR and "no such" in str(error)):
        return JournalCorrupt(str(error), path=path, seq=0)
    return JournalError(str(error), path=path, money=money)


def _of_system(error: OSError, path: str, money: MoneyMoved) -> JournalError:
    if error.errno in _NO_ROOM:
        return _full(str(error), path, money)
    if error.errno in _NOT_ALLOWED:
        return JournalReadOnly(str(error), path=path, money=money)
    return JournalError(str(error), path=path, money=money)


def _full(problem: str, path: str, money: MoneyMoved) -> JournalFull:
    code = "journal.full" if money is MoneyMoved.NO else "journal.full_after_sending"
    return JournalFull(problem, path=path, money=money, code=code)
