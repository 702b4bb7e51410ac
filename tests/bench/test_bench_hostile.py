"""Reading time against the length of hostile input: per byte, 64 KiB must cost what 1 KiB costs.

Each pair of figures is one reader with one shape of input; `per_byte_ratio` in the extra columns
is the time for a byte of the long input, divided by that for a byte of the short one, both taken
in the same run. A reader that looks again at what it has seen would have a ratio of about 64.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import pytest

from drivers.trace import FrameMasker, TraceFormat
from protocols.kit import registry
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import ProtocolError
from protocols.kit.masking import mask_bytes, mask_digits
from protocols.kit.session import SessionSettings
from protocols.kit.tlv import read_container
from simulators import personality
from tests.fuzz.sessions import offered
from tests.fuzz.terminals import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_benchmark.fixture import BenchmarkFixture

    from protocols.kit.contract import Framer, ProtocolSpec

    Read = Callable[[bytes], object]

pytestmark = pytest.mark.bench

SHORT: Final = 1 << 10
LONG: Final = 1 << 16
# Well above noise, far below the 64 of a reader that begins again with every byte.
RATIO_MAX: Final = 4.0
ROUNDS: Final = 5
SHAPES: Final = {
    "zeros": b"\x00",
    "digits": b"4761739001010119",
    "DLE": b"\x10",
    "starts": b"\x10\x02",
    "empty frames": b"\x10\x02\x10\x03",
    "frame in frame": b"\x10\x02\x06\x10\x10\x02",
    "lengths": b"\x06\x01\xff\xfe\xff",
    "controls": b"\x06\x15",
    "answers": b"\x80\x00\x00",
    "nodes": b"\x24\x00\x07\x00",
}


def _readers() -> Iterator[tuple[str, Read]]:
    for name, spec in registry.installed().items():
        for transport, framer in spec.framers.items():
            yield f"{name}-framer-{transport}", _at_once(framer)
            yield (
                f"{name}-framer-{transport}-bytes",
                _bytewise(framer),
            )
            yield f"{name}-session-{transport}", _session(spec, transport)
        yield f"{name}-trace", _tracing(spec)
        for layer in spec.layers:
            yield f"{name}-decode-{layer}", _decoding(spec, layer)
        yield f"{name}-mask", spec.mask
        yield f"{name}-tables", _refusable(spec.parse)
    for name in personality.names():
        for transport in personality.load(name).framers:
            yield f"{name}-terminal-{transport}", _terminal(name, transport)
    yield "ber-tlv", _refusable(_container)
    yield "mask_bytes", mask_bytes
    yield "mask_digits", lambda data: mask_digits(data.decode("latin-1"))


def _at_once(make: Callable[[], Framer]) -> Read:
    return lambda data: make().pieces(data)


def _bytewise(make: Callable[[], Framer]) -> Read:
    def read(data: bytes) -> None:
        framer = make()
        for at in range(len(data)):
            framer.pieces(data[at : at + 1])

    return read


def _session(spec: ProtocolSpec, transport: str) -> Read:
    settings = SessionSettings(spec.default_profile, transport)
    (money, *_), _ = offered(spec, settings)

    def read(data: bytes) -> None:
        session = spec.session(settings)
        session.begin(money, 0.0)
        session.receive(data, 0.1)

    return read


def _terminal(name: str, transport: str) -> Read:
    spec = personality.load(name)

    def read(data: bytes) -> None:
        _, line = build(spec, spec.default_profile, transport)
        line.receive(data, 0.1)

    return read


def _tracing(spec: ProtocolSpec) -> Read:
    transport = next(iter(spec.framers))

    def read(data: bytes) -> None:
        masker = FrameMasker(TraceFormat(spec.name, spec.framers[transport], spec.mask))
        masker.take(data)
        masker.flush()

    return read


def _decoding(spec: ProtocolSpec, layer: str) -> Read:
    return _refusable(lambda data: spec.decode(data, DecodeOptions(layer)))


def _container(data: bytes) -> object:
    whole = b"\x82" + (len(data) - 4).to_bytes(2, "big") + data[: len(data) - 4]
    return read_container(whole, 0, len(whole))


def _refusable(read: Read) -> Read:
    def reading(data: bytes) -> object:
        try:
            return read(data)
        except ProtocolError as error:
            return error

    return reading


READERS: Final = dict(_readers())


def _of(shape: bytes, size: int) -> bytes:
    return (shape * (size // len(shape) + 1))[:size]


def _seconds(read: Read, data: bytes) -> float:
    """Processor time, the best of some runs: a busy computer counts little."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        read(data)
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize("name", READERS)
def test_bench_time_grows_no_faster_than_the_input(benchmark: BenchmarkFixture, name: str) -> None:
    read = READERS[name]
    ratios = {}
    for shape, pattern in SHAPES.items():
        short, long = _of(pattern, SHORT), _of(pattern, LONG)
        # The short one often enough to be measured at all.
        short_s = _seconds(lambda data: [read(data) for _ in range(8)], short) / 8
        ratios[shape] = _seconds(read, long) / short_s * SHORT / LONG
    worst = max(ratios, key=lambda shape: ratios[shape])
    benchmark.group = "hostile 64 KiB"
    benchmark.extra_info["per_byte_ratio"] = round(ratios[worst], 2)
    benchmark.extra_info["shape"] = worst
    benchmark(read, _of(SHAPES[worst], LONG))
    print(f"{name:<28} {worst:<15} {ratios[worst]:6.2f} times per byte at 64 KiB against 1 KiB")
    assert ratios[worst] < RATIO_MAX, ratios
