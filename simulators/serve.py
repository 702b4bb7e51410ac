"""Runs a station as a process: one loop over the till's line, the timers, people and signals."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import socket
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, Final, TextIO

from simulators.cable import Way
from simulators.commands import Commands
from simulators.pump import Pump

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from simulators.clock import ScaledClock
    from simulators.endpoints import Endpoint
    from simulators.hostport import HostPort
    from simulators.station import Station

_LOG = logging.getLogger(__name__)
_INPUT_MAX: Final = 4_096  # bounds one read of standard input
LISTENING_VERSION: Final = 1


class Wakeup:
    """A descriptor that becomes readable when a signal or a typed line is there."""

    def __init__(self) -> None:
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        self.lines: deque[str] = deque()
        self.stop = False

    def fileno(self) -> int:
        """For select."""
        return self._receiver.fileno()

    def wake(self) -> None:
        """Make the loop look."""
        with contextlib.suppress(BlockingIOError, OSError):
            self._sender.send(b"!")

    def drain(self) -> None:
        """Become quiet again."""
        with contextlib.suppress(BlockingIOError):
            while self._receiver.recv(_INPUT_MAX):
                pass

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """End the loop."""
        self.stop = True
        self.wake()

    def read_lines(self, descriptor: int) -> None:
        """Run in a thread of its own: pass on typed lines until their end."""
        rest = b""
        while True:
            try:
                data = os.read(descriptor, _INPUT_MAX)
            except OSError:
                data = b""
            *whole, rest = (rest + data).split(b"\n")
            self.lines.extend(line.decode("utf-8", "replace").strip() for line in whole)
            self.wake()
            if not data:
                return

    def close(self) -> None:
        """Give the descriptors back."""
        self._receiver.close()
        self._sender.close()


@contextlib.contextmanager
def signals_end(wakeup: Wakeup) -> Iterator[None]:
    """SIGTERM and SIGINT end the loop; afterwards they do what they did before."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, wakeup.on_signal) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class Server:
    """One station behind one endpoint."""

    def __init__(
        self,
        station: Station,
        endpoint: Endpoint,
        clock: ScaledClock,
        wakeup: Wakeup,
        *,
        seed: int,
        serial: bool,
        out: TextIO,
        host_port: HostPort | None = None,
    ) -> None:
        self._station = station
        self._endpoint = endpoint
        self._clock = clock
        self._wakeup = wakeup
        self._seed = seed
        self._serial = serial
        self._out = out
        self._host_port = host_port
        self._commands = Commands(station)
        self._pump = Pump(station, clock.monotonic())
        self._plugged = True

    def announce(self) -> None:
        """The line that tells where to plug in."""
        line: dict[str, object] = {
            "listening": self._endpoint.address,
            "protocol": self._station.spec.protocol,
            "profile": self._station.profile,
            "pid": os.getpid(),
            "seed": self._seed,
            "version": LISTENING_VERSION,
        }
        if self._host_port is not None:
            line["host"] = self._host_port.address
        self._print(json.dumps(line))

    def _print(self, line: str) -> None:
        self._out.write(line + "\n")
        self._out.flush()

    def run(self) -> None:
        """Serve until a signal comes. A serial line is up from the start."""
        self.announce()
        if self._serial:
            self._pump.till_came(self._clock.monotonic())
        while not self._wakeup.stop:
            self._turn()

    def _turn(self) -> None:
        now = self._clock.monotonic()
        self._pump.catch_up(now)
        self._endpoint.send(self._station.cable.take(Way.TO_ECR, now))
        self._follow_plug(now)
        for event in self._endpoint.receive(self._wait()):
            self._hear(event, self._clock.monotonic())

    def _wait(self) -> list[int]:
        """Sleep until a descriptor is ready or something is due; gives the ready ones."""
        arrival = self._station.cable.next_arrival(Way.TO_ECR)
        port = self._host_port
        host_due = port.deadline if port is not None else None
        dues = (self._pump.next(), arrival, host_due)
        moments = [moment for moment in dues if moment is not None]
        timeout_s = None
        if moments:
            timeout_s = max(0.0, self._clock.real_s(min(moments) - self._clock.monotonic()))
        readers = [*self._endpoint.readers(), self._wakeup.fileno()]
        writers = self._endpoint.writers()
        if port is not None:
            readers += port.readers()
            writers = [*writers, *port.writers()]
        ready, writable, _ = select.select(readers, writers, [], timeout_s)
        if port is not None:
            port.turn(ready, self._clock.monotonic())
        if self._wakeup.fileno() in ready:
            self._wakeup.drain()
            self._obey()
        if writable:
            self._endpoint.send(b"")
        return ready

    def _hear(self, event: bytes | bool, now: float) -> None:
        if event is True:
            _LOG.info("a till connected")
            self._pump.till_came(now)
        elif event is False:
            _LOG.info("the till hung up")
            self._pump.till_went(now)
        else:
            self._pump.put(event, now)

    def _obey(self) -> None:
        while self._wakeup.lines:
            line = self._wakeup.lines.popleft()
            now = self._clock.monotonic()
            self._pump.catch_up(now)
            try:
                answer = self._commands.run(line, now)
            except ValueError as error:
                _LOG.warning("%s", error)
                continue
            if answer:
                self._print(answer)
            self._pump.notice(now)
            self._pump.poke(now)
            self._follow_plug(now)

    def _follow_plug(self, now: float) -> None:
        """The endpoint goes the way of the cable, and of a network terminal's power."""
        wanted = not self._station.cable.out and self._station.personality.listening
        if wanted == self._plugged:
            return
        if not wanted and not self._serial:
            self._pump.till_went(now)
            if not self._station.cable.out and self._station.personality.listening:
                _LOG.info("the terminal hung up")  # and takes the next call
                self._endpoint.hang_up()
                return
        self._plugged = wanted
        if not wanted:
            _LOG.info("the line is out")
            self._endpoint.pull()
            return
        _LOG.info("the line is in")
        if self._endpoint.plug():
            self.announce()
        if self._serial:
            self._pump.till_came(now)


def serve(
    station: Station,
    endpoint: Endpoint,
    clock: ScaledClock,
    *,
    seed: int,
    serial: bool,
    host_port: HostPort | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then give everything back.

    `host_port`: where the terminal's host listens, if it is reached through the till.
    """
    wakeup = Wakeup()
    thread = threading.Thread(
        target=wakeup.read_lines, args=(sys.stdin.fileno(),), name="stdin", daemon=True
    )
    try:
        with signals_end(wakeup):
            thread.start()
            server = Server(
                station,
                endpoint,
                clock,
                wakeup,
                seed=seed,
                serial=serial,
                out=sys.stdout,
                host_port=host_port,
            )
            server.run()
    finally:
        endpoint.close()
        if host_port is not None:
            host_port.close()
        station.terminal.host.close()
        wakeup.close()
