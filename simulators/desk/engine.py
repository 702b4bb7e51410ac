"""Runs dialogues: each is a generator that says what to send or wait for, and is told what came."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.kit.framing import Control
from simulators.desk.link import Delivered, Undelivered
from simulators.terminal import Happening

if TYPE_CHECKING:
    from simulators.desk.link import StxLink


class Fate(Enum):
    """What became of something that was sent."""

    TAKEN = auto()  # acknowledged, or written where nothing is awaited
    LOST = auto()  # not acknowledged, however often it was repeated


@dataclass(frozen=True, slots=True)
class Tell:
    """A frame: goes on with its Fate. `last`: the till may begin something new meanwhile.

    `awaited=False` where the wire acknowledges no such frame (progress).
    """

    payload: bytes
    last: bool = False
    awaited: bool = True


@dataclass(frozen=True, slots=True)
class Put:
    """Bytes that are no frame (ENQ, EOT): goes on with their Fate."""

    data: bytes
    awaited: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """Goes on with the next happening at the device, or with None after the time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hear:
    """Goes on with the next control byte of the till (ENQ, EOT), or with None after the time."""

    seconds: float


Wish = Tell | Put | Wait | Hear
Told = Fate | Happening | Control | None
Steps = Generator[Wish, Told, None]


class Dialogue:
    """One running generator and what it waits for."""

    def __init__(self, steps: Steps, link: StxLink) -> None:
        self._steps = steps
        self._link = link
        self._number: int | None = None  # waits for the fate of what was sent under this
        self._wish: Wish | None = None
        self.due: float | None = None
        self.done = False

    @property
    def ending(self) -> bool:
        """Whether only its last word is under way: the till may begin something new."""
        return self.done or (isinstance(self._wish, Tell) and self._wish.last)

    @property
    def waits_for_device(self) -> bool:
        """Whether it wants to know what happens at the device."""
        return isinstance(self._wish, Wait)

    def begin(self, now: float) -> None:
        """Run up to the first thing to wait for."""
        self._resume(None, now)

    def fate(self, event: Delivered | Undelivered, now: float) -> bool:
        """What became of something sent; False when it is none of ours."""
        if event.number != self._number:
            return False
        self._number = None
        self._resume(Fate.TAKEN if isinstance(event, Delivered) else Fate.LOST, now)
        return True

    def control(self, control: Control, now: float) -> bool:
        """A control byte of the till; False when nobody waits for it here."""
        if not isinstance(self._wish, Hear):
            return False
        self._resume(control, now)
        return True

    def happened(self, happening: Happening, now: float) -> None:
        """Something happened at the device."""
        self._resume(happening, now)

    def tick(self, now: float) -> None:
        """Its time may be over."""
        if self.due is not None and now >= self.due:
            self._resume(None, now)

    def drop(self) -> None:
        """Forget it and what it still wanted to say."""
        if self._number is not None:
            self._link.cancel(self._number)
            self._number = None
        self.done = True
        self.due = None
        self._steps.close()

    def _resume(self, told: Told, now: float) -> None:
        self.due = None
        try:
            wish = self._steps.send(told) if self._wish is not None else next(self._steps)
        except StopIteration:
            self.done = True
            return
        self._wish = wish
        match wish:
            case Wait(seconds) | Hear(seconds):
                self.due = now + seconds
            case Tell(payload, awaited=awaited):
                self._number = self._link.send(payload, now, awaited=awaited)
            case Put(data, awaited):
                self._number = self._link.put(data, now, awaited=awaited)
