"""Writes the journal: one process, append only, durable when `append` returns.

`append` refuses whatever would let money move twice; a refused or failed append leaves nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.kit.errors import MoneyMoved
from terminal_agent.journal import derived
from terminal_agent.journal.chain import link
from terminal_agent.journal.errors import (
    JournalCorrupt,
    JournalError,
    JournalFull,
    refusal,
)
from terminal_agent.journal.faults import translated
from terminal_agent.journal.files import (
    Mark,
    Marker,
    Reserve,
    create_private,
    sync_file,
    sync_folders_above,
)
from terminal_agent.journal.lock import WriterLock
from terminal_agent.journal.records import encode
from terminal_agent.journal.replay import Reader, check_version
from terminal_agent.journal.schema import DERIVED, FILE_VERSION, RECORDS
from terminal_agent.journal.verify import check_tail, replay
from terminal_agent.refund.case import apply
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptArmed,
    AttemptBaselined,
    AttemptFact,
    CaseCreated,
    CaseFact,
    Fact,
    JournalOpened,
    QuarantineReleased,
    QuarantineStarted,
    RefusalNoted,
)

if TYPE_CHECKING:
    from datetime import datetime

    from terminal_agent.journal.witness import Doubt, Witness
    from terminal_agent.refund.nouns import RefundCase

# How long a commit waits for a reader that is just setting up; longer means something is wrong.
_BUSY_S = 5.0


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for writing, with the settings that make a commit durable.

    The order is the point: EXTRA before WAL, or a power cut during the change to WAL may take
    acknowledged commits back (exactly-once section 7).
    """
    db = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S)
    for pragma in ("synchronous=EXTRA", "journal_mode=WAL", "fullfsync=ON", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    return db


class Journal(Reader):
    """The writer. Use `Journal.open`; close it, or use it as a context manager.

    `withheld` is why no attempt can be armed until the file of anchors is in order, None if it is.
    """

    def __init__(
        self, connect: Callable[[Path], sqlite3.Connection], path: Path, lock: WriterLock
    ) -> None:
        super().__init__(connect(path), path)
        self._connect = connect
        self._lock = lock
        self._reserve = Reserve(path.with_name(path.name + ".reserve"))
        self._marker = Marker(path.with_name(path.name + ".marker"))
        self._live: dict[str, RefundCase] = {}
        self.withheld: Doubt | None = None
        self.commits = 0

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        at: datetime,
        journal_id: str,
        agent_version: str,
        witness: Witness | None = None,
        connect: Callable[[Path], sqlite3.Connection] = connect,
    ) -> Journal:
        """Open the journal, or begin one with `journal_id` where none was ever.

        Where one was expected and is gone or older than it was, a new or old one is opened in
        quarantine: no attempt can be armed before people released it. `witness` holds it against
        its newest anchor, too. Raises JournalError.
        """
        with ExitStack() as undo, translated(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = WriterLock(path)
            lock.acquire()
            undo.callback(lock.release)
            create_private(path)
            journal = cls(connect, path, lock)
            undo.callback(journal._db.close)
            journal._start(JournalOpened(at=at, journal_id=journal_id, agent_version=agent_version))
            if witness is not None:
                journal._consult(witness, at)
            undo.pop_all()
            return journal

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Note how far the journal reaches, and let others write. Never raises."""
        with suppress(OSError, JournalError):
            self._mark()
        with suppress(sqlite3.Error):
            self._db.close()
        self._lock.release()

    # --- writing -----------------------------------------------------------------------------

    def append(self, *facts: Fact) -> None:
        """Make these facts durable in one commit, all or none.

        Raises IllegalFact or JournalRefusal for a fact that must not be, JournalError when the
        disk fails. Before an attempt is armed the emergency space must stand; when the disk is
        full after that, the space is given back and the commit tried once more.
        """
        money = money_if_lost(facts)
        with translated(self._path, money=money):
            arms = any(isinstance(fact, AttemptArmed) for fact in facts)
            if arms:
                if self.withheld is not None:
                    raise self.withheld.refusal()
                self._reserve.fill()
            try:
                self._commit(facts, money)
            except JournalFull:
                if arms or not self._reserve.spend():
                    raise
                self._commit(facts, money)
        if any(isinstance(fact, QuarantineReleased) for fact in facts):
            self.withheld = None

    def create_case(self, fact: CaseCreated) -> RefundCase:
        """The case of this key: a new one, or the same one again when the same thing is asked.

        Raises JournalRefusal "refusal.key_reused" for the same key with another content.
        """
        existing = self.case_by_key(fact.key)
        if existing is None:
            self.append(fact)
            return self.case(fact.case_id)
        if not existing.created.same_intent(fact):
            raise refusal(
                "refusal.key_reused",
                f"the key {fact.key} belongs to case {existing.case_id}, which asks for another",
                "Use a new key for a new refund.",
                key=fact.key,
                case=existing.case_id,
            )
        return existing

    def case(self, case_id: str) -> RefundCase:
        """The case; one with an open attempt is kept at hand."""
        return self._live.get(case_id) or super().case(case_id)

    def rebuild(self) -> None:
        """Compute the other tables again from the records, in one commit."""
        with translated(self._path), self._transaction():
            derived.clear(self._db)
            replay(self.records(), self._db, self._path)

    # --- inside ------------------------------------------------------------------------------

    def _commit(self, facts: tuple[Fact, ...], money: MoneyMoved) -> None:
        touched: dict[str, RefundCase] = {}
        with translated(self._path, money=money), self._transaction():
            for fact in facts:
                self._add(fact, touched)
        self.commits += 1
        self._live |= {case.case_id: case for case in touched.values() if case.open_attempts}

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit what happens inside, or leave nothing of it, not even in this connection."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if self._db.in_transaction:  # it would show what was never made durable
                self._db.close()
                self._db = self._connect(self._path)
            raise

    def _add(self, fact: Fact, touched: dict[str, RefundCase]) -> None:
        before_seq, prev = self.tail()
        seq, record = before_seq + 1, encode(fact)
        before = after = None
        case_id = fact.case_id if isinstance(fact, CaseFact | RefusalNoted) else None
        if case_id is not None:
            # Taken out until the commit is known: an interruption must not leave an old case here.
            kept = self._live.pop(case_id, None)
            before = touched.get(case_id) or kept or self._case(case_id)
            after = touched[case_id] = apply(before, fact)
        self._db.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)",
            (seq, record.kind, record.schema, record.payload, prev, link(prev, seq, record)),
        )
        derived.update(self._db, seq, fact, before, after)

    def _start(self, opened: JournalOpened) -> None:
        """Begin a new file or check the old one; quarantine when it is not the one we left."""
        # A writer that was killed in a commit may have left records that are seen here and not
        # durable: they must be, before anything relies on them.
        sync_file(self._path.with_name(self._path.name + "-wal"))
        fresh = not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if fresh:
            self._db.executescript(
                f"BEGIN; {RECORDS} {DERIVED} PRAGMA user_version = {FILE_VERSION}; COMMIT;"
            )
        check_version(self._db, self._path)
        if fresh or (self.tail()[0] == 0 and self._never_begun()):
            # The folders may have been made just now, by us or by a start that was cut off.
            sync_folders_above(self._path.parent)
            self.append(opened)
        if not check_tail(self, self._db, self._path):
            self.rebuild()
        self.open_cases()
        doubt = self._doubt(fresh=fresh)
        if doubt:
            self.append(QuarantineStarted(at=opened.at, why=doubt))
        with suppress(OSError):  # a full disk must not keep recovery from its work
            self._reserve.fill()
            self._mark()

    def _never_begun(self) -> bool:
        """Whether a first start was cut off before the first record, and no journal was lost."""
        with suppress(ValueError):
            return self._marker.read() is None
        return False

    def _doubt(self, *, fresh: bool) -> str:
        """The text key of why this is not the journal that was left here; "" when it is."""
        try:
            mark = self._marker.read()
        except ValueError:
            return "quarantine.marker_damaged"
        if mark is None:
            return ""
        if fresh:
            return "quarantine.journal_lost"
        try:
            same = self.record(mark.seq).hash.hex() == mark.hash
        except JournalCorrupt:
            same = False
        return "" if same else "quarantine.journal_older"

    def _consult(self, witness: Witness, at: datetime) -> None:
        """Believe the newest anchor more than ourselves."""
        doubt = witness.doubt(self)
        if doubt is None or self.quarantine() is not None:
            return
        if doubt.lasting:
            self.append(QuarantineStarted(at=at, why=doubt.why))
        else:
            self.withheld = doubt

    def _mark(self) -> None:
        seq, digest = self.tail()
        self._marker.write(Mark(self.begun().journal_id, seq, digest.hex()))


def money_if_lost(facts: tuple[Fact, ...]) -> MoneyMoved:
    """What may have happened to the money when these facts cannot be remembered."""
    if any(isinstance(fact, AttemptApproved) for fact in facts):
        return MoneyMoved.YES
    before_sending = (AttemptBaselined, AttemptArmed)
    running = any(
        isinstance(fact, AttemptFact) and not isinstance(fact, before_sending) for fact in facts
    )
    return MoneyMoved.MAYBE if running else MoneyMoved.NO
