"""`python -m tests.model`: search the worlds of `make test`, or others by option.

  --full           the full matrix, as `make prove` does
  --mistakes       every seeded mistake and every impossible world, with its counter-example
  --attempts N --crashes N --foreign N   the core at other bounds
  --signs L+N      only these signs (may be given more than once)
Ends with 1 if a promise is broken where it should hold.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from time import monotonic
from typing import TYPE_CHECKING

from tests.model import matrix, mistakes, report
from tests.model.explore import explore
from tests.model.world import SETS, World

if TYPE_CHECKING:
    from collections.abc import Iterator


def _job(world: World) -> tuple[str, bool, int, int, float]:
    found = explore(world)
    bad = bool(found.broken) or found.lost > 0
    told = report.line(found)
    if bad:
        told = "\n".join([told, *(f"{n}\n{report.steps(w)}" for n, w in found.broken.items())])
    return told, bad, found.states, found.transitions, found.seconds


def _results(worlds: list[World], jobs: int) -> Iterator[tuple[str, bool, int, int, float]]:
    if jobs == 1:
        yield from map(_job, worlds)
        return
    with multiprocessing.Pool(jobs, maxtasksperchild=1) as pool:
        yield from pool.imap(_job, worlds, chunksize=1)


def _search(worlds: list[World], jobs: int) -> int:
    began, spent, bad, states, transitions = monotonic(), 0.0, 0, 0, 0
    for told, broken, more, moves, seconds in _results(worlds, jobs):
        print(told, flush=True)
        bad += broken
        states += more
        transitions += moves
        spent += seconds
    print(
        f"{len(worlds)} worlds, {states} states, {transitions} transitions, {bad} broken, "
        f"{spent:.0f} s of processor time, {monotonic() - began:.0f} s"
    )
    return 1 if bad else 0


def _mistakes() -> int:
    missed = 0
    for case in (*mistakes.MISTAKES, *mistakes.IMPOSSIBLE):
        way = mistakes.counter_example(case)
        missed += way is None
        broken = "NOT FOUND" if way is None else f"{case.promise} after {len(way)} steps"
        print(f"{case.name}: {case.says} {broken}\n{report.steps(way or [])}")
    return 1 if missed else 0


def main(arguments: list[str] | None = None) -> int:
    """Search, and say what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.model",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--signs", action="append", choices=tuple(SETS))
    parser.add_argument("--jobs", type=int, default=2)
    for name in ("attempts", "crashes", "foreign"):
        parser.add_argument(f"--{name}", type=int)
    chosen = parser.parse_args(arguments)
    if chosen.mistakes:
        return _mistakes()
    given = (chosen.attempts, chosen.crashes, chosen.foreign)
    if any(bound is not None for bound in given):
        usual = (matrix.CORE.attempts, matrix.CORE.crashes, matrix.CORE.foreign)
        bounds = (usual[i] if bound is None else bound for i, bound in enumerate(given))
        worlds = list(matrix.core(matrix.Bounds(*bounds)))
    else:
        worlds = matrix.full() if chosen.full else matrix.in_tests()
    if chosen.signs:
        worlds = [world for world in worlds if world.signs in chosen.signs]
    return _search(worlds, chosen.jobs)


if __name__ == "__main__":
    sys.exit(main())
