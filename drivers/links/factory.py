"""From configuration to a link: "serial:/dev/ttyUSB0?stop_bits=2", "tcp:192.0.2.10:20007".

Nothing is guessed: what is not understood is refused by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from drivers.errors import BadLinkSettings
from drivers.links.options import one_of, seconds, whole
from drivers.links.serial import SerialLink
from drivers.links.serial_port import SerialSettings
from drivers.links.tcp import TcpLink, TcpSettings

if TYPE_CHECKING:
    from drivers.links.contract import Link
    from protocols.kit.contract import SerialDefaults

_Option = Callable[["LinkSettings", str], "LinkSettings"]

_FORMS = "Write serial:DEVICE (serial:COM3, serial:/dev/ttyUSB0?baud=9600) or tcp:HOST:PORT."
_PORT_MAX = 65_535
_BAUD_MAX = 4_000_000


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """One link in plain values. `kind` is "serial" (then `device` …) or "tcp" (`host`, `port`)."""

    kind: str
    device: str = ""
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop_bits: float = 1
    rts: bool = True
    dtr: bool = True
    host: str = ""
    port: int = 0
    connect_timeout_s: float = 10.0
    write_timeout_s: float = 5.0


def parse_link(
    text: str, *, serial: SerialDefaults | None = None, tcp_port: int | None = None
) -> LinkSettings:
    """Read a link string; `serial` and `tcp_port` are the protocol's defaults.

    Raises BadLinkSettings, which names the part that is wrong.
    """
    kind, colon, rest = text.strip().partition(":")
    where, _, options = rest.partition("?")
    if not colon or not where:
        raise _bad(text, f"{text!r} names no link", _FORMS)
    if kind == "serial":
        settings = LinkSettings("serial", device=where)
        if serial is not None:
            settings = replace(
                settings,
                baud=serial.baud,
                bits=serial.bits,
                parity=serial.parity,
                stop_bits=serial.stop_bits,
            )
        return _with_options(text, settings, options, _SERIAL_OPTIONS)
    if kind == "tcp":
        host, port = _host_and_port(text, where, tcp_port)
        return _with_options(text, LinkSettings("tcp", host=host, port=port), options, _TCP_OPTIONS)
    raise _bad(text, f"a link of kind {kind!r} does not exist", _FORMS)


def build_link(settings: LinkSettings) -> Link:
    """The link, not opened yet."""
    if settings.kind == "tcp":
        return TcpLink(
            TcpSettings(
                host=settings.host,
                port=settings.port,
                connect_timeout_s=settings.connect_timeout_s,
                write_timeout_s=settings.write_timeout_s,
            )
        )
    assert settings.kind == "serial", f"parse_link lets no {settings.kind!r} through"
    return SerialLink(
        SerialSettings(
            device=settings.device,
            baud=settings.baud,
            bits=settings.bits,
            parity=settings.parity,
            stop_bits=settings.stop_bits,
            rts=settings.rts,
            dtr=settings.dtr,
            write_timeout_s=settings.write_timeout_s,
        )
    )


def _bad(text: str, what: str, what_to_do: str) -> BadLinkSettings:
    return BadLinkSettings(what, what_to_do=what_to_do, link=text)


def _host_and_port(text: str, where: str, usual: int | None) -> tuple[str, int]:
    if where.startswith("["):  # an IPv6 address stands in brackets, as in a web address
        host, bracket, rest = where[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise _bad(text, f"{where!r} is no address in brackets", "Write tcp:[ADDRESS]:PORT.")
        digits = rest[1:] if rest else None
    else:
        host, colon, after = where.partition(":")
        digits = after if colon else None
    if not host:
        raise _bad(text, f"{text!r} names no host", _FORMS)
    if digits is None:
        if usual is None:
            raise _bad(text, f"{text!r} names no port", "Add the terminal's port: tcp:HOST:PORT.")
        return host, usual
    try:
        return host, whole(digits, 1, _PORT_MAX)
    except ValueError as error:
        raise _bad(
            text, f"port {digits!r} {error}", "An IPv6 address stands in brackets: tcp:[::1]:20007."
        ) from None


def _with_options(
    text: str, settings: LinkSettings, options: str, known: Mapping[str, _Option]
) -> LinkSettings:
    seen: set[str] = set()
    for option in options.split("&") if options else ():
        name, equals, value = option.partition("=")
        if name not in known or not equals:
            raise _bad(
                text,
                f"option {option!r} does not exist for {settings.kind}",
                f"Known options: {', '.join(known)}; write NAME=VALUE.",
            )
        if name in seen:
            raise _bad(text, f"option {name} is given twice", "Give it once.")
        seen.add(name)
        try:
            settings = known[name](settings, value)
        except ValueError as error:
            raise _bad(text, f"{name}={value} {error}", f"Correct {name}.") from None
    return settings


_SWITCH = {"on": True, "off": False}
_STOP_BITS = {"1": 1.0, "1.5": 1.5, "2": 2.0}
_PARITY = {letter: letter for letter in "NEOMS"}
_SERIAL_OPTIONS: Mapping[str, _Option] = {
    "baud": lambda link, text: replace(link, baud=whole(text, 50, _BAUD_MAX)),
    "bits": lambda link, text: replace(link, bits=whole(text, 5, 8)),
    "parity": lambda link, text: replace(link, parity=one_of(text, _PARITY)),
    "stop_bits": lambda link, text: replace(link, stop_bits=one_of(text, _STOP_BITS)),
    "rts": lambda link, text: replace(link, rts=one_of(text, _SWITCH)),
    "dtr": lambda link, text: replace(link, dtr=one_of(text, _SWITCH)),
    "write_timeout_s": lambda link, text: replace(link, write_timeout_s=seconds(text)),
}
_TCP_OPTIONS: Mapping[str, _Option] = {
    "connect_timeout_s": lambda link, text: replace(link, connect_timeout_s=seconds(text)),
    "write_timeout_s": lambda link, text: replace(link, write_timeout_s=seconds(text)),
}
