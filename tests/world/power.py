"""The disk below the real journal, watched, so that the power of the counter's computer can go.

What was synced is there afterwards; of the rest whatever the chance of the seed leaves.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Final

from tests.durability.cuts import cuts
from tests.durability.platter import Platter
from tests.durability.recorder import Recorder
from tests.durability.stage import lay_out

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from pathlib import Path

# Which of the ways of a cut, counted from "nothing arrived", are drawn.
_WAYS: Final = 12


class WatchedDisk:
    """One folder after the other: a cut leaves an image of the last one in a new one."""

    def __init__(self, rooms: Path) -> None:
        self._rooms = rooms.resolve()
        self._stack = ExitStack()
        self._room = 0
        self.cuts = 0
        self._begin({})

    @property
    def folder(self) -> Path:
        """Where the journal lies now."""
        return self._rooms / str(self._room)

    def _begin(self, image: Mapping[str, bytes]) -> None:
        self._room += 1
        lay_out(image, self.folder)
        self.recorder = Recorder(self.folder)
        self._stack.enter_context(self.recorder.watching())

    def die(self) -> None:
        """The process is dead: whatever its objects still do reaches no disk."""
        self.recorder.dead = True

    def again(self) -> None:
        """A new process, on the disk as the dead one saw it."""
        self.recorder.revive()

    def power_cut(self, chance: random.Random) -> None:
        """The process is dead and the power goes: a new disk, with what arrived."""
        self._stack.close()
        platter = Platter(self.recorder.log.base)
        for op in self.recorder.log.ops:
            platter.take(op)
        state = platter.state()
        ways = list(islice(cuts(state, chance), _WAYS))
        _, arrived = chance.choice(ways)
        self.cuts += 1
        self._begin(state.image(arrived))

    def close(self) -> None:
        """Nobody watches any more."""
        self._stack.close()
