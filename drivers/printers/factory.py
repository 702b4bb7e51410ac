"""From configuration to a printer's line: "tcp://10.0.0.9:9100", "usb:04b8:0e15", "spool:QUEUE".

Nothing is guessed: what is not understood is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from drivers.errors import BadLinkSettings
from drivers.links.options import one_of, whole
from drivers.printers.device_file import DeviceFileLink
from drivers.printers.driver import EscPosPrinter
from drivers.printers.serial import SerialPrinterLink, SerialPrinterSettings
from drivers.printers.spool import SpoolLink
from drivers.printers.tcp import RAW_PORT, TcpPrinterLink, TcpPrinterSettings
from drivers.printers.usb import UsbPrinterLink, UsbPrinterSettings

if TYPE_CHECKING:
    from drivers.clock import Clock
    from drivers.printers.contract import PrinterLink
    from drivers.printers.limits import PrintLimits
    from drivers.printers.serial import Flow
    from printing.profile import PrinterProfile

    _Option = Callable[[SerialPrinterSettings, str], SerialPrinterSettings]

FORMS = (
    "Write tcp://HOST:9100, serial:DEVICE?baud=19200, usb:VENDOR:PRODUCT[:SERIAL], file:PATH, "
    "or spool:QUEUE."
)
_PORT_MAX = 65_535
_BAUD_MAX = 4_000_000


def build_printer(
    link: str,
    profile: PrinterProfile,
    clock: Clock,
    limits: PrintLimits | None = None,
    *,
    build: Callable[[str, Clock], PrinterLink] | None = None,
) -> EscPosPrinter:
    """The printer at `link`, not opened yet. `build` makes the line, as `build_link` does.

    Raises BadLinkSettings.
    """
    return EscPosPrinter((build or build_link)(link, clock), clock, profile, limits)


def build_link(text: str, clock: Clock) -> PrinterLink:
    """The line that a text describes, not opened yet. Raises BadLinkSettings, which names the part
    that is wrong."""
    kind, colon, rest = text.strip().partition(":")
    if not colon or not rest or kind not in _KINDS:
        raise bad(text, f"{text!r} names no printer", FORMS)
    return _KINDS[kind](text, rest, clock)


def bad(text: str, what: str, what_to_do: str) -> BadLinkSettings:
    """A link text that cannot be used."""
    return BadLinkSettings(what, what_to_do=what_to_do, link=text)


def _tcp(text: str, rest: str, clock: Clock) -> PrinterLink:
    where = rest.removeprefix("//").rstrip("/")
    found = _ADDRESS.fullmatch(where)
    try:
        if found is None:
            raise ValueError("is no address and port")
        port = whole(found["port"] or str(RAW_PORT), 1, _PORT_MAX)
    except ValueError as error:
        raise bad(text, f"{where!r} {error}", "Write tcp://HOST:9100.") from None
    host = found["host"].removeprefix("[").removesuffix("]")
    return TcpPrinterLink(TcpPrinterSettings(host, port), clock=clock)


def _serial(text: str, rest: str, clock: Clock) -> PrinterLink:
    device, _, options = rest.partition("?")
    if not device:
        raise bad(text, f"{text!r} names no port", FORMS)
    settings = SerialPrinterSettings(device)
    seen: set[str] = set()
    for option in options.split("&") if options else ():
        name, equals, value = option.partition("=")
        if name not in _SERIAL_OPTIONS or not equals or name in seen:
            known = f"Known options, each once: {', '.join(_SERIAL_OPTIONS)}; write NAME=VALUE."
            raise bad(text, f"option {option!r} cannot be used", known)
        seen.add(name)
        try:
            settings = _SERIAL_OPTIONS[name](settings, value)
        except ValueError as error:
            raise bad(text, f"{name}={value} {error}", f"Correct {name}.") from None
    return SerialPrinterLink(settings, clock=clock)


def _usb(text: str, rest: str, clock: Clock) -> PrinterLink:
    found = _USB.fullmatch(rest)
    if found is None:
        what_to_do = "Write usb:VENDOR:PRODUCT as in the list of printers: usb:04b8:0e15."
        raise bad(text, f"{rest!r} is not two numbers of four hex digits", what_to_do)
    vendor, product, serial = found["vendor"], found["product"], found["serial"] or ""
    settings = UsbPrinterSettings(int(vendor, 16), int(product, 16), serial)
    return UsbPrinterLink(settings, clock=clock)


def _file(_text: str, rest: str, clock: Clock) -> PrinterLink:
    return DeviceFileLink(rest, clock=clock)


def _spool(text: str, rest: str, _clock: Clock) -> PrinterLink:
    if not _QUEUE.fullmatch(rest):
        raise bad(text, f"{rest!r} is no name of a queue", "Write it as the system lists it.")
    return SpoolLink(rest)


_ADDRESS: Final = re.compile(r"(?P<host>\[[^\]\s]+\]|[^:\s\[\]/]+)(?::(?P<port>.*))?")
_USB: Final = re.compile(
    r"(?P<vendor>[0-9a-f]{4}):(?P<product>[0-9a-f]{4})(?::(?P<serial>[\x21-\x7e]{1,126}))?", re.I
)
# A name cannot be taken for an option of the system's tool, nor for a part of its command.
_QUEUE: Final = re.compile(r"[^\W][\w .+-]{0,126}")
_FLOWS: Final[dict[str, Flow]] = {
    "none": "none",
    "rtscts": "rtscts",
    "dsrdtr": "dsrdtr",
    "xonxoff": "xonxoff",
}
_SERIAL_OPTIONS: Final[dict[str, _Option]] = {
    "baud": lambda line, text: replace(line, baud=whole(text, 50, _BAUD_MAX)),
    "bits": lambda line, text: replace(line, bits=whole(text, 5, 8)),
    "parity": lambda line, text: replace(line, parity=one_of(text, {p: p for p in "NEOMS"})),
    "stop_bits": lambda line, text: replace(
        line, stop_bits=one_of(text, {"1": 1.0, "1.5": 1.5, "2": 2.0})
    ),
    "flow": lambda line, text: replace(line, flow=one_of(text, _FLOWS)),
}
_KINDS: Final[dict[str, Callable[[str, str, Clock], PrinterLink]]] = {
    "tcp": _tcp,
    "serial": _serial,
    "usb": _usb,
    "file": _file,
    "spool": _spool,
}
