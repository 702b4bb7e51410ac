"""Streams of messages behind their length."""

from __future__ import annotations

import pytest

from protocols.kit.errors import BadFrame
from protocols.kit.framing import Damaged, Payload
from protocols.kit.lengthprefix import LengthPrefixFramer


def a_framer() -> LengthPrefixFramer:
    return LengthPrefixFramer(2, 10)


def test_messages_come_out_of_any_portions() -> None:
    framer = a_framer()
    assert framer.frame(b"abc") == b"\x00\x03abc"
    assert framer.pieces(b"\x00\x03abc\x00") == [Payload(b"abc")]
    assert framer.pending
    assert framer.pieces(b"\x01x") == [Payload(b"x")]
    assert not framer.pending


@pytest.mark.parametrize("payload", [b"", b"x" * 11])
def test_what_fits_no_frame_is_refused(payload: bytes) -> None:
    with pytest.raises(BadFrame):
        a_framer().frame(payload)


@pytest.mark.parametrize("length", [0, 11, 65_535])
def test_behind_a_wrong_length_everything_is_damage_until_the_line_is_new(length: int) -> None:
    framer = a_framer()
    wrong = length.to_bytes(2, "big")
    assert framer.pieces(b"\x00\x01a" + wrong + b"\x00\x01b") == [
        Payload(b"a"),
        Damaged(wrong + b"\x00\x01b", f"a frame of {length} bytes"),
    ]
    assert framer.pieces(b"\x00\x01c") == [Damaged(b"\x00\x01c", "behind a wrong length")]
    assert framer.pieces(b"") == []
    assert framer.reset() == b""
    assert framer.pieces(b"\x00\x01d") == [Payload(b"d")]


def test_a_begun_frame_is_given_back() -> None:
    framer = a_framer()
    framer.pieces(b"\x00\x05ab")
    assert framer.reset() == b"\x00\x05ab"
    assert not framer.pending
