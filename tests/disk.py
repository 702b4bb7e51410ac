"""A disk that forgets like a real one: what is not synced may be lost, and a sync may fail.

`FakeJournal` is the journal over it: the rules of the real one, without SQLite, for histories by
the thousand. `tests/world/test_disk.py` holds it against the real journal, fact by fact.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from terminal_agent.journal.errors import (
    JournalError,
    JournalFull,
    JournalReadOnly,
    refusal,
)
from terminal_agent.journal.replay import SaleState
from terminal_agent.journal.store import money_if_lost
from terminal_agent.refund.case import apply, case_number
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptArmed,
    AttemptBaselined,
    CaseCreated,
    CaseFact,
    Correction,
    EndOfDay,
    Fact,
    HumanVerdict,
    JournalOpened,
    QuarantineReleased,
    QuarantineStarted,
    RefusalNoted,
    SaleRecorded,
)
from terminal_agent.refund.slips import last_on_paper
from tests.setting import TappedJournal

if TYPE_CHECKING:
    from datetime import date, datetime

    from terminal_agent.refund.facts import SlipFact
    from terminal_agent.refund.nouns import RefundCase

_PATH: Final = Path("journal of the world")
F = TypeVar("F")


class Sickness(Enum):
    """What a commit meets."""

    FULL = "disk full"
    READ_ONLY = "disk read-only"
    SYNC_FAILS = "sync fails"  # an error is told, and yet the record may be there after a crash
    SLOW = "disk slow"


@dataclass(slots=True)
class Books:
    """What the durable facts add up to."""

    cases: dict[str, RefundCase] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    sales: dict[str, SaleState] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)
    ends_of_day: dict[str, EndOfDay] = field(default_factory=dict)
    quarantine: QuarantineStarted | None = None


@dataclass(slots=True)
class FakeDisk:
    """What is left when the process dies: the durable facts, and perhaps a batch in limbo.

    `sick` is what the next commits meet; `slow` is told how long one takes, in seconds.
    `survives` decides at the next start whether a batch in limbo is there.
    """

    facts: list[Fact] = field(default_factory=list)
    books: Books = field(default_factory=Books)
    limbo: tuple[Fact, ...] = ()
    survives: bool = False
    sick: Sickness | None = None
    reserve: bool = True
    slow_s: float = 0.0
    wait: Callable[[float], None] = lambda _: None

    def heal(self) -> None:
        """Somebody made room, or put another disk in."""
        self.sick = None
        self.reserve = True


class FakeJournal(TappedJournal):
    """The journal over a FakeDisk. One writer; whoever reads asks the writer."""

    def __init__(self, disk: FakeDisk, opened: JournalOpened) -> None:
        self.disk = disk
        self.commits = 0
        if disk.limbo and disk.survives:
            self._keep(disk.limbo)
        disk.limbo = ()
        if not disk.facts:
            self._keep((opened,))

    # -- writing --------------------------------------------------------------------------------

    def append(self, *facts: Fact) -> None:
        """As the journal's own; a kill inside leaves the batch in limbo."""
        names = "+".join(type(fact).__name__ for fact in facts) if self.tap is not None else ""
        if self.tap is not None:
            self.tap(f"before {names}")
        undo = self._staged(facts)
        try:
            self._written(facts)
            self.disk.limbo = facts
            if self.tap is not None:
                self.tap(f"syncing {names}")
        except BaseException:
            for back in reversed(undo):
                back()
            raise
        self.disk.limbo = ()
        self.disk.facts.extend(facts)
        self.commits += 1
        if self.tap is not None:
            self.tap(f"durable {names}")

    def _written(self, facts: tuple[Fact, ...]) -> None:
        """What the disk says to it. Raises JournalError."""
        disk = self.disk
        match disk.sick:
            case None:
                return
            case Sickness.SLOW:
                disk.wait(disk.slow_s)
                return
        money = money_if_lost(facts)
        if disk.sick is Sickness.READ_ONLY:
            raise JournalReadOnly("read-only", path=str(_PATH), money=money)
        if disk.sick is Sickness.SYNC_FAILS:
            disk.limbo = facts
            raise JournalError("the sync failed", path=str(_PATH), money=money)
        if any(isinstance(fact, AttemptArmed) for fact in facts) or not disk.reserve:
            raise JournalFull("no room", path=str(_PATH), money=money)
        disk.reserve = False

    def _keep(self, facts: tuple[Fact, ...]) -> None:
        self._staged(facts)
        self.disk.facts.extend(facts)

    def _staged(self, facts: tuple[Fact, ...]) -> list[Callable[[], None]]:
        """Change the books by these facts, all or none; gives back how to undo it."""
        undo: list[Callable[[], None]] = []
        try:
            for fact in facts:
                self._take_in(fact, undo)
        except BaseException:
            for back in reversed(undo):
                back()
            raise
        return undo

    def _take_in(self, fact: Fact, undo: list[Callable[[], None]]) -> None:
        books = self.disk.books
        match fact:
            case SaleRecorded(sale=sale):
                if sale.sale_id in books.sales:
                    raise refusal("refusal.sale_known", "in the book already", "")
                _put(books.sales, sale.sale_id, SaleState(sale, 0), undo)
            case CaseCreated():
                self._check_created(fact)
                _put(books.keys, fact.key, fact.case_id, undo)
            case AttemptBaselined():
                self._check_free(fact)
            case AttemptArmed():
                self._check_armed(fact)
                _put(books.references, fact.reference, fact.case_id, undo)
            case EndOfDay():
                _put(books.ends_of_day, fact.terminal, fact, undo)
            case QuarantineStarted() | QuarantineReleased():
                before = books.quarantine
                undo.append(lambda: setattr(books, "quarantine", before))
                books.quarantine = fact if isinstance(fact, QuarantineStarted) else None
        case_id = fact.case_id if isinstance(fact, CaseFact | RefusalNoted) else None
        if case_id is not None:
            self._step(case_id, fact, undo)

    def _step(self, case_id: str, fact: Fact, undo: list[Callable[[], None]]) -> None:
        books = self.disk.books
        before = books.cases.get(case_id)
        after = apply(before, fact)
        held = before is not None and before.holds
        if after.holds is not held:
            self._hold(after, undo)
        _put(books.cases, case_id, after, undo)
        number = _proving_number(fact)
        if number:
            place = (after.attempts[-1].start.terminal, number)
            _put(books.numbers, place, case_id, undo)

    def _hold(self, case: RefundCase, undo: list[Callable[[], None]]) -> None:
        books, sale_id = self.disk.books, case.created.sale_id
        state = books.sales[sale_id]
        taken = state.reserved_minor + (case.amount.minor if case.holds else -case.amount.minor)
        if taken > state.sale.amount.minor:
            raise refusal("refusal.duplicate", "more than what is left of the sale", "")
        _put(books.sales, sale_id, SaleState(state.sale, taken), undo)

    def _check_created(self, fact: CaseCreated) -> None:
        state = self.sale(fact.sale_id)
        if state is None:
            raise refusal("refusal.not_found", "there is no such sale", "")
        if fact.key in self.disk.books.keys:
            raise refusal("refusal.key_reused", "the key was used already", "")
        if state.sale.amount.minor < fact.amount.minor:
            raise refusal("refusal.over_remaining", "no part of the sale", "")

    def _check_free(self, fact: AttemptBaselined) -> None:
        for case in self.open_cases(fact.terminal):
            if case.case_id != fact.case_id:
                raise refusal("refusal.open_case", "another case is open", "", case=case.case_id)

    def _check_armed(self, fact: AttemptArmed) -> None:
        if self.disk.books.quarantine is not None:
            raise refusal("refusal.quarantine", "refunds are blocked", "")
        if fact.reference in self.disk.books.references:
            raise refusal("refusal.reference_used", "used before", "")

    # -- reading --------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """A name; there is no such file."""
        return _PATH

    def tail(self) -> tuple[int, bytes]:
        """How many facts there are; nothing is hashed here."""
        return len(self.disk.facts), b""

    def case(self, case_id: str) -> RefundCase:
        """One case."""
        with suppress(KeyError):
            return self.disk.books.cases[case_id]
        raise refusal("refusal.no_such_case", "there is no such case", "")

    def case_by_key(self, key: str) -> RefundCase | None:
        """The case of a key."""
        found = self.disk.books.keys.get(key)
        return self.disk.books.cases[found] if found else None

    def cases(self, *, sale_id: str | None = None, limit: int | None = None) -> list[RefundCase]:
        """Cases, newest first."""
        found = [
            case
            for case in reversed(self.disk.books.cases.values())
            if sale_id in {None, case.created.sale_id}
        ]
        return found[:limit]

    def unsettled_cases(self) -> list[RefundCase]:
        """Cases that are not closed, newest first."""
        return [case for case in self.cases() if not case.closed]

    def open_cases(self, terminal: str | None = None) -> list[RefundCase]:
        """Cases with an open attempt, oldest first."""
        return [
            case
            for case in self.disk.books.cases.values()
            if case.open_attempts
            and terminal in {None, *(a.start.terminal for a in case.open_attempts)}
        ]

    def next_case_id(self, day: date) -> str:
        """The next free number of that day."""
        prefix = case_number(day, 1)[:-4]
        taken = [int(c.removeprefix(prefix)) for c in self.disk.books.cases if c.startswith(prefix)]
        return case_number(day, max(taken, default=0) + 1)

    def case_with_number(self, terminal: str, number: str) -> str | None:
        """The case that this number proves."""
        return self.disk.books.numbers.get((terminal, number))

    def reference_is_ours(self, reference: str | None) -> bool:
        """Whether an attempt carries it."""
        return reference in self.disk.books.references

    def waiting_slips(self) -> list[str]:
        """Cases with a copy that still has to come out."""
        cases = self.disk.books.cases.values()
        return [c.case_id for c in cases if any(slip.waiting for slip in c.slips)]

    def last_print(self, printer: str) -> SlipFact | None:
        """The newest note on a job for a printer."""
        return last_on_paper(reversed(self.disk.facts), printer)

    def sale(self, sale_id: str) -> SaleState | None:
        """One sale."""
        return self.disk.books.sales.get(sale_id)

    def sales(
        self,
        *,
        number: str | None = None,
        terminal: str | None = None,
        on: date | None = None,
        limit: int = 100,
    ) -> list[SaleState]:
        """Sales, newest first."""

        def asked_for(state: SaleState) -> bool:
            sale = state.sale
            return (
                number in {None, sale.receipt_number, sale.trace_number, sale.rrn}
                and terminal in {None, sale.terminal}
                and on in {None, sale.sold_at.date()}
            )

        return list(filter(asked_for, reversed(self.disk.books.sales.values())))[:limit]

    def last_end_of_day(self, terminal: str) -> EndOfDay | None:
        """When the batch was closed."""
        return self.disk.books.ends_of_day.get(terminal)

    def quarantine(self) -> QuarantineStarted | None:
        """Why refunds are blocked."""
        return self.disk.books.quarantine

    def die(self) -> None:
        """The disk keeps what it has; the process is nothing."""

    close = die


def opened(disk: FakeDisk, at: datetime) -> FakeJournal:
    """A new process opens the journal."""
    return FakeJournal(disk, JournalOpened(at=at, journal_id="of the world", agent_version="0"))


K = TypeVar("K")
V = TypeVar("V")


def _put(table: dict[K, V], key: K, value: V, undo: list[Callable[[], None]]) -> None:
    if key in table:
        before = table[key]
        undo.append(lambda: table.__setitem__(key, before))
    else:
        undo.append(lambda: table.__delitem__(key))
    table[key] = value


def _proving_number(fact: Fact) -> str | None:
    if isinstance(fact, AttemptApproved):
        return fact.record.receipt_number if fact.record is not None else None
    if isinstance(fact, HumanVerdict | Correction) and fact.verdict is PersonVerdict.BOOKED:
        return fact.number_typed
    return None
