"""Lives of a journal, recorded: each is what one counter did, and everything its disk was asked.

What a life does is told by `Stage`; what it leaves, and what may be left of it, by others.
"""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar, cast

import apsw

from protocols.kit.vocabulary import Operation
from terminal_agent.journal import JournalError
from terminal_agent.journal.store import Journal
from terminal_agent.refund.evidence import Evidence, PersonVerdict
from terminal_agent.refund.facts import CaseFact, EndOfDay, Fact, QuarantineReleased
from tests.durability.ops import Act, Image, Op
from tests.durability.recorder import files_below
from tests.durability.seam import IoError
from tests.durability.stage import JOURNAL, Life, Stage, recorded
from tests.harness import Shop
from tests.journal import shelf
from tests.refund import story as s
from tests.setting import Setting

# Pages after which the WAL goes into the file: the real number is 1000, which takes a long day.
FEW_PAGES: Final = 20
Result = TypeVar("Result")


# --- what happens at a counter -------------------------------------------------------------------


def refund(journal: Journal, number: int, *ending: CaseFact) -> str:
    """Sale, case, intent; then how it ended. `ending` is about the first attempt of its case."""
    case_id = f"RF-20261124-{number:04}"
    sale = f"s{number}"
    journal.append(shelf.sale(sale, receipt=f"{number:04}"))
    journal.append(replace(s.created(case_id, key=f"k{number}"), sale_id=sale))
    journal.append(s.authorised(case_id))
    journal.append(s.baselined(1, case_id), s.armed(1, case_id))
    for fact in ending:
        journal.append(cast("Fact", replace(fact, case_id=case_id)))
    return case_id


def approved(journal: Journal, number: int) -> None:
    """The usual one: result, verdict with the slip due, slip printed."""
    case_id = refund(journal, number, s.seen())
    journal.append(s.approved(1, case_id), s.receipt(1, case_id), s.print_due(case_id))
    journal.append(s.printed(case_id))


def first_day(stage: Stage) -> None:
    """Everything once: a first start, every way a refund can end, a kill, a second start."""
    journal = stage.open()
    approved(journal, 1)
    refund(journal, 2, s.seen(record=s.REFUSED), s.declined())
    told = s.verdict(PersonVerdict.NOT_BOOKED, number=None)
    refund(journal, 3, s.unknown(), s.recovery(), s.parked(), told)
    journal.append(EndOfDay(at=s.AT, terminal="desk"))
    journal.close()
    journal = stage.open()
    refund(journal, 4, s.unknown(), s.recovery(), s.dead(), s.noted(), s.cancelled())
    refund(journal, 5)
    stage.kill()
    journal = stage.open()
    journal.append(s.unknown(1, "RF-20261124-0005"), s.recovery(1, "RF-20261124-0005"))
    proved = s.approved(1, "RF-20261124-0005", evidence=Evidence.ADVANCED)
    journal.append(proved, s.print_due("RF-20261124-0005"))
    journal.close()


def long_day(stage: Stage) -> None:
    """The WAL goes into the file again and again, and begins anew."""
    stage.recorder.checkpoint_pages = FEW_PAGES
    with stage.open() as journal:
        for number in range(1, 7):
            approved(journal, number)
    with stage.open() as journal:
        refund(journal, 7)


def no_goodbye(stage: Stage) -> None:
    """A second process finds a WAL that nobody put away, and works on with it."""
    journal = stage.open()
    refund(journal, 1)
    stage.kill()
    journal = stage.open()
    journal.append(s.seen(), s.approved(), s.print_due())
    approved(journal, 2)
    journal.close()


def in_quarantine(stage: Stage) -> None:
    """What was left here is gone: people compare and release, then refunds go on."""
    with stage.open() as journal:
        assert journal.quarantine() is not None
        journal.append(shelf.sale("s9"))
        journal.append(
            QuarantineReleased(at=s.AT, people=s.TWO, evidence_text="compared, all agree")
        )
        approved(journal, 3)


def killed_then(stage: Stage, number: int) -> bool:
    """The first start is killed; the second one goes well until a refund is armed."""

    def start() -> None:
        refund(stage.open(), 1)

    died = stage.killed_at(number, start)
    journal = stage.open()
    if journal.sale("s2") is None and not journal.open_cases():
        refund(journal, 2)
    return died


def stubborn(stage: Stage, number: int) -> bool:
    """The sync of this number fails once; whoever meets that tries again, as people do."""
    count = 0

    def before(op: Op, of_sqlite: bool) -> None:
        nonlocal count
        count += op.act is Act.SYNC
        if op.act is Act.SYNC and count == number:
            count += 1
            raise IoError(apsw.SQLITE_IOERR_FSYNC) if of_sqlite else OSError(errno.EIO, "no sync")

    def insist(do: Callable[[], Result]) -> Result:
        try:
            return do()
        except JournalError:
            return do()

    stage.recorder.before = before
    stage.recorder.checkpoint_pages = FEW_PAGES
    journal = insist(stage.open)
    intent = (s.baselined(), s.armed())
    ending = (s.approved(), s.print_due())
    for facts in ((shelf.sale(),), (s.created(), s.authorised()), intent, (s.seen(),), ending):
        insist(lambda facts=facts: journal.append(*facts))  # type: ignore[misc]
    journal.close()
    journal = insist(stage.open)
    insist(lambda: journal.append(s.printed()))
    return count >= number


def at_the_counter(stage: Stage, *ways: Operation) -> None:
    """Refunds of a whole shop: agent, driver, terminal and bank; with a restart in between."""
    shop = Shop(
        stage.path.parent, Setting(protocol="zvt", durable=True, journal=stage.journal_type)
    )
    stage.recorder.promise(shop.journal.tail()[0])

    def leaves() -> None:
        stage.recorder.sent(shop.journal.open_cases()[-1].case_id)

    for way in ways:
        sale = shop.sale()
        shop.before_money = leaves
        shop.refund(sale, way)
    shop.restart_agent()
    stage.recorder.promise(shop.journal.tail()[0])
    shop.before_money = leaves
    shop.refund(shop.sale(), ways[0])
    shop.check()
    shop.close()


# --- all of them ---------------------------------------------------------------------------------


def main_lives(work: Path) -> list[Life]:
    """What happens at a counter; `work` is an empty folder."""

    def counter(stage: Stage) -> None:
        at_the_counter(stage, Operation.REFUND, Operation.VOID)

    lost, older, kept = _gone_and_older(work / "left")
    return [
        recorded("a first day", work / "first", first_day),
        recorded("a long day", work / "long", long_day),
        recorded("no goodbye", work / "goodbye", no_goodbye),
        recorded("at the counter", work / "counter", counter),
        recorded("a lost journal", work / "lost", in_quarantine, base=lost, doubt=True),
        recorded(
            "an older journal",
            work / "older",
            in_quarantine,
            base=older,
            promised=kept,
            doubt=True,
        ),
    ]


def _gone_and_older(root: Path) -> tuple[Image, Image, int]:
    """What lies there when the journal is gone, and when an older copy of it was put back.

    The number is that of the records in the older copy.
    """
    copies: list[Image] = []
    records: list[int] = []

    def two_days(stage: Stage) -> None:
        for number in (1, 2):
            with stage.open() as journal:
                approved(journal, number)
                records.append(journal.tail()[0])
            copies.append(files_below(stage.path.parents[2]))

    recorded("left", root, two_days)
    first, second = copies
    marker = f"{JOURNAL}.marker"
    return {marker: second[marker]}, {**first, marker: second[marker]}, records[0]


def killed_lives(work: Path, *, every: int) -> list[Life]:
    """The first start is killed before each so many of its operations; then power goes."""
    lives: list[Life] = []
    ended: list[bool] = [True]
    for number in itertools.count(1, every):
        if not ended[-1]:
            break

        def act(stage: Stage, number: int = number) -> None:
            ended.append(killed_then(stage, number))

        name = f"killed before operation {number}"
        lives.append(recorded(name, work / f"killed-{number}", act))
    return lives


def failed_sync_lives(work: Path, *, every: int) -> list[Life]:
    """Each so many syncs one fails, and loses what it should have kept."""

    def of(number: int) -> tuple[Life, bool]:
        came: list[bool] = []
        name = f"sync {number} failed"
        root = work / f"sync-{number}"
        life = recorded(name, root, lambda stage: came.append(stubborn(stage, number)))
        return life, came[0]

    led = map(of, itertools.count(1, every))
    return [life for life, _ in itertools.takewhile(lambda one: one[1], led)]


def lives_after(images: Sequence[tuple[Mapping[str, bytes], int]], work: Path) -> list[Life]:
    """Starts on what a power cut left, where so many records are acknowledged: cut once more."""

    def start(stage: Stage) -> None:
        journal = stage.open()
        if not journal.open_cases():
            refund(journal, 90)

    return [
        recorded(f"after cut {n}", work / f"after-{n}", start, base=image, promised=promised)
        for n, (image, promised) in enumerate(images)
    ]
