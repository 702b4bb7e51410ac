"""What is used of pyusb, by type; and the printers on the bus. Opens nothing by itself.

A printer is an interface of class 7. pyusb is imported when a USB printer is asked for, and needs
the system's libusb behind it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PRINTER_CLASS: Final = 7
_BULK: Final = 2
_TYPE_BITS: Final = 0x03
_IN: Final = 0x80
# Interface protocols of the class: 1 one way, 2 both ways. Others frame their data.
_PROTOCOLS: Final = (2, 1)


class UsbEndpoint(Protocol):
    """pyusb's Endpoint."""

    bEndpointAddress: int
    bmAttributes: int
    wMaxPacketSize: int


class UsbInterface(Protocol):
    """pyusb's Interface: one alternate setting."""

    bInterfaceNumber: int
    bAlternateSetting: int
    bInterfaceClass: int
    bInterfaceProtocol: int

    def __iter__(self) -> Iterator[UsbEndpoint]: ...


class UsbConfiguration(Protocol):
    """pyusb's Configuration."""

    bConfigurationValue: int

    def __iter__(self) -> Iterator[UsbInterface]: ...


class UsbDevice(Protocol):
    """pyusb's Device. Everything raises usb.core.USBError, an OSError."""

    idVendor: int
    idProduct: int

    @property
    def serial_number(self) -> str | None: ...
    @property
    def product(self) -> str | None: ...
    def __iter__(self) -> Iterator[UsbConfiguration]: ...
    def get_active_configuration(self) -> UsbConfiguration: ...
    def set_configuration(self, configuration: int) -> None: ...
    def is_kernel_driver_active(self, interface: int) -> bool: ...
    def detach_kernel_driver(self, interface: int) -> None: ...
    def attach_kernel_driver(self, interface: int) -> None: ...
    def set_interface_altsetting(self, interface: int, alternate_setting: int) -> None: ...
    def clear_halt(self, ep: int) -> None: ...
    def write(self, endpoint: int, data: bytes, timeout: int) -> int: ...
    def read(self, endpoint: int, size_or_buffer: int, timeout: int) -> Sequence[int]: ...
    def ctrl_transfer(
        self,
        bmRequestType: int,
        bRequest: int,
        wValue: int,
        wIndex: int,
        *,
        data_or_wLength: int,
        timeout: int,
    ) -> Sequence[int]: ...


class UsbBus(Protocol):
    """What is asked of pyusb beside a device's own methods."""

    def devices(self) -> Iterable[UsbDevice] | None:
        """All devices; None where there is no libusb."""

    def claim(self, device: UsbDevice, interface: int) -> None:
        """Take an interface."""

    def release(self, device: UsbDevice, interface: int) -> None:
        """Give it back."""

    def dispose(self, device: UsbDevice) -> None:
        """Close the device."""


class _Core(Protocol):
    def find(self, *, find_all: bool, backend: object) -> Iterable[UsbDevice]: ...


class _Util(Protocol):
    def claim_interface(self, device: UsbDevice, interface: int) -> None: ...
    def release_interface(self, device: UsbDevice, interface: int) -> None: ...
    def dispose_resources(self, device: UsbDevice) -> None: ...


class _Libusb(Protocol):
    def get_backend(self) -> object: ...


class SystemUsb:
    """This computer's bus; `backend` is pyusb's own way to another one."""

    def __init__(self, backend: object = None) -> None:
        self._backend = backend
        self._core = cast("_Core", importlib.import_module("usb.core"))
        self._util = cast("_Util", importlib.import_module("usb.util"))

    def devices(self) -> Iterable[UsbDevice] | None:
        backend = self._backend
        if backend is None:
            libusb = cast("_Libusb", importlib.import_module("usb.backend.libusb1"))
            backend = libusb.get_backend()
        return None if backend is None else self._core.find(find_all=True, backend=backend)

    def claim(self, device: UsbDevice, interface: int) -> None:
        self._util.claim_interface(device, interface)

    def release(self, device: UsbDevice, interface: int) -> None:
        self._util.release_interface(device, interface)

    def dispose(self, device: UsbDevice) -> None:
        self._util.dispose_resources(device)


@dataclass(frozen=True, slots=True)
class PrinterInterface:
    """Where a device prints: numbers of configuration, interface and alternate setting, addresses
    of the two bulk endpoints (`source` 0: it cannot answer), and the packet size of the source."""

    configuration: int
    interface: int
    alternate: int
    sink: int
    source: int
    packet: int


def printer_interface(device: UsbDevice) -> PrinterInterface | None:
    """The best printer interface of a device: both ways before one way; None for no printer."""
    found = [
        (interface.bInterfaceProtocol, place)
        for configuration in device
        for interface in configuration
        if interface.bInterfaceClass == PRINTER_CLASS
        and interface.bInterfaceProtocol in _PROTOCOLS
        and (place := _place(configuration, interface)) is not None
    ]
    return min(found, key=lambda one: _PROTOCOLS.index(one[0]))[1] if found else None


def _place(configuration: UsbConfiguration, interface: UsbInterface) -> PrinterInterface | None:
    bulk = [end for end in interface if end.bmAttributes & _TYPE_BITS == _BULK]
    sinks = [end for end in bulk if not end.bEndpointAddress & _IN]
    sources = [end for end in bulk if end.bEndpointAddress & _IN]
    if not sinks:
        return None
    return PrinterInterface(
        configuration=configuration.bConfigurationValue,
        interface=interface.bInterfaceNumber,
        alternate=interface.bAlternateSetting,
        sink=sinks[0].bEndpointAddress,
        source=sources[0].bEndpointAddress if sources else 0,
        packet=sources[0].wMaxPacketSize if sources else 0,
    )


def text_of(device: UsbDevice, name: str) -> str:
    """A device's own text ("serial_number", "product"), or "" where it may not be read."""
    try:
        told: object = getattr(device, name)
    except (OSError, ValueError):  # ValueError: pyusb's word for "not allowed to read it"
        return ""
    return told if isinstance(told, str) else ""


def usb_id(device: UsbDevice) -> str:
    """ "04b8:0e15"."""
    return f"{device.idVendor:04x}:{device.idProduct:04x}"
