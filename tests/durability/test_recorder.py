"""The recorder sees what is done: the calls that strace sees of the shop's own SQLite."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from terminal_agent.journal.store import connect
from tests.durability import traced
from tests.durability.recorder import Recorder
from tests.journal import shelf
from tests.process.agents import CHECKOUT, environment
from tests.process.tools import need
from tests.refund import story as s
from tests.setting import Killed


def recorded(root: Path) -> Recorder:
    root.mkdir()
    recorder = Recorder(root.resolve())
    with recorder.watching():
        traced.act(recorder.root)
    return recorder


def test_the_recorder_sees_the_calls_that_strace_sees(tmp_path: Path) -> None:
    strace = need("strace")
    root = (tmp_path / "traced").resolve()
    root.mkdir()
    out = tmp_path / "trace.txt"
    ended = subprocess.run(
        [
            *(strace, "-f", "-y", "-s", "0", "-o", str(out), "-e", f"trace={traced.WATCHED}"),
            *(sys.executable, "-m", "tests.durability.traced", str(root)),
        ],
        env=environment(),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "Operation not permitted" in ended.stderr:
        pytest.skip("this system lets nobody trace a process")
    assert ended.returncode == 0, ended.stderr
    ours = [traced.recorded_call(op) for op in recorded(tmp_path / "recorded").log.ops]
    theirs = traced.calls(out.read_text(encoding="utf-8"), root)
    assert len(ours) > 200
    assert theirs == ours


def test_the_seam_answers_as_sqlite_does(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path.resolve())
    path = recorder.root / "journal.db"
    with recorder.watching():
        db = connect(path)
        try:
            assert db.execute("PRAGMA synchronous").fetchone() == (3,)
            assert db.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
            db.executescript("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1);")
            assert not db.in_transaction
            assert db.execute("UPDATE t SET a = 2 WHERE a = 1").rowcount == 1
            with pytest.raises(sqlite3.IntegrityError) as caught:
                db.execute("INSERT INTO t VALUES (2)")
            assert caught.value.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CONSTRAINT
            with pytest.raises(sqlite3.OperationalError, match="no such table"):
                db.execute("SELECT * FROM elsewhere")
        finally:
            db.close()
    with shelf.CONNECT(path) as plain:
        assert plain.execute("SELECT a FROM t").fetchall() == [(2,)]
    plain.close()


def test_a_dead_process_writes_no_more(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path.resolve())
    path = recorder.root / "books" / "journal.db"
    with recorder.watching():
        journal = shelf.opened(path)
        journal.append(shelf.sale())
        before, count = path.with_name("journal.db-wal").read_bytes(), len(recorder.log.ops)
        recorder.dead = True
        with pytest.raises(Killed):
            journal.close()
        journal._db.close()
        journal._lock.release()
        recorder.revive()
        assert path.with_name("journal.db-wal").read_bytes() == before
        assert len(recorder.log.ops) == count
        with shelf.opened(path) as journal:
            journal.append(s.created())
            assert journal.verify() == 3
