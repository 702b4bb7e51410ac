"""Tampers with a journal in every way we can think of and asks whether it is found.

`python -m tests.tampering --count 10000` does it so often; the same seed does the same. An anchor
taken before is known, as it would be on paper.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from terminal_agent.journal.anchor import Anchor
from terminal_agent.journal.chain import GENESIS, link
from terminal_agent.journal.errors import JournalCorrupt, JournalError
from terminal_agent.journal.faults import translated
from terminal_agent.journal.records import Encoded
from terminal_agent.journal.replay import Reader
from terminal_agent.journal.schema import DERIVED_TABLES
from terminal_agent.journal.verify import check_chain, check_tables
from tests.journal import shelf
from tests.refund import story as s

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATH: Final = Path("journal.db")
Row = tuple[int, str, int, str, bytes, bytes]
Tamper = Callable[[sqlite3.Connection, random.Random], str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A sound journal as the bytes of its file, and what was known of it elsewhere."""

    image: bytes
    anchor: Anchor
    records: int


@cache
def subject() -> Subject:
    """Some days of a counter, closed in good order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        with shelf.opened(path) as journal:
            for number, facts in enumerate((s.TO_REFUNDED, s.TO_REFUNDED, s.TO_REFUNDED)):
                journal.append(shelf.sale(f"s{number + 1}", receipt=f"{50 + number:04d}"))
                if number == 0:
                    for fact in facts:
                        journal.append(fact)
            anchor = journal.anchor(s.AT)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode=DELETE").fetchall()
            (count,) = db.execute("SELECT COUNT(*) FROM records").fetchone()
            return Subject(db.serialize(), anchor, int(count))


# --- ways to tamper ----------------------------------------------------------------------------


def _records(db: sqlite3.Connection) -> list[Row]:
    return db.execute("SELECT * FROM records ORDER BY seq").fetchall()


def _write(db: sqlite3.Connection, rows: Sequence[Row], dice: random.Random) -> None:
    """Put these rows in place of all; the guards of the table are out of the way."""
    del dice
    db.execute("DELETE FROM records")
    db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)", rows)


def _forged(rows: Sequence[Row], first: int) -> list[Row]:
    """The rows with sound numbers and hashes from `first` on: a forger who knows the format."""
    made: list[Row] = []
    prev = GENESIS
    for place, (_, kind, schema, payload, _, _) in enumerate(rows, start=1):
        if place < first:
            made.append(rows[place - 1])
            prev = rows[place - 1][5]
            continue
        digest = link(prev, place, Encoded(kind, schema, payload))
        made.append((place, kind, schema, payload, prev, digest))
        prev = digest
    return made


def _changed(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    other = dice.choice([c for c in "0123456789abcxyz" if c != text[at]])
    return text[:at] + other + text[at + 1 :]


def edit(db: sqlite3.Connection, dice: random.Random) -> str:
    """One column of one record."""
    seq, kind, schema, payload, prev, digest = dice.choice(_records(db))
    column = dice.choice(("kind", "schema", "payload", "prev", "hash"))
    value: object = {
        "kind": _changed(kind, dice),
        "schema": schema + dice.randint(1, 9),
        "payload": _changed(payload, dice),
        "prev": bytes((prev[0] ^ 1, *prev[1:])),
        "hash": bytes((*digest[:-1], digest[-1] ^ dice.randint(1, 255))),
    }[column]
    db.execute(f"UPDATE records SET {column} = ? WHERE seq = ?", (value, seq))
    return f"edit of {column}"


def delete(db: sqlite3.Connection, dice: random.Random) -> str:
    """One or more records out of the middle."""
    rows = _records(db)
    at = dice.randrange(len(rows) - 1)
    gone = rows[at : at + dice.randint(1, 3)]
    db.executemany("DELETE FROM records WHERE seq = ?", [(row[0],) for row in gone])
    return "deletion"


def swap(db: sqlite3.Connection, dice: random.Random) -> str:
    """Two records change places, whole or with their contents only."""
    rows = _records(db)
    one, other = dice.sample(range(len(rows)), 2)
    if dice.random() < 0.5:
        rows[one], rows[other] = (
            (rows[one][0], *rows[other][1:]),
            (rows[other][0], *rows[one][1:]),
        )
    else:
        rows[one], rows[other] = (
            (*rows[one][:3], rows[other][3], *rows[one][4:]),
            (*rows[other][:3], rows[one][3], *rows[other][4:]),
        )
    _write(db, rows, dice)
    return "swap"


def cut(db: sqlite3.Connection, dice: random.Random) -> str:
    """The end is cut off, as if it had never been."""
    rows = _records(db)
    _write(db, rows[: dice.randrange(1, len(rows))], dice)
    return "cut tail"


def insert(db: sqlite3.Connection, dice: random.Random) -> str:
    """A record comes in between, with sound hashes from there on."""
    rows = _records(db)
    at = dice.randrange(1, len(rows))
    rows.insert(at, dice.choice(rows))
    _write(db, _forged(rows, at), dice)
    return "insertion, hashes made anew"


def rewrite(db: sqlite3.Connection, dice: random.Random) -> str:
    """A record is changed and every later hash is made anew: the chain itself is sound."""
    rows = _records(db)
    at = dice.randrange(len(rows))
    seq, kind, schema, payload, prev, digest = rows[at]
    rows[at] = (seq, kind, schema, _changed(payload, dice), prev, digest)
    _write(db, _forged(rows, at + 1), dice)
    return "edit, hashes made anew"


def drop_and_rewrite(db: sqlite3.Connection, dice: random.Random) -> str:
    """A record is taken out and the rest moves up, with sound hashes."""
    rows = _records(db)
    at = dice.randrange(1, len(rows))
    del rows[at]
    _write(db, _forged(rows, at), dice)
    return "deletion, hashes made anew"


def cut_and_grow(db: sqlite3.Connection, dice: random.Random) -> str:
    """The end is cut off and other records grow to the same length, with sound hashes."""
    rows = _records(db)
    at = dice.randrange(1, len(rows))
    kept = rows[:at]
    while len(kept) < len(rows) + dice.randrange(3):
        kept.append(dice.choice(rows[1:]))
    if [row[1:4] for row in kept[: len(rows)]] == [row[1:4] for row in rows]:
        return delete(db, dice)
    _write(db, _forged(kept, at + 1), dice)
    return "other tail, hashes made anew"


def table(db: sqlite3.Connection, dice: random.Random) -> str:
    """A computed table: more left of a sale, a case forgotten, a reference freed."""
    db.execute("PRAGMA foreign_keys=OFF")
    change = dice.choice(
        [
            "UPDATE sales SET reserved_minor = 0 WHERE reserved_minor > 0",
            "UPDATE sales SET amount_minor = amount_minor + 1",
            "DELETE FROM case_records WHERE seq = (SELECT MAX(seq) FROM case_records)",
            "UPDATE cases SET holds = 1 - holds",
            "UPDATE cases SET state = 'created'",
            "DELETE FROM attempt_references",
            "DELETE FROM booked_numbers",
            "INSERT INTO standing VALUES ('quarantine', 1)",
            "DELETE FROM standing",
            "INSERT INTO ends_of_day VALUES ('desk', 1)",
        ]
    )
    db.execute(change)
    return "computed table"


WAYS: Final[tuple[Tamper, ...]] = (
    edit,
    delete,
    swap,
    cut,
    insert,
    rewrite,
    drop_and_rewrite,
    cut_and_grow,
    table,
)


# --- whether it is found -----------------------------------------------------------------------


def found(db: sqlite3.Connection, anchor: Anchor) -> str:
    """What the check says; "" when it finds nothing."""
    try:
        with translated(_PATH):
            check_chain(db, _PATH, [anchor])
            check_tables(Reader(db, _PATH), db, _PATH)
    except JournalCorrupt as error:
        return error.code
    except JournalError as error:
        return f"unreadable: {error.code}"
    return ""


def trial(seed: int) -> tuple[str, str]:
    """One act of tampering: what was done, and what the check says to it."""
    dice = random.Random(seed)
    sound = subject()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.deserialize(sound.image)
        for statement in shelf.UNGUARD:
            db.execute(statement)
        way = dice.choice(WAYS)
        return way(db, dice), found(db, sound.anchor)


def flip(seed: int) -> tuple[str, str]:
    """One byte of the file itself: found, or nothing that counts has changed."""
    dice = random.Random(seed)
    sound = subject()
    image = bytearray(sound.image)
    image[dice.randrange(len(image))] ^= dice.randint(1, 255)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        try:
            with translated(_PATH):
                db.deserialize(bytes(image))
                said = found(db, sound.anchor)
                if said or _same(db):
                    return "byte of the file", said or "nothing that counts"
        except JournalError as error:
            return "byte of the file", f"unreadable: {error.code}"
    return "byte of the file", ""


def _same(db: sqlite3.Connection) -> bool:
    """Whether every record and every computed table is what it was."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as sound:
        sound.deserialize(subject().image)
        return all(
            sorted(sound.execute(f"SELECT * FROM {name}"), key=repr)
            == sorted(db.execute(f"SELECT * FROM {name}"), key=repr)
            for name in ("records", *DERIVED_TABLES)
        )


def many(count: int, first: int = 0) -> tuple[Counter[str], list[tuple[int, str]]]:
    """So many acts, a tenth of them on the bytes: how many of each, and those nobody noticed."""
    done: Counter[str] = Counter()
    missed: list[tuple[int, str]] = []
    for seed in range(first, first + count):
        what, said = flip(seed) if seed % 10 == 0 else trial(seed)
        done[what] += 1
        if not said:
            missed.append((seed, what))
    return done, missed


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0: everything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.tampering", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args(argv)
    begun = time.process_time()
    done, missed = many(asked.count, asked.first)
    for what, count in done.most_common():
        print(f"{count:7,}  {what}")
    took = time.process_time() - begun
    print(f"{sum(done.values()):7,}  acts in {took:.1f} s; {len(missed)} missed")
    for seed, what in missed[:10]:
        print(f"  missed: {what}, seed {seed}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
