"""Processes are killed at random moments of a refund, and the books agree each time.

KILLS says how many (50), KILL_SEED which ones. The figures are printed; `pytest -s` shows them.
"""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.process.agents import Nursery
from tests.process.pair import KINDS, Kind, Pair, Tally
from tests.process.rounds import Round

KILLS: Final = int(os.environ.get("KILLS", "50"))
SEED: Final = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


def play(kind: Kind, folder: Path, kills: int, seed: int) -> Tally:
    """One pair of processes, until `kills` of its runs were killed."""
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
    return tally


def test_killed_at_any_moment_the_ledger_and_the_journal_agree(tmp_path: Path) -> None:
    begun = time.monotonic()
    shares = [KILLS // len(KINDS) + (i < KILLS % len(KINDS)) for i in range(len(KINDS))]
    total = Tally()
    with ThreadPoolExecutor(len(KINDS)) as pool:
        running = [
            pool.submit(play, kind, tmp_path / str(i), share, SEED + i)
            for i, (kind, share) in enumerate(zip(KINDS, shares, strict=True))
        ]
        for future in running:
            total.add(future.result())
    took_s = time.monotonic() - begun
    print(f"\n{total.kills} kills of {total.runs} runs, KILL_SEED={SEED}, {took_s:.1f} s")
    for name in ("victims", "stages", "verdicts"):
        print(f"  {name}: " + ", ".join(f"{k} {n}" for k, n in getattr(total, name).most_common()))
    print("  seconds in all pairs: " + ", ".join(f"{k} {s:.1f}" for k, s in total.seconds.items()))
    assert total.kills >= KILLS
    # The kills are spread: before the money message, while its outcome is open, and behind it.
    assert {"no case", "armed"} <= total.stages.keys() or KILLS < 20, total.stages
    assert any("approved" in stage for stage in total.stages) or KILLS < 20, total.stages
