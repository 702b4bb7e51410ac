"""What hangs on the computer: found by class, listed with hints, and never sent a byte."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from drivers.discovery import FoundPort, PortReport
from drivers.printers.discovery import FoundPrinter, ThisComputer, list_printers
from drivers.printers.factory import build_link
from drivers.printers.known import known_model
from drivers.printers.usb_bus import SystemUsb, UsbBus
from simulators.clock import SimulatedClock
from tests.drivers.printers.usb_bus import Device, MemoryBus, fault


class Shop:
    """A computer with something of everything."""

    def __init__(self, *devices: Device, forbidden: frozenset[str] = frozenset()) -> None:
        self._bus = SystemUsb(MemoryBus(*devices))
        self._forbidden = forbidden

    def usb(self) -> UsbBus:
        return self._bus

    def device_files(self) -> Sequence[str]:
        return ("/dev/usb/lp0",)

    def may_use(self, path: str) -> bool:
        return path not in self._forbidden

    def group(self, path: str) -> str:
        return "lp"

    def queues(self) -> Sequence[str]:
        return ("TILL",)

    def ports(self) -> Sequence[PortReport]:
        return (PortReport(FoundPort("/dev/ttyS0", "UART"), usable=True),)


def test_everything_is_listed_as_the_configuration_wants_it() -> None:
    found = list_printers(Shop(Device(), Device(interface_class=3)))
    assert found.unasked == ()
    assert found.printers == (
        FoundPrinter("usb", "usb:04b8:0e15", "Receipt Printer"),
        FoundPrinter("device", "file:/dev/usb/lp0"),
        FoundPrinter("queue", "spool:TILL"),
        FoundPrinter("serial", "serial:/dev/ttyS0", "UART"),
    )
    for printer in found.printers:
        build_link(printer.link, SimulatedClock())


def test_two_alike_are_told_apart() -> None:
    found = list_printers(Shop(Device(serial="A"), Device(serial="B")))
    assert [one.link for one in found.printers[:2]] == ["usb:04b8:0e15:A", "usb:04b8:0e15:B"]


def test_what_this_user_may_not_use_has_a_hint() -> None:
    hidden = Device(control={(0x80, 6): fault(errno.EACCES)})
    found = list_printers(Shop(hidden, forbidden=frozenset({"/dev/usb/lp0"})))
    usb, device = found.printers[:2]
    for printer in (usb, device):
        assert not printer.usable
        assert printer.hint_code == "printer.no_permission"
        assert "usermod" in printer.hint


def test_where_there_is_no_libusb_that_is_said() -> None:
    class NoUsb(Shop):
        def usb(self) -> UsbBus:
            bus = SystemUsb()
            bus.devices = lambda: None  # type: ignore[method-assign]
            return bus

    found = list_printers(NoUsb())
    assert [error.code for error in found.unasked] == ["printer.no_usb"]
    assert [printer.kind for printer in found.printers] == ["device", "queue", "serial"]


def test_this_computer_can_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb" / "lp0").touch()
    here = ThisComputer(folder=tmp_path)
    assert here.device_files() == (str(tmp_path / "usb" / "lp0"),)
    assert here.may_use(str(tmp_path))
    assert isinstance(here.group(str(tmp_path)), str)
    assert ThisComputer(platform="win32").device_files() == ()
    listed = list_printers()
    assert all(printer.link for printer in listed.printers)


def test_the_table_of_models_tells_what_is_known() -> None:
    epson = known_model("tm-t88v")
    assert epson is not None
    assert (epson.name, epson.columns, epson.native_qr, epson.cutter) == (
        "TM-T88V", 42, True, True,
    )  # fmt: skip
    assert epson.code_pages["cp858"] == 19
    assert known_model("POS5890 Series") is not None
    assert known_model("") is None
    assert known_model("nobody's") is None


def test_a_table_that_is_damaged_or_gone_tells_nothing(tmp_path: Path) -> None:
    table = tmp_path / "table.json"
    assert known_model("TM-T88V", table) is None
    for damage in ("", "[]", '{"profiles": []}', '{"profiles": {"TM-T88V": 3}}'):
        table.write_text(damage, encoding="utf-8")
        assert known_model("TM-T88V", table) is None
    table.write_text('{"profiles": {"TM-T88V": {"features": 3, "media": {"width": {}}}}}')
    found = known_model("TM-T88V", table)
    assert found is not None
    assert (found.columns, found.code_pages, found.cutter) == (0, {}, False)
