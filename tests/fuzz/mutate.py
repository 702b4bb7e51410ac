"""A seeded mutator: what goes wrong on lines and in files, all from one random.Random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    Change = Callable[[random.Random, bytearray, Sequence[bytes]], None]

# Bytes at which lengths, signs and digits turn over, and bytes that mean something to framings.
EDGES: Final = bytes.fromhex("00 01 02 03 06 10 15 1F 20 2A 30 39 7F 80 81 82 84 F0 F9 FE FF")
_CHANGES_MAX: Final = 4
_BLOCK_MAX: Final = 64


def mutated(rng: random.Random, inputs: Sequence[bytes], max_len: int) -> bytes:
    """One input, changed in one to four ways."""
    data = bytearray(rng.choice(inputs))
    for _ in range(rng.randint(1, _CHANGES_MAX)):
        rng.choice(CHANGES)(rng, data, inputs)
    return bytes(data[:max_len])


def _flip(rng: random.Random, data: bytearray, _inputs: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _edge(rng: random.Random, data: bytearray, _inputs: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.choice(EDGES)


def _lie(rng: random.Random, data: bytearray, _inputs: Sequence[bytes]) -> None:
    """A byte that fits the rest as a length becomes one that just does not."""
    places = [at for at, byte in enumerate(data) if 0 < byte <= len(data) - at - 1]
    if places:
        at = rng.choice(places)
        data[at] = max(0, min(0xFF, data[at] + rng.choice((-2, -1, 1, 2, 100))))


def _cut(rng: random.Random, data: bytearray, _inputs: Sequence[bytes]) -> None:
    del data[rng.randint(0, len(data)) :]


def _drop(rng: random.Random, data: bytearray, _inputs: Sequence[bytes]) -> None:
    at = rng.randint(0, len(data))
    del data[at : at + rng.randint(1, 8)]


def _insert(rng: random.Random, data: bytearray, _inputs: Sequence[bytes]) -> None:
    at = rng.randint(0, len(data))
    data[at:at] = bytes(rng.choice(EDGES) for _ in range(rng.randint(1, 8)))


def _repeat(rng: random.Random, data: bytearray, _inputs: Sequence[bytes]) -> None:
    at = rng.randint(0, len(data))
    block = data[at : at + rng.randint(1, _BLOCK_MAX)]
    data[at:at] = block * rng.choice((1, 2, 3, 16))


def _splice(rng: random.Random, data: bytearray, inputs: Sequence[bytes]) -> None:
    other = rng.choice(inputs)
    start = rng.randint(0, len(other))
    data[rng.randint(0, len(data)) :] = other[start:]


CHANGES: Final[tuple[Change, ...]] = (
    _flip, _edge, _lie, _cut, _drop, _insert, _repeat, _splice,
)  # fmt: skip
