"""Runs a simulated printer as a process: one loop over its line, its work, people and signals."""

from __future__ import annotations

import json
import logging
import os
import select
import sys
import threading
from typing import TYPE_CHECKING, Final, TextIO

from protocols.kit.errors import RefundAgentError
from simulators.printer.people import People
from simulators.serve import Wakeup, signals_end

if TYPE_CHECKING:
    from pathlib import Path

    from simulators.clock import ScaledClock
    from simulators.endpoints import Endpoint
    from simulators.printer.device import FakePrinter
    from simulators.printer.paper import Paper

_LOG = logging.getLogger(__name__)
LISTENING_VERSION: Final = 1
_DARK_BYTES: Final = 4_096  # of a serial line that nobody hears, in one read


class Server:
    """One printer behind one endpoint. `folder` None: papers are kept in memory alone."""

    def __init__(
        self,
        printer: FakePrinter,
        endpoint: Endpoint,
        clock: ScaledClock,
        wakeup: Wakeup,
        *,
        serial: bool,
        folder: Path | None,
        out: TextIO,
    ) -> None:
        self._printer = printer
        self._endpoint = endpoint
        self._clock = clock
        self._wakeup = wakeup
        self._serial = serial
        self._folder = folder
        self._out = out
        self._people = People(printer)
        self._up = True
        self._kept = 0

    def announce(self) -> None:
        """The line that tells where to plug in."""
        line = {
            "listening": self._endpoint.address,
            "columns": self._printer.columns,
            "pid": os.getpid(),
            "version": LISTENING_VERSION,
        }
        self._print(json.dumps(line))

    def _print(self, line: str) -> None:
        self._out.write(line + "\n")
        self._out.flush()

    def run(self) -> None:
        """Serve until a signal comes."""
        self.announce()
        while not self._wakeup.stop:
            self._endpoint.send(self._printer.tick(self._clock.monotonic()))
            self._keep()
            self._follow_plug()
            room = self._room()
            for event in self._endpoint.receive(self._wait(listens=room > 0), max(room, 1)):
                self._hear(event)

    def _room(self) -> int:
        """What may be read: what the printer takes, or what a serial line carries into the dark."""
        dark = self._serial and not self._printer.powered
        return _DARK_BYTES if dark else self._printer.room

    def _wait(self, *, listens: bool) -> list[int]:
        """Sleep until something is due or a descriptor is ready; gives those that may be read."""
        due = self._printer.deadline
        timeout_s = None
        if due is not None:
            timeout_s = max(0.0, self._clock.real_s(due - self._clock.monotonic()))
        line = self._endpoint.readers() if listens else []
        ready, writable, _ = select.select(
            [*line, self._wakeup.fileno()], self._endpoint.writers(), [], timeout_s
        )
        if self._wakeup.fileno() in ready:
            self._wakeup.drain()
            self._obey()
        if writable:
            self._endpoint.send(b"")
        return [one for one in ready if one != self._wakeup.fileno()]

    def _hear(self, event: bytes | bool) -> None:
        if event is True:
            _LOG.info("a till connected")
        elif event is False:
            _LOG.info("the till hung up")
            self._printer.hang_up()
        elif self._printer.powered:
            self._endpoint.send(self._printer.receive(event, self._clock.monotonic()))

    def _obey(self) -> None:
        while self._wakeup.lines:
            line = self._wakeup.lines.popleft()
            now = self._clock.monotonic()
            self._endpoint.send(self._printer.tick(now))
            try:
                answer = self._people.run(line, now)
            except (ValueError, RefundAgentError) as error:
                _LOG.warning("%s", error)
                continue
            if answer:
                self._print(answer)
            self._follow_plug()

    def _follow_plug(self) -> None:
        """The endpoint goes the way of the cable, and of a network printer's power."""
        wanted = self._printer.plugged and (self._serial or self._printer.powered)
        if wanted == self._up:
            return
        self._up = wanted
        if not wanted:
            _LOG.info("the line is out")
            self._endpoint.pull()
        elif self._endpoint.plug():
            self.announce()

    def _keep(self) -> None:
        """Put what came out into the folder."""
        for paper in self._printer.papers[self._kept :]:
            self._kept += 1
            _LOG.info("paper %d came out, %d lines", paper.number, len(paper.lines))
            if self._folder is not None:
                try:
                    keep(paper, self._folder)
                except OSError as error:
                    _LOG.warning("paper %d cannot be kept: %s", paper.number, error)


def keep(paper: Paper, folder: Path) -> None:
    """Write paper-0001.txt and paper-0001.png; each is there whole or not at all.

    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"paper-{paper.number:04d}"
    for suffix, content in ((".txt", paper.text.encode("utf-8")), (".png", paper.png())):
        part = folder / f".{name}{suffix}.part"
        part.write_bytes(content)
        part.replace(folder / f"{name}{suffix}")


def serve(
    printer: FakePrinter,
    endpoint: Endpoint,
    clock: ScaledClock,
    *,
    serial: bool,
    folder: Path | None,
) -> None:
    """Serve until SIGTERM or SIGINT, then give everything back."""
    wakeup = Wakeup()
    thread = threading.Thread(
        target=wakeup.read_lines, args=(sys.stdin.fileno(),), name="stdin", daemon=True
    )
    try:
        with signals_end(wakeup):
            thread.start()
            Server(
                printer, endpoint, clock, wakeup, serial=serial, folder=folder, out=sys.stdout
            ).run()
    finally:
        endpoint.close()
        wakeup.close()
