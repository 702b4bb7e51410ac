"""Reads the journal: cases, open attempts, sales, the standing of terminals. Takes no lock.

Every record that is read is checked against its own hash first: a case is never folded from a
record that is not what was written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from protocols.kit.money import Amount
from terminal_agent.journal.anchor import Anchor
from terminal_agent.journal.chain import GENESIS, link
from terminal_agent.journal.errors import JournalCorrupt, JournalMissing, refusal
from terminal_agent.journal.faults import translated
from terminal_agent.journal.records import Encoded, Unreadable, decode
from terminal_agent.journal.schema import FILE_VERSION
from terminal_agent.policy.decision import SaleHistory
from terminal_agent.refund.case import case_number, fold
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.facts import (
    EndOfDay,
    Fact,
    JournalOpened,
    QuarantineStarted,
    SaleRecorded,
)
from terminal_agent.refund.slips import last_on_paper
from terminal_agent.refund.states import CaseState

if TYPE_CHECKING:
    from terminal_agent.refund.facts import SlipFact
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.refund.sale import Sale


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One record as it lies in the file, with the fact it holds."""

    seq: int
    kind: str
    schema: int
    payload: str
    prev: bytes
    hash: bytes
    fact: Fact


@dataclass(frozen=True, slots=True)
class SaleState:
    """A sale, and how much of it is refunded or on its way (minor units)."""

    sale: Sale
    reserved_minor: int

    @property
    def remaining(self) -> Amount:
        """What can still be refunded."""
        amount = self.sale.amount
        return Amount(amount.minor - self.reserved_minor, amount.currency)


F = TypeVar("F")

_COLUMNS = "seq, kind, schema, payload, prev, hash"
_SALES = "SELECT seq, reserved_minor FROM sales"


class Reader:
    """Questions to the journal. Methods raise JournalCorrupt when a record is not sound."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path

    @property
    def path(self) -> Path:
        """Where the journal lies."""
        return self._path

    # --- records -----------------------------------------------------------------------------

    def records(self, after: int = 0) -> Iterator[StoredRecord]:
        """All records behind `after`, in order, each checked against its own hash."""
        with translated(self._path):
            for row in self._db.execute(
                f"SELECT {_COLUMNS} FROM records WHERE seq > ? ORDER BY seq",  # noqa: S608
                (after,),
            ):
                yield self._checked(row)

    def record(self, seq: int) -> StoredRecord:
        """One record. Raises JournalCorrupt where it is missing."""
        row = self._one(f"SELECT {_COLUMNS} FROM records WHERE seq = ?", seq)  # noqa: S608
        if row is None:
            raise JournalCorrupt("it is missing", path=str(self._path), seq=seq)
        return self._checked(row)

    def tail(self) -> tuple[int, bytes]:
        """Number and hash of the last record; 0 and the genesis of an empty journal."""
        row = self._one("SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1")
        return (int(str(row[0])), _bytes(row[1])) if row else (0, GENESIS)

    # --- cases -------------------------------------------------------------------------------

    def case(self, case_id: str) -> RefundCase:
        """The case. Raises JournalRefusal "refusal.no_such_case"."""
        found = self._case(case_id)
        if found is None:
            raise refusal(
                "refusal.no_such_case",
                f"there is no case {case_id}",
                "List the cases with: refund-agent cases list",
                case=case_id,
            )
        return found

    def case_by_key(self, key: str) -> RefundCase | None:
        """The case that was created with this key."""
        row = self._one("SELECT case_id FROM cases WHERE key = ?", key)
        return self.case(str(row[0])) if row else None

    def cases(self, *, sale_id: str | None = None, limit: int | None = None) -> list[RefundCase]:
        """Cases, newest first."""
        rows = self._all(
            "SELECT case_id FROM cases WHERE ?1 IS NULL OR sale_id = ?1"
            " ORDER BY created_seq DESC LIMIT ?2",
            sale_id,
            -1 if limit is None else limit,
        )
        return [self.case(str(row[0])) for row in rows]

    def newest_cases(self) -> Iterator[RefundCase]:
        """All cases, newest first, each read only when it is asked for."""
        for row in self._all("SELECT case_id FROM cases ORDER BY created_seq DESC"):
            yield self.case(str(row[0]))

    def unsettled_cases(self) -> list[RefundCase]:
        """Cases that are not closed, newest first: also those that nothing was sent for yet."""
        rows = self._all(
            "SELECT case_id FROM cases WHERE state NOT IN (?, ?) ORDER BY created_seq DESC",
            CaseState.REFUNDED.value,
            CaseState.NOT_REFUNDED.value,
        )
        return [self.case(str(row[0])) for row in rows]

    def open_cases(self, terminal: str | None = None) -> list[RefundCase]:
        """Cases with an open attempt (on this terminal), oldest first."""
        rows = self._all(
            "SELECT DISTINCT case_id, created_seq FROM open_attempts JOIN cases USING (case_id)"
            " WHERE ?1 IS NULL OR terminal = ?1 ORDER BY created_seq",
            terminal,
        )
        return [self.case(str(row[0])) for row in rows]

    def next_case_id(self, day: date) -> str:
        """The next free number of that day."""
        prefix = case_number(day, 1)[:-4]
        rows = self._all("SELECT case_id FROM cases WHERE case_id GLOB ?", prefix + "*")
        taken = [int(str(row[0]).removeprefix(prefix)) for row in rows]
        return case_number(day, max(taken, default=0) + 1)

    def case_with_number(self, terminal: str, number: str) -> str | None:
        """The case that this receipt number of this terminal proves already."""
        row = self._one(
            "SELECT case_id FROM booked_numbers WHERE terminal = ? AND number = ?"
            " ORDER BY seq DESC LIMIT 1",
            terminal,
            number,
        )
        return str(row[0]) if row else None

    def reference_is_ours(self, reference: str | None) -> bool:
        """Whether one of our attempts carries this reference."""
        return (
            self._one("SELECT 1 FROM attempt_references WHERE reference = ?", reference) is not None
        )

    # --- slips -------------------------------------------------------------------------------

    def waiting_slips(self) -> list[str]:
        """Cases with a copy that did not come out, or that nobody knows of, oldest first.

        Walks over every note about a slip: for a command of its own, not for each refund.
        """
        last: dict[tuple[str, str, str], str] = {}
        for case_id, kind, payload in self._all(
            "SELECT case_id, kind, payload FROM records JOIN case_records USING (seq)"
            " WHERE kind LIKE 'print%' ORDER BY seq"
        ):
            told = json.loads(str(payload))
            last[str(case_id), told["slip_id"], told["copy"]] = str(kind)
        return list(dict.fromkeys(place[0] for place, kind in last.items() if kind != "printed"))

    def last_print(self, printer: str) -> SlipFact | None:
        """What is known last of a job that this printer has, or had; None where it never did."""
        with translated(self._path):
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM records WHERE kind LIKE 'print%' ORDER BY seq DESC"  # noqa: S608
            )
            return last_on_paper((self._checked(row).fact for row in rows), printer)

    # --- sales -------------------------------------------------------------------------------

    def sale(self, sale_id: str) -> SaleState | None:
        """One sale."""
        row = self._one(f"{_SALES} WHERE sale_id = ?", sale_id)
        return self._sale_state(row) if row else None

    def sales(
        self,
        *,
        number: str | None = None,
        terminal: str | None = None,
        on: date | None = None,
        limit: int = 100,
    ) -> list[SaleState]:
        """Sales, newest first. `number` is a receipt number, trace number or RRN."""
        rows = self._all(
            f"{_SALES} WHERE (?1 IS NULL OR ?1 IN (receipt_number, trace_number, rrn))"
            " AND (?2 IS NULL OR terminal = ?2) AND (?3 IS NULL OR sold_on = ?3)"
            " ORDER BY sold_on DESC, seq DESC LIMIT ?4",
            number,
            terminal,
            on.isoformat() if on else None,
            limit,
        )
        return [self._sale_state(row) for row in rows]

    def history(self, sale_id: str) -> SaleHistory:
        """What earlier cases mean for a new one; JournalRefusal for a sale that is not there."""
        state = self.sale(sale_id)
        if state is None:
            raise refusal(
                "refusal.not_found",
                f"there is no sale {sale_id}",
                "Check the number and the date on the customer's receipt.",
                receipt=sale_id,
            )
        return SaleHistory.of(state.reserved_minor, reversed(self.cases(sale_id=sale_id)))

    # --- standing ----------------------------------------------------------------------------

    def last_end_of_day(self, terminal: str) -> EndOfDay | None:
        """When this terminal last closed its batch, as far as we know."""
        row = self._one("SELECT seq FROM ends_of_day WHERE terminal = ?", terminal)
        return self._fact(row, EndOfDay) if row else None

    def quarantine(self) -> QuarantineStarted | None:
        """Why refunds are blocked; None when they are not."""
        row = self._one("SELECT seq FROM standing WHERE name = 'quarantine'")
        return self._fact(row, QuarantineStarted) if row else None

    # --- the whole of it ---------------------------------------------------------------------

    def verify(self, anchors: Iterable[Anchor] = (), *, tables: bool = True) -> int:
        """Walk the whole chain and hold it against the anchors; the number of records.

        With `tables` every record is decoded as well, and the computed tables are computed again
        and compared, which takes some minutes for a million records. Raises JournalCorrupt naming
        the first record that is not sound.
        """
        from terminal_agent.journal.verify import check_chain, check_tables

        with translated(self._path):
            count = check_chain(self._db, self._path, anchors)
            if tables:
                check_tables(self, self._db, self._path)
            return count

    def anchor(self, at: datetime) -> Anchor:
        """How far the journal reaches now, to be kept outside of it."""
        seq, digest = self.tail()
        return Anchor(
            seq=seq, hash=digest.hex(), journal_id=self.begun().journal_id, at=at.isoformat()
        )

    def begun(self) -> JournalOpened:
        """The first record. Raises JournalCorrupt where there is none, or another one."""
        first = self.record(1).fact if self.tail()[0] else None
        if not isinstance(first, JournalOpened):
            raise JournalCorrupt("the journal has no beginning", path=str(self._path), seq=1)
        return first

    # --- the machinery -----------------------------------------------------------------------

    def _one(self, sql: str, *values: object) -> tuple[object, ...] | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    def _all(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with translated(self._path):
            return self._db.execute(sql, values).fetchall()

    def _case(self, case_id: str) -> RefundCase | None:
        rows = self._all(
            f"SELECT {_COLUMNS} FROM records WHERE seq IN"  # noqa: S608 - our own constant
            " (SELECT seq FROM case_records WHERE case_id = ?) ORDER BY seq",
            case_id,
        )
        if not rows:
            return None
        records = [self._checked(row) for row in rows]
        try:
            return fold(record.fact for record in records)
        except IllegalFact as error:
            seq = records[-1].seq
            raise JournalCorrupt(error.what_happened, path=str(self._path), seq=seq) from error

    def _sale_state(self, row: tuple[object, ...]) -> SaleState:
        return SaleState(self._fact(row, SaleRecorded).sale, int(str(row[1])))

    def _fact(self, row: tuple[object, ...], kind: type[F]) -> F:
        record = self.record(int(str(row[0])))
        if not isinstance(record.fact, kind):
            raise JournalCorrupt(f"it is a {record.kind}", path=str(self._path), seq=record.seq)
        return record.fact

    def _checked(self, row: tuple[object, ...]) -> StoredRecord:
        """A sound record, or JournalCorrupt."""
        seq, kind, schema, payload, prev, digest = row
        number = int(str(seq))
        encoded = Encoded(str(kind), int(str(schema)), str(payload))
        if link(_bytes(prev), number, encoded) != digest:
            raise JournalCorrupt(
                "its content does not fit its hash", path=str(self._path), seq=number
            )
        try:
            fact = decode(encoded.kind, encoded.schema, encoded.payload)
        except Unreadable as error:
            code = "journal.newer" if error.newer else ""
            raise JournalCorrupt(str(error), path=str(self._path), seq=number, code=code) from error
        return StoredRecord(
            number,
            encoded.kind,
            encoded.schema,
            encoded.payload,
            _bytes(prev),
            _bytes(digest),
            fact,
        )


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


@contextmanager
def open_reader(path: Path) -> Iterator[Reader]:
    """Read a journal that another process may be writing. Raises JournalMissing, JournalCorrupt."""
    if not path.exists() or path.stat().st_size == 0:
        raise JournalMissing(f"there is no journal {path}", path=str(path))
    with translated(path):
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(db):
        with translated(path):
            check_version(db, path)
        yield Reader(db, path)


def check_version(db: sqlite3.Connection, path: Path) -> None:
    """Refuse a file of a newer agent, or one that is no journal."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > FILE_VERSION:
        raise JournalCorrupt(
            "a newer version of the agent wrote it", path=str(path), seq=0, code="journal.newer"
        )
    if version == 0:
        raise JournalCorrupt("it is no journal of this agent", path=str(path), seq=0)
