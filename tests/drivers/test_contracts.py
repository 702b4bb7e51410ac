"""The links are Links, the clocks are Clocks, and importing them loads no serial package."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from drivers.clock import Clock, SystemClock
from drivers.errors import LinkError, LinkLost, NoPermission, PortBusy, PortMissing, TraceError
from drivers.links.contract import Link
from drivers.links.memory import MemoryLink
from drivers.links.replay import ReplayLink
from drivers.links.serial import SerialLink
from drivers.links.serial_port import SerialSettings
from drivers.links.tcp import TcpLink, TcpSettings
from drivers.trace import TracedLink
from drivers.trace_reader import TraceHeader
from protocols.kit.errors import MoneyMoved, RefundAgentError
from tests.drivers.fakes import FakeClock
from tests.drivers.test_memory import Line
from tests.drivers.test_trace import TOY, Sink


def links() -> Sequence[Link]:
    """mypy checks here that each is a Link."""
    memory = MemoryLink(Line(), transport="serial")
    return (
        SerialLink(SerialSettings("COM3")),
        TcpLink(TcpSettings("127.0.0.1", 1)),
        memory,
        ReplayLink(TraceHeader("toy", "tcp", datetime(2026, 1, 1, tzinfo=UTC)), [], fmt=TOY),
        TracedLink(memory, clock=FakeClock(), sink=Sink(), fmt=TOY),
    )


def test_every_link_names_its_framing_and_itself_and_closes_twice() -> None:
    for link in links():
        assert link.transport in {"serial", "tcp"}
        assert link.description
        link.close()
        link.close()


def test_the_computers_clock_goes_forward_has_a_zone_and_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("drivers.clock.time.sleep", slept.append)
    clock: Clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()
    assert clock.wall().tzinfo is not None
    clock.wait(0.25)
    clock.wait(0.0)
    clock.wait(-1.0)
    assert slept == [0.25]


@pytest.mark.parametrize(
    ("error", "code", "money"),
    [
        (LinkError("x"), "link.failed", MoneyMoved.NO),
        (PortMissing("x"), "link.no_port", MoneyMoved.NO),
        (PortBusy("x"), "link.port_busy", MoneyMoved.NO),
        (NoPermission("x"), "link.no_permission", MoneyMoved.NO),
        (LinkLost("x"), "link.lost", MoneyMoved.MAYBE),
        (LinkLost("x", nothing_written=True), "link.lost", MoneyMoved.NO),
        (TraceError("trace.damaged", "x", path="p", line=3), "trace.damaged", MoneyMoved.NO),
    ],
)
def test_every_error_says_its_code_and_what_it_means_for_the_money(
    error: RefundAgentError, code: str, money: MoneyMoved
) -> None:
    assert (error.code, error.money) == (code, money)


def test_importing_the_drivers_loads_no_serial_package() -> None:
    script = (
        "import sys, drivers.terminal, drivers.links.factory, drivers.discovery, drivers.trace; "
        "sys.exit('serial' in sys.modules or 'termios' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
