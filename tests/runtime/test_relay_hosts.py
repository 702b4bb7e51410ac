"""Which hosts a terminal may have its messages carried to is the configuration's word alone."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from drivers.links.memory import MemoryLink
from drivers.relay import AllowedHosts, MemoryHost, RelayFailed
from protocols.kit.session import Relay
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.station import StationSettings, build
from terminal_agent.config import TerminalConfig
from terminal_agent.runtime.assembly import station_over


def host_of(*names: str) -> AllowedHosts:
    """The way to hosts that a terminal of this configuration has."""
    clock = SimulatedClock()
    device = build(StationSettings("aip"), wall=clock.wall)
    config = TerminalConfig(protocol="aip", link="in memory", relay_hosts=names)
    link = MemoryLink(SimulatedLine(clock, device), transport="serial")
    host = MemoryHost(lambda _: b"\x00\x00")
    found = station_over(link, "till", config, clock, host=host).terminal._host
    assert isinstance(found, AllowedHosts)
    return found


def test_nobody_is_named_by_default() -> None:
    with pytest.raises(RelayFailed):
        host_of().carry(Relay(b"\x00\x01x", "127.0.0.1", 10004, 1.0))


def test_a_named_host_is_reached_and_no_other() -> None:
    host = host_of("127.0.0.1:10004", "10.0.0.7:443")
    assert host.carry(Relay(b"\x00\x01x", "127.0.0.1", 10004, 1.0)) == b"\x00\x00"
    with pytest.raises(RelayFailed):
        host.carry(Relay(b"\x00\x01x", "127.0.0.1", 443, 1.0))


@pytest.mark.parametrize("name", ["10.0.0.7", ":10004", "10.0.0.7:", "10.0.0.7:x", "a b:1", "*:*"])
def test_a_name_without_host_and_port_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TerminalConfig(protocol="aip", link="in memory", relay_hosts=(name,))
