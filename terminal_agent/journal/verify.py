"""Checks the chain of records and the tables that are computed from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.kit.errors import RefundAgentError
from terminal_agent.journal import derived
from terminal_agent.journal.chain import GENESIS
from terminal_agent.journal.errors import JournalCorrupt, JournalRefusal
from terminal_agent.journal.schema import DERIVED
from terminal_agent.refund.case import apply
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.facts import CaseFact, JournalOpened, RefusalNoted

if TYPE_CHECKING:
    from terminal_agent.journal.replay import Reader, StoredRecord
    from terminal_agent.refund.nouns import RefundCase

# Records looked at on each start: some days of a busy counter, a few milliseconds.
TAIL_RECORDS = 256


def check_tail(reader: Reader, db: sqlite3.Connection, path: Path) -> bool:
    """The quick check of a start: the first record and the last ones.

    False when the computed tables stop short of the records and must be built again.
    """
    last, _ = reader.tail()
    if last == 0 or not isinstance(reader.record(1).fact, JournalOpened):
        raise JournalCorrupt("the journal has no beginning", path=str(path), seq=1)
    seq = max(0, last - TAIL_RECORDS)
    prev = reader.record(seq).hash if seq else GENESIS
    for record in reader.records(seq):
        prev = _follows(record, seq + 1, prev, path)
        seq = record.seq
    applied = db.execute("SELECT seq FROM standing WHERE name = 'applied'").fetchone()
    return applied is not None and int(applied[0]) == last


def check_chain(reader: Reader, db: sqlite3.Connection, path: Path) -> int:
    """The whole check. Raises JournalCorrupt naming the first record that is not sound."""
    seq, prev = 0, GENESIS
    for record in reader.records():
        prev = _follows(record, seq + 1, prev, path)
        seq = record.seq
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    try:
        fresh.executescript(DERIVED)
        replay(reader.records(), fresh, path)
        want, have = derived.dump(fresh), derived.dump(db)
    finally:
        fresh.close()
    wrong = sorted(table for table in want if want[table] != have[table])
    if wrong:
        raise JournalCorrupt(
            f"computed tables differ from the records: {', '.join(wrong)}", path=str(path), seq=0
        )
    return seq


def _follows(record: StoredRecord, seq: int, prev: bytes, path: Path) -> bytes:
    if record.seq != seq:
        raise JournalCorrupt("it is missing", path=str(path), seq=seq)
    if record.prev != prev:
        raise JournalCorrupt("it does not follow the one before", path=str(path), seq=seq)
    return record.hash


def replay(records: Iterable[StoredRecord], db: sqlite3.Connection, path: Path) -> None:
    """Fill empty computed tables from the records. Raises JournalCorrupt for an illegal one."""
    cases: dict[str, RefundCase] = {}
    for record in records:
        fact = record.fact
        before = after = None
        try:
            if isinstance(fact, CaseFact | RefusalNoted) and fact.case_id is not None:
                before = cases.get(fact.case_id)
                after = cases[fact.case_id] = apply(before, fact)
            derived.update(db, record.seq, fact, before, after)
        except (IllegalFact, JournalRefusal, sqlite3.IntegrityError) as error:
            what = error.what_happened if isinstance(error, RefundAgentError) else str(error)
            raise JournalCorrupt(what, path=str(path), seq=record.seq) from error
