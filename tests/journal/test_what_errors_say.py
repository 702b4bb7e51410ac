"""An error of the journal names the file, the record, the problem, and what became of the money."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from protocols.kit.errors import MoneyMoved
from terminal_agent.journal import JournalCorrupt, JournalError, JournalRefusal
from terminal_agent.journal.chain import link
from terminal_agent.journal.errors import JournalFull, JournalReadOnly, refusal
from terminal_agent.journal.faults import translated
from terminal_agent.journal.files import Reserve
from terminal_agent.journal.records import encode
from terminal_agent.journal.store import Journal
from terminal_agent.refund.evidence import PersonVerdict
from tests.journal import shelf
from tests.journal.test_tampering import forge
from tests.refund import story as s


def of_sqlite(code: int | None, text: str) -> sqlite3.Error:
    """An error as SQLite gives it; without a code as the Python module itself gives it."""
    error = sqlite3.OperationalError(text)
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL, "the disk is full"), JournalFull),
        (of_sqlite(sqlite3.SQLITE_READONLY, "read-only"), JournalReadOnly),
        (of_sqlite(sqlite3.SQLITE_PERM, "not allowed"), JournalReadOnly),
        (of_sqlite(sqlite3.SQLITE_ERROR, "near X: syntax error"), JournalError),
        (of_sqlite(sqlite3.SQLITE_BUSY, "no such luck"), JournalError),
        (of_sqlite(None, "no such cursor"), JournalError),
        (OSError(errno.ENOSPC, "no room"), JournalFull),
        (OSError(errno.EFBIG, "too large"), JournalFull),
        (OSError(errno.EACCES, "not allowed"), JournalReadOnly),
        (OSError(errno.EIO, "broken"), JournalError),
    ],
)
def test_a_fault_keeps_its_words_its_file_and_its_money(
    error: Exception, becomes: type[JournalError]
) -> None:
    path = Path("journal.db")
    with pytest.raises(JournalError) as caught, translated(path, money=MoneyMoved.YES):
        raise error
    found = caught.value
    assert type(found) is becomes
    assert found.what_happened == str(error)
    assert found.details == {"path": "journal.db", "problem": str(error)}
    assert found.money is MoneyMoved.YES


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB])
def test_a_damaged_file_may_have_moved_money_and_names_no_record(code: int) -> None:
    with pytest.raises(JournalCorrupt) as caught, translated(Path("journal.db")):
        raise of_sqlite(code, "malformed")
    assert_corrupt(caught.value, "journal.db", 0, "malformed")


def test_a_table_that_is_not_there_is_damage() -> None:
    with pytest.raises(JournalCorrupt) as caught, translated(Path("journal.db")):
        raise of_sqlite(sqlite3.SQLITE_ERROR, "no such table: records")
    assert_corrupt(caught.value, "journal.db", 0, "no such table: records")


def assert_corrupt(error: JournalCorrupt, path: str, seq: int, told: str) -> None:
    """Everything that damage says."""
    assert (error.code, error.money) == ("journal.corrupt", MoneyMoved.MAYBE)
    assert error.seq == seq
    assert error.what_happened == (f"record {seq}: {told}" if seq else told)
    expected = {"path": path, "problem": error.what_happened, "seq": seq}
    assert error.details == expected


def verified(path: Path) -> int:
    with shelf.opened(path) as journal:
        return journal.verify()


def test_a_sound_journal_is_verified_to_its_last_record(path: Path) -> None:
    shelf.filled(path)
    with shelf.opened(path) as journal:
        last, _ = journal.tail()
        assert journal.verify() == last == 8


def test_an_impossible_story_names_record_and_file(path: Path) -> None:
    shelf.filled(path)
    forge(path, encode(s.correction(PersonVerdict.NOT_BOOKED)))
    with pytest.raises(JournalCorrupt) as caught:
        verified(path)
    told = "no other verdict of people is there to be corrected"
    assert_corrupt(caught.value, str(path), 9, told)


def test_tables_that_differ_from_the_records_are_named(path: Path) -> None:
    shelf.filled(path)
    shelf.raw(path, "UPDATE sales SET reserved_minor = 0")
    with pytest.raises(JournalCorrupt) as caught:
        verified(path)
    told = "computed tables differ from the records: sales"
    assert_corrupt(caught.value, str(path), 0, told)


def test_a_pointer_to_another_kind_of_record_names_record_and_file(path: Path) -> None:
    shelf.filled(path)
    with shelf.opened(path) as journal:
        shelf.raw(path, "UPDATE sales SET seq = 3")
        with pytest.raises(JournalCorrupt) as caught:
            journal.sale("s1")
        assert_corrupt(caught.value, str(path), 3, "it is a case_created")


def test_a_record_that_does_not_follow_is_found_without_opening_again(path: Path) -> None:
    record, other = encode(s.noted()), b"\7" * 32
    with shelf.opened(shelf.filled(path)) as journal:
        shelf.raw(
            path,
            "INSERT INTO records VALUES (9, "
            f"'{record.kind}', 1, '{record.payload}', x'{other.hex()}', "
            f"x'{link(other, 9, record).hex()}')",
        )
        with pytest.raises(JournalCorrupt) as caught:
            journal.verify()
        assert_corrupt(caught.value, str(path), 9, "it does not follow the one before")


def test_a_table_that_is_gone_names_its_file(path: Path) -> None:
    with shelf.opened(shelf.filled(path)) as journal:
        shelf.raw(path, "DROP TABLE ends_of_day")
        with pytest.raises(JournalCorrupt) as caught:
            journal.verify()
        assert_corrupt(caught.value, str(path), 0, "no such table: ends_of_day")


@pytest.mark.parametrize("act", [Journal.verify, Journal.rebuild])
def test_a_journal_that_is_closed_names_its_file(
    path: Path, act: Callable[[Journal], object]
) -> None:
    journal = shelf.opened(shelf.filled(path))
    journal.close()
    with pytest.raises(JournalError) as caught:
        act(journal)
    assert caught.value.details["path"] == str(path)


def test_a_rebuild_that_meets_an_impossible_story_names_its_file(path: Path) -> None:
    journal = shelf.opened(shelf.filled(path))
    forge(path, encode(s.correction(PersonVerdict.NOT_BOOKED)))
    with journal, pytest.raises(JournalCorrupt) as caught:
        journal.rebuild()
    assert caught.value.details["path"] == str(path)


@pytest.mark.parametrize(
    ("code", "money"),
    [
        ("refusal.open_case", MoneyMoved.MAYBE),
        ("refusal.number_used", MoneyMoved.MAYBE),
        ("refusal.duplicate", MoneyMoved.NO),
    ],
)
def test_a_refusal_about_an_open_case_says_that_money_may_have_moved(
    code: str, money: MoneyMoved
) -> None:
    error = refusal(code, "what", "do this", case="c")
    assert (error.code, error.what_happened, error.what_to_do) == (code, "what", "do this")
    assert (error.money, error.details) == (money, {"case": "c"})


def test_what_is_not_there_is_named(path: Path) -> None:
    with shelf.opened(path) as journal:
        with pytest.raises(JournalRefusal) as caught:
            journal.case("RF-1")
        assert caught.value.details == {"case": "RF-1"}
        with pytest.raises(JournalRefusal) as caught:
            journal.history("s9")
        assert caught.value.details == {"receipt": "s9"}


def test_a_key_that_means_another_thing_is_named_with_its_case(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        journal.create_case(s.created())
        with pytest.raises(JournalRefusal) as caught:
            journal.create_case(s.created("RF-20261124-0002", minor=5))
        assert caught.value.details == {"key": "k1", "case": s.CASE}


def test_a_commit_and_an_arming_that_fail_name_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_reserve: Reserve) -> None:
        raise OSError(errno.ENOSPC, "no room")

    disk = shelf.Disk()
    with shelf.opened(path, connect=disk.connect) as journal:
        disk.fail_always(sqlite3.SQLITE_IOERR)
        with pytest.raises(JournalError) as caught:
            journal.append(shelf.sale())
        assert caught.value.details["path"] == str(path)
        disk.heal()
        journal.append(shelf.sale(), s.created(), s.authorised(), s.baselined())
        monkeypatch.setattr(Reserve, "fill", no_room)
        with pytest.raises(JournalFull) as full:
            journal.append(s.armed())
        assert full.value.details["path"] == str(path)
