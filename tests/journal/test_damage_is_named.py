"""Damage is named with its file and its record, however it is met; small files keep their rules."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from protocols.kit.errors import BadField
from protocols.kit.money import Amount
from terminal_agent.journal import JournalCorrupt, open_reader, records
from terminal_agent.journal import lock as locks
from terminal_agent.journal.chain import link
from terminal_agent.journal.files import (
    RESERVE_BYTES,
    Marker,
    Reserve,
    create_private,
    sync_folder,
)
from terminal_agent.journal.records import Encoded, canonical, encode
from terminal_agent.refund.evidence import PersonVerdict
from tests.journal import shelf
from tests.journal.test_tampering import forge
from tests.journal.test_what_errors_say import assert_corrupt, verified
from tests.refund import story as s


def corrupt(act: Callable[[], object]) -> JournalCorrupt:
    with pytest.raises(JournalCorrupt) as caught:
        act()
    return caught.value


def test_a_record_that_is_gone(path: Path) -> None:
    shelf.filled(path)
    with shelf.opened(path) as journal:
        error = corrupt(lambda: journal.record(99))
        assert_corrupt(error, str(path), 99, "it is missing")
    shelf.raw(path, *shelf.UNGUARD, "DELETE FROM records WHERE seq = 5")
    assert_corrupt(corrupt(lambda: verified(path)), str(path), 5, "it is missing")


def test_a_journal_without_its_beginning(path: Path) -> None:
    shelf.filled(path)
    shelf.raw(path, *shelf.UNGUARD, "DELETE FROM records")
    error = corrupt(lambda: verified(path))
    assert_corrupt(error, str(path), 1, "the journal has no beginning")


def test_a_beginning_that_follows_something(path: Path) -> None:
    with shelf.opened(path) as journal:
        first = journal.record(1)
    other = b"\7" * 32
    digest = link(other, 1, Encoded(first.kind, first.schema, first.payload))
    shelf.raw(
        path,
        *shelf.UNGUARD,
        f"UPDATE records SET prev = x'{other.hex()}', hash = x'{digest.hex()}'",
    )
    error = corrupt(lambda: shelf.opened(path))
    assert_corrupt(error, str(path), 1, "it does not follow the one before")


def test_an_impossible_story_that_is_only_read(path: Path) -> None:
    forge(shelf.filled(path), encode(s.correction(PersonVerdict.NOT_BOOKED)))
    with open_reader(path) as reader:
        error = corrupt(lambda: reader.case(s.CASE))
    told = "no other verdict of people is there to be corrected"
    assert_corrupt(error, str(path), 9, told)


def test_a_record_that_cannot_be_read(path: Path) -> None:
    forge(shelf.filled(path), Encoded("end_of_day", 1, "{}"))
    with open_reader(path) as reader:
        error = corrupt(lambda: list(reader.records(8)))
    assert error.details["path"] == str(path)
    assert error.what_happened.startswith("record 9: end_of_day: EndOfDay lacks ")
    assert error.code == "journal.corrupt"


def test_a_record_of_a_newer_agent(path: Path) -> None:
    forge(shelf.filled(path), Encoded("end_of_time", 1, "{}"))
    with open_reader(path) as reader:
        assert corrupt(lambda: list(reader.records(8))).code == "journal.newer"


def test_a_record_whose_content_does_not_fit_its_hash(path: Path) -> None:
    change = "UPDATE records SET payload = '{}' WHERE seq = 4"
    shelf.raw(shelf.filled(path), *shelf.UNGUARD, change)
    with open_reader(path) as reader:
        error = corrupt(lambda: reader.record(4))
    assert_corrupt(error, str(path), 4, "its content does not fit its hash")


def test_a_table_that_is_gone_while_it_is_read(path: Path) -> None:
    with shelf.opened(shelf.filled(path)) as journal:
        shelf.raw(path, "DROP TABLE ends_of_day")
        error = corrupt(lambda: journal.last_end_of_day("desk"))
        assert_corrupt(error, str(path), 0, "no such table: ends_of_day")


@pytest.mark.parametrize(
    ("version", "code", "told"),
    [
        (99, "journal.newer", "a newer version of the agent wrote it"),
        (0, "journal.corrupt", "it is no journal of this agent"),
    ],
)
def test_a_file_of_somebody_else(path: Path, version: int, code: str, told: str) -> None:
    shelf.raw(shelf.filled(path), f"PRAGMA user_version = {version}")
    error = corrupt(lambda: verified(path))
    assert (error.code, error.seq, error.what_happened) == (code, 0, told)
    assert error.details["path"] == str(path)


def test_a_stored_record_tells_its_schema(path: Path) -> None:
    with shelf.opened(path) as journal:
        assert journal.record(1).schema == encode(journal.record(1).fact).schema


def test_a_journal_is_begun_in_folders_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "shop" / "agent" / "journal.db"
    with shelf.opened(path) as journal:
        assert journal.commits == 1
    with shelf.opened(path) as journal:
        assert journal.commits == 0


# --- what a guard names ------------------------------------------------------------------------


def test_a_guard_names_what_it_is_about(path: Path) -> None:
    with shelf.opened(path) as journal:
        missing = shelf.refused(journal, s.created())
        assert (missing.code, missing.details) == ("refusal.not_found", {"receipt": "s1"})
        journal.append(shelf.sale())
        known = shelf.refused(journal, shelf.sale())
        assert (known.code, known.details) == ("refusal.sale_known", {"sale": "s1"})
        more = shelf.refused(journal, s.created(minor=1001))
        assert more.details == {"amount": str(Amount(1001, s.EUR)), "rest": "EUR 10.00"}
        journal.append(s.created())
        used = shelf.refused(journal, s.created("RF-20261124-0002"))
        assert (used.code, used.details) == ("refusal.key_reused", {"key": "k1"})


# --- small files -------------------------------------------------------------------------------


def test_a_folder_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    sync_folder(tmp_path)
    assert len(synced) == 1


def test_emergency_space_of_a_wrong_size_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "reserve"
    path.write_bytes(b"xyz")
    Reserve(path).fill()
    assert path.stat().st_size == RESERVE_BYTES


def test_a_journal_that_cannot_be_closed_lets_others_write(path: Path) -> None:
    class Stuck(sqlite3.Connection):
        def close(self) -> None:
            super().close()
            raise sqlite3.OperationalError("stuck")

    def stuck(where: Path) -> sqlite3.Connection:
        return sqlite3.connect(where, isolation_level=None, factory=Stuck)

    shelf.opened(path, connect=stuck).close()
    with shelf.opened(path) as journal:
        assert journal.tail()[0] == 1


def test_a_private_file_is_made_once(tmp_path: Path) -> None:
    assert create_private(tmp_path / "file") is True
    assert create_private(tmp_path / "file") is False


def test_a_marker_that_is_not_ascii_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "marker"
    path.write_text('{"journal_id": "ü", "seq": 1, "hash": "00"}', encoding="utf-8")
    with pytest.raises(ValueError, match="ascii"):
        Marker(path).read()


def test_an_error_without_a_code_is_no_second_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(sqlite3.Connection):
        def execute(self, _sql: str, _parameters: object = (), /) -> sqlite3.Cursor:
            raise sqlite3.InterfaceError("odd")

    odd = sqlite3.connect(":memory:", factory=Odd)
    monkeypatch.setattr(sqlite3, "connect", lambda *_args, **_more: odd)
    with pytest.raises(sqlite3.InterfaceError, match="odd"):
        locks.WriterLock(tmp_path / "journal.db").acquire()


# --- the spelling of records -------------------------------------------------------------------


def test_the_canonical_spelling_sorts_its_names() -> None:
    assert canonical({"b": 1, "a": [2]}) == '{"a":[2],"b":1}'


@pytest.mark.parametrize(
    ("hint", "raw", "told"),
    [
        (int | None, "1", "amount is str, not int"),
        (tuple[int, ...], 1, "amount is not a list"),
        (Amount, 1, "amount is not an object"),
    ],
)
def test_a_wrong_value_is_told_by_the_name_of_its_field(
    hint: object, raw: object, told: str
) -> None:
    with pytest.raises(BadField, match=told):
        records._value(hint, raw, "amount")
