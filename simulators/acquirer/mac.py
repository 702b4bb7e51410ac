"""The message check value (F64) and the working key that a sign-on hands out; toy keys only.

Scheme ECB: XOR all blocks of the zero-padded message, write the result as 16 hex characters,
encrypt the first eight of them, XOR with the last eight, encrypt again; the first eight hex
characters of that are the value. A key of 16 bytes does the same with triple DES.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from simulators.acquirer import des

VALUE: Final = 8  # bytes of F64, all of them ASCII hex characters
CHECK: Final = 4  # bytes of a key's check value: how zeros come out under it
_KEPT: Final = 16  # what one end has sealed, the other end checks at once
# Known to everybody who reads this: it protects nothing.
MASTER_KEY: Final = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


@lru_cache(maxsize=_KEPT)
def ecb(key: bytes, covered: bytes) -> bytes:
    """The check value of a message from its type to the end of the field before F64."""
    padded = covered + bytes(-len(covered) % des.BLOCK)
    mixed = 0
    for place in range(0, len(padded), des.BLOCK):
        mixed ^= int.from_bytes(padded[place : place + des.BLOCK], "big")
    letters = f"{mixed:016X}".encode("ascii")
    half = des.encrypt(key, letters[: des.BLOCK])
    rest = bytes(a ^ b for a, b in zip(half, letters[des.BLOCK :], strict=True))
    return des.encrypt(key, rest).hex().upper()[:VALUE].encode("ascii")


def wrapped(key: bytes) -> bytes:
    """A working key as F62 carries it: under the master key, with its check value behind."""
    blocks = (key[at : at + des.BLOCK] for at in range(0, len(key), des.BLOCK))
    hidden = b"".join(des.encrypt(MASTER_KEY, block) for block in blocks)
    return hidden + _check(key)


def unwrapped(carried: bytes) -> bytes | None:
    """The working key of an F62; None where its check value does not fit."""
    hidden, check = carried[:-CHECK], carried[-CHECK:]
    if len(hidden) not in {des.BLOCK, 2 * des.BLOCK}:
        return None
    blocks = (hidden[at : at + des.BLOCK] for at in range(0, len(hidden), des.BLOCK))
    key = b"".join(des.decrypt(MASTER_KEY, block) for block in blocks)
    return key if _check(key) == check else None


def _check(key: bytes) -> bytes:
    return des.encrypt(key, bytes(des.BLOCK))[:CHECK]
