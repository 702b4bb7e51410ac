"""Check values against their definitions."""

from __future__ import annotations

from functools import reduce
from operator import xor

from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.framing import crc16_kermit, lrc


def bit_by_bit(data: bytes) -> int:
    """CRC-16/KERMIT straight from its definition."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


def test_the_catalogued_check_values_come_out() -> None:
    assert crc16_kermit(b"123456789") == 0x2189
    assert crc16_kermit(b"") == 0
    assert lrc(b"123456789") == 0x31
    assert lrc(b"") == 0
    assert lrc(b"\x01", 0x7F) == 0x7E


@given(st.binary(max_size=300))
def test_the_quick_crc_is_the_defined_one(data: bytes) -> None:
    assert crc16_kermit(data) == bit_by_bit(data)


@given(st.binary(max_size=50), st.integers(0, 255))
def test_the_lrc_is_the_exclusive_or_of_all_bytes(data: bytes, start: int) -> None:
    assert lrc(data, start) == reduce(xor, data, start)
