"""Runs dialogues: each is a generator that says what to send or wait for, and is told what came.

One main dialogue has the master rights; short ones (a status enquiry, an abort) may run beside it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from simulators.personalities.zvt.link import Delivered, Undelivered
from simulators.terminal import Happening

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.messages import Message
    from simulators.personalities.zvt.link import Link


class Reply(Enum):
    """How the till answered a command of ours."""

    POSITIVE = auto()
    NEGATIVE = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Say:
    """An answer: goes on with Reply.POSITIVE once delivered, else Reply.NONE."""

    message: Message


@dataclass(frozen=True, slots=True)
class Tell:
    """A command of the terminal: goes on with the till's reply. `last`: nothing depends on it."""

    message: Message
    last: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Goes on with the next happening at the device, or with None after the time."""

    seconds: float


Wish = Say | Tell | Wait
Told = Reply | Happening | None
Steps = Generator[Wish, Told, None]


class Dialogue:
    """One running generator and what it waits for."""

    def __init__(self, steps: Steps, link: Link, stamp: Callable[[Message, bool], bytes]) -> None:
        self._steps = steps
        self._link = link
        self._stamp = stamp
        self._frame: int | None = None  # waits for the delivery of this frame
        self._wish: Wish | None = None
        self._t3_s = 0.0
        self.due: float | None = None
        self.done = False
        self.orphan = False  # its connection is gone: nothing it says is heard, nobody replies

    @property
    def ending(self) -> bool:
        """Whether only its last word is under way: the till may begin something new."""
        return self.done or (isinstance(self._wish, Tell) and self._wish.last)

    @property
    def waits_for_reply(self) -> bool:
        """Whether an answer of the till belongs to it."""
        return isinstance(self._wish, Tell) and self._frame is None and not self.orphan

    @property
    def waits_for_device(self) -> bool:
        """Whether it wants to know what happens at the device."""
        return isinstance(self._wish, Wait)

    def begin(self, now: float, t3_s: float) -> None:
        """Run up to the first thing to wait for."""
        self._t3_s = t3_s
        self._resume(None, now)

    def fate(self, event: Delivered | Undelivered, now: float) -> bool:
        """The fate of a frame; False when it is none of ours."""
        if event.frame != self._frame:
            return False
        self._frame = None
        if isinstance(event, Undelivered):
            self._resume(Reply.NONE, now)
        elif isinstance(self._wish, Say):
            self._resume(Reply.POSITIVE, now)
        else:
            self.due = now + self._t3_s
        return True

    def reply(self, reply: Reply, now: float) -> None:
        """The till answered."""
        self._resume(reply, now)

    def happened(self, happening: Happening, now: float) -> None:
        """Something happened at the device."""
        self._resume(happening, now)

    def tick(self, now: float) -> None:
        """Its time may be over."""
        if self.due is not None and now >= self.due:
            self._resume(None if isinstance(self._wish, Wait) else Reply.NONE, now)

    def drop(self) -> None:
        """Forget it."""
        self.done = True
        self.due = None
        self._steps.close()

    def give_up(self) -> None:
        """Forget it and what it still wanted to say."""
        if self._frame is not None:
            self._link.cancel(self._frame)
        self.drop()

    def _resume(self, told: Told, now: float) -> None:
        self.due = None
        try:
            wish = self._steps.send(told) if self._wish is not None else next(self._steps)
        except StopIteration:
            self.done = True
            return
        self._wish = wish
        if isinstance(wish, Wait):
            self.due = now + wish.seconds
        elif self.orphan:
            self._frame = None
            self.due = now + self._t3_s
        else:
            self._frame = self._link.send(self._stamp(wish.message, isinstance(wish, Say)), now)
