"""Checks the chain of records, the anchors kept outside, and the tables computed from the chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.kit.errors import RefundAgentError
from terminal_agent.journal import derived
from terminal_agent.journal.chain import GENESIS, head_of, linked
from terminal_agent.journal.errors import JournalCorrupt, JournalRefusal
from terminal_agent.journal.schema import DERIVED
from terminal_agent.refund.case import apply
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.facts import CaseFact, RefusalNoted

if TYPE_CHECKING:
    from terminal_agent.journal.anchor import Anchor
    from terminal_agent.journal.replay import Reader, StoredRecord
    from terminal_agent.refund.nouns import RefundCase

# Records looked at on each start: some days of a busy counter, a few milliseconds.
TAIL_RECORDS = 256


def check_tail(reader: Reader, db: sqlite3.Connection, path: Path) -> bool:
    """The quick check of a start: the first record and the last ones.

    False when the computed tables stop short of the records and must be built again.
    """
    last, _ = reader.tail()
    reader.begun()
    seq = max(0, last - TAIL_RECORDS)
    prev = reader.record(seq).hash if seq else GENESIS
    for record in reader.records(seq):
        prev = _follows(record, seq + 1, prev, path)
        seq = record.seq
    applied = db.execute("SELECT seq FROM standing WHERE name = 'applied'").fetchone()
    return applied is not None and int(applied[0]) == last


def check_chain(db: sqlite3.Connection, path: Path, anchors: Iterable[Anchor] = ()) -> int:
    """Every record's hash, and the anchors; gives the number of records.

    Reads a million records in a few seconds, as no record is decoded. Raises JournalCorrupt naming
    the first record that is not sound; a chain that does not fit an anchor was written anew
    somewhere between the last anchor that fits and this one, or cut off before it.
    """
    wanted = sorted(anchors, key=lambda anchor: anchor.seq)
    seq, prev, sound = 0, GENESIS, 0
    heads: dict[tuple[bytes, int], bytes] = {}
    at = 0
    for number, kind, schema, payload, before, digest in db.execute(
        "SELECT seq, CAST(kind AS BLOB), schema, CAST(payload AS BLOB), prev, hash"
        " FROM records ORDER BY seq"
    ):
        seq += 1
        head = heads.get((kind, schema))
        if head is None:
            head = heads[kind, schema] = head_of(kind, schema)
        if number != seq:
            raise JournalCorrupt("it is missing", path=str(path), seq=seq)
        if before != prev:
            raise JournalCorrupt("it does not follow the one before", path=str(path), seq=seq)
        if linked(prev, seq, head, payload) != digest:
            raise JournalCorrupt("its content does not fit its hash", path=str(path), seq=seq)
        prev = digest
        while at < len(wanted) and wanted[at].seq <= seq:
            sound = _anchored(wanted[at], seq, prev, sound, path)
            at += 1
    if at < len(wanted):
        raise JournalCorrupt(
            f"the journal ends at record {seq}, and an anchor names record {wanted[at].seq}",
            path=str(path),
            seq=seq + 1,
            code="journal.cut",
        )
    return seq


def _anchored(anchor: Anchor, seq: int, digest: bytes, sound: int, path: Path) -> int:
    """The last record that an anchor vouches for, with this one; raises JournalCorrupt."""
    if anchor.seq == seq and anchor.fits(digest):
        return seq
    raise JournalCorrupt(
        f"it, or one of the {seq - sound - 1} before it, was written anew: an anchor differs",
        path=str(path),
        seq=seq,
        code="journal.rewritten",
    )


def check_tables(reader: Reader, db: sqlite3.Connection, path: Path) -> None:
    """Compute the other tables again and compare. Raises JournalCorrupt."""
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
