"""Lives many histories, on several processes, and adds up what came of them."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections import Counter as Tally
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from tests.world.life import Ending, live
from tests.world.options import Options
from tests.world.plan import draw
from tests.world.shrink import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BATCH: Final = 200
FAILURES_SHOWN: Final = 10


@dataclass(slots=True)
class Sum:
    """What many histories came to. `cpu_s` is processor time, `virtual_s` the shops' time."""

    histories: int = 0
    faulty: int = 0
    real_journal: int = 0
    frames: int = 0
    bookings: int = 0
    cpu_s: float = 0.0
    virtual_s: float = 0.0
    ends: Tally[str] = field(default_factory=Tally)
    hits: Tally[str] = field(default_factory=Tally)
    protocols: Tally[str] = field(default_factory=Tally)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, ending: Ending) -> None:
        """One more history."""
        self.faulty += bool(ending.hits)
        self.virtual_s += ending.seconds
        self.frames += ending.frames
        self.bookings += ending.bookings
        self.ends += ending.ends
        self.hits += ending.hits

    def join(self, other: Sum) -> None:
        """What another process found."""
        self.histories += other.histories
        self.faulty += other.faulty
        self.real_journal += other.real_journal
        self.frames += other.frames
        self.bookings += other.bookings
        self.cpu_s += other.cpu_s
        self.virtual_s += other.virtual_s
        self.ends += other.ends
        self.hits += other.hits
        self.protocols += other.protocols
        self.failures += other.failures

    def lines(self) -> list[str]:
        """The sum as a page."""
        rate = self.histories / self.cpu_s if self.cpu_s else 0.0
        ahead = self.virtual_s / self.cpu_s if self.cpu_s else 0.0

        def told(tally: Tally[str]) -> str:
            return ", ".join(f"{name} {count:,}" for name, count in tally.most_common())

        return [
            f"histories        {self.histories:,} ({told(self.protocols)});"
            f" something went wrong in {self.faulty:,}; real journal in {self.real_journal:,}",
            f"speed            {rate:,.0f} histories a second and core;"
            f" {ahead:,.0f} virtual seconds in a real one",
            f"money messages   {self.frames:,}; bookings of any kind {self.bookings:,}",
            f"ends             {told(self.ends)}",
            f"bad luck         {told(self.hits)}",
            f"broken promises  {len(self.failures)}",
        ]


def batch(seeds: range, options: Options) -> Sum:
    """Live these seeds one after the other."""
    found = Sum()
    gc.collect()
    gc.freeze()  # what a history leaves behind is collected here, not looked for all the time
    gc.disable()
    begun = time.process_time()
    for seed in seeds:
        plan = draw(seed, options)
        found.histories += 1
        found.real_journal += plan.sqlite
        found.protocols[plan.setting.protocol] += 1
        try:
            found.add(live(plan))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # whatever it was, it is looked at again by its seed
            found.failures.append((seed, failure_of(plan) or "not again: not deterministic"))
    gc.enable()
    gc.collect()
    found.cpu_s = time.process_time() - begun
    return found


def many(
    seeds: range,
    options: Options,
    *,
    jobs: int,
    progress: Callable[[Sum], None] = lambda _: None,
) -> Sum:
    """Live all seeds; stops early when enough has failed."""
    total = Sum()
    for part in _parts(seeds, options, jobs):
        total.join(part)
        progress(total)
        if len(total.failures) >= FAILURES_SHOWN:
            break
    return total


def _parts(seeds: range, options: Options, jobs: int) -> Iterator[Sum]:
    batches = ((seeds[at : at + _BATCH], options) for at in range(0, len(seeds), _BATCH))
    if jobs <= 1:
        for some, chosen in batches:
            yield batch(some, chosen)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        while chunk := list(islice(batches, jobs * 4)):
            yield from pool.starmap(batch, chunk, chunksize=1)
