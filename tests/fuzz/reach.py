"""Which inputs of a large corpus are worth keeping: the shortest that still reach every branch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from tests.fuzz.target import Target

    Step = tuple[str, int, int]

FILES_MAX: Final = 40  # of one target
BYTES_MAX: Final = 512  # of one file
_PARTS: Final = ("/protocols/", "/drivers/", "/simulators/", "/terminal_agent/")


def smallest(target: Target, inputs: Iterable[bytes]) -> list[bytes]:
    """Of these inputs the few that reach what the target's own seeds do not, shortest first."""
    reached: set[Step] = set()
    for data in target.seeds():
        reached |= steps(target, data)
    kept: list[bytes] = []
    for data in sorted({one for one in inputs if len(one) <= BYTES_MAX}, key=lambda d: (len(d), d)):
        new = steps(target, data) - reached
        if new:
            reached |= new
            kept.append(data)
        if len(kept) == FILES_MAX:
            break
    return kept


def steps(target: Target, data: bytes) -> set[Step]:
    """From which line to which line of the product the run of one input went."""
    seen: set[Step] = set()
    last: dict[int, int] = {}

    def inside(frame: FrameType, event: str, _arg: object) -> object:
        if event == "line":
            line = frame.f_lineno
            seen.add((frame.f_code.co_filename, last.get(id(frame), 0), line))
            last[id(frame)] = line
        return inside

    def enter(frame: FrameType, _event: str, _arg: object) -> object:
        name = frame.f_code.co_filename.replace("\\", "/")
        if not any(part in name for part in _PARTS) or "/site-packages/" in name:
            return None
        last.pop(id(frame), None)
        return inside

    before = sys.gettrace()
    sys.settrace(enter)  # type: ignore[arg-type]
    try:
        target.run(data)
    finally:
        sys.settrace(before)
    return seen
