"""A USB bus in memory behind pyusb's own front: real pyusb objects, scripted transfers.

The printer's answers and refusals are those that libusb gives on Linux.
"""

from __future__ import annotations

import array
import errno
import importlib
from collections import deque
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

_CORE = importlib.import_module("usb.core")

IN, OUT = 0x82, 0x01


def fault(number: int) -> OSError:
    """What pyusb raises for an error of the system."""
    kind: type[OSError] = _CORE.USBTimeoutError if number == errno.ETIMEDOUT else _CORE.USBError
    return kind("scripted", None, number)


@dataclass
class Device:
    """One device: a printer of class 7, unless it is said otherwise.

    `takes` answers the next writes (a count or an error; empty: everything), `says` the next
    reads. `control` answers control requests by their (type, request).
    """

    serial: str = "X12"
    product: str = "Receipt Printer"
    vendor: int = 0x04B8
    number: int = 0x0E15
    interface_class: int = 7
    protocol: int = 2
    alternate: int = 0
    with_source: bool = True
    kernel_driver: bool = True
    configured: bool = True
    open_error: int = 0
    claim_error: int = 0
    takes: deque[int | Exception] = field(default_factory=deque)
    says: deque[bytes | Exception] = field(default_factory=deque)
    control: dict[tuple[int, int], bytes | Exception] = field(default_factory=dict)
    written: bytearray = field(default_factory=bytearray)
    log: list[str] = field(default_factory=list)


class MemoryBus:
    """What libusb would be."""

    def __init__(self, *devices: Device) -> None:
        self.devices = devices

    def enumerate_devices(self) -> Iterator[Device]:
        return iter(self.devices)

    def get_device_descriptor(self, dev: Device) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=dev.vendor, idProduct=dev.number,
            bcdDevice=1, iManufacturer=1, iProduct=2, iSerialNumber=3, bNumConfigurations=1,
            address=5, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Device, config: int) -> SimpleNamespace:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(
        self, dev: Device, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=dev.alternate,
            bNumEndpoints=2 if dev.with_source else 1, bInterfaceClass=dev.interface_class,
            bInterfaceSubClass=1, bInterfaceProtocol=dev.protocol, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, dev: Device, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(OUT, IN)[ep], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: Device) -> Device:
        if dev.open_error:
            raise fault(dev.open_error)
        dev.log.append("open")
        return dev

    def close_device(self, dev_handle: Device) -> None:
        dev_handle.log.append("close")

    def get_configuration(self, dev_handle: Device) -> int:
        return 1 if dev_handle.configured else 0

    def set_configuration(self, dev_handle: Device, config_value: int) -> None:
        dev_handle.log.append(f"configuration {config_value}")
        dev_handle.configured = True

    def claim_interface(self, dev_handle: Device, intf: int) -> None:
        if dev_handle.claim_error:
            raise fault(dev_handle.claim_error)
        dev_handle.log.append("claim")

    def release_interface(self, dev_handle: Device, intf: int) -> None:
        dev_handle.log.append("release")

    def set_interface_altsetting(self, dev_handle: Device, intf: int, altsetting: int) -> None:
        dev_handle.log.append(f"alternate {altsetting}")

    def is_kernel_driver_active(self, dev_handle: Device, intf: int) -> bool:
        return dev_handle.kernel_driver

    def detach_kernel_driver(self, dev_handle: Device, intf: int) -> None:
        dev_handle.log.append("detach")
        dev_handle.kernel_driver = False

    def attach_kernel_driver(self, dev_handle: Device, intf: int) -> None:
        dev_handle.log.append("attach")
        dev_handle.kernel_driver = True

    def clear_halt(self, dev_handle: Device, ep: int) -> None:
        dev_handle.log.append(f"clear {ep:02x}")

    def reset_device(self, dev_handle: Device) -> None:
        dev_handle.log.append("reset")

    def bulk_write(
        self, dev_handle: Device, ep: int, intf: int, data: Sequence[int], timeout: int
    ) -> int:
        assert timeout > 0, "0 would be for ever"
        count = dev_handle.takes.popleft() if dev_handle.takes else len(data)
        if isinstance(count, Exception):
            raise count
        dev_handle.written += bytes(data[:count])
        return count

    def bulk_read(
        self, dev_handle: Device, ep: int, intf: int, buff: MutableSequence[int], timeout: int
    ) -> int:
        assert timeout > 0, "0 would be for ever"
        assert len(buff) % 64 == 0, "a part of a packet would be lost"
        said = dev_handle.says.popleft() if dev_handle.says else fault(errno.ETIMEDOUT)
        if isinstance(said, Exception):
            raise said
        for at, byte in enumerate(said):
            buff[at] = byte
        return len(said)

    intr_write = iso_write = bulk_write
    intr_read = iso_read = bulk_read

    def ctrl_transfer(self, dev_handle: Device, *words: int | array.array[int]) -> int:
        """Type, request, value, index, where the answer goes, and the time."""
        kind, request, value, _, data, timeout = words
        assert isinstance(data, array.array)
        assert isinstance(timeout, int)
        assert timeout > 0, "0 would be for ever"
        answer = self._answer(dev_handle, kind, request, value)
        if isinstance(answer, Exception):
            raise answer
        part = answer[: len(data)]
        for at, byte in enumerate(part):
            data[at] = byte
        return len(part)

    def _answer(
        self, dev: Device, kind: object, request: object, value: object
    ) -> bytes | Exception:
        assert isinstance(kind, int)
        assert isinstance(request, int)
        assert isinstance(value, int)
        if (kind, request) in dev.control:
            return dev.control[kind, request]
        if (kind, request) == (0x80, 6):
            return _text(dev, value & 0xFF)
        return bytes(2)


def _text(dev: Device, index: int) -> bytes:
    if index == 0:
        return b"\x04\x03\x09\x04"
    text = ("", "Maker", dev.product, dev.serial)[index].encode("utf-16-le")
    return bytes((len(text) + 2, 3)) + text


Maker = Callable[[], MemoryBus]
