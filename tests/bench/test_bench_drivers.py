"""What the serial link costs beside the bare system calls, and beside the time on the wire."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial

import pytest

from drivers.links.serial import SerialLink
from drivers.links.serial_port import SerialSettings, open_port

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals here"),
]

TRIPS = 3_000
FRAME = bytes(range(40))
# One byte at 9600 8N1 on the wire.
BYTE_S = 10 / 9600


def cpu_us(action: Callable[[], object], times: int) -> float:
    """CPU microseconds of this process per call: the best of five rounds."""
    rounds: list[float] = []
    for _ in range(5):
        start = time.process_time_ns()
        for _ in range(times):
            action()
        rounds.append((time.process_time_ns() - start) / times / 1000)
    return min(rounds)


def trip(master: int, write: Callable[[bytes], object], read: Callable[[], bytes]) -> None:
    """40 bytes there and 40 bytes back; the far end is the same for everybody."""
    write(FRAME)
    os.write(master, os.read(master, 4096))
    assert read() == FRAME


@pytest.mark.parametrize(
    ("descriptor", "factor_max"), [(True, 4.0), (False, 10.0)], ids=["descriptor", "pyserial"]
)
def test_a_round_trip_costs_little_more_than_the_bare_calls(
    descriptor: bool, factor_max: float
) -> None:
    master, slave = os.openpty()
    opener = partial(open_port, descriptor=descriptor)
    link = SerialLink(SerialSettings(os.ttyname(slave)), opener=opener)
    link.open()
    bare = cpu_us(
        partial(trip, master, partial(os.write, slave), partial(os.read, slave, 4096)), TRIPS
    )
    ours = cpu_us(partial(trip, master, link.write, partial(link.read, 1.0)), TRIPS)

    def one_byte() -> None:
        os.write(master, b"x")
        assert link.read(1.0) == b"x"

    per_byte = cpu_us(one_byte, TRIPS) - cpu_us(
        lambda: (os.write(master, b"x"), os.read(slave, 1)), TRIPS
    )
    print(
        f"\npty round trip of 40 bytes: os {bare:.1f} us, SerialLink {ours:.1f} us "
        f"({ours / bare:.2f}x); a byte read alone costs {per_byte:.1f} us over os.read: "
        f"{per_byte / BYTE_S / 1e4:.2f} % of its time at 9600 baud"
    )
    link.close()
    os.close(slave)
    os.close(master)
    assert ours / bare < factor_max
    assert per_byte < 0.03 * BYTE_S * 1e6
