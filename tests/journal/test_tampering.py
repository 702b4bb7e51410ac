"""Whatever is done to the file behind the agent's back is found, and the record is named."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from terminal_agent.journal import JournalCorrupt, JournalError, open_reader
from terminal_agent.journal.chain import link
from terminal_agent.journal.records import Encoded, encode
from terminal_agent.journal.schema import FILE_VERSION
from terminal_agent.refund.evidence import PersonVerdict
from tests.journal import shelf
from tests.refund import story as s

EDITS = 150


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return shelf.filled(tmp_path / "journal.db")


def verify(path: Path) -> int:
    with shelf.opened(path) as journal:
        return journal.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET payload = '{}' WHERE seq = 3",
        "DELETE FROM records WHERE seq = 8",
        "INSERT OR REPLACE INTO records VALUES (3, 'x', 1, '{}', x'00', x'01')",
        "INSERT INTO records VALUES (12, 'x', 1, '{}', x'00', x'01')",
        "INSERT INTO records VALUES (NULL, 'x', 1, '{}', x'00', x'01')",
    ],
)
def test_the_file_itself_refuses_to_change_or_lose_a_record(path: Path, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="records"):
        shelf.raw(path, statement)
    assert verify(path) == 8


@pytest.mark.parametrize("seed", range(3))
def test_every_random_edit_delete_swap_and_cut_is_found(tmp_path: Path, seed: int) -> None:
    path = shelf.filled(tmp_path / "journal.db")
    dice = random.Random(seed)
    sound = path.read_bytes()
    marker = path.with_name("journal.db.marker").read_bytes()
    missed = []
    for _ in range(EDITS):
        path.write_bytes(sound)
        path.with_name("journal.db.marker").write_bytes(marker)
        statements = edit(dice)
        shelf.raw(path, *shelf.UNGUARD, *statements)
        if not found(path):
            missed.append(statements)
    assert missed == []


def found(path: Path) -> bool:
    """By the check of a start, the walk of the whole chain, or the doubt of the marker."""
    try:
        with shelf.opened(path) as journal:
            if journal.quarantine() is not None:
                return True
            journal.verify()
    except JournalCorrupt:
        return True
    return False


def edit(dice: random.Random) -> list[str]:
    one, other = dice.sample(range(1, 9), 2)
    column = dice.choice(["kind", "schema", "payload", "prev", "hash"])
    value = {
        "kind": "'case_cancelled'",
        "schema": "2",
        "payload": f"replace(payload, substr(payload, {dice.randint(1, 60)}, 1), '~')",
        "prev": "zeroblob(31)",
        "hash": "randomblob(32)",
    }[column]
    return dice.choice(
        [
            [f"UPDATE records SET {column} = {value} WHERE seq = {one}"],
            [f"DELETE FROM records WHERE seq = {one}"],
            [f"DELETE FROM records WHERE seq >= {one}"],
            [
                f"UPDATE records SET seq = -1 WHERE seq = {one}",
                f"UPDATE records SET seq = {one} WHERE seq = {other}",
                f"UPDATE records SET seq = {other} WHERE seq = -1",
            ],
            [
                f"UPDATE records SET payload = (SELECT payload FROM records WHERE seq = {other})"
                f" WHERE seq = {one}"
            ],
        ]
    )


def test_the_first_record_that_is_not_sound_is_named(path: Path) -> None:
    shelf.raw(path, *shelf.UNGUARD, "UPDATE records SET payload = '{}' WHERE seq = 4")
    with pytest.raises(JournalCorrupt) as caught:
        verify(path)
    assert (caught.value.seq, caught.value.details["seq"]) == (4, 4)
    with open_reader(path) as reader, pytest.raises(JournalCorrupt, match="record 4"):
        reader.case(s.CASE)


def test_a_chain_forged_with_sound_hashes_is_found_where_it_does_not_follow(path: Path) -> None:
    record = encode(s.noted())
    digest = link(b"\7" * 32, 9, record).hex()
    shelf.raw(
        path,
        "INSERT INTO records VALUES"
        f" (9, '{record.kind}', 1, '{record.payload}', x'{'07' * 32}', x'{digest}')",
    )
    with pytest.raises(JournalCorrupt, match="does not follow"):
        verify(path)


def forge(path: Path, *facts: Encoded) -> None:
    """Append records with a sound chain but without asking any guard."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        for record in facts:
            seq, prev = db.execute(
                "SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            digest = link(prev, seq + 1, record)
            row = (seq + 1, record.kind, record.schema, record.payload, prev, digest)
            db.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO case_records VALUES (?, ?)", (s.CASE, seq + 1))
            db.execute("UPDATE standing SET seq = ? WHERE name = 'applied'", (seq + 1,))
    finally:
        db.close()


def test_a_sound_chain_that_tells_an_impossible_story_is_found(path: Path) -> None:
    forge(path, encode(s.correction(PersonVerdict.NOT_BOOKED)))
    with pytest.raises(JournalCorrupt, match="no other verdict of people"):
        verify(path)
    with open_reader(path) as reader, pytest.raises(JournalCorrupt, match="record 9"):
        reader.case(s.CASE)


def test_a_sound_chain_that_a_guard_would_have_refused_is_found(path: Path) -> None:
    forge(path, encode(shelf.sale()))
    with pytest.raises(JournalCorrupt, match="in the book already"):
        verify(path)


def test_a_sound_chain_that_the_tables_themselves_refuse_is_found(path: Path) -> None:
    other = "RF-20261124-0002"
    case = s.created(other, key="k2")
    again = s.created(other, key="k3")
    forge(path, encode(case), encode(again))
    with pytest.raises(JournalCorrupt, match="exists already"):
        verify(path)


def test_two_cases_of_one_number_are_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
    shelf.raw(
        path,
        "DROP TABLE cases",
        "CREATE TABLE cases (case_id TEXT, created_seq INTEGER, key TEXT, sale_id TEXT,"
        " amount_minor INTEGER, state TEXT, holds INTEGER, CHECK (amount_minor < 5)) STRICT",
        "DELETE FROM standing",
    )
    forge(path, encode(s.created()))
    with pytest.raises(JournalCorrupt, match="CHECK constraint"):
        shelf.opened(path)


def test_a_pointer_to_a_record_of_another_kind_is_found(path: Path) -> None:
    shelf.raw(path, "UPDATE sales SET seq = 3")
    with open_reader(path) as reader, pytest.raises(JournalCorrupt, match="it is a case_created"):
        reader.sale("s1")


def test_a_hash_that_is_no_blob_is_found(path: Path) -> None:
    shelf.raw(
        path,
        *shelf.UNGUARD,
        "CREATE TABLE odd AS SELECT * FROM records",
        "UPDATE odd SET prev = 'text' WHERE seq = 5",
        "DROP TABLE records",
        "ALTER TABLE odd RENAME TO records",
    )
    with pytest.raises(JournalCorrupt) as caught:
        verify(path)
    assert caught.value.seq == 5


def test_a_journal_without_its_beginning_is_corrupt(path: Path) -> None:
    shelf.raw(path, *shelf.UNGUARD, "DELETE FROM records")
    with pytest.raises(JournalCorrupt, match="no beginning"):
        shelf.opened(path)


def test_a_file_of_a_newer_agent_is_left_alone(path: Path) -> None:
    shelf.raw(path, f"PRAGMA user_version = {FILE_VERSION + 1}")
    with pytest.raises(JournalCorrupt) as caught:
        shelf.opened(path)
    assert caught.value.code == "journal.newer"
    with pytest.raises(JournalCorrupt), open_reader(path):
        raise AssertionError("it opened")


def test_a_record_of_a_newer_agent_is_left_alone(path: Path) -> None:
    forge(path, Encoded("case_dreamt", 1, "{}"))
    with pytest.raises(JournalCorrupt) as caught:
        shelf.opened(path)
    assert caught.value.code == "journal.newer"


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    shelf.raw(path, "CREATE TABLE theirs (x)", "PRAGMA journal_mode = DELETE")
    with pytest.raises(JournalCorrupt, match="no journal of this agent"):
        shelf.opened(path)
    assert shelf.raw(path, "SELECT name FROM sqlite_master") == [("theirs",)]


@pytest.mark.parametrize("seed", range(3))
def test_a_flipped_byte_or_a_cut_file_never_gives_a_wrong_case(tmp_path: Path, seed: int) -> None:
    """Either the case is exactly what it was, or the damage is told; nothing else."""
    path = shelf.filled(tmp_path / "journal.db")
    sound = path.read_bytes()
    with open_reader(path) as reader:
        want = reader.case(s.CASE)
    dice = random.Random(seed)
    told = 0
    for _ in range(60):
        bad = bytearray(sound)
        bad[dice.randrange(len(bad))] ^= 1 << dice.randrange(8)
        if dice.random() < 0.3:
            bad = bad[: dice.randrange(1, len(bad))]
        path.write_bytes(bad)
        try:
            with open_reader(path) as reader:
                assert reader.case(s.CASE) == want
        except JournalError:
            told += 1
    assert told > 5
