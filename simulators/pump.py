"""Moves what is due between cable and personality, each thing at its own moment.

Both ways of running a terminal use it: the line in memory and the process on a pty or socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulators.cable import Way

if TYPE_CHECKING:
    from simulators.station import Station

EVENTS_MAX: Final = 100_000  # bounds what can be due at once: more is a loop of ours


class Pump:
    """The terminal's end of a station's cable."""

    def __init__(self, station: Station, now: float) -> None:
        self._personality = station.personality
        self._cable = station.cable
        self._till = False  # a till is there to hear what the terminal says
        self._noticed = True  # the terminal knows whether a till is there
        self.emit(self._personality.tick(now), now)

    def next(self) -> float | None:
        """When something is due at the terminal's end."""
        moment = self._personality.deadline
        other = self._cable.next_due
        if moment is None or (other is not None and other < moment):
            return other
        return moment

    def catch_up(self, now: float) -> float | None:
        """Do everything that is due by now; gives the moment of what is due next."""
        for _ in range(EVENTS_MAX):
            moment = self.next()
            if moment is None or moment > now:
                return moment
            self._happen(max(moment, 0.0))
        raise AssertionError("the terminal has always something due")

    def _happen(self, moment: float) -> None:
        cable = self._cable
        data = cable.take(Way.TO_TERMINAL, moment)
        if data:
            self.emit(self._personality.receive(data, moment), moment)
        elif cable.deadline is not None and cable.deadline <= moment:
            cable.tick(moment)
        else:
            self.emit(self._personality.tick(moment), moment)
        self.notice(moment)

    def emit(self, data: bytes, now: float) -> None:
        """Bytes of the terminal onto the cable; nobody hears them without a till."""
        if data and self._till:
            self._cable.send(Way.TO_ECR, data, now)

    def put(self, data: bytes, now: float) -> None:
        """Bytes of the till onto the cable."""
        self._cable.send(Way.TO_TERMINAL, data, now)
        self.notice(now)

    def till_came(self, now: float) -> None:
        """A till opened its end; nothing old arrives."""
        self._cable.flush()
        self._till = True
        self._noticed = False
        self.emit(self._personality.line_up(now), now)

    def till_went(self, now: float) -> None:
        """The till closed its end."""
        self._cable.flush()
        self._till = False
        self._hang_up(now)

    def notice(self, now: float) -> None:
        """Let the terminal know when the cable has gone and everything before it arrived."""
        if self._cable.out and self._cable.next_arrival(Way.TO_TERMINAL) is None:
            self._hang_up(now)

    def _hang_up(self, now: float) -> None:
        if not self._noticed:
            self._noticed = True
            self.emit(self._personality.line_down(now), now)

    def poke(self, now: float) -> None:
        """Somebody did something at the device: let the personality see it."""
        self.emit(self._personality.tick(now), now)
