"""How fast messages of every protocol are read and written, beside a peer in the same run.

Of all: their golden messages; the peer is `json`, which reads and writes a list of the same bytes
in hex. Of ZVT's fullest message: a struct-level baseline.

The baseline moves the same bytes with `struct` and slices at known places: no table, no check, no
names. The ratio between the two is what a message of ours costs.
"""

from __future__ import annotations

import json
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from protocols.kit import registry
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Payload
from protocols.kit.tlv import Tlv, constructed, primitive
from protocols.zvt.framing import SerialFramer
from protocols.zvt.masking import mask
from protocols.zvt.messages import build, parse, serialise
from tests.fuzz.target import vectors

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.bench

ROUNDS: Final = 30

# 20 fields and a container three deep, as a terminal sends it after a payment.
MESSAGE: Final = build(
    "040F",
    result_code="00",
    amount_minor=2040,
    trace_number="000607",
    time="154858",
    date="0201",
    expiry="2512",
    card_sequence_number="0001",
    payment_type="70",
    pan="476173EEEEEE0119",
    terminal_id="28004869",
    contract_number="100461763",
    original_trace_number="000606",
    authorisation_attribute="715691",
    additional_text="GEN.NR.:715691",
    currency="0978",
    receipt_number="0607",
    turnover_number="000607",
    card_type="2E",
    card_name="Debit Mastercard\0",
    tlv=Tlv.of(
        constructed(0x24, primitive(0x07, b"GEN.NR.:715691")),
        constructed(
            0x60,
            constructed(0x2F, primitive(0x1F10, b"\xff"), primitive(0x1F12, b"\x02")),
            primitive(0x43, bytes.fromhex("A0000000041010")),
        ),
    ),
)
APDU: Final = serialise(MESSAGE)
LAYOUT: Final = struct.Struct(f">2sB{len(APDU) - 3}s")
CUTS: Final = (2, 9, 13, 17, 20, 23, 26, 28, 39, 44, 60, 64, 73, 90, 93, 96, 100, 102, 122)


def struct_level(apdu: bytes) -> bytes:
    """Header, length and the same number of slices, joined again."""
    code, size, body = LAYOUT.unpack(apdu)
    assert size == len(body)
    slices = [body[start:end] for start, end in zip((0, *CUTS), (*CUTS, size), strict=True)]
    return LAYOUT.pack(code, size, b"".join(slices))


def test_bench_parse_and_serialise(benchmark: BenchmarkFixture) -> None:
    assert len(MESSAGE.values) == 20
    assert benchmark(lambda: serialise(parse(APDU))) == APDU


def test_bench_struct_level_baseline(benchmark: BenchmarkFixture) -> None:
    assert benchmark(lambda: struct_level(APDU)) == APDU


def test_bench_frame_and_pieces(benchmark: BenchmarkFixture) -> None:
    framer = SerialFramer()
    (piece,) = benchmark(lambda: framer.pieces(framer.frame(APDU)))
    assert piece.data == APDU


def test_bench_mask(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(lambda: mask(APDU))) == len(APDU)


def golden(name: str) -> list[bytes]:
    """The good messages among the vectors of a protocol, out of their frames."""
    spec = registry.load(name)
    found: dict[bytes, None] = {}
    for data in vectors(name):
        for transport in spec.framers:
            pieces = spec.framers[transport]().pieces(data)
            for payload in [data, *(piece.data for piece in pieces if isinstance(piece, Payload))]:
                with suppress(ProtocolError):
                    spec.serialise(spec.parse(payload))
                    found[payload] = None
    assert found, f"{name} has no good vector"
    return list(found)


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.benchmark(group="all golden messages of a protocol, read and written")
def test_bench_codec_of_every_protocol(benchmark: BenchmarkFixture, name: str) -> None:
    spec, messages = registry.load(name), golden(name)

    def codec() -> None:
        for data in messages:
            spec.serialise(spec.parse(data))

    words = [data.hex() for data in messages]

    def peer() -> None:
        for word in words:
            json.dumps(json.loads(f'["{word}"]'))

    benchmark(codec)
    ours, theirs = seconds(codec), seconds(peer)
    rate = len(messages) / ours
    benchmark.extra_info["messages_a_second"] = round(rate)
    print(
        f"\n  {name}: {rate:,.0f} messages/s ({len(messages)} of them), "
        f"{ours / theirs:.1f} times as long as json needs for their hex"
    )


def seconds(action: Callable[[], None]) -> float:
    """Processor time of one run, over many."""
    action()
    begun = time.process_time()
    for _ in range(ROUNDS):
        action()
    return (time.process_time() - begun) / ROUNDS
