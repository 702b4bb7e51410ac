"""Every fault of a printer wherever it strikes, and a kill at every note: the paper is never wrong.

Never a second unmarked copy, never CONFIRMED without paper, every further copy with its number, and
in the end a slip comes out. SWEEP=full takes every byte, PRINT_LIVES says how many wild lives.
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import count
from typing import Final

import pytest

from tests.runtime.print_sweep import (
    AT_BYTE,
    AT_ROW,
    KINDS,
    LASTING,
    LIES,
    Kind,
    crash_life,
    life,
    positions,
    table,
    wild_life,
)

STRIDE: Final = 1 if os.environ.get("SWEEP") == "full" else 23
LIVES: Final = int(os.environ.get("PRINT_LIVES", "120"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_whatever_strikes_wherever_the_paper_is_never_wrong(kind: Kind) -> None:
    tallies = {}
    for fault in (*AT_BYTE, *AT_ROW, *LASTING):
        tally = tallies[kind.name, fault] = Counter[str]()
        for at in positions(fault, STRIDE):
            try:
                life(kind, fault, at, tally)
            except AssertionError as error:
                error.add_note(f"{kind}, {fault} at {at}")
                raise
    total = sum(tallies.values(), Counter[str]())
    assert total["uncertain"] > 0
    assert total["marked"] > 0
    if kind.profile.process_id:
        assert total["confirmed"] > 0, table(tallies)


@pytest.mark.parametrize("fault", ["near-end", "power-loss", "pull", "paper-out", "cover-open"])
def test_a_kill_at_any_note_in_the_journal_leaves_the_paper_right(fault: str) -> None:
    ends = {"near-end": (None,), "paper-out": (7,)}
    for at in ends.get(fault, (31, 300, 560)):
        for moment in count(1):
            lived = [crash_life(KINDS[0], fault, at, moment, survives=it) for it in (True, False)]
            if not any(lived):
                assert moment > 10
                break


@pytest.mark.parametrize("seed", range(LIVES))
def test_bad_days_one_after_the_other_end_with_every_slip_in_hand(seed: int) -> None:
    wild_life(seed)


@pytest.mark.parametrize("lie", LIES)
def test_a_printer_that_lies_about_its_paper_still_gets_no_second_unmarked_copy(lie: str) -> None:
    for fault in ("power-loss", "paper-out"):
        for at in positions(fault, 41):
            shop = KINDS[0].shop()
            shop.fake.fault(lie, None, shop.clock.monotonic())
            shop.fake.fault(fault, at, shop.clock.monotonic())
            shop.press()
            shop.judge(honest=False)
            shop.put_right()
            shop.press()
            shop.judge(honest=False)
