"""`python -m tests.world`: one history as a readable timeline, or very many and their sum."""

from __future__ import annotations

import argparse
import sys
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.world.life import live
from tests.world.many import Sum, many
from tests.world.options import Options
from tests.world.plan import draw
from tests.world.shrink import failure_of, shrunk
from tests.world.tale import Tale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.world.plan import Plan


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0: every promise was kept; 1: one was broken, and how is shown."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("--seed", type=int, help="live this history and print it")
    parser.add_argument("--without", default="", metavar="N,N…", help="leave these parts out")
    parser.add_argument("--count", type=int, default=1_000, help="how many histories")
    parser.add_argument("--first", type=int, default=0, help="the first seed of many")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--protocol", action="append", default=[], help="only this one")
    parser.add_argument("--sqlite", type=float, help="share of histories on the real journal")
    parser.add_argument("--deep", type=float, help="share of terminals with an acquirer")
    parser.add_argument("--printer", type=float, help="share of histories that print their slips")
    asked = parser.parse_args(argv)
    options = Options(protocols=tuple(asked.protocol))
    if asked.sqlite is not None:
        options = replace(options, sqlite=asked.sqlite)
    if asked.deep is not None:
        options = replace(options, deep=asked.deep)
    if asked.printer is not None:
        options = replace(options, printer=asked.printer)
    if asked.seed is not None:
        left_out = frozenset(int(n) for n in asked.without.split(",") if n)
        return _show(draw(asked.seed, options).without(left_out), left_out)
    seeds = range(asked.first, asked.first + asked.count)
    total = many(seeds, options, jobs=asked.jobs, progress=_progress)
    print(*total.lines(), sep="\n")
    for seed, failure in total.failures:
        print(f"\n{failure}\n  python -m tests.world --seed {seed}{_again(asked)}")
    if total.failures:
        plan = draw(total.failures[0][0], options)
        if failure_of(plan):
            left_out = shrunk(plan)
            print("\nThe first one, as short as it gets:")
            _show(plan.without(left_out), left_out)
    return int(bool(total.failures))


def _again(asked: argparse.Namespace) -> str:
    """The options that change what a seed means."""
    words = [f" --protocol {name}" for name in asked.protocol]
    if asked.sqlite is not None:
        words.append(f" --sqlite {asked.sqlite}")
    if asked.deep is not None:
        words.append(f" --deep {asked.deep}")
    if asked.printer is not None:
        words.append(f" --printer {asked.printer}")
    return "".join(words)


def _progress(total: Sum) -> None:
    print(
        f"\r{total.histories:,} histories, {len(total.failures)} broken promises ",
        end="",
        file=sys.stderr,
        flush=True,
    )


def _show(plan: Plan, left_out: frozenset[int]) -> int:
    setting = plan.setting
    print(
        f"seed {plan.seed}: {setting.protocol} {setting.profile} over {setting.transport};"
        f" {'nobody else' if setting.exclusive else 'others too'} at the terminal;"
        f" signs {' '.join(setting.signs()) or 'none'};"
        f"{' numbers begin anew;' if plan.wraps else ''}"
        f" {'real' if plan.sqlite else 'fake'} journal"
    )
    for name, value in sorted(setting.scenario.terminal.items()):
        print(f"  terminal: {name} = {getattr(value, 'value', value)}")
    for place, part in enumerate(plan.parts()):
        print(f"  {place:2} {part}")
    if left_out:
        print(f"  left out: {','.join(map(str, sorted(left_out)))}")
    print()
    tale = Tale()
    broken = None
    try:
        ending = live(plan, tale)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # whatever comes out is the find
        broken = error
    print(*tale.lines(), sep="\n")
    if broken is None:
        ends = ", ".join(f"{count} {end}" for end, count in ending.ends.items())
        print(f"\nEvery promise was kept: {ends or 'no case'}.")
        return 0
    print(f"\nBROKEN  {type(broken).__name__}: {broken}")
    frames = traceback.extract_tb(broken.__traceback__)[-3:]
    print(*(f"        {frame.name} ({frame.lineno}): {frame.line}" for frame in frames), sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
