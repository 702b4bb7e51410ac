"""A disk that fails: what was kept before stays, nothing half is kept, the message is right."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from protocols.kit.errors import MoneyMoved
from terminal_agent.journal import (
    JournalCorrupt,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalReadOnly,
    files,
    lock,
    open_reader,
)
from terminal_agent.journal.faults import translated
from terminal_agent.refund.facts import Fact
from terminal_agent.refund.states import AttemptState, CaseState
from tests.journal import shelf
from tests.refund import story as s

READY: tuple[Fact, ...] = (shelf.sale(), s.created(), s.authorised())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def disk() -> shelf.Disk:
    return shelf.Disk()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR])
def test_a_fault_at_any_statement_leaves_the_records_from_before(
    path: Path, disk: shelf.Disk, code: int
) -> None:
    steps = 0
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY)
        before = journal.tail()
        while journal.tail() == before:
            steps += 1
            disk.fail_at(steps, code)
            with suppress(JournalFull, JournalError):
                journal.append(s.baselined(), s.armed())
            disk.heal()
            assert journal.tail()[0] in {before[0], before[0] + 2}
            assert journal.verify() == journal.tail()[0]
            open_now = journal.case(s.CASE).state is CaseState.ATTEMPTING
            assert open_now == (journal.tail() != before)
    assert steps > 15


def test_a_full_disk_before_sending_refuses_to_arm_and_no_money_moved(
    path: Path, disk: shelf.Disk
) -> None:
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY)
        disk.fail_always(sqlite3.SQLITE_FULL, only="INSERT INTO records")
        with pytest.raises(JournalFull) as caught:
            journal.append(s.baselined(), s.armed())
        assert (caught.value.code, caught.value.money) == ("journal.full", MoneyMoved.NO)
        assert path.with_name("journal.db.reserve").exists()


@pytest.mark.parametrize(
    ("fact", "money"), [(s.unknown(), MoneyMoved.MAYBE), (s.approved(), MoneyMoved.YES)]
)
def test_a_full_disk_after_sending_says_what_may_have_moved(
    path: Path, disk: shelf.Disk, fact: Fact, money: MoneyMoved
) -> None:
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY, s.baselined(), s.armed(), s.seen())
        disk.fail_always(sqlite3.SQLITE_FULL, only="INSERT INTO records")
        with pytest.raises(JournalFull) as caught:
            journal.append(fact)
        assert (caught.value.code, caught.value.money) == ("journal.full_after_sending", money)
        with pytest.raises(JournalFull):
            journal.append(fact)  # the space is spent; it may be tried again
        disk.heal()
        journal.append(fact)
    with shelf.opened(path) as journal:
        assert journal.verify() == 8


def test_the_emergency_space_lets_the_outcome_be_kept(path: Path, disk: shelf.Disk) -> None:
    reserve = path.with_name("journal.db.reserve")
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY, s.baselined(), s.armed())
        disk.fails = lambda sql: (
            sqlite3.SQLITE_FULL if "INSERT INTO records" in sql and reserve.exists() else None
        )
        journal.append(s.seen())
        journal.append(s.approved())
        assert not reserve.exists()
        assert journal.case(s.CASE).state is CaseState.REFUNDED


def test_without_the_emergency_space_nothing_is_armed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shelf.opened(path) as journal:
        journal.append(*READY)
        path.with_name("journal.db.reserve").unlink()
        monkeypatch.setattr(os, "fsync", no_room)
        with pytest.raises(JournalFull) as caught:
            journal.append(s.baselined(), s.armed())
        assert caught.value.money is MoneyMoved.NO
        assert not path.with_name("journal.db.reserve").exists()
        monkeypatch.undo()
        journal.append(s.baselined(), s.armed())
        assert path.with_name("journal.db.reserve").exists()


def no_room(_handle: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_really_full_file_is_told_by_sqlite_itself(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(*READY)
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(JournalFull) as caught:
            journal.append(*(s.noted() for _ in range(100)))
        assert caught.value.money is MoneyMoved.NO
        assert journal.verify() == 4
    with shelf.opened(path) as journal:
        journal.append(*(s.noted() for _ in range(100)))
        assert journal.verify() == 104


def test_a_full_disk_does_not_keep_recovery_from_opening(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.filled(path, s.TO_ARMED)
    path.with_name("journal.db.reserve").unlink()
    monkeypatch.setattr(os, "fsync", no_room)
    with shelf.opened(path) as journal:
        assert [case.case_id for case in journal.open_cases()] == [s.CASE]


def test_a_commit_that_fails_together_with_its_rollback_is_still_an_error_of_the_journal(
    path: Path, disk: shelf.Disk
) -> None:
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY)
        disk.fails = lambda sql: sqlite3.SQLITE_IOERR if sql in {"COMMIT", "ROLLBACK"} else None
        with pytest.raises(JournalError) as caught:
            journal.append(s.noted())
        assert caught.value.code == "journal.io"
    with shelf.opened(path) as journal:
        assert journal.verify() == 4


def test_an_interruption_right_behind_the_commit_is_no_loss_and_no_double(
    path: Path, disk: shelf.Disk
) -> None:
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY, s.baselined(), s.armed())
        disk.interrupted_after = "COMMIT"
        with pytest.raises(KeyboardInterrupt):
            journal.append(s.seen())
        assert journal.case(s.CASE).attempt(1).state is AttemptState.RESULT_SEEN
        journal.append(s.approved())
        assert journal.case(s.CASE).state is CaseState.REFUNDED
        assert journal.verify() == 8


def test_a_first_start_that_was_cut_off_is_begun_again_without_a_doubt(
    path: Path, disk: shelf.Disk
) -> None:
    disk.fail_always(sqlite3.SQLITE_FULL, only="INSERT INTO records")
    with pytest.raises(JournalFull):
        shelf.opened(path, connect=disk.connect)
    assert shelf.raw(path, "SELECT COUNT(*) FROM records") == [(0,)]
    with shelf.opened(path) as journal:
        assert journal.quarantine() is None
        assert journal.verify() == 1


@pytest.mark.parametrize("marker", ["x", '{"journal_id": "j", "seq": 9, "hash": "ab"}'])
def test_an_empty_journal_where_a_full_one_was_is_not_begun_again(
    path: Path, disk: shelf.Disk, marker: str
) -> None:
    disk.fail_always(sqlite3.SQLITE_FULL, only="INSERT INTO records")
    with pytest.raises(JournalFull):
        shelf.opened(path, connect=disk.connect)
    path.with_name("journal.db.marker").write_text(marker, encoding="ascii")
    with pytest.raises(JournalCorrupt, match="no beginning"):
        shelf.opened(path)


def test_a_rebuild_that_fails_leaves_the_tables_as_they_were(path: Path, disk: shelf.Disk) -> None:
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY)
        disk.fail_always(sqlite3.SQLITE_FULL, only="INSERT INTO case_records")
        with pytest.raises(JournalFull):
            journal.rebuild()
        disk.heal()
        assert journal.verify() == 4


# --- read-only -----------------------------------------------------------------------------------


def test_a_disk_that_became_read_only_is_told(path: Path, disk: shelf.Disk) -> None:
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(*READY)
        disk.fail_always(sqlite3.SQLITE_READONLY, only="INSERT INTO records")
        with pytest.raises(JournalReadOnly) as caught:
            journal.append(s.baselined(), s.armed())
        assert caught.value.money is MoneyMoved.NO


def test_a_folder_that_cannot_be_written_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(JournalReadOnly) as caught:
        shelf.opened(path)
    assert caught.value.details["path"] == str(path)


def test_a_file_that_sqlite_may_only_read_is_told(path: Path) -> None:
    shelf.filled(path)

    def read_only(where: Path) -> sqlite3.Connection:
        return sqlite3.connect(f"{where.as_uri()}?mode=ro", uri=True, isolation_level=None)

    with shelf.opened(path, connect=read_only) as journal, pytest.raises(JournalReadOnly):
        journal.append(s.noted())


# --- what the errors become ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (OSError(errno.ENOSPC, "full"), JournalFull),
        (OSError(errno.EDQUOT, "quota"), JournalFull),
        (OSError(errno.EROFS, "read-only"), JournalReadOnly),
        (OSError(errno.EIO, "input/output"), JournalError),
        (sqlite3.ProgrammingError("closed"), JournalError),
        (sqlite3.OperationalError("odd"), JournalError),
    ],
)
def test_every_error_of_the_system_becomes_one_of_ours(
    error: Exception, becomes: type[JournalError], path: Path
) -> None:
    with pytest.raises(JournalError) as caught, translated(path, money=MoneyMoved.MAYBE):
        raise error
    assert type(caught.value) is becomes
    assert caught.value.money is MoneyMoved.MAYBE
    assert caught.value.what_to_do


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        (sqlite3.SQLITE_FULL, JournalFull),
        (sqlite3.SQLITE_CANTOPEN, JournalReadOnly),
        (sqlite3.SQLITE_CORRUPT | (1 << 8), JournalCorrupt),
        (sqlite3.SQLITE_IOERR | (3 << 8), JournalError),
    ],
)
def test_every_code_of_sqlite_becomes_one_of_ours(
    code: int, becomes: type[JournalError], path: Path
) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    with pytest.raises(JournalError) as caught, translated(path):
        raise error
    assert type(caught.value) is becomes


# --- the files beside ----------------------------------------------------------------------------


def test_where_folders_cannot_be_synced_it_is_left_to_the_system(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_FOLDERS_CAN_SYNC", False)
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
    with open_reader(path) as reader:
        assert reader.sale("s1") is not None


def test_a_lock_on_a_full_disk_is_still_taken_but_names_nobody(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = shelf.Disk()
    disk.fails = lambda sql: sqlite3.SQLITE_FULL if "user_version =" in sql else None
    monkeypatch.setattr(sqlite3, "connect", lambda where, **_: disk.connect_plain(where))
    first, second = lock.WriterLock(path), lock.WriterLock(path)
    first.acquire()
    with pytest.raises(JournalLocked) as caught:
        second.acquire()
    assert caught.value.details["pid"] == 0
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_a_lock_that_cannot_be_used_at_all_is_no_second_writer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = shelf.Disk()
    disk.fail_always(sqlite3.SQLITE_IOERR)
    monkeypatch.setattr(sqlite3, "connect", lambda where, **_: disk.connect_plain(where))
    with pytest.raises(JournalError) as caught:
        shelf.opened(path)
    assert caught.value.code == "journal.io"


def test_a_journal_that_cannot_start_gives_its_lock_back(path: Path) -> None:
    path.write_bytes(b"this is no database, " * 100)
    for _ in range(2):
        with pytest.raises(JournalCorrupt):
            shelf.opened(path)


def test_emergency_space_that_is_gone_cannot_be_spent(tmp_path: Path) -> None:
    assert not files.Reserve(tmp_path / "nothing").spend()


def test_a_marker_is_replaced_whole(tmp_path: Path) -> None:
    marker = files.Marker(tmp_path / "m")
    assert marker.read() is None
    (tmp_path / "m.new").write_text("left over from a crash", encoding="ascii")
    for seq in (1, 2):
        marker.write(files.Mark("j", seq, "ab"))
        assert marker.read() == files.Mark("j", seq, "ab")
