"""The one place where a printer's trouble in the system becomes one of our errors.

The classes are those of every line; the codes are the printers' own, since what a person does about
a printer is not what they do about a card terminal. `details["printer"]` names the place.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Final

from drivers.errors import (
    LinkError,
    LinkRefused,
    NoPermission,
    PortBusy,
    PortMissing,
    PrinterLost,
)
from drivers.links.faults import error_number

if TYPE_CHECKING:
    from collections.abc import Callable

_MISSING: Final = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO})
_BUSY: Final = frozenset({errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})
_UNREACHABLE: Final = frozenset(
    {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT, errno.EHOSTDOWN}
)


def missing(where: str, what_to_do: str = "") -> PortMissing:
    """There is no such printer."""
    return PortMissing(
        f"there is no printer at {where}",
        code="printer.missing",
        what_to_do=what_to_do or "Check cable and power. List the printers: printer list.",
        details={"printer": where},
    )


def busy(where: str) -> PortBusy:
    """Another program holds it."""
    return PortBusy(
        f"another program uses the printer at {where}",
        code="printer.busy",
        what_to_do="Close what else prints, or print through the system's queue (spool:QUEUE).",
        details={"printer": where},
    )


def forbidden(where: str, group: str = "") -> NoPermission:
    """The system does not let this user print there; `group` may."""
    return NoPermission(
        f"the system does not let this user use the printer at {where}",
        code="printer.no_permission",
        what_to_do=f'Run: sudo usermod -aG {group or "lp"} "$USER" - then log out and in again.',
        details={"printer": where, "group": group or "lp"},
    )


def refused(where: str, error: Exception) -> LinkRefused:
    """On the network, and not to be had."""
    return LinkRefused(
        f"the printer at {where} cannot be reached: {error}",
        code="printer.refused",
        what_to_do="Is it on, in this network, and used by no other till at this moment?",
        details={"printer": where},
    )


def cannot_open(where: str, error: Exception) -> LinkError:
    """Anything else."""
    return LinkError(
        f"the printer at {where} cannot be opened: {error}",
        code="printer.cannot_open",
        what_to_do="Switch the printer off and on, plug it in again and try once more.",
        details={"printer": where, "problem": str(error)},
    )


def open_fault(
    error: Exception, where: str, group: Callable[[str], str] | None = None
) -> LinkError:
    """Why a printer could not be taken."""
    number = error_number(error)
    if isinstance(error, socket.gaierror | UnicodeError):
        return missing(where, "Check the spelling of the printer's address.")
    if isinstance(error, ConnectionRefusedError | TimeoutError) or number in _UNREACHABLE:
        return refused(where, error)
    if number in _MISSING or "FileNotFoundError" in str(error):  # pyserial on Windows says no more
        return missing(where)
    if number in _BUSY or "PermissionError" in str(error):
        return busy(where)
    if number in _FORBIDDEN:
        return forbidden(where, group(where) if group is not None else "")
    return cannot_open(where, error)


def lost(error: Exception | str, where: str, *, written: int = 0) -> PrinterLost:
    """The line died in use; `written` bytes of the present write may have left us."""
    return PrinterLost(
        f"the printer at {where} was lost: {error}", written=written, details={"printer": where}
    )
