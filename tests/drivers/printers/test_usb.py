"""The USB link over real pyusb: counts, halts, the system's own driver, and no reset ever."""

from __future__ import annotations

import errno

import pytest

from drivers.errors import LinkError, NoPermission, PortBusy, PortMissing, PrinterLost
from drivers.printers.usb import UsbPrinterLink, UsbPrinterSettings
from drivers.printers.usb_bus import SystemUsb, UsbBus, UsbDevice
from printing.status import Paper, PrinterStatus
from simulators.clock import SimulatedClock
from tests.drivers.printers.usb_bus import IN, OUT, Device, MemoryBus, fault


def link_to(*devices: Device, serial: str = "") -> UsbPrinterLink:
    bus = SystemUsb(MemoryBus(*devices))
    settings = UsbPrinterSettings(0x04B8, 0x0E15, serial)
    return UsbPrinterLink(settings, bus=lambda: bus, clock=SimulatedClock())


def test_the_systems_driver_is_put_aside_and_put_back_and_nothing_is_reset() -> None:
    device = Device()
    link = link_to(device)
    assert link.readable
    link.open()
    assert not device.kernel_driver
    link.close()
    link.close()
    assert device.kernel_driver
    assert device.log == ["open", "detach", "claim", "release", "attach", "close"]
    link.open()
    link.close()
    assert "reset" not in device.log


def test_a_device_that_nobody_has_configured_is_configured() -> None:
    device = Device(configured=False, kernel_driver=False, alternate=1)
    link = link_to(device)
    link.open()
    assert "configuration 1" in device.log
    assert "alternate 1" in device.log
    link.close()
    assert "attach" not in device.log


def test_writes_are_counted_short_ones_too() -> None:
    device = Device()
    device.takes.extend([3, fault(errno.ETIMEDOUT)])
    link = link_to(device)
    link.open()
    assert link.write(b"slip", 1.0) == 3
    assert link.write(b"p", 0.0) == 0
    assert link.write(b"p", 1.0) == 1
    assert device.written == b"slip"


def test_what_the_printer_says_is_read_and_empty_packets_are_not_an_answer() -> None:
    device = Device()
    device.says.extend([b"", b"\x12", b""])
    link = link_to(device)
    link.open()
    assert link.read(1.0) == b"\x12"
    assert link.read(0.0) == b""
    assert link.read(0.5) == b""


def test_a_halt_that_was_there_before_is_cleared_when_the_line_is_opened() -> None:
    device = Device(control={(0x82, 0): b"\x01\x00"})
    link_to(device).open()
    assert f"clear {OUT:02x}" in device.log
    assert f"clear {IN:02x}" in device.log


def test_a_halt_in_a_write_may_have_taken_all_of_it() -> None:
    device = Device()
    device.takes.append(fault(errno.EPIPE))
    link = link_to(device)
    link.open()
    with pytest.raises(PrinterLost) as caught:
        link.write(b"slip", 1.0)
    assert caught.value.written == 4
    assert f"clear {OUT:02x}" in device.log


def test_a_halt_in_a_read_is_cleared_once() -> None:
    device = Device()
    device.says.extend([fault(errno.EPIPE), b"\x12", fault(errno.EPIPE), fault(errno.EPIPE)])
    link = link_to(device)
    link.open()
    assert link.read(1.0) == b"\x12"
    with pytest.raises(PrinterLost):
        link.read(1.0)


def test_a_printer_that_is_pulled_out_is_lost() -> None:
    device = Device()
    device.takes.append(fault(errno.ENODEV))
    device.says.append(fault(errno.ENODEV))
    link = link_to(device)
    with pytest.raises(PrinterLost):
        link.read(1.0)
    link.open()
    with pytest.raises(PrinterLost) as caught:
        link.write(b"slip", 1.0)
    assert caught.value.written == 4
    with pytest.raises(PrinterLost):
        link.read(1.0)
    link.close()


@pytest.mark.parametrize(
    ("open_error", "claim_error", "kind", "code"),
    [
        (errno.EACCES, 0, NoPermission, "printer.no_permission"),
        (0, errno.EACCES, NoPermission, "printer.no_permission"),
        (0, errno.EBUSY, PortBusy, "printer.busy"),
        (errno.ENODEV, 0, PortMissing, "printer.missing"),
        (0, errno.EIO, PortMissing, "printer.missing"),
        (0, errno.ETIMEDOUT, LinkError, "printer.cannot_open"),
    ],
)
def test_why_a_usb_printer_cannot_be_taken_and_it_is_given_back(
    open_error: int, claim_error: int, kind: type[LinkError], code: str
) -> None:
    device = Device(open_error=open_error, claim_error=claim_error)
    with pytest.raises(kind) as caught:
        link_to(device).open()
    assert caught.value.code == code
    assert device.kernel_driver


def test_a_printer_is_found_by_its_numbers_and_by_its_serial_number() -> None:
    one, other = Device(serial="A"), Device(serial="B")
    stranger, no_printer = Device(number=1), Device(interface_class=8)
    with pytest.raises(LinkError) as caught:
        link_to(one, other).open()
    assert caught.value.code == "printer.several"
    assert "A, B" in caught.value.what_to_do
    link_to(one, other, serial="B").open()
    assert "claim" in other.log
    assert "claim" not in one.log
    with pytest.raises(PortMissing):
        link_to(stranger, no_printer, Device(protocol=3)).open()


def test_a_printer_with_no_way_back_is_known_as_such() -> None:
    link = link_to(Device(with_source=False, protocol=1))
    link.open()
    assert not link.readable


def test_without_libusb_the_remedy_is_told() -> None:
    class NoLibusb:
        def devices(self) -> None:
            return None

        def claim(self, device: UsbDevice, interface: int) -> None:
            raise AssertionError

        release = claim

        def dispose(self, device: UsbDevice) -> None:
            raise AssertionError

    bus: UsbBus = NoLibusb()
    link = UsbPrinterLink(UsbPrinterSettings(1, 2), bus=lambda: bus)
    with pytest.raises(LinkError) as caught:
        link.open()
    assert caught.value.code == "printer.no_usb"
    assert "libusb" in caught.value.what_to_do


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (b"\x18", PrinterStatus(paper=Paper.PRESENT, error=False)),
        (b"\x30", PrinterStatus(paper=Paper.OUT, error=True)),
        (b"", PrinterStatus()),
        (fault(errno.EPIPE), PrinterStatus()),
    ],
)
def test_the_status_byte_of_the_class(told: bytes | Exception, status: PrinterStatus) -> None:
    link = link_to(Device(control={(0xA1, 1): told}))
    link.open()
    assert link.port_status() == status


def test_the_device_id_is_read_by_its_own_length() -> None:
    text = b"MFG:EPSON;MDL:TM-T88V;"
    device = Device(control={(0xA1, 0): (len(text) + 2).to_bytes(2, "big") + text + b"rest"})
    link = link_to(device)
    link.open()
    assert link.device_id() == text.decode()
    device.control[0xA1, 0] = fault(errno.EPIPE)
    assert link.device_id() == ""
    device.control[0xA1, 0] = fault(errno.ENODEV)
    with pytest.raises(PrinterLost):
        link.device_id()
