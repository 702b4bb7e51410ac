"""No card number reaches a trace file, however it is coded, split, damaged or directed."""

from __future__ import annotations

import json
from collections import deque
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.trace import TracedLink, TraceFormat
from protocols.kit.masking import passes_luhn
from protocols.zvt.framing import SerialFramer, TcpFramer
from protocols.zvt.masking import mask
from tests.drivers.fakes import FakeClock, ScriptedLink

ZVT = {
    "serial": TraceFormat(protocol="zvt", framer=SerialFramer, mask=mask),
    "tcp": TraceFormat(protocol="zvt", framer=TcpFramer, mask=mask),
}
# More digits in a row than may ever be shown: the first six, and one more.
TOO_MANY = 7
Coding = Literal["bcd", "track 2", "ascii", "ascii in groups"]
CODINGS: tuple[Coding, ...] = ("bcd", "track 2", "ascii", "ascii in groups")


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    """Luhn-valid, 16 digits, not so uniform that other bytes could look like it by chance."""
    body = draw(st.sampled_from("3456")) + "".join(
        str(digit) for digit in draw(st.permutations(range(10)))
    )
    body += draw(st.text("123456789", min_size=4, max_size=4))
    return next(body + check for check in "0123456789" if passes_luhn(body + check))


def apdu(pan: str, coding: Coding) -> bytes:
    """A ZVT message that carries the number: 04 0F in fields 22 and 23, or a print line 06 D1."""
    if coding == "bcd":
        return _with_length("040f", bytes.fromhex("270022f0f8" + pan))
    if coding == "track 2":
        return _with_length("040f", bytes.fromhex("270023f1f3" + pan + "d2912101123456789f"[:10]))
    text = pan if coding == "ascii" else " ".join(pan[n : n + 4] for n in range(0, 16, 4))
    return _with_length("06d1", b"\x00" + text.encode())


def _with_length(code: str, body: bytes) -> bytes:
    return bytes.fromhex(code) + bytes([len(body)]) + body


def trace_of(chunks: list[bytes], *, to_terminal: bool, transport: str = "serial") -> list[str]:
    """The lines that a tap keeps of these reads or writes."""
    lines: list[str] = []

    class Sink:
        def write_line(self, line: str) -> None:
            lines.append(line)

        def close(self) -> None:
            lines.append("")

    clock = FakeClock()
    link = ScriptedLink(clock, deque((0.0, chunk) for chunk in chunks))
    traced = TracedLink(link, clock=clock, sink=Sink(), fmt=ZVT[transport])
    for chunk in chunks:
        if to_terminal:
            traced.write(chunk)
        else:
            assert traced.read(0.0) == chunk
    traced.close()
    return lines[1:]


def assert_hidden(lines: list[str], pan: str) -> None:
    """In no line, and not when the lines are put together, are there too many digits in a row."""
    kept = [json.loads(line).get("hex", "") for line in lines]
    nibbles = "".join(kept)
    characters = bytes.fromhex(nibbles).decode("latin-1")
    bare = characters.replace(" ", "").replace("\x10", "")
    for start in range(len(pan) - TOO_MANY + 1):
        part = pan[start : start + TOO_MANY]
        assert part not in nibbles
        assert part not in bare
        assert part not in "".join(lines)


@pytest.mark.parametrize("to_terminal", [False, True])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_number_that_is_split_at_any_byte_is_hidden(coding: Coding, to_terminal: bool) -> None:
    pan = "4917300812345675"
    frame = SerialFramer().frame(apdu(pan, coding))
    for at in range(1, len(frame)):
        lines = trace_of([frame[:at], frame[at:]], to_terminal=to_terminal)
        assert_hidden(lines, pan)
        first = json.loads(lines[0])
        assert (first["kind"], first["masked"]) == ("payload", True)
    assert_hidden(trace_of([bytes([byte]) for byte in frame], to_terminal=to_terminal), pan)


@settings(max_examples=300, deadline=None)
@given(
    pan=card_numbers(),
    coding=st.sampled_from(CODINGS),
    cuts=st.lists(st.integers(0, 60), max_size=6),
    garbled_at=st.none() | st.integers(0, 60),
    garbled_to=st.integers(0, 255),
    noise=st.binary(max_size=4),
    bare=st.booleans(),
    transport=st.sampled_from(sorted(ZVT)),
    to_terminal=st.booleans(),
)
def test_a_number_in_whole_damaged_or_bare_bytes_is_hidden(
    *,
    pan: str,
    coding: Coding,
    cuts: list[int],
    garbled_at: int | None,
    garbled_to: int,
    noise: bytes,
    bare: bool,
    transport: str,
    to_terminal: bool,
) -> None:
    message = apdu(pan, coding)
    line = bytearray(noise + (message if bare else SerialFramer().frame(message)))
    if garbled_at is not None and transport == "serial":  # TCP delivers what was sent
        line[garbled_at % len(line)] = garbled_to
    places = sorted({0, len(line), *(cut % len(line) for cut in cuts)})
    chunks = [bytes(line[a:b]) for a, b in pairwise(places)]
    assert_hidden(trace_of(chunks, to_terminal=to_terminal, transport=transport), pan)
