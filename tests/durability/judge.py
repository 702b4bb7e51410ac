"""Opens what a power cut left with the real journal, and judges what it then says.

The promises: nothing acknowledged is missing or changed; of a commit that was on its way there is
all or nothing; the chain and the computed tables agree; every armed attempt without a verdict is
found open, so that recovery starts; refunds are blocked only where the journal really is not the
one that was left; and the journal can be written on.
"""

from __future__ import annotations

import random
import shutil
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from terminal_agent.journal import JournalError
from terminal_agent.journal.store import Journal
from terminal_agent.refund.case import apply
from terminal_agent.refund.facts import CaseFact, QuarantineReleased, QuarantineStarted
from tests.durability.stage import JOURNAL, Life, lay_out
from tests.journal import shelf
from tests.refund import story as s

if TYPE_CHECKING:
    from terminal_agent.journal.replay import StoredRecord
    from terminal_agent.refund.nouns import RefundCase

_SHARED_MEMORY = 32_768
LATER = s.AT + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Found:
    """What the journal says after the cut. `error` is a code; then the rest is empty."""

    error: str = ""
    hashes: tuple[bytes, ...] = ()
    kinds: tuple[str, ...] = ()
    open_cases: frozenset[str] = frozenset()
    quarantined: bool = False


def find(image: Mapping[str, bytes], root: Path) -> Found:
    """Open it in the folder `root`, look at everything, write one more record."""
    shutil.rmtree(root, ignore_errors=True)
    lay_out(image, root)
    _leave_shared_memory(image, root)
    try:
        with Journal.open(
            root / JOURNAL, at=LATER, journal_id="after the cut", agent_version="0.1.0"
        ) as journal:
            records = list(journal.records())
            journal.verify()
            found = Found(
                hashes=tuple(record.hash for record in records),
                kinds=tuple(record.kind for record in records),
                open_cases=frozenset(case.case_id for case in journal.open_cases()),
                quarantined=journal.quarantine() is not None,
            )
            journal.append(shelf.sale("after the cut"))
            assert journal.tail()[0] == len(records) + 1
            return found
    except JournalError as error:
        return Found(error=error.code if error.what_to_do else "no word of what to do")


def _leave_shared_memory(image: Mapping[str, bytes], root: Path) -> None:
    """Beside every other WAL lie ruins of its index, which the first process must not believe."""
    wal = image.get(f"{JOURNAL}-wal")
    if wal is not None and zlib.crc32(wal) % 2:
        ruins = random.Random(len(wal)).randbytes(_SHARED_MEMORY)
        (root / f"{JOURNAL}-shm").write_bytes(ruins)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What must be true when exactly so many records are there."""

    open_cases: frozenset[str] = frozenset()
    quarantined: bool = False


def standings(truth: Sequence[StoredRecord], *, doubt: bool) -> list[_Standing]:
    """By number of records, from none on; folded from the facts alone, without the journal."""
    cases: dict[str, RefundCase] = {}
    quarantined = doubt
    found = [_Standing(quarantined=quarantined)]
    for record in truth:
        fact = record.fact
        if isinstance(fact, CaseFact):
            cases[fact.case_id] = apply(cases.get(fact.case_id), fact)
        if isinstance(fact, QuarantineStarted | QuarantineReleased):
            quarantined = isinstance(fact, QuarantineStarted)
        still_open = frozenset(name for name, case in cases.items() if case.open_attempts)
        found.append(_Standing(still_open, quarantined))
    return found


@dataclass(slots=True)
class Judge:
    """Judges the images of one life."""

    life: Life
    _standings: list[_Standing] = field(init=False)
    _hashes: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._standings = standings(self.life.truth, doubt=self.life.doubt)
        self._hashes = tuple(record.hash for record in self.life.truth)

    def breach(self, position: int, found: Found) -> str:
        """Which promise is broken when the power went after so many operations; "" for none."""
        promised = self.life.log.promised(position)
        if found.error:
            return self._refused(promised, found)
        kept = self._kept(found)
        if kept < promised:
            return "lost"
        if kept not in {promised, self.life.log.on_the_way(position)}:
            return "half a commit"
        return self._told(found, kept)

    def _refused(self, promised: int, found: Found) -> str:
        """Only a journal without one acknowledged record may be refused, in the place of another:

        where a marker says that a journal was here, an empty one is not begun again by itself.
        """
        rightly = promised == 0 and self.life.doubt and found.error == "journal.corrupt"
        return "" if rightly else f"refused: {found.error}"

    def _kept(self, found: Found) -> int:
        """How many records are those of the life, from the first on."""
        pairs = zip(found.hashes, self._hashes, strict=False)
        return next(
            (i for i, (have, want) in enumerate(pairs) if have != want),
            min(len(found.hashes), len(self._hashes)),
        )

    def _told(self, found: Found, kept: int) -> str:
        """Whether what it says fits the records, and what it added by itself is right."""
        want = self._standings[kept]
        if found.quarantined != want.quarantined:
            return "blocked without a cause" if found.quarantined else "not blocked"
        added = set(found.kinds[kept:])
        allowed = {"journal_opened"} if kept == 0 else set[str]()
        if want.quarantined:  # a start that was cut off before the marker blocks once more
            allowed.add("quarantine_started")
        if not added <= allowed:
            return f"records appeared: {added}"
        return "" if found.open_cases == want.open_cases else "an open case is not found"
