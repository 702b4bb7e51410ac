"""A stage on which the life of a journal is led and recorded.

The journal is the real one with its real settings; only where the bytes go is watched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from terminal_agent.journal.replay import StoredRecord
from terminal_agent.journal.store import Journal, connect
from terminal_agent.refund.facts import Fact
from tests.durability.ops import LOOKS, Log, Op
from tests.durability.platter import Platter
from tests.durability.recorder import Recorder, files_below
from tests.refund import story as s
from tests.setting import TappedJournal

# Where the journal lies below the root; its folder is not there before the first start.
JOURNAL: Final = "shop/books/journal.db"


Connect = Callable[[Path], sqlite3.Connection]


@dataclass(frozen=True, slots=True)
class Life:
    """A recording and the records that the journal held at its end.

    `doubt`: what lay there before was not the journal that was left, so refunds are blocked
    until people release them.
    """

    name: str
    log: Log
    truth: tuple[StoredRecord, ...]
    doubt: bool = False


class Stage:
    """Where a life is led."""

    def __init__(self, root: Path, recorder: Recorder, connect: Connect) -> None:
        self._connect = connect
        self.recorder = recorder
        self.path = root / JOURNAL
        self.journal_type = _promising(recorder)
        self._opened: list[TappedJournal] = []

    def open(self) -> TappedJournal:
        """A process starts; what it sees when that is done, it acts on."""
        journal = self.journal_type.open(
            self.path,
            at=s.AT,
            journal_id="j1",
            agent_version="0.1.0",
            connect=self._connect,
        )
        assert isinstance(journal, TappedJournal)
        self._opened.append(journal)
        self.recorder.promise(journal.tail()[0])
        return journal

    def kill(self) -> None:
        """The process dies, wherever it is: nothing more is written, its locks are free."""
        self.recorder.dead = True
        for journal in self._opened:
            journal.die()
        self._opened.clear()
        self.recorder.revive()

    def killed_at(self, number: int, act: Callable[[], object]) -> bool:
        """Do it; the process dies before its operation of this number, if there is one."""
        recorder, count = self.recorder, 0

        def before(op: Op, _of_sqlite: bool) -> None:
            nonlocal count
            count += op.act not in LOOKS
            if count == number:
                recorder.die()

        recorder.before = before
        try:
            act()
        except BaseException:
            if not recorder.dead:
                raise
        died = recorder.dead
        self.kill()
        return died


def _promising(recorder: Recorder) -> type[TappedJournal]:
    """The journal; what `append` acknowledged is written down."""

    class Promising(TappedJournal):
        def append(self, *facts: Fact) -> None:
            super().append(*facts)
            recorder.promise(self.tail()[0])

    return Promising


def recorded(
    name: str,
    root: Path,
    act: Callable[[Stage], None],
    *,
    base: Mapping[str, bytes] | None = None,
    promised: int = 0,
    doubt: bool = False,
    connect: Connect = connect,
    wal_syncs_folder: bool = True,
) -> Life:
    """Lead a life in the empty folder `root`, with `base` in it and so much promised before."""
    lay_out(base or {}, root)
    root = root.resolve()
    recorder = Recorder(root, wal_syncs_folder=wal_syncs_folder)
    recorder.promise(promised)
    with recorder.watching():
        stage = Stage(root, recorder, connect)
        act(stage)
        stage.kill()
        journal = Journal.open(root / JOURNAL, at=s.AT, journal_id="j1", agent_version="0.1.0")
        with journal:
            truth = tuple(journal.records())
    assert files_agree(recorder), "the recorder saw everything that was written"
    return Life(name, recorder.log, truth, doubt)


def lay_out(image: Mapping[str, bytes], root: Path) -> None:
    """Put files into a folder."""
    root.mkdir(parents=True, exist_ok=True)
    for name, data in image.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def files_agree(recorder: Recorder) -> bool:
    """Whether the log, replayed to its end, gives the files that lie there."""
    platter = Platter(recorder.log.base)
    for op in recorder.log.ops:
        platter.take(op)
    state = platter.state()
    return state.image(state.pending) == files_below(recorder.root)
