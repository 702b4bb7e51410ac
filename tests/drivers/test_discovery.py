"""The list of ports and the hints beside it, over an injected system and over the real one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from drivers import hints
from drivers.discovery import FoundPort, PortReport, ThisComputer, devices, list_ports
from drivers.errors import LinkError, PortBusy, PortMissing

ADAPTER = FoundPort("/dev/ttyUSB0", "FT232R USB UART", 0x0403, 0x6001, "A50285BI")
BOARD = FoundPort("/dev/ttyS0")


class FakeSystem:
    def __init__(
        self,
        *ports: FoundPort,
        platform: str = "linux",
        usable: bool = True,
        fault: LinkError | None = None,
    ) -> None:
        self.platform = platform
        self._ports = ports
        self._usable = usable
        self._fault = fault
        self.opened: list[str] = []

    def ports(self) -> Sequence[FoundPort]:
        return self._ports

    def may_use(self, device: str) -> bool:
        assert device
        return self._usable

    def group(self, device: str) -> str:
        assert device
        return "dialout"

    def try_open(self, device: str) -> None:
        self.opened.append(device)
        if self._fault is not None:
            raise self._fault


def test_ports_are_listed_by_name_and_not_touched() -> None:
    system = FakeSystem(ADAPTER, BOARD)
    reports = list_ports(system=system)
    assert reports == (PortReport(BOARD, usable=True), PortReport(ADAPTER, usable=True))
    assert [report.usb_id for report in reports] == ["", "0403:6001"]
    assert system.opened == []


def test_a_port_without_permission_gets_the_command_that_helps() -> None:
    (report,) = list_ports(probe=True, system=FakeSystem(ADAPTER, usable=False))
    assert not report.usable
    assert report.hint_code == "link.no_permission"
    assert 'sudo usermod -aG dialout "$USER"' in report.hint


def test_a_probe_opens_each_port_and_finds_the_busy_one() -> None:
    system = FakeSystem(ADAPTER, fault=PortBusy("busy"))
    (report,) = list_ports(probe=True, system=system)
    assert system.opened == ["/dev/ttyUSB0"]
    assert (report.usable, report.hint_code) == (False, "link.port_busy")
    assert "sudo fuser /dev/ttyUSB0" in report.hint


def test_a_probe_tells_any_other_trouble_and_a_good_port() -> None:
    fault = PortMissing("gone", what_to_do="Plug it in.")
    (gone,) = list_ports(probe=True, system=FakeSystem(ADAPTER, fault=fault))
    assert (gone.usable, gone.hint_code, gone.hint) == (False, "link.no_port", "Plug it in.")
    (good,) = list_ports(probe=True, system=FakeSystem(ADAPTER))
    assert good.usable


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals here")
def test_this_computer_says_what_may_be_used_and_what_is_there() -> None:
    computer = ThisComputer()
    master, slave = os.openpty()
    device = os.ttyname(slave)
    assert computer.may_use(device)
    assert not computer.may_use("/dev/ttyNONE")
    assert computer.group(device)
    computer.try_open(device)
    os.close(slave)
    os.close(master)
    with pytest.raises(PortMissing):
        computer.try_open(device)


def test_windows_has_no_permission_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    computer = ThisComputer()
    monkeypatch.setattr(computer, "platform", "win32")
    assert computer.may_use("COM3")


def test_what_pyserial_lists_becomes_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from serial.tools import list_ports as pyserial_list
    from serial.tools.list_ports_common import ListPortInfo

    adapter = ListPortInfo("/dev/ttyUSB0")
    adapter.description, adapter.serial_number = ADAPTER.description, ADAPTER.serial_number
    adapter.vid, adapter.pid = ADAPTER.vid, ADAPTER.pid
    board = ListPortInfo("/dev/ttyS0")
    monkeypatch.setattr(pyserial_list, "comports", lambda: [adapter, board])
    assert tuple(ThisComputer().ports()) == (ADAPTER, BOARD)
    assert devices() == ("/dev/ttyS0", "/dev/ttyUSB0")


def test_hints_exist_for_each_platform_and_a_strange_one_gets_the_linux_words() -> None:
    for platform in ("linux", "darwin", "win32", "freebsd14"):
        assert hints.permission_hint("X", platform, "")
        assert hints.busy_hint("X", platform)
        assert "No serial port was found" in hints.missing_hint(platform, [])
    assert "dialout" in hints.permission_hint("X", "freebsd14", "")


def test_a_missing_port_hint_names_a_handful_of_others() -> None:
    hint = hints.missing_hint("win32", [f"COM{n}" for n in range(1, 20)])
    assert "COM8" in hint
    assert "COM9" not in hint


def test_nobody_owns_what_is_not_there(tmp_path: Path) -> None:
    assert hints.owning_group(str(tmp_path / "none")) == ""
