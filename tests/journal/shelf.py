"""Opening journals in tests, and a disk that fails when a test says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from protocols.kit.money import Amount
from terminal_agent.journal import Journal, JournalRefusal
from terminal_agent.journal.store import connect
from terminal_agent.refund.facts import Fact, SaleRecorded
from terminal_agent.refund.sale import Sale, SaleSource
from tests.refund import story as s


def opened(
    path: Path, *, connect: Callable[[Path], sqlite3.Connection] = connect, journal_id: str = "j1"
) -> Journal:
    return Journal.open(
        path, at=s.AT, journal_id=journal_id, agent_version="0.1.0", connect=connect
    )


def sale(sale_id: str = "s1", *, minor: int = 1000, receipt: str = "0050") -> SaleRecorded:
    return SaleRecorded(
        at=s.AT,
        sale=Sale(
            sale_id=sale_id,
            terminal="desk",
            amount=Amount(minor, s.EUR),
            sold_at=s.AT,
            source=SaleSource.IMPORT,
            receipt_number=receipt,
            trace_number="000050",
            rrn="123456789012",
            masked_pan="************1234",
        ),
    )


def filled(path: Path, facts: Iterable[Fact] = s.TO_REFUNDED) -> Path:
    """A journal with one sale and one case, closed again."""
    with opened(path) as journal:
        journal.append(sale())
        for fact in facts:
            journal.append(fact)
    return path


# The real one, also while a test has put another in its place.
CONNECT = sqlite3.connect


def refused(journal: Journal, *facts: Fact) -> JournalRefusal:
    """Append facts that a guard refuses, leaving nothing; the refusal."""
    before = journal.tail()
    with pytest.raises(JournalRefusal) as caught:
        journal.append(*facts)
    assert journal.tail() == before
    return caught.value


class Disk:
    """Gives connections whose statements fail when `fails` says so.

    `fails(sql)` names the SQLite error to raise, or nothing. What SQLite itself would do on such an
    error (keep or roll back the transaction) is left to SQLite: the statement is not carried out.
    """

    def __init__(self) -> None:
        self.fails: Callable[[str], int | None] = lambda _sql: None
        self.statements = 0
        self.interrupted_after = ""

    def connect(self, path: Path) -> sqlite3.Connection:
        db = self.connect_plain(path)
        for pragma in ("synchronous=EXTRA", "journal_mode=WAL"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        return db

    def connect_plain(self, path: Path) -> sqlite3.Connection:
        disk = self

        class Failing(sqlite3.Connection):
            def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
                disk.check(sql)
                cursor = super().execute(sql, parameters)  # type: ignore[arg-type]
                disk.interrupt(sql)
                return cursor

            def executemany(self, sql: str, parameters: object, /) -> sqlite3.Cursor:
                disk.check(sql)
                return super().executemany(sql, parameters)  # type: ignore[arg-type]

        return CONNECT(path, isolation_level=None, timeout=0, factory=Failing)

    def check(self, sql: str) -> None:
        self.statements += 1
        code = self.fails(sql)
        if code is not None:
            error = sqlite3.OperationalError(f"the disk fails with {code}")
            error.sqlite_errorcode = code
            raise error

    def interrupt(self, sql: str) -> None:
        """Once, be interrupted right after this statement."""
        if sql == self.interrupted_after:
            self.interrupted_after = ""
            raise KeyboardInterrupt

    def fail_at(self, count: int, code: int) -> None:
        """Fail the statement that comes as number `count` from now, once."""
        goal = self.statements + count
        self.fails = lambda _sql: code if self.statements == goal else None

    def fail_always(self, code: int, *, only: str = "") -> None:
        """Fail every statement that holds `only`, but never a ROLLBACK."""
        self.fails = lambda sql: code if only in sql and sql != "ROLLBACK" else None

    def heal(self) -> None:
        self.fails = lambda _sql: None


def raw(path: Path, *statements: str) -> list[tuple[object, ...]]:
    """Do to the file what no part of the agent does; rows of the last statement."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            rows = db.execute(statement).fetchall()
        return rows
    finally:
        db.close()


UNGUARD = (
    "DROP TRIGGER records_never_change",
    "DROP TRIGGER records_never_go",
    "DROP TRIGGER records_only_follow",
)
