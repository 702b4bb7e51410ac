"""Which printers hang on this computer, and whether this user could use them; it chooses none.

It sends no byte to any: USB tells its printers by their class, the system tells its queues, and a
serial port may or may not have a printer at its other end.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from drivers.discovery import list_ports
from drivers.hints import owning_group
from drivers.printers.faults import forbidden
from drivers.printers.spool import queues, spooler
from drivers.printers.usb import UsbPrinterSettings, no_libusb
from drivers.printers.usb_bus import SystemUsb, printer_interface, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from drivers.discovery import PortReport
    from drivers.errors import LinkError
    from drivers.printers.usb_bus import UsbBus, UsbDevice

_USBLP: Final = ("usb/lp*", "usblp*", "lp[0-9]*")


@dataclass(frozen=True, slots=True)
class FoundPrinter:
    """A place where a printer is or may be. `link` is what the configuration wants; `kind` is
    "usb", "device", "queue" or "serial". `hint_code` is "" or the code of the error that using it
    would give (a text key); `hint` is its English text."""

    kind: str
    link: str
    description: str = ""
    usable: bool = True
    hint_code: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PrinterList:
    """What was found; `unasked` are the errors of those that could not be asked (no libusb)."""

    printers: tuple[FoundPrinter, ...]
    unasked: tuple[LinkError, ...] = ()


class PrinterSystem(Protocol):
    """What is asked of the operating system."""

    def usb(self) -> UsbBus:
        """The USB bus."""

    def device_files(self) -> Sequence[str]:
        """The device files of printers."""

    def may_use(self, path: str) -> bool:
        """Whether this user may read and write it."""

    def group(self, path: str) -> str:
        """Who owns it, or ""."""

    def queues(self) -> Sequence[str]:
        """The print queues."""

    def ports(self) -> Sequence[PortReport]:
        """The serial ports."""


class ThisComputer:
    """The real one."""

    def __init__(self, *, folder: Path = Path("/dev"), platform: str = sys.platform) -> None:
        self._folder = folder
        self._platform = platform

    def usb(self) -> UsbBus:
        return SystemUsb()

    def device_files(self) -> Sequence[str]:
        if self._platform == "win32":
            return ()
        found = {path for pattern in _USBLP for path in self._folder.glob(pattern)}
        return tuple(str(path) for path in sorted(found))

    def may_use(self, path: str) -> bool:
        return os.access(path, os.R_OK | os.W_OK)

    def group(self, path: str) -> str:
        return owning_group(path)

    def queues(self) -> Sequence[str]:
        found = spooler(self._platform)
        return () if found is None else queues(found) or ()

    def ports(self) -> Sequence[PortReport]:
        return list_ports()


def list_printers(system: PrinterSystem | None = None) -> PrinterList:
    """Everything that can be found without sending a byte."""
    asked = system or ThisComputer()
    usb, unasked = _usb(asked)
    found = [
        *usb,
        *(_device_file(path, asked) for path in asked.device_files()),
        *(FoundPrinter("queue", f"spool:{name}") for name in asked.queues()),
        *(_serial(report) for report in asked.ports()),
    ]
    return PrinterList(tuple(found), unasked)


def _usb(system: PrinterSystem) -> tuple[list[FoundPrinter], tuple[LinkError, ...]]:
    devices = system.usb().devices()
    if devices is None:
        return [], (no_libusb("usb"),)
    return list(_usb_printers([one for one in devices if printer_interface(one)])), ()


def _usb_printers(devices: Sequence[UsbDevice]) -> Iterator[FoundPrinter]:
    """Those that look alike are told apart by their serial numbers."""
    names = [UsbPrinterSettings(device.idVendor, device.idProduct).name for device in devices]
    for device, name in zip(devices, names, strict=True):
        serial = text_of(device, "serial_number")
        product = text_of(device, "product")
        link = f"{name}:{serial}" if serial and names.count(name) > 1 else name
        if product or serial:
            yield FoundPrinter("usb", link, product)
        else:  # a device of which not even the name may be read
            yield _hinted("usb", link, "", forbidden(link))


def _device_file(path: str, system: PrinterSystem) -> FoundPrinter:
    link = f"file:{path}"
    if system.may_use(path):
        return FoundPrinter("device", link)
    return _hinted("device", link, "", forbidden(path, system.group(path)))


def _serial(report: PortReport) -> FoundPrinter:
    return FoundPrinter(
        "serial",
        f"serial:{report.port.device}",
        report.port.description,
        report.usable,
        report.hint_code,
        report.hint,
    )


def _hinted(kind: str, link: str, description: str, error: LinkError) -> FoundPrinter:
    return FoundPrinter(
        kind, link, description, usable=False, hint_code=error.code, hint=error.what_to_do
    )
