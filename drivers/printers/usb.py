"""The link to a USB printer (printer class, through pyusb): counted pieces, halts, no reset.

The system's own driver (usblp) is put aside while the line is open and put back afterwards. A
printer is never reset: that would throw away what another slip left in it.
"""

from __future__ import annotations

import contextlib
import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drivers.clock import SystemClock
from drivers.errors import LinkError
from drivers.links.faults import Owner
from drivers.printers.faults import busy, cannot_open, forbidden, lost, missing, open_fault
from drivers.printers.usb_bus import SystemUsb, printer_interface, text_of, usb_id
from printing.status import Paper, PrinterStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from drivers.clock import Clock
    from drivers.printers.usb_bus import PrinterInterface, UsbBus, UsbDevice

_CLOCK = SystemClock()
_PACKETS: Final = 8  # of the printer's size, in one read: never a part of one
_PAUSE_S: Final = 0.01  # after an empty packet
_CONTROL_MS: Final = 1_000
# Class requests of the interface, read (USB printing devices, 4.2), and GET_STATUS of an endpoint.
_CLASS_IN: Final = 0xA1
_GET_DEVICE_ID, _GET_PORT_STATUS = 0, 1
_ENDPOINT_IN: Final = 0x82
_GET_STATUS, _HALTED = 0, 1
_DEVICE_ID_MAX: Final = 1_024
_PAPER_EMPTY, _NO_ERROR = 0x20, 0x08


@dataclass(frozen=True, slots=True)
class UsbPrinterSettings:
    """Which printer: its two numbers, and the serial number where there are several alike."""

    vendor: int
    product: int
    serial_number: str = ""

    @property
    def name(self) -> str:
        """ "usb:04b8:0e15"."""
        tail = f":{self.serial_number}" if self.serial_number else ""
        return f"usb:{self.vendor:04x}:{self.product:04x}{tail}"


class UsbPrinterLink:
    """A PrinterLink on USB."""

    def __init__(
        self,
        settings: UsbPrinterSettings,
        *,
        bus: Callable[[], UsbBus] = SystemUsb,
        clock: Clock = _CLOCK,
    ) -> None:
        self._settings = settings
        self._where = settings.name
        self._make_bus = bus
        self._clock = clock
        self._bus: UsbBus | None = None
        self._device: UsbDevice | None = None
        self._place: PrinterInterface | None = None
        self._detached = False
        self._owner = Owner()

    @property
    def description(self) -> str:
        """For people: "USB printer 04b8:0e15"."""
        return f"USB printer {self._where.removeprefix('usb:')}"

    @property
    def readable(self) -> bool:
        """Whether it has a way back; before it was opened for the first time: perhaps."""
        return self._place is None or self._place.source != 0

    # -- opening ---------------------------------------------------------------------------------

    def open(self) -> None:
        """Take the printer. Raises PortMissing, PortBusy, NoPermission or LinkError."""
        assert self._device is None, "the link is open already"
        self._bus = self._make_bus()
        try:
            device, place = self._found(self._bus)
            self._device, self._place = device, place
            self._take(self._bus, device, place)
        except OSError as error:
            self._let_go()
            raise self._fault(error) from error
        self._owner.take()

    def _found(self, bus: UsbBus) -> tuple[UsbDevice, PrinterInterface]:
        devices = bus.devices()
        if devices is None:
            raise no_libusb(self._where)
        wanted = self._settings
        alike = [
            (device, place)
            for device in devices
            if (device.idVendor, device.idProduct) == (wanted.vendor, wanted.product)
            and wanted.serial_number in ("", text_of(device, "serial_number"))
            and (place := printer_interface(device)) is not None
        ]
        if not alike:
            raise missing(self._where)
        if len(alike) > 1:
            serials = ", ".join(text_of(device, "serial_number") or "?" for device, _ in alike)
            raise LinkError(
                f"there are {len(alike)} printers {usb_id(alike[0][0])}",
                code="printer.several",
                what_to_do=f"Add the serial number of the one that is meant: {serials}.",
                details={"printer": self._where, "serials": serials},
            )
        return alike[0]

    def _take(self, bus: UsbBus, device: UsbDevice, place: PrinterInterface) -> None:
        with contextlib.suppress(NotImplementedError):  # systems without such drivers
            if device.is_kernel_driver_active(place.interface):
                device.detach_kernel_driver(place.interface)
                self._detached = True
        if self._configured(device) != place.configuration:
            device.set_configuration(place.configuration)
        bus.claim(device, place.interface)
        if place.alternate:
            device.set_interface_altsetting(place.interface, place.alternate)
        for endpoint in (place.sink, place.source):
            if endpoint and self._halted(device, endpoint):
                device.clear_halt(endpoint)

    @staticmethod
    def _configured(device: UsbDevice) -> int:
        try:
            return device.get_active_configuration().bConfigurationValue
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.ENODEV):
                raise
            return 0  # pyusb's word for "none is set"

    @staticmethod
    def _halted(device: UsbDevice, endpoint: int) -> bool:
        told = _asked(device, (_ENDPOINT_IN, _GET_STATUS, endpoint), 2)
        return bool(told) and bool(told[0] & _HALTED)

    def _fault(self, error: OSError) -> LinkError:
        if error.errno in (errno.EACCES, errno.EPERM):
            return forbidden(self._where)
        if error.errno == errno.EBUSY:
            return busy(self._where)
        fault = open_fault(error, self._where)
        return cannot_open(self._where, error) if fault.code == "printer.refused" else fault

    # -- closing ---------------------------------------------------------------------------------

    def close(self) -> None:
        """Give it back, also to the system's own driver; never raises, may be called twice."""
        if self._device is not None:
            self._owner.check()
            self._let_go()

    def _let_go(self) -> None:
        device, place, bus = self._device, self._place, self._bus
        self._device = None
        if device is None or place is None or bus is None:
            return
        with contextlib.suppress(OSError):
            bus.release(device, place.interface)
        if self._detached:
            self._detached = False
            with contextlib.suppress(OSError, NotImplementedError):
                device.attach_kernel_driver(place.interface)
        with contextlib.suppress(OSError):
            bus.dispose(device)

    # -- bytes -----------------------------------------------------------------------------------

    def write(self, data: bytes, timeout_s: float) -> int:
        """What the printer took within the time. Raises PrinterLost, also for a printer that
        halted: how much of `data` it had taken then is not told."""
        device, place = self._open_device()
        try:
            return device.write(place.sink, data, _ms(timeout_s))
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return 0
            if error.errno == errno.EPIPE:
                with contextlib.suppress(OSError):
                    device.clear_halt(place.sink)
            raise lost(error, self._where, written=len(data)) from error

    def read(self, timeout_s: float) -> bytes:
        """What it said, or b"". Raises PrinterLost."""
        device, place = self._open_device()
        due = self._clock.monotonic() + max(timeout_s, 0.0)
        cleared = False
        while True:
            left = max(due - self._clock.monotonic(), 0.0)
            try:
                if said := bytes(device.read(place.source, place.packet * _PACKETS, _ms(left))):
                    return said
            except OSError as error:
                if error.errno == errno.ETIMEDOUT:
                    return b""
                if error.errno != errno.EPIPE or cleared:
                    raise lost(error, self._where) from error
                cleared = self._cleared(device, place.source)
            if left <= 0:
                return b""
            self._clock.wait(min(left, _PAUSE_S))

    def _cleared(self, device: UsbDevice, endpoint: int) -> bool:
        try:
            device.clear_halt(endpoint)
        except OSError as error:
            raise lost(error, self._where) from error
        return True

    def _open_device(self) -> tuple[UsbDevice, PrinterInterface]:
        if self._device is None or self._place is None:
            raise lost("it is not open", self._where)
        self._owner.check()
        return self._device, self._place

    # -- what the printer class knows by itself --------------------------------------------------

    def device_id(self) -> str:
        """Its IEEE 1284 text ("MFG:…;MDL:…;"), or "". Raises PrinterLost."""
        device, place = self._open_device()
        where = place.interface << 8 | place.alternate
        try:
            told = bytes(_asked(device, (_CLASS_IN, _GET_DEVICE_ID, where), _DEVICE_ID_MAX))
        except OSError as error:
            return self._unanswered(error)
        length = int.from_bytes(told[:2], "big")
        return told[2:length].decode("ascii", "replace")

    def _unanswered(self, error: OSError) -> str:
        """A printer need not answer; one that is gone is another matter."""
        if error.errno in (errno.ENODEV, errno.ENXIO):
            raise lost(error, self._where) from error
        return ""

    def port_status(self) -> PrinterStatus:
        """The one status byte of the class: paper, and whether there is an error.

        Many printers always say that all is well. Raises PrinterLost.
        """
        device, place = self._open_device()
        try:
            told = _asked(device, (_CLASS_IN, _GET_PORT_STATUS, place.interface), 1)
        except OSError as error:
            self._unanswered(error)
            return PrinterStatus()
        if not told:
            return PrinterStatus()
        out = bool(told[0] & _PAPER_EMPTY)
        return PrinterStatus(
            paper=Paper.OUT if out else Paper.PRESENT, error=not told[0] & _NO_ERROR
        )


def _asked(device: UsbDevice, request: tuple[int, int, int], size: int) -> Sequence[int]:
    """A control request (type, request, index) that reads up to `size` bytes. Raises OSError."""
    kind, number, index = request
    return device.ctrl_transfer(kind, number, 0, index, data_or_wLength=size, timeout=_CONTROL_MS)


def no_libusb(where: str) -> LinkError:
    """pyusb is here, the system's library is not."""
    return LinkError(
        "this computer has no libusb, which USB printers need",
        code="printer.no_usb",
        what_to_do="Install it (apt install libusb-1.0-0), or name the printer as "
        "file:/dev/usb/lp0 or spool:QUEUE.",
        details={"printer": where},
    )


def _ms(seconds: float) -> int:
    """libusb counts whole milliseconds, and 0 would be for ever."""
    return max(1, round(seconds * 1000))
