"""Words of the simulators' command lines that are more than text; what is none is told plainly."""

from __future__ import annotations

import argparse
from importlib import metadata
from typing import Final

DISTRIBUTION: Final = "pos-refund-agent"
PORT_MAX: Final = 65_535


def host_port(text: str) -> tuple[str, int]:
    """ "127.0.0.1:0" as its parts. Raises ArgumentTypeError, as all of these do."""
    host, colon, port = text.rpartition(":")
    good = colon and host and port.isascii() and port.isdecimal() and int(port) <= PORT_MAX
    if not good:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)


def positive(text: str) -> float:
    """A number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def positive_int(text: str) -> int:
    """A whole number above 0."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def version() -> str:
    """The installed version."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "(not installed)"
