"""The one place where what the operating system and pyserial raise becomes one of our errors.

A vanished device shows itself as SerialException, OSError, termios.error (neither of both),
TypeError or ValueError (a descriptor that is gone), depending on which call met it first. So in use
every exception counts as a lost line, and only a count of zero bytes handed over says "nothing was
written".
"""

from __future__ import annotations

import errno
import threading
from typing import TYPE_CHECKING

from drivers.errors import (
    LinkError,
    LinkLost,
    LinkRefused,
    NoPermission,
    PortBusy,
    PortMissing,
)
from drivers.hints import busy_hint, missing_hint, permission_hint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MISSING = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO})
_BUSY = frozenset({errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})
_NOT_A_PORT = frozenset({errno.ENOTTY, errno.EISDIR})
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT, errno.EHOSTDOWN})


def lost(error: Exception, port: str, doing: str, *, nothing_written: bool = False) -> LinkLost:
    """The line died in use. `doing` is what we were at: "read" or "write"."""
    return LinkLost(
        f"{port} was lost in a {doing}: {error}",
        nothing_written=nothing_written,
        details={"port": port},
    )


def error_number(error: Exception) -> int | None:
    """The errno of an exception; also of termios.error, which is no OSError, and of pyserial's
    "Could not configure port: (25, '…')", which keeps it only as the cause or in its context."""
    seen: BaseException | None = error
    while seen is not None:
        number = seen.errno if isinstance(seen, OSError) else None
        if number is None and seen.args and isinstance(seen.args[0], int):
            number = seen.args[0]
        if number is not None:
            return number
        seen = seen.__cause__ or seen.__context__
    return None


def serial_open_fault(
    error: Exception,
    port: str,
    *,
    platform: str,
    known: Callable[[], Sequence[str]],
    group: Callable[[str], str],
) -> LinkError:
    """Why a serial port could not be opened. `known` lists the ports there are, `group` tells
    who owns a device; both are asked only when their answer helps."""
    number = error_number(error)
    text = str(error)
    details = {"port": port}
    # Windows: pyserial has no errno there, only the repr of the system's error in its text.
    if number in _MISSING or "FileNotFoundError" in text:
        return PortMissing(
            f"there is no serial port {port}",
            what_to_do=missing_hint(platform, [name for name in known() if name != port]),
            details=details,
        )
    if number in _BUSY or (platform == "win32" and "PermissionError" in text):
        return PortBusy(
            f"another program uses {port}",
            what_to_do=busy_hint(port, platform),
            details=details,
        )
    if number in _FORBIDDEN:
        return NoPermission(
            f"the system does not let this user open {port}",
            what_to_do=permission_hint(port, platform, group(port)),
            details=details,
        )
    if number in _NOT_A_PORT:
        return LinkError(
            f"{port} is not a serial port",
            code="link.not_a_port",
            what_to_do="Name the device of the serial port.",
            details=details,
        )
    if number == errno.EINVAL or isinstance(error, ValueError):
        return LinkError(
            f"{port} does not accept the line settings: {text}",
            code="link.settings_refused",
            what_to_do="Compare baud rate, data bits, parity and stop bits with the terminal's.",
            details=details,
        )
    return LinkError(
        f"{port} cannot be opened: {text}",
        what_to_do="Unplug the adapter, plug it in again and try once more.",
        details=details,
    )


def tcp_open_fault(error: OSError, port: str) -> LinkError:
    """Why a terminal on the network could not be reached; a name that is not found comes apart."""
    details = {"port": port}
    if isinstance(error, ConnectionRefusedError):
        return LinkRefused(
            f"{port} refused the connection",
            what_to_do="Is the terminal on, its till interface enabled and the port number right?",
            details=details,
        )
    if isinstance(error, TimeoutError) or error.errno in _UNREACHABLE:
        return LinkRefused(
            f"{port} cannot be reached",
            code="link.unreachable",
            what_to_do="Check the network cable, the address and that both are in one network.",
            details=details,
        )
    if error.errno in _FORBIDDEN:
        return NoPermission(
            f"the system does not let this user connect to {port}",
            what_to_do="A firewall may be in the way: allow the agent to connect.",
            details=details,
        )
    return LinkError(
        f"{port} cannot be connected to: {error}",
        what_to_do="Check the network and the terminal.",
        details=details,
    )


class Owner:
    """Asserts that one thread alone uses a line; a second one is a bug of ours."""

    def __init__(self) -> None:
        self._thread: int | None = None

    def take(self) -> None:
        """The present thread opens the line and owns it from now on."""
        self._thread = threading.get_ident()

    def check(self) -> None:
        """Whoever asks must be the owner."""
        assert self._thread == threading.get_ident(), "a line is used by a thread that opened none"
