"""The trace tap: what is written down, what never is, and that the exchange does not notice."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections import deque
from pathlib import Path

import pytest

from drivers.errors import LinkLost, TraceError
from drivers.trace import FrameMasker, TracedLink, TraceFile, TraceFormat
from drivers.trace_mask import UnknownBytesMask
from drivers.trace_reader import TraceEntry, TraceHeader, read_trace
from tests.drivers.fakes import FakeClock, ScriptedLink, ToyFramer


def hide_all(payload: bytes) -> bytes:
    """A payload that begins with S is secret behind it."""
    return payload[:1] + b"\xee" * (len(payload) - 1) if payload[:1] == b"S" else payload


TOY = TraceFormat(protocol="toy", framer=ToyFramer, mask=hide_all)
FRAMER = ToyFramer()


class Sink:
    """Keeps lines; fails from line `fails_at` on."""

    def __init__(self, fails_at: int = 10_000) -> None:
        self.lines: list[dict[str, object]] = []
        self.calls = 0
        self._fails_at = fails_at

    def write_line(self, line: str) -> None:
        self.calls += 1
        if self.calls > self._fails_at:
            raise OSError("no space left on device")
        self.lines.append(json.loads(line))

    def close(self) -> None:
        self.calls = 0


class Bench:
    def __init__(self, *heard: bytes | LinkLost, sink: Sink | None = None) -> None:
        self.clock = FakeClock()
        self.link = ScriptedLink(self.clock, deque((0.0, what) for what in heard))
        self.sink = sink or Sink()
        self.traced = TracedLink(self.link, clock=self.clock, sink=self.sink, fmt=TOY)

    @property
    def lines(self) -> list[dict[str, object]]:
        return self.sink.lines[1:]


def bytes_line(t: float, direction: str, kind: str, data: bytes, *, masked: bool = False) -> object:
    return {"t": t, "dir": direction, "kind": kind, "hex": data.hex(), "masked": masked}


def test_the_first_line_says_what_follows() -> None:
    bench = Bench()
    assert bench.sink.lines == [
        {
            "trace": 1,
            "protocol": "toy",
            "transport": "serial",
            "link": "scripted line",
            "started": "2026-11-24T12:01:40+00:00",
        }
    ]
    assert bench.traced.transport == "serial"
    assert bench.traced.description == "scripted line"


def test_each_whole_piece_gets_one_line_with_its_time_and_direction() -> None:
    secret = FRAMER.frame(b"Secret")
    bench = Bench(b"\x06", secret[:3], secret[3:], b"\xff")
    bench.traced.open()
    bench.traced.write(FRAMER.frame(b"Hello"))
    for _ in range(4):
        bench.clock.now += 0.5
        assert bench.traced.read(1.0)
    assert bench.traced.read(0.25) == b""
    bench.traced.close()
    assert bench.lines == [
        {"t": 0.0, "kind": "open"},
        bytes_line(0.0, "to_terminal", "payload", FRAMER.frame(b"Hello")),
        bytes_line(0.5, "to_ecr", "control", b"\x06"),
        bytes_line(1.5, "to_ecr", "payload", FRAMER.frame(b"S\xee\xee\xee\xee\xee"), masked=True),
        bytes_line(2.0, "to_ecr", "stray", b"\xff"),
        {"t": 2.25, "kind": "closed"},
    ]
    assert bench.link.log == ["open", "close"]
    assert bench.link.written == [FRAMER.frame(b"Hello")]


def test_a_damaged_frame_and_an_unfinished_one_are_kept_with_their_digits_hidden() -> None:
    damaged = b"\x02\x04\x41\x11\xab\x41\xff"
    bench = Bench(damaged, b"\x02\x09\xaa\x41\x11")
    bench.traced.read(1.0)
    bench.traced.read(1.0)
    bench.traced.close()
    assert bench.lines[0] == bytes_line(
        0.0, "to_ecr", "damaged", bytes.fromhex("eeeeeeeeab41ff"), masked=True
    )
    assert bench.lines[1] == bytes_line(0.0, "to_ecr", "damaged", bytes.fromhex("0209aa4111"))


def test_a_frame_that_stops_is_given_up_before_the_next_bytes() -> None:
    bench = Bench(b"\x02\x09\xaa", FRAMER.frame(b"Hello"))
    bench.traced.read(1.0)
    bench.clock.now += 3.0
    bench.traced.read(1.0)
    assert [line["kind"] for line in bench.lines] == ["damaged", "payload"]


def test_a_lost_line_is_written_down_with_what_we_know() -> None:
    bench = Bench(LinkLost("unplugged"))
    bench.link.write_faults[0] = LinkLost("pulled", nothing_written=True)
    with pytest.raises(LinkLost, match="pulled"):
        bench.traced.write(FRAMER.frame(b"Hello"))
    with pytest.raises(LinkLost, match="unplugged"):
        bench.traced.read(1.0)
    assert bench.lines == [
        bytes_line(0.0, "to_terminal", "payload", FRAMER.frame(b"Hello")),
        {"t": 0.0, "kind": "lost", "during": "write", "nothing_written": True},
        {"t": 0.0, "kind": "lost", "during": "read", "nothing_written": False},
    ]


@pytest.mark.parametrize("fails_at", range(4))
def test_a_full_disk_ends_the_trace_with_one_warning_and_the_exchange_goes_on(
    fails_at: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        bench = Bench(b"\x06", b"\x06", sink=Sink(fails_at))
        bench.traced.open()
        bench.traced.write(FRAMER.frame(b"Hello"))
        assert bench.traced.read(1.0) == b"\x06"
        assert bench.traced.read(1.0) == b"\x06"
        bench.traced.close()
    assert len(caplog.records) == 1
    assert "the exchange goes on" in caplog.text
    assert len(bench.sink.lines) == fails_at
    assert bench.sink.calls == fails_at + 1


def test_a_mask_that_fails_ends_the_trace_and_lets_nothing_out() -> None:
    def broken(payload: bytes) -> bytes:
        raise IndexError(payload[0])

    clock, sink = FakeClock(), Sink()
    link = ScriptedLink(clock)
    fmt = TraceFormat("toy", ToyFramer, broken)
    traced = TracedLink(link, clock=clock, sink=sink, fmt=fmt)
    traced.write(FRAMER.frame(b"Secret"))
    assert link.written == [FRAMER.frame(b"Secret")]
    assert len(sink.lines) == 1


def test_a_masked_payload_that_fits_no_frame_any_more_is_kept_as_damaged() -> None:
    clock, sink = FakeClock(), Sink()
    fmt = TraceFormat("toy", ToyFramer, lambda _: b"\xee" * 300)
    traced = TracedLink(ScriptedLink(clock), clock=clock, sink=sink, fmt=fmt)
    traced.write(FRAMER.frame(b"Secret"))
    assert sink.lines[1:] == [bytes_line(0.0, "to_terminal", "damaged", b"\xee" * 300, masked=True)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ff4111ff", "ff4111ff"),  # few digits say nothing
        ("ff41111fff", "ffeeeeefff"),
        ("f41111ff", "feeeeeff"),  # whatever the nibble
        ("34313131", "eeeeeeee"),  # ASCII
        ("b4b131b1", "eeeeeeee"),  # ASCII with a parity bit
        ("f4f1f1f1", "f4f1f1f1"),
        ("", ""),
    ],
)
def test_rows_of_digits_are_hidden_in_unknown_bytes(before: str, after: str) -> None:
    assert UnknownBytesMask().mask(bytes.fromhex(before)).hex() == after


def test_a_row_of_digits_goes_on_over_the_border_of_two_pieces() -> None:
    mask = UnknownBytesMask()
    shown = [mask.mask(bytes([byte])).hex() for byte in b"\x41\x11\x22\x33\xff\x44"]
    assert shown == ["41", "11", "ee", "ee", "ff", "44"]


def test_a_masker_knows_of_an_unfinished_frame() -> None:
    masker = FrameMasker(TOY)
    assert masker.take(b"\x02\x05") == []
    assert masker.pending
    assert [piece.kind for piece in masker.flush()] == ["damaged"]
    assert not masker.pending
    assert masker.flush() == []


def test_a_trace_file_belongs_to_its_owner_alone_and_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text("something older, and longer than the header line of a trace file is\n" * 9)
    path.chmod(0o644)
    file = TraceFile(path)
    clock = FakeClock()
    link = ScriptedLink(clock, deque([(0.0, b"\x06"), (0.0, LinkLost("unplugged"))]))
    traced = TracedLink(link, clock=clock, sink=file, fmt=TOY)
    traced.open()
    traced.write(FRAMER.frame(b"Secret"))
    traced.read(1.0)
    with pytest.raises(LinkLost):
        traced.read(1.0)
    traced.close()
    file.close()
    file.close()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, entries = read_trace(path)
    assert header == TraceHeader(
        protocol="toy",
        transport="serial",
        started=clock.wall().replace(microsecond=0),
        link="scripted line",
    )
    assert entries == (
        TraceEntry(0.0, "open", 2),
        TraceEntry(0.0, "payload", 3, "to_terminal", FRAMER.frame(b"S" + b"\xee" * 5), masked=True),
        TraceEntry(0.0, "control", 4, "to_ecr", b"\x06"),
        TraceEntry(0.0, "lost", 5, during="read"),
        TraceEntry(0.0, "closed", 6),
    )


def test_a_system_without_file_modes_still_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "fchmod", raising=False)
    file = TraceFile(tmp_path / "trace.jsonl")
    file.write_line("x")
    file.close()
    assert (tmp_path / "trace.jsonl").read_bytes() == b"x\n"


def test_a_trace_that_cannot_be_written_or_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(TraceError) as caught:
        TraceFile(tmp_path)
    assert caught.value.code == "trace.cannot_open"
    with pytest.raises(TraceError) as caught:
        read_trace(tmp_path / "none")
    assert caught.value.code == "trace.cannot_open"


HEADER = '{"trace":1,"protocol":"toy","transport":"serial","started":"2026-11-24T12:00:00+01:00"}\n'


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "empty"),
        ("hello\n", 1, "no JSON"),
        ("[" * 100_000 + "\n", 1, "no JSON"),
        ("[]\n", 1, "no JSON object"),
        ("{}\n", 1, "not a trace file"),
        (HEADER.replace(":1,", ":2,"), 1, "version 2"),
        (HEADER.replace('"toy"', "7"), 1, "protocol is missing"),
        (HEADER.replace("transport", "transports"), 1, "transport is missing"),
        (HEADER.replace("2026-11-24", "yesterday"), 1, "started is no time"),
        (HEADER.replace("+01:00", ""), 1, "no zone"),
        (HEADER.strip(), 1, "does not end"),
        (HEADER + "{}\n", 2, "t is not a number"),
        (HEADER + '{"t":true,"kind":"open"}\n', 2, "t is not a number"),
        (HEADER + '{"t":"1","kind":"open"}\n', 2, "t is not a number"),
        (HEADER + '{"t":-1,"kind":"open"}\n', 2, "t is not a number"),
        (HEADER + '{"t":NaN,"kind":"open"}\n', 2, "t is not a number"),
        (HEADER + '{"t":1' + "0" * 3000 + ',"kind":"open"}\n', 2, "t is not a number"),
        (HEADER + '{"t":1}\n', 2, "kind is missing"),
        (HEADER + '{"t":1,"kind":"odd"}\n', 2, "kind 'odd'"),
        (HEADER + '{"t":1,"kind":"lost","during":1}\n', 2, "during is missing or no text"),
        (HEADER + '{"t":1,"kind":"stray","dir":"up","hex":"00"}\n', 2, "dir 'up'"),
        (HEADER + '{"t":1,"kind":"stray","dir":"to_ecr","hex":"0"}\n', 2, "hex is not hex"),
        (HEADER + '{"t":1,"kind":"stray","dir":"to_ecr","hex":""}\n', 2, "hex is empty"),
        (HEADER + '{"t":1,"kind":"stray","dir":"to_ecr"}\n', 2, "hex is missing"),
        (HEADER + "x" * 500_000 + "\n", 2, "does not end"),
        (HEADER + '{"t":1,"kind":"open"}', 2, "does not end"),
    ],
)
def test_a_damaged_trace_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(text)
    with pytest.raises(TraceError) as caught:
        read_trace(path)
    assert caught.value.code == "trace.damaged"
    assert caught.value.details["line"] == line
    assert why in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(HEADER.encode() + b"\xff\xfe\n")
    with pytest.raises(TraceError, match="no text"):
        read_trace(path)
