"""Goes through the cuts of all lives until so many different images were opened, and counts."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from unittest import mock

from terminal_agent.journal import replay
from terminal_agent.journal.records import decode
from tests.durability.cuts import Cut, cuts
from tests.durability.judge import Found, Judge, find
from tests.durability.ops import Image, Op
from tests.durability.platter import Platter, State
from tests.durability.stage import Life

KEPT_EVERY: Final = 50  # of so many images one is kept, to be cut again while it is opened
_decode = cache(decode)  # the same texts in each image
CUTS: Final = 5  # different cuts at one moment, where there are moments enough


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that did not hold, and how to see it again."""

    what: str
    life: str
    position: int
    way: str
    last: str
    image: Mapping[str, bytes] = field(repr=False)


@dataclass(slots=True)
class Figures:
    """What a campaign came to. `tried` and `distinct` are counted by the way of the cut."""

    moments: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    distinct: Counter[str] = field(default_factory=Counter)
    rightly_refused: int = 0
    breaches: list[Breach] = field(default_factory=list)
    # Different images that broke a promise, by the promise.
    broken: Counter[str] = field(default_factory=Counter)

    @property
    def images(self) -> int:
        """Different images that were opened."""
        return self.distinct.total()


class _Moment:
    """One place in a life where the power may go."""

    def __init__(self, judge: Judge, position: int, state: State, seed: int) -> None:
        self.judge = judge
        self.position = position
        self.state = state
        chance = random.Random(f"{seed} {judge.life.name} {position}")
        self.cuts: Iterator[Cut] = cuts(state, chance)

    def last(self) -> str:
        """What was done last."""
        done = self.judge.life.log.ops[: self.position]
        return f"{done[-1].act.value} {done[-1].name}" if done else "nothing"


def moments(life: Life, seed: int, *, own_name_too: bool = False) -> Iterator[_Moment]:
    """Before the first operation, and after each."""
    judge = Judge(life)
    platter = Platter(life.log.base, own_name_too=own_name_too)
    yield _Moment(judge, 0, platter.state(), seed)
    for position, op in enumerate(life.log.ops, start=1):
        platter.take(op)
        yield _Moment(judge, position, platter.state(), seed)


class Campaign:
    """`work` is a folder for the images; `seed` chooses among the cuts."""

    def __init__(self, work: Path, *, seed: int, own_name_too: bool = False) -> None:
        self.figures = Figures()
        # Some of the images that were sound, with the records acknowledged in them.
        self.some: list[tuple[Image, int]] = []
        self._work = work
        self._seed = seed
        self._own_name_too = own_name_too
        self._seen: dict[bytes, Found] = {}
        self._broken_keys: set[tuple[str, bytes]] = set()
        self._digests: dict[int, tuple[bytes, bytes]] = {}

    def run(self, lives: Iterable[Life], images: int, *, cuts_each: int = CUTS) -> Figures:
        """One cut at each moment in turn, until so many more images were opened, or none is left.

        The moments of all lives stand in an order of chance; of many, some are taken.
        """
        left = [
            moment
            for life in lives
            for moment in moments(life, self._seed, own_name_too=self._own_name_too)
        ]
        random.Random(self._seed).shuffle(left)
        del left[max(1, images // cuts_each) :]
        self.figures.moments += len(left)
        goal = self.figures.images + images
        with mock.patch.object(replay, "decode", _decode):
            while left and self.figures.images < goal:
                left = [moment for moment in left if self._next(moment, goal)]
        return self.figures

    def _next(self, moment: _Moment, goal: int) -> bool:
        """The next cut at this moment; False where there is none."""
        if self.figures.images >= goal:
            return True
        cut = next(moment.cuts, None)
        if cut is not None:
            self._try(moment, *cut)
        return cut is not None

    def _try(self, moment: _Moment, way: str, arrived: list[Op]) -> None:
        image = moment.state.image(arrived)
        self.figures.tried[way] += 1
        key = self._digest(image)
        found, new = self._seen.get(key), False
        if found is None:
            found = self._seen[key] = find(image, self._work / "image")
            self.figures.distinct[way] += 1
            new = True
        what = moment.judge.breach(moment.position, found)
        self.figures.rightly_refused += new and bool(found.error) and not what
        if new and not found.error and self.figures.images % KEPT_EVERY == 0:
            self._keep(moment, image)
        if what:
            self._broken(moment, way, what, key, image)

    def _broken(self, moment: _Moment, way: str, what: str, key: bytes, image: Image) -> None:
        life = moment.judge.life.name
        breach = Breach(what, life, moment.position, way, moment.last(), image)
        self.figures.breaches.append(breach)
        if (what, key) not in self._broken_keys:
            self._broken_keys.add((what, key))
            self.figures.broken[what] += 1

    def _keep(self, moment: _Moment, image: Image) -> None:
        life = moment.judge.life
        if not life.doubt:
            self.some.append((image, life.log.promised(moment.position)))

    def _digest(self, image: Image) -> bytes:
        """Tells images apart; the digest of a content that many share is made once."""
        whole = hashlib.blake2b(digest_size=16)
        for name, data in sorted(image.items()):
            known = self._digests.get(id(data))
            if known is None or known[0] is not data:
                known = (data, hashlib.blake2b(data, digest_size=16).digest())
                self._digests[id(data)] = known
            whole.update(name.encode() + b"\0" + known[1])
        return whole.digest()
