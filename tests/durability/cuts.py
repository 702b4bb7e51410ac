"""Which parts of what was on its way have arrived when the power goes: the ways a cut can fall.

Few pending operations are taken in every combination, many by seeded chance; a write is torn at a
sector or at any byte, its sectors arrive in any order, or only the file's new length does.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from tests.durability.ops import CONTENT, Act, Op
from tests.durability.platter import State

SECTOR: Final = 512  # bytes that a disk writes whole, or not at all
EXHAUSTIVE: Final = 6  # so many pending operations are taken in every combination

Arrived = list[Op]
Way = Callable[[Sequence[Op], random.Random], Arrived]
Cut = tuple[str, Arrived]


def cuts(state: State, chance: random.Random) -> Iterator[Cut]:
    """Name and arrived operations of every cut at this moment; without an end where many are."""
    pending = state.pending
    yield "nothing on its way arrived", []
    if not pending:
        return
    yield "all on its way arrived", list(pending)
    combinations = iter(_combinations(pending, chance))
    while True:
        for name, way in chance.sample(list(WAYS.items()), len(WAYS)):
            arrived = way(pending, chance)
            if name == _GREW:
                arrived = [_only_length(op, state, chance) for op in arrived]
            yield name, arrived
            some = next(combinations, None)
            if some is not None:
                yield "any of it, in every combination", list(some)


def _combinations(pending: Sequence[Op], chance: random.Random) -> list[tuple[Op, ...]]:
    """Every choice of few, but none and all of them, in an order of chance."""
    if len(pending) > EXHAUSTIVE:
        return []
    sizes = range(1, len(pending))
    found = [some for size in sizes for some in itertools.combinations(pending, size)]
    chance.shuffle(found)
    return found


def _in_order(pending: Sequence[Op], chance: random.Random) -> Arrived:
    return list(pending[: chance.randrange(len(pending) + 1)])


def _all_but_one(pending: Sequence[Op], chance: random.Random) -> Arrived:
    out = chance.randrange(len(pending))
    return [op for i, op in enumerate(pending) if i != out]


def _some(pending: Sequence[Op], chance: random.Random) -> Arrived:
    share = chance.choice((0.1, 0.5, 0.9))
    return [op for op in pending if chance.random() < share]


def _torn(at: Callable[[Op, random.Random], int]) -> Way:
    def way(pending: Sequence[Op], chance: random.Random) -> Arrived:
        arrived = chance.choice((_in_order, _some))(pending, chance)
        writes = [i for i, op in enumerate(arrived) if op.act is Act.WRITE]
        if writes:
            torn = writes[-1] if chance.random() < 0.5 else chance.choice(writes)
            op = arrived[torn]
            arrived[torn] = replace(op, data=op.data[: at(op, chance)])
        return arrived

    return way


def _sector_in(op: Op, chance: random.Random) -> int:
    """How much of a write lies before some border of sectors in it."""
    borders = range(-op.at % SECTOR, len(op.data), SECTOR)
    return chance.choice(borders) if borders else 0


def _byte_in(op: Op, chance: random.Random) -> int:
    return chance.randrange(len(op.data)) if op.data else 0


def _sectors(pending: Sequence[Op], chance: random.Random) -> Arrived:
    """Each sector of each write arrives or not, by itself."""
    share = chance.choice((0.1, 0.5, 0.9, 0.98))
    return [part for op in pending for part in _parts(op) if chance.random() < share]


def _parts(op: Op) -> Iterator[Op]:
    if op.act is not Act.WRITE:
        yield op
        return
    begin = 0
    while begin < len(op.data):
        end = begin + SECTOR - (op.at + begin) % SECTOR
        yield replace(op, at=op.at + begin, data=op.data[begin:end])
        begin = end


def _only_length(op: Op, state: State, chance: random.Random) -> Op:
    """A file that grew, filled with whatever lay on that part of the disk."""
    grows = op.act is Act.WRITE and op.at >= len(state.contents.get(op.inode, b""))
    if not grows or chance.random() < 0.5:
        return op
    rest = bytes(len(op.data)) if chance.random() < 0.5 else chance.randbytes(len(op.data))
    return replace(op, data=rest)


def _names_first(pending: Sequence[Op], _chance: random.Random) -> Arrived:
    """The names are there, what the files hold is not."""
    return [op for op in pending if op.act not in CONTENT]


_GREW: Final = "files grew, and hold what lay there before"
WAYS: Final[dict[str, Way]] = {
    "in order, up to somewhere": _in_order,
    "torn at a sector": _torn(_sector_in),
    "any of it, by chance": _some,
    "torn at a byte": _torn(_byte_in),
    "all but one": _all_but_one,
    "sectors in any order": _sectors,
    _GREW: _some,
    "names without content": _names_first,
}
