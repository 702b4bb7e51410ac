"""A simulated printer in memory, on a clock that jumps: the line that tests plug a driver into.

`network`: the line dies with the printer's power, as a network or USB line does; else it is a
serial line, where bytes to a printer without power vanish and nobody says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.line import CableOut

if TYPE_CHECKING:
    from simulators.clock import SimulatedClock
    from simulators.printer.device import FakePrinter

_EVENTS_MAX = 100_000  # bounds what can be due at once: more is a loop of ours


class MemoryPrinterLine:
    """The till's end of the line. Not open at first.

    `readable` False: a line without a back channel. `system_buffer`: so many bytes the system takes
    at once and hands on as the printer has room; they are lost when the line dies. `sudden`: a line
    that dies in a write does not say how much of it went, as USB does not.
    """

    def __init__(
        self,
        printer: FakePrinter,
        clock: SimulatedClock,
        *,
        network: bool = True,
        readable: bool = True,
        system_buffer: int = 0,
        sudden: bool = False,
    ) -> None:
        self._printer = printer
        self._clock = clock
        self._network = network
        self._buffer_max = system_buffer
        self._sudden = sudden
        self._buffer = bytearray()
        self._heard = bytearray()
        self._is_open = False
        self.readable = readable

    def open(self) -> None:
        """Take the line. Raises ConnectionError when nobody is there."""
        assert not self._is_open, "the line is open already"
        if self._dead():
            raise CableOut
        self._is_open = True

    def close(self) -> None:
        """Give it back; the system still hands on what it has taken, as far as the printer takes
        it. May be called twice."""
        if self._is_open:
            self._move(self._clock.monotonic())
            self._is_open = False
            self._buffer.clear()
            self._heard.clear()
            self._printer.hang_up()

    def write(self, data: bytes, timeout_s: float) -> int:
        """How many bytes were taken within the time. Raises ConnectionError, with
        `bytes_written`."""
        assert self._is_open, "the line is not open"
        if self._dead():
            raise CableOut(bytes_written=0)
        taken = self._put(data)
        end = self._clock.monotonic() + max(timeout_s, 0.0)
        while not taken and data and self._step(end):
            if self._dead():
                raise CableOut(bytes_written=0)
            taken = self._put(data)
        return taken

    def _put(self, data: bytes) -> int:
        now = self._clock.monotonic()
        self._move(now)
        if not self._network and not self._printer.powered:
            return len(data)  # into the dark
        if self._buffer_max:
            part = data[: self._buffer_max - len(self._buffer)]
            self._buffer += part
            self._move(now)
            return len(part)
        before = self._printer.received
        self._hear(self._printer.receive(data, now))
        if self._sudden and self._dead():
            raise CableOut
        return self._printer.received - before

    def _move(self, now: float) -> None:
        """The system's bytes to the printer, as far as it takes them."""
        if self._dead() or not self._printer.powered:
            self._buffer.clear()
        before = self._printer.received
        self._hear(self._printer.receive(bytes(self._buffer), now))
        del self._buffer[: self._printer.received - before]

    def _hear(self, said: bytes) -> None:
        if self._is_open and self.readable:
            self._heard += said

    def read(self, timeout_s: float) -> bytes:
        """What the printer said, or b"" after that much virtual time. Raises ConnectionError when
        the line is dead and everything before was read."""
        assert self._is_open, "the line is not open"
        end = self._clock.monotonic() + max(timeout_s, 0.0)
        self._move(self._clock.monotonic())
        while not self._heard:
            if self._dead():
                raise CableOut
            if not self._step(end):
                return b""
        said = bytes(self._heard)
        self._heard.clear()
        return said

    def _step(self, end: float) -> bool:
        """Jump to what is due next; False when that is behind `end`, where time stands then."""
        due = self._printer.deadline
        if due is None or due > end:
            moved = self._clock.monotonic() < end
            self._clock.advance_to(end)
            self._move(self._clock.monotonic())
            return moved and bool(self._heard)
        self._clock.advance_to(due)
        self._move(self._clock.monotonic())
        return True

    def pass_time(self, seconds: float) -> None:
        """Let the printer live so long, whether or not anybody listens."""
        end = self._clock.monotonic() + seconds
        for _ in range(_EVENTS_MAX):
            due = self._printer.deadline
            if due is None or due > end:
                self._clock.advance_to(end)
                self._move(end)
                return
            self._clock.advance_to(due)
            self._move(self._clock.monotonic())
        raise AssertionError("virtual time does not move")

    def _dead(self) -> bool:
        return not self._printer.plugged or (self._network and not self._printer.powered)
