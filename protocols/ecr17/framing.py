"""ECR17 on the line: four readings of what the check value covers, and three-byte answers.

The papers give the start value 7F and leave open whether STX and ETX count. A terminal takes one
of the four and refuses the rest, so the session finds out which (with harmless questions only).
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.stx import ETX, STX, AckShape, StxFramer, StxShape

if TYPE_CHECKING:
    from collections.abc import Mapping

LRC_START: Final = 0x7F
PROGRESS_MAX: Final = 80  # the papers say 20 letters; longer ones are shown all the same
_STD: Final = StxShape(
    start=LRC_START, covers_etx=False, acks=AckShape.FRAMED, progress_max=PROGRESS_MAX
)
MODES: Final[Mapping[str, StxShape]] = MappingProxyType(
    {
        "std": _STD,
        "stx": replace(_STD, covers_stx=True, covers_etx=True),
        "noext": replace(_STD, covers_etx=True),
        "stx_noext": replace(_STD, covers_stx=True),
    }
)
# What the check value of a mode has more than that of "std".
_MODE_BY_DIFFERENCE: Final = {0: "std", STX ^ ETX: "stx", ETX: "noext", STX: "stx_noext"}
ANY_MODE: Final = replace(_STD, any_reach=True, acks=AckShape.EITHER)


def shape_of(mode: str, *, lone_ack: bool = False) -> StxShape:
    """The line's shape in a mode; `lone_ack`: the terminal may answer with one byte alone."""
    return replace(MODES[mode], acks=AckShape.EITHER) if lone_ack else MODES[mode]


def framer() -> StxFramer:
    """Reads frames of every mode and writes those of "std"."""
    return StxFramer(ANY_MODE)


def mode_of(body: bytes, check: int) -> str:
    """In which mode this check byte is right; "" where in none."""
    return _MODE_BY_DIFFERENCE.get(check ^ _STD.check(body), "")
