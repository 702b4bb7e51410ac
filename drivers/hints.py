"""English hints for port troubles, per platform; data and formatting, plus one look at the owner.

The operator's own language has its texts elsewhere; these are for logs, engineers and fallback.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# How many other ports a hint names before it stops.
_NAMED_MAX = 8

_PERMISSION = {
    "linux": (
        'Run: sudo usermod -aG {group} "$USER" - then log out and in again. '
        "Or let a udev rule give the device to your group."
    ),
    "darwin": "Close other programs, unplug the adapter and plug it in again.",
    "win32": "Start the agent as the user who may use the port.",
}
_BUSY = {
    "linux": (
        "Close the till software or whatever else uses it (sudo fuser {port} names it). "
        "ModemManager holds a newly plugged adapter for some seconds: wait half a minute, "
        "or switch it off for this device by a udev rule (ID_MM_DEVICE_IGNORE)."
    ),
    "darwin": "Close the till software or whatever else uses it (lsof {port} names it).",
    "win32": "Close the till software, the MIS control or whatever else uses it.",
}
_MISSING = {
    "linux": "Is the adapter plugged in? Names look like /dev/ttyUSB0 or /dev/ttyACM0.",
    "darwin": "Is the adapter plugged in? Use the /dev/cu.… name, not /dev/tty.….",
    "win32": "Is the adapter plugged in? The Device Manager lists ports as COM3, COM4 ….",
}


def permission_hint(port: str, platform: str, group: str) -> str:
    """What to do when the system refuses `port`; `group` owns the device ("" if not known)."""
    return _for(_PERMISSION, platform).format(port=port, group=group or "dialout")


def busy_hint(port: str, platform: str) -> str:
    """What to do when another program holds `port`."""
    return _for(_BUSY, platform).format(port=port)


def missing_hint(platform: str, others: Sequence[str]) -> str:
    """What to do when there is no such port; `others` are the ports that do exist."""
    if not others:
        return f"{_for(_MISSING, platform)} No serial port was found at all."
    named = ", ".join(others[:_NAMED_MAX])
    return f"{_for(_MISSING, platform)} Ports that exist: {named}."


def _for(texts: dict[str, str], platform: str) -> str:
    return texts.get(platform, texts["linux"])


def owning_group(port: str) -> str:
    """Name of the group a device belongs to, or "" where there is none or nobody can tell."""
    try:
        return Path(port).group()
    except (OSError, KeyError, NotImplementedError):
        return ""
