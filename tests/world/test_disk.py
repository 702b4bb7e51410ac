"""The fake journal remembers exactly what the real one does, and forgets as a disk does."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from protocols.kit.vocabulary import Operation
from terminal_agent.journal.errors import JournalError, JournalFull, JournalRefusal
from terminal_agent.journal.replay import Reader
from terminal_agent.refund.facts import AttemptArmed
from tests.conformance.lives import TELLING, opened
from tests.disk import FakeJournal, Sickness
from tests.setting import Killed
from tests.world.counter import Counter
from tests.world.kinds import Hit
from tests.world.life import Life
from tests.world.options import Options
from tests.world.plan import Plan, draw

if TYPE_CHECKING:
    from terminal_agent.refund.facts import Fact
    from tests.harness import Shop

SEEDS = range(90_000, 90_120)


def remembered(plan: Plan) -> list[Fact]:
    """All facts of this history, as its journal gives them back."""
    folder = Path(tempfile.mkdtemp(prefix="twin-")) if plan.sqlite else Path()
    counter = Counter(folder, plan, None)
    try:
        life = Life(counter, plan)
        for act in plan.acts:
            life.do(act)
        life.end()
        if isinstance(counter.journal, FakeJournal):
            return counter.journal.disk.facts
        return [record.fact for record in Reader.records(counter.journal)]
    finally:
        counter.close()
        if plan.sqlite:
            shutil.rmtree(folder)


def on_a_well_disk(plan: Plan) -> Plan:
    """The plan with kills that leave nothing half done, and without a sick disk."""
    acts = tuple(
        replace(
            act,
            blows=tuple(
                replace(blow, survives=False, mid=False)
                for blow in act.blows
                if blow.hit is not Hit.DISK
            ),
        )
        for act in plan.acts
    )
    return replace(plan, acts=acts)


@pytest.mark.parametrize("first", SEEDS[::20])
def test_both_journals_remember_the_same(first: int) -> None:
    for seed in range(first, first + 20):
        plan = on_a_well_disk(draw(seed, Options()))
        fake = remembered(replace(plan, sqlite=False))
        real = remembered(replace(plan, sqlite=True))
        # The journal's own first record and its name are the only difference.
        assert fake[1:] == real[1:], f"seed {seed}"
        assert len(fake) > 1


# --- what a disk does --------------------------------------------------------------------------


def falls_sick(shop: Shop, sickness: Sickness, when: str) -> None:
    """At the first moment of this name the disk falls sick."""

    def strike(_moment: int, label: str) -> None:
        if label.startswith(when):
            shop.disk.sick = sickness

    shop.strike = strike


def armed(shop: Shop) -> bool:
    """Whether an attempt was ever armed."""
    return any(isinstance(fact, AttemptArmed) for fact in shop.disk.facts)


@pytest.mark.parametrize("sickness", [Sickness.FULL, Sickness.READ_ONLY, Sickness.SYNC_FAILS])
def test_nothing_is_sent_over_a_disk_that_does_not_keep_the_intent(sickness: Sickness) -> None:
    with opened(TELLING[0].setting) as shop:
        sale = shop.sale()
        falls_sick(shop, sickness, "before AttemptBaselined")
        with pytest.raises(JournalError):
            shop.refund(sale, Operation.REFUND)
        assert not shop.oracle.frames
        assert not armed(shop)
        shop.strike = None
        shop.disk.heal()
        shop.again()
        assert shop.case is not None
        assert shop.case.closed
        shop.check()


@pytest.mark.parametrize("survives", [False, True])
def test_a_record_whose_sync_failed_may_be_there_after_a_crash(*, survives: bool) -> None:
    with opened(TELLING[0].setting) as shop:
        sale = shop.sale()
        falls_sick(shop, Sickness.SYNC_FAILS, "before AttemptBaselined")
        with pytest.raises(JournalError):
            shop.refund(sale, Operation.REFUND)
        shop.strike = None
        shop.disk.heal()
        shop.disk.survives = survives
        shop.restart_agent()
        assert armed(shop) is survives
        assert len(shop.journal.open_cases()) == survives, "an armed intent is found, not forgotten"
        case = shop.to_the_end()
        assert case.closed
        assert len(shop.oracle.frames) == 1, "recovered as not booked, then sent once"


@pytest.mark.parametrize("survives", [False, True])
def test_a_kill_in_the_middle_of_a_commit_leaves_all_of_it_or_nothing(*, survives: bool) -> None:
    with opened(TELLING[0].setting) as shop:
        sale = shop.sale()

        def strike(_moment: int, label: str) -> None:
            if label.startswith("syncing ResultSeen"):
                shop.disk.survives = survives
                raise Killed

        shop.strike = strike
        with pytest.raises(Killed):
            shop.refund(sale, Operation.REFUND)
        shop.strike = None
        shop.restart_agent()
        (case,) = shop.journal.open_cases()
        assert (case.attempts[0].seen is not None) is survives
        shop.to_the_end()


def test_a_full_disk_keeps_one_more_record_and_then_says_so() -> None:
    with opened(TELLING[0].setting) as shop:
        sale = shop.sale()
        falls_sick(shop, Sickness.FULL, "before ResultSeen")
        shop.refund(sale, Operation.REFUND)
        assert isinstance(shop.trouble, JournalFull)
        shop.strike = None
        (case,) = shop.journal.open_cases()
        assert case.attempts[0].seen is not None, "the space kept back was for the result"
        shop.disk.heal()
        assert shop.to_the_end().closed
        assert len(shop.oracle.frames) == 1


def test_the_guards_are_those_of_the_journal() -> None:
    with opened(TELLING[0].setting) as shop:
        sale = shop.sale()
        shop.refund(sale, Operation.REFUND)
        with pytest.raises(JournalRefusal, match="no such case"):
            shop.journal.case("RF-20260302-0999")
        book = shop.disk.books
        assert book.sales[sale.sale_id].reserved_minor == sale.amount.minor
        assert shop.journal.case_with_number("till", "0002") is not None
