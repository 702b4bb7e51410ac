"""Processes are killed at random moments of a refund, and the books agree each time.

KILLS says how many (50), KILL_SEED which ones, KILLS_AT_ONCE in how many pairs of terminal and
till at the same time (4), KILL_SCALE how many times too fast their clocks run (40): on a computer
that is busy otherwise, fewer. The figures are printed; `pytest -s` shows them.
"""

from __future__ import annotations

import math
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.process.agents import Nursery
from tests.process.pair import KINDS, Kind, Pair, Tally
from tests.process.rounds import Round

KILLS: Final = int(os.environ.get("KILLS", "50"))
AT_ONCE: Final = int(os.environ.get("KILLS_AT_ONCE", "4"))
# A pair is given up for a fresh one after so many kills: every round reads its whole journal.
KILLS_OF_A_PAIR: Final = 50
_ADDING: Final = threading.Lock()
SEED: Final = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


def play(kind: Kind, folder: Path, kills: int, seed: int, total: Tally) -> Tally:
    """One pair of processes, until `kills` of its runs were killed.

    Its figures go into `total` also when a round fails, so that they say how far it came.
    """
    sales = kills * 3 + 10  # not every aim hits a process that still lives
    with Nursery() as nursery:
        pair = Pair(kind, folder, nursery, sales=sales, seed=seed)
        tally = pair.tally
        try:
            while tally.kills < kills:
                tally.runs += 1
                assert tally.runs <= sales, f"too few runs could be killed: {tally}"
                try:
                    Round(pair, tally.runs).play()
                except AssertionError as error:
                    error.add_note(f"{kind}, round {tally.runs}, KILL_SEED={SEED}, {folder}")
                    error.add_note(pair.terminal_log()[-2000:])
                    raise
            checked = pair.till.run("journal", "verify", "--json")
            assert checked.code == 0, checked
        finally:
            pair.close()
            with _ADDING:
                total.add(tally)
    return tally


def pairs(kills: int) -> list[tuple[Kind, int]]:
    """Which pairs play, and how many kills each: every kind alike, none more than it should."""
    count = len(KINDS) * max(1, math.ceil(kills / len(KINDS) / KILLS_OF_A_PAIR))
    shares = [kills // count + (i < kills % count) for i in range(count)]
    return [(KINDS[i % len(KINDS)], share) for i, share in enumerate(shares)]


@pytest.mark.parametrize("kills", [1, 4, 50, 200, 201, 1000])
def test_the_kills_are_shared_out_without_a_rest(kills: int) -> None:
    shared = pairs(kills)
    assert sum(share for _, share in shared) == kills
    assert max(share for _, share in shared) <= KILLS_OF_A_PAIR
    of_kind = [sum(share for kind, share in shared if kind is one) for one in KINDS]
    assert max(of_kind) - min(of_kind) <= len(shared) // len(KINDS)


def test_killed_at_any_moment_the_ledger_and_the_journal_agree(tmp_path: Path) -> None:
    begun = time.monotonic()
    total = Tally()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [
            pool.submit(play, kind, tmp_path / str(i), share, SEED + i, total)
            for i, (kind, share) in enumerate(pairs(KILLS))
        ]
    took_s = time.monotonic() - begun
    print(f"\n{total.kills} kills of {total.runs} runs, KILL_SEED={SEED}, {took_s:.1f} s")
    print(f"  pairs of terminal and till: {len(running)}, {AT_ONCE} at once")
    for name in ("victims", "stages", "verdicts"):
        print(f"  {name}: " + ", ".join(f"{k} {n}" for k, n in getattr(total, name).most_common()))
    print("  seconds in all pairs: " + ", ".join(f"{k} {s:.1f}" for k, s in total.seconds.items()))
    for future in running:
        future.result()
    assert total.kills >= KILLS
    # The kills are spread: before the money message, while its outcome is open, and behind it.
    assert {"no case", "armed"} <= total.stages.keys() or KILLS < 20, total.stages
    assert any("approved" in stage for stage in total.stages) or KILLS < 20, total.stages
