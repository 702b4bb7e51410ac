"""The disk fails at one call of a refund's life: nothing is lost, nothing is said that is wrong.

This is a slice of `python -m tests.durability`, which fails at every call.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from protocols.kit.errors import MoneyMoved
from terminal_agent.journal import JournalError, JournalFull
from tests.durability.__main__ import work_folder
from tests.durability.ops import Act, Op
from tests.durability.recorder import Short
from tests.durability.stage import JOURNAL
from tests.durability.trouble import Fault, Trouble, TroubledLife, sweep


@pytest.fixture
def work() -> Iterator[Path]:
    with work_folder() as folder:
        yield folder


def test_wherever_the_disk_fails_the_refund_ends_in_the_truth(work: Path) -> None:
    errors = sweep(work, every=23)
    assert errors.failed == []
    assert len(errors.lives) == 2 * len(Fault)
    assert errors.lives.total() >= 60
    # Before, behind and around the money message; and what the agent bore without a word.
    assert {told.rpartition(" ")[2] for told in errors.told} == {"no", "maybe", "yes", "on"}


def test_a_disk_that_fails_behind_the_money_message_is_never_told_as_no_money(work: Path) -> None:
    """Not even the case can be read then, and the look itself knows of no money."""
    whole = Trouble(Fault.IO, at=0, lasting=False)
    TroubledLife(work / "whole", whole).lead()
    told = []
    for at in range(whole.calls // 2, whole.calls + 1, 7):
        ending = TroubledLife(work / f"{at}", Trouble(Fault.IO, at=at, lasting=True)).lead()
        told.append(ending.told)
    assert any(error is not None and error.money is MoneyMoved.MAYBE for error in told)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
def test_a_fault_strikes_once_or_from_there_on(fault: Fault) -> None:
    write = Op(Act.WRITE, "journal.db")
    for lasting in (False, True):
        trouble = Trouble(fault, at=2, lasting=lasting)
        struck = []
        for _ in range(3):
            try:
                trouble(write, of_sqlite=False)
                struck.append(False)
            except (OSError, Short):
                struck.append(True)
        assert struck == [False, True, lasting]


def test_half_of_a_short_write_is_on_the_disk(work: Path) -> None:
    life = TroubledLife(work / "life", Trouble(Fault.SHORT, at=100, lasting=False))
    assert life.lead().struck == f"write {JOURNAL}-wal"
    writes = [op for op in life.recorder.log.ops if op.act is Act.WRITE]
    assert len(writes[99].data) in {12, 2_048}, "half a head or half a page"
    assert (writes[100].at, len(writes[100].data)) != (writes[99].at + 12, 4_096)


def test_a_full_disk_at_the_intent_sends_nothing(work: Path) -> None:
    """The first fault whose error tells of no money, found by its place in the life."""
    found: list[JournalError] = []
    for at in range(60, 140, 13):
        ending = TroubledLife(work / f"{at}", Trouble(Fault.FULL, at=at, lasting=True)).lead()
        if ending.told is not None:
            found.append(ending.told)
    assert found
    assert all(isinstance(error, JournalFull) for error in found), found
