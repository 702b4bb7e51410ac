"""Which serial ports there are, and whether this user could use them; it chooses none."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from drivers.errors import LinkError, NoPermission, PortBusy
from drivers.hints import busy_hint, owning_group, permission_hint
from drivers.links.serial import SerialLink
from drivers.links.serial_port import SerialSettings

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class FoundPort:
    """A port as the system lists it; the USB identity where there is one."""

    device: str
    description: str = ""
    vid: int | None = None
    pid: int | None = None
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class PortReport:
    """A port and whether it can be used. `hint_code` is "" or the code of the error that opening
    it would give (a text key); `hint` is its English text."""

    port: FoundPort
    usable: bool
    hint_code: str = ""
    hint: str = ""

    @property
    def usb_id(self) -> str:
        """ "0403:6001", or "" for a port that is not on USB."""
        if self.port.vid is None or self.port.pid is None:
            return ""
        return f"{self.port.vid:04x}:{self.port.pid:04x}"


class PortSystem(Protocol):
    """What is asked of the operating system."""

    platform: str

    def ports(self) -> Sequence[FoundPort]:
        """All ports there are."""

    def may_use(self, device: str) -> bool:
        """Whether this user may read and write it."""

    def group(self, device: str) -> str:
        """Who owns it, or ""."""

    def try_open(self, device: str) -> None:
        """Open it for ourselves and close it again. Raises LinkError."""


class ThisComputer:
    """The real one."""

    platform = sys.platform

    def ports(self) -> Sequence[FoundPort]:
        """As pyserial lists them."""
        from serial.tools.list_ports import comports

        return tuple(
            FoundPort(
                device=info.device,
                description="" if info.description in {None, "n/a"} else info.description,
                vid=info.vid,
                pid=info.pid,
                serial_number=info.serial_number or "",
            )
            for info in comports()
        )

    def may_use(self, device: str) -> bool:
        """By the permission bits; Windows has none, there the answer is yes."""
        return self.platform == "win32" or os.access(device, os.R_OK | os.W_OK)

    def group(self, device: str) -> str:
        """The group of the device file."""
        return owning_group(device)

    def try_open(self, device: str) -> None:
        """Raises modem lines for a moment, as each opening does."""
        link = SerialLink(SerialSettings(device), known=tuple)
        link.open()
        link.close()


def list_ports(*, probe: bool = False, system: PortSystem | None = None) -> tuple[PortReport, ...]:
    """All ports, sorted by name. `probe` also opens each for a moment to see whether it is busy:
    that moves the modem lines, so it is done only when a person asks for it."""
    asked = system or ThisComputer()
    found = sorted(asked.ports(), key=lambda port: port.device)
    return tuple(_report(port, asked, probe=probe) for port in found)


def devices() -> tuple[str, ...]:
    """The names of all ports, sorted."""
    return tuple(report.port.device for report in list_ports())


def _report(port: FoundPort, system: PortSystem, *, probe: bool) -> PortReport:
    device = port.device
    if not system.may_use(device):
        hint = permission_hint(device, system.platform, system.group(device))
        return PortReport(port, usable=False, hint_code=NoPermission.CODE, hint=hint)
    if not probe:
        return PortReport(port, usable=True)
    try:
        system.try_open(device)
    except PortBusy as error:
        hint = busy_hint(device, system.platform)
        return PortReport(port, usable=False, hint_code=error.code, hint=hint)
    except LinkError as error:
        return PortReport(port, usable=False, hint_code=error.code, hint=error.what_to_do)
    return PortReport(port, usable=True)
