"""How long the whole chain of a journal takes, beside hashing the same bytes and nothing else."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from terminal_agent.journal.anchor import Anchor
from terminal_agent.journal.chain import head_of, linked
from terminal_agent.journal.verify import check_chain
from tests.journal import shelf

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.bench

# JOURNAL_RECORDS=1000000 is the size of some years; it takes a minute to write first.
RECORDS = int(os.environ.get("JOURNAL_RECORDS", "100000"))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal that goes on after a real beginning with records of the same kinds."""
    path = shelf.filled(tmp_path_factory.mktemp("long") / "journal.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=OFF")
        like = db.execute("SELECT kind, schema, payload FROM records ORDER BY seq").fetchall()
        seq, prev = db.execute("SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1").fetchone()
        for statement in shelf.UNGUARD:
            db.execute(statement)
        db.execute("BEGIN")
        while seq < RECORDS:
            seq += 1
            kind, schema, payload = like[seq % len(like)]
            digest = linked(prev, seq, head_of(kind.encode(), schema), payload.encode())
            row = (seq, kind, schema, payload, prev, digest)
            db.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", row)
            prev = digest
        db.execute("COMMIT")
    return path


@pytest.mark.benchmark(group="journal: every record of the chain")
def test_bench_the_whole_chain(path: Path, benchmark: BenchmarkFixture) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        (digest,) = db.execute("SELECT hash FROM records WHERE seq = ?", (RECORDS,)).fetchone()
        anchor = Anchor(seq=RECORDS, hash=digest.hex())
        began = time.perf_counter()
        assert check_chain(db, path, [anchor]) == RECORDS
        took = time.perf_counter() - began
        print(f"\n{RECORDS:,} records in {took:.2f} s: {took / RECORDS * 1e6:.2f} s a million")
        benchmark.pedantic(  # type: ignore[no-untyped-call]
            check_chain, args=(db, path, [anchor]), rounds=3
        )


@pytest.mark.benchmark(group="journal: every record of the chain")
def test_bench_peer_hashes_the_same_bytes(path: Path, benchmark: BenchmarkFixture) -> None:
    def peer() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for (payload,) in db.execute("SELECT CAST(payload AS BLOB) FROM records ORDER BY seq"):
                hashlib.sha256(payload).digest()

    benchmark.pedantic(peer, rounds=3)  # type: ignore[no-untyped-call]
