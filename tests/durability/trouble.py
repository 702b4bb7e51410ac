"""A disk that fails at one call of a life, or from there on; everything before and after is well.

The life is a whole refund at a counter: start, sale, case, intent, money, verdict, end.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import apsw

from protocols.kit.errors import MoneyMoved
from protocols.kit.vocabulary import Operation
from terminal_agent.journal import JournalError
from terminal_agent.refund.facts import Fact
from terminal_agent.refund.states import CaseState
from tests.durability.lives import FEW_PAGES
from tests.durability.ops import Act, Op
from tests.durability.recorder import Recorder, Short
from tests.durability.seam import IoError
from tests.harness import Shop
from tests.setting import Setting, TappedJournal

if TYPE_CHECKING:
    from terminal_agent.runtime.agent import Done

_MEDDLING: Final = frozenset(Act) - {Act.OPEN, Act.READ}
_GROWING: Final = frozenset({Act.WRITE, Act.CREATE, Act.MKDIR, Act.SYNC, Act.RENAME})


class Fault(Enum):
    """What the disk says: which acts it refuses, and with which error."""

    FULL = "disk full"
    SHORT = "short write, then disk full"
    IO = "input/output error"
    READ_ONLY = "read-only"

    @property
    def acts(self) -> frozenset[Act]:
        """What it refuses."""
        if self is Fault.IO:
            return frozenset(Act)
        if self is Fault.READ_ONLY:
            return _MEDDLING - {Act.SYNC, Act.SYNC_FOLDER}
        return frozenset({Act.WRITE}) if self is Fault.SHORT else _GROWING

    def error(self, op: Op, *, of_sqlite: bool) -> Exception:
        """As SQLite's way to the disk, or the system, tells it."""
        if not of_sqlite:
            number = {Fault.IO: errno.EIO, Fault.READ_ONLY: errno.EROFS}.get(self, errno.ENOSPC)
            return OSError(number, os.strerror(number), op.name)
        if op.act in {Act.OPEN, Act.CREATE}:
            return apsw.CantOpenError()
        if self is Fault.READ_ONLY:
            return apsw.ReadOnlyError()
        if self is not Fault.IO:
            return apsw.FullError()
        return IoError(_IO_CODES[op.act])


_IO_CODES: Final = {
    Act.WRITE: apsw.SQLITE_IOERR_WRITE,
    Act.READ: apsw.SQLITE_IOERR_READ,
    Act.SYNC: apsw.SQLITE_IOERR_FSYNC,
    Act.TRUNCATE: apsw.SQLITE_IOERR_TRUNCATE,
    Act.UNLINK: apsw.SQLITE_IOERR_DELETE,
}


@dataclass(slots=True)
class Trouble:
    """The fault strikes at the call of this number, counted from 1; `lasting` from there on."""

    fault: Fault
    at: int
    lasting: bool
    calls: int = 0
    struck: str = ""

    @property
    def name(self) -> str:
        """For the figures."""
        return f"{self.fault.value}, {'from there on' if self.lasting else 'once'}"

    def __call__(self, op: Op, of_sqlite: bool) -> None:
        """A call is about to be made."""
        if of_sqlite and op.act is Act.SYNC_FOLDER:
            return  # where SQLite cannot sync a folder it goes on without
        if op.act not in self.fault.acts:
            return
        self.calls += 1
        if self.calls == self.at or (self.lasting and self.calls > self.at):
            self.struck = self.struck or f"{op.act.value} {op.name}"
            error = self.fault.error(op, of_sqlite=of_sqlite)
            raise Short(error) if self.fault is Fault.SHORT else error


class TroubledShop(Shop):
    """A shop on a disk that may fail; what the tests look at themselves never fails."""

    def __init__(self, recorder: Recorder, setting: Setting) -> None:
        self.recorder = recorder
        self.told: JournalError | None = None
        super().__init__(recorder.root / "shop" / "books", setting)

    def _message(self, moment: str, names: tuple[str, ...]) -> None:
        with self.recorder.undisturbed():
            super()._message(moment, names)

    def _trouble_of(self, done: Done) -> None:
        if isinstance(done.trouble, JournalError):
            self.told = done.trouble
        else:
            super()._trouble_of(done)


@dataclass(slots=True)
class Ending:
    """How a troubled life went."""

    struck: str
    told: JournalError | None
    new_start: bool

    @property
    def told_as(self) -> str:
        """The error in few words."""
        if self.told is None:
            return "nothing: it went on"
        return f"{self.told.code}, money moved: {self.told.money.value}"


class TroubledLife:
    """One refund at a counter whose journal lies below `root`; the terminal's side is well."""

    def __init__(self, root: Path, trouble: Trouble) -> None:
        root.mkdir(parents=True)
        self.recorder = Recorder(root.resolve())
        self.trouble = trouble
        self.acknowledged: list[tuple[int, bytes]] = []
        # Each error that was told, and whether money messages had left by then.
        self._told: list[tuple[JournalError, bool]] = []
        self._new_start = False
        self.recorder.checkpoint_pages = FEW_PAGES
        self._setting = Setting(protocol="zvt", durable=True, journal=self._journal_type())

    def _open(self) -> TroubledShop:
        return TroubledShop(self.recorder, self._setting)

    def _journal_type(self) -> type[TappedJournal]:
        life = self

        class Noting(TappedJournal):
            def append(self, *facts: Fact) -> None:
                super().append(*facts)
                with life.recorder.undisturbed():
                    life.acknowledged.append(self.tail())

        return Noting

    def lead(self) -> Ending:
        """Live; heal; go on to the end; every promise is judged."""
        with self.recorder.watching():
            self.recorder.before = self.trouble
            shop = self._begun()
            try:
                self._refund(shop)
                self.recorder.before = None
                self._judge_told(shop)
                self._go_on(shop)
                self._judge_end(shop)
                return Ending(
                    self.trouble.struck,
                    self._told[0][0] if self._told else None,
                    self._new_start,
                )
            finally:
                shop.close()

    def _begun(self) -> TroubledShop:
        """The start; where it fails, the disk is mended and the agent started again."""
        try:
            return self._open()
        except JournalError as error:
            self._told.append((error, False))
            self.recorder.before = None
            self._new_start = True
            return self._open()

    def _refund(self, shop: TroubledShop) -> None:
        """The sale and its refund; a sale that could not be kept is made again later."""
        try:
            sale = shop.sale()
            shop.refund(sale, Operation.REFUND)
        except JournalError as error:
            self._told.append((error, bool(shop.oracle.frames)))
        if shop.told is not None:
            self._told.append((shop.told, bool(shop.oracle.frames)))

    def _judge_told(self, shop: TroubledShop) -> None:
        """An error says no money moved only where no money message left."""
        shop.check()
        for error, sent in self._told:
            assert error.what_to_do
            assert sent == (error.money is not MoneyMoved.NO), (
                f"{error.code}: {error.what_happened}: {error.money}, and sent is {sent}"
            )

    def _go_on(self, shop: TroubledShop) -> None:
        """On the mended disk: half of the lives in the same process, as far as that can."""
        if self.trouble.at % 2:
            self._restart(shop)
        try:
            self._to_the_end(shop)
        except JournalError:
            assert not self._new_start, "a new process on a mended disk works"
            self._restart(shop)
            self._to_the_end(shop)

    def _restart(self, shop: TroubledShop) -> None:
        self._new_start = True
        shop.restart_agent()

    def _to_the_end(self, shop: TroubledShop) -> None:
        if shop.case is None:
            shop.refund(shop.sale(), Operation.REFUND)
        assert shop.to_the_end().state is CaseState.REFUNDED

    def _judge_end(self, shop: TroubledShop) -> None:
        assert shop.journal.verify() == shop.journal.tail()[0]
        assert shop.journal.quarantine() is None, "the journal is the one that was left"
        for seq, digest in self.acknowledged:
            assert shop.journal.record(seq).hash == digest, "an acknowledged record is kept"


@dataclass(slots=True)
class Errors:
    """What a sweep of faults came to: lives by fault, and what was told in them."""

    lives: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    new_starts: int = 0
    failed: list[str] = field(default_factory=list)

    def note(self, trouble: Trouble, ending: Ending) -> None:
        """One life."""
        self.lives[trouble.name] += 1
        self.told[ending.told_as] += 1
        self.new_starts += ending.new_start


def sweep(work: Path, *, every: int) -> Errors:
    """Each fault, once and lasting, at each so many calls of a life."""
    errors = Errors()
    for number, (fault, lasting) in enumerate(itertools.product(Fault, (False, True))):
        whole = Trouble(fault, at=0, lasting=False)
        TroubledLife(work / f"{number}", whole).lead()
        for at in range(1 + number % every, whole.calls + 1, every):
            trouble = Trouble(fault, at=at, lasting=lasting)
            root = work / f"{number}-{at}"
            try:
                errors.note(trouble, TroubledLife(root, trouble).lead())
            except AssertionError as error:
                errors.failed.append(f"{trouble}: {error}")
            shutil.rmtree(root)
    return errors
