"""From configuration to a printer's line: "tcp://10.0.0.9:9100", "usb:04b8:0e15", "spool:QUEUE".

Nothing is guessed: what is not understood is refused by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.errors import BadLinkSettings
from drivers.printers.device_file import DeviceFileLink
from drivers.printers.driver import EscPosPrinter
from drivers.printers.tcp import RAW_PORT, TcpPrinterLink, TcpPrinterSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock
    from drivers.printers.contract import PrinterLink
    from drivers.printers.limits import PrintLimits
    from printing.profile import PrinterProfile

FORMS = (
    "Write tcp://HOST:9100, serial:DEVICE?baud=19200, usb:VENDOR:PRODUCT[:SERIAL], file:PATH, "
    "or spool:QUEUE."
)
_PORT_MAX = 65_535


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
    if where.startswith("["):  # an IPv6 address stands in brackets
        host, _, port = where[1:].partition("]")
        port = port.removeprefix(":") if port else ""
    else:
        host, _, port = where.partition(":")
    good = not port or (port.isascii() and port.isdecimal() and 0 < int(port) <= _PORT_MAX)
    if not host or not good:
        raise bad(text, f"{where!r} is no address and port", "Write tcp://HOST:9100.")
    return TcpPrinterLink(TcpPrinterSettings(host, int(port or RAW_PORT)), clock=clock)


def _file(_text: str, rest: str, clock: Clock) -> PrinterLink:
    return DeviceFileLink(rest, clock=clock)


_KINDS: dict[str, Callable[[str, str, Clock], PrinterLink]] = {"tcp": _tcp, "file": _file}
