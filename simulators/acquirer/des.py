"""DES and two-key triple DES of single blocks, from the standard's tables (FIPS 46-3).

For the simulator's message check values and toy keys only: plain Python that leaks its timing, on
a cipher that protects nothing any more. It is here because the simulator has to run without a
cryptographic library, and never for a key that is worth something.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK: Final = 8
_KEYS_KEPT: Final = 64  # bounds the key schedules that are remembered


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split())


# Bits are counted from 1 at the left, as in the standard.
_INITIAL: Final = _numbers(
    "58 50 42 34 26 18 10 2 60 52 44 36 28 20 12 4 62 54 46 38 30 22 14 6 64 56 48 40 32 24 16 8 "
    "57 49 41 33 25 17 9 1 59 51 43 35 27 19 11 3 61 53 45 37 29 21 13 5 63 55 47 39 31 23 15 7"
)
_FINAL: Final = tuple(_INITIAL.index(bit) + 1 for bit in range(1, 65))
_PERMUTED: Final = _numbers(
    "16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25"
)
_CHOICE_1: Final = _numbers(
    "57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36 "
    "63 55 47 39 31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4"
)
_CHOICE_2: Final = _numbers(
    "14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2 "
    "41 52 31 37 47 55 30 40 51 45 33 48 44 49 39 56 34 53 46 42 50 36 29 32"
)
_SHIFTS: Final = _numbers("1 1 2 2 2 2 2 2 1 2 2 2 2 2 2 1")
# Each box as four rows of sixteen hex digits.
_BOXES: Final = (
    ("e4d12fb83a6c5907", "0f74e2d1a6cb9538", "41e8d62bfc973a50", "fc8249175b3ea06d"),
    ("f18e6b34972dc05a", "3d47f28ec01a69b5", "0e7ba4d158c6932f", "d8a13f42b67c05e9"),
    ("a09e63f51dc7b428", "d709346a285ecbf1", "d6498f30b12c5ae7", "1ad069874fe3b52c"),
    ("7de3069a1285bc4f", "d8b56f03472c1ae9", "a690cb7df13e5284", "3f06a1d8945bc72e"),
    ("2c417ab6853fd0e9", "eb2c47d150fa3986", "421bad78f9c5630e", "b8c71e2d6f09a453"),
    ("c1af92680d34e75b", "af427c9561de0b38", "9ef528c3704a1db6", "432c95fabe17608d"),
    ("4b2ef08d3c975a61", "d0b7491ae35c2f86", "14bdc37eaf680592", "6bd814a7950fe23c"),
    ("d2846fb1a93e50c7", "1fd8a374c56b0e92", "7b419ce206adf358", "21e74a8dfc90356b"),
)


def _permute(value: int, width: int, table: Sequence[int]) -> int:
    """The bits of a `width`-bit value in the order of `table`."""
    found = 0
    for bit in table:
        found = (found << 1) | ((value >> (width - bit)) & 1)
    return found


def _box_row(number: int) -> tuple[int, ...]:
    """What six input bits of a box become, already permuted into their places of 32 bits."""
    rows = _BOXES[number]
    found = []
    for six in range(64):
        row, column = (six >> 4 & 2) | (six & 1), six >> 1 & 15
        nibble = int(rows[row][column], 16)
        found.append(_permute(nibble << (28 - 4 * number), 32, _PERMUTED))
    return tuple(found)


def _by_bytes(table: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """A permutation of 64 bits as one table for each byte: eight look-ups instead of 64."""
    return tuple(
        tuple(_permute(byte << (56 - 8 * place), 64, table) for byte in range(256))
        for place in range(BLOCK)
    )


_SP: Final = tuple(_box_row(number) for number in range(8))
_INITIAL_BYTES: Final = _by_bytes(_INITIAL)
_FINAL_BYTES: Final = _by_bytes(_FINAL)


def _spread(table: tuple[tuple[int, ...], ...], block: bytes) -> int:
    return sum(table[place][byte] for place, byte in enumerate(block))


@lru_cache(maxsize=_KEYS_KEPT)
def _schedule(key: bytes) -> tuple[tuple[int, ...], ...]:
    """Sixteen rounds of eight six-bit keys."""
    assert len(key) == BLOCK, "a DES key has eight bytes"
    chosen = _permute(int.from_bytes(key, "big"), 64, _CHOICE_1)
    left, right = chosen >> 28, chosen & 0xFFFFFFF
    rounds = []
    for shift in _SHIFTS:
        left = (left << shift | left >> (28 - shift)) & 0xFFFFFFF
        right = (right << shift | right >> (28 - shift)) & 0xFFFFFFF
        round_key = _permute(left << 28 | right, 56, _CHOICE_2)
        rounds.append(tuple(round_key >> (42 - 6 * box) & 63 for box in range(8)))
    return tuple(rounds)


def _run(block: bytes, rounds: Sequence[tuple[int, ...]]) -> bytes:
    assert len(block) == BLOCK, "a block has eight bytes"
    mixed = _spread(_INITIAL_BYTES, block)
    left, right = mixed >> 32, mixed & 0xFFFFFFFF
    s1, s2, s3, s4, s5, s6, s7, s8 = _SP
    for k1, k2, k3, k4, k5, k6, k7, k8 in rounds:
        # The half turned right by one, twice over: every box finds its six bits in one shift.
        wide = (right << 31 | right >> 1) & 0xFFFFFFFF
        wide = (wide << 32 | wide) & 0xFFFFFFFFFFFFFFFF
        left, right = (
            right,
            left
            ^ s1[(wide >> 58 ^ k1) & 63]
            ^ s2[(wide >> 54 ^ k2) & 63]
            ^ s3[(wide >> 50 ^ k3) & 63]
            ^ s4[(wide >> 46 ^ k4) & 63]
            ^ s5[(wide >> 42 ^ k5) & 63]
            ^ s6[(wide >> 38 ^ k6) & 63]
            ^ s7[(wide >> 34 ^ k7) & 63]
            ^ s8[(wide >> 30 ^ k8) & 63],
        )
    swapped = (right << 32 | left).to_bytes(BLOCK, "big")
    return _spread(_FINAL_BYTES, swapped).to_bytes(BLOCK, "big")


def encrypt(key: bytes, block: bytes) -> bytes:
    """One block under a key of 8 bytes (DES) or 16 (triple DES: encrypt, decrypt, encrypt)."""
    if len(key) == BLOCK:
        return _run(block, _schedule(key))
    first, second = _schedule(key[:BLOCK]), _schedule(key[BLOCK:])
    return _run(_run(_run(block, first), second[::-1]), first)


def decrypt(key: bytes, block: bytes) -> bytes:
    """The reverse of `encrypt`."""
    if len(key) == BLOCK:
        return _run(block, _schedule(key)[::-1])
    first, second = _schedule(key[:BLOCK]), _schedule(key[BLOCK:])
    return _run(_run(_run(block, first[::-1]), second), first[::-1])
