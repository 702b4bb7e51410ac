"""A terminal and its cable in memory: the line that tests plug a driver into. It never sleeps.

`read` lets virtual time jump from event to event: bytes that arrive, timers of the terminal, the
cable that is plugged in again. The same seed gives the same bytes at the same moments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.cable import Way
from simulators.pump import EVENTS_MAX, Pump

if TYPE_CHECKING:
    from simulators.clock import SimulatedClock
    from simulators.station import Station


class CableOut(ConnectionError):
    """The line is gone. `bytes_written` is 0 where a write met it: not one byte left the till."""

    def __init__(self, bytes_written: int | None = None) -> None:
        super().__init__("the cable is out")
        if bytes_written is not None:
            self.bytes_written = bytes_written


class SimulatedLine:
    """The till's end of a station's line. Not open at first."""

    def __init__(self, clock: SimulatedClock, station: Station) -> None:
        self._clock = clock
        self._personality = station.personality
        self._cable = station.cable
        self._open = False
        self._pump = Pump(station, clock.monotonic())

    # -- the till's end -------------------------------------------------------------------------

    def open(self) -> None:
        """Take the line. Raises ConnectionError when the cable is out or nobody listens."""
        assert not self._open, "the line is open already"
        self._catch_up()
        if self._dead():
            raise CableOut
        self._open = True
        self._pump.till_came(self._clock.monotonic())

    def close(self) -> None:
        """Give the line back; what is under way arrives nowhere. May be called twice."""
        if self._open:
            self._catch_up()
            self._open = False
            self._pump.till_went(self._clock.monotonic())

    def write(self, data: bytes) -> None:
        """Bytes to the terminal. Raises ConnectionError when the line is dead already."""
        assert self._open, "the line is not open"
        self._catch_up()
        if self._dead():
            raise CableOut(bytes_written=0)
        self._pump.put(data, self._clock.monotonic())

    def read(self, timeout_s: float) -> bytes:
        """Bytes from the terminal, or b"" after that much virtual time.

        Raises ConnectionError when the line is dead and everything before was read.
        """
        assert self._open, "the line is not open"
        clock, cable, pump = self._clock, self._cable, self._pump
        end = clock.monotonic() + max(timeout_s, 0.0)
        for _ in range(EVENTS_MAX):
            now = clock.monotonic()
            moment = pump.catch_up(now)
            if data := cable.take(Way.TO_ECR, now):
                return data
            arrival = cable.next_arrival(Way.TO_ECR)
            if arrival is None and self._dead():
                raise CableOut
            if moment is None or (arrival is not None and arrival < moment):
                moment = arrival
            if moment is None or moment > end:
                clock.advance_to(end)
                return b""
            clock.advance_to(moment)
        raise AssertionError("virtual time does not move")

    # -- for tests ------------------------------------------------------------------------------

    def pull(self) -> None:
        """Take the cable out."""
        self._catch_up()
        self._cable.pull()
        self._pump.notice(self._clock.monotonic())

    def plug(self) -> None:
        """Put the cable in; the till must open the line again."""
        self._catch_up()
        self._cable.plug()

    def poke(self) -> None:
        """After a test did something to the device (power, card, key): let it take effect."""
        self._pump.poke(self._clock.monotonic())

    def pass_time(self, seconds: float) -> None:
        """Let the terminal live so long, whether or not anybody listens."""
        moment = self._catch_up()
        end = self._clock.monotonic() + seconds
        while moment is not None and moment <= end:
            self._clock.advance_to(moment)
            moment = self._catch_up()
        self._clock.advance_to(end)

    def _catch_up(self) -> float | None:
        """Gives the moment of what is due next at the terminal's end."""
        return self._pump.catch_up(self._clock.monotonic())

    def _dead(self) -> bool:
        return self._cable.out or not self._personality.listening
