"""For tests: a simulated terminal or printer as a process of its own, ended by `with`."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

START_S: Final = 20.0  # a loaded machine may need long to start a process
STOP_S: Final = 10.0


class SimulatorProcess:
    """One running simulator; `words` are what stands behind `python -m`."""

    def __init__(self, *words: str, cwd: Path | None = None) -> None:
        root = Path(__file__).resolve().parent.parent
        self._command = [sys.executable, "-m", *words]
        self._cwd = cwd or root
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()
        self._log: list[str] = []
        self._threads: list[threading.Thread] = []
        self.listening: dict[str, object] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it listens. Raises RuntimeError with its log when it ends."""
        assert self._process is None, "it runs already"
        self._process = process = subprocess.Popen(  # noqa: S603 - our own module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=self._cwd,
        )
        for stream, take in ((process.stdout, self._lines.put), (process.stderr, self._log.append)):
            assert stream is not None
            thread = threading.Thread(target=_pass_on, args=(stream, take), daemon=True)
            thread.start()
            self._threads.append(thread)
        self.listening = self.json_line()

    @property
    def device(self) -> str:
        """Where to plug in: the device, or host:port."""
        return str(self.listening["listening"])

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it wrote on standard error so far."""
        return "".join(self._log)

    def command(self, line: str) -> None:
        """One command for people, as typed on its standard input."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def relisten(self) -> str:
        """The address of the next announcement (a pty that was plugged in again)."""
        self.listening = self.json_line()
        return self.device

    def stop(self) -> int:
        """SIGTERM; gives the exit status. May be called twice."""
        process = self._process
        if process is None:
            return 0
        self._process = None
        process.terminate()
        try:
            status = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait(STOP_S)
        for thread in self._threads:
            thread.join(STOP_S)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        return status

    def kill(self) -> None:
        """As a power cut of the computer it runs on: no goodbye. Follow with `stop`."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_S)

    def json_line(self) -> dict[str, object]:
        """The next line of its answers. Raises RuntimeError where none comes."""
        try:
            line = self._lines.get(timeout=START_S)
        except queue.Empty:
            raise RuntimeError(f"no answer from the simulator; its log:\n{self.log}") from None
        if not line:
            for thread in self._threads:
                thread.join(STOP_S)
            raise RuntimeError(f"the simulator ended; its log:\n{self.log}")
        found: dict[str, object] = json.loads(line)
        return found


class TerminalSimulator(SimulatorProcess):
    """One running `terminal-simulator`.

    `arguments` are those of the command line behind the protocol, without --pty and --tcp:
    `where` is ("--pty",) or ("--tcp", "127.0.0.1:0").
    """

    def __init__(
        self,
        *arguments: str,
        protocol: str = "zvt",
        where: Sequence[str] = ("--pty",),
        cwd: Path | None = None,
    ) -> None:
        super().__init__("simulators", protocol, *where, *arguments, cwd=cwd)

    def ledger(self) -> list[dict[str, object]]:
        """The bank's bookings; asking also proves that all commands before were carried out."""
        self.command("ledger")
        bookings = self.json_line()["bookings"]
        assert isinstance(bookings, list)
        return bookings


class PrinterSimulator(SimulatorProcess):
    """One running `printer-simulator`; `arguments` and `where` as for a terminal."""

    def __init__(
        self, *arguments: str, where: Sequence[str] = ("--pty",), cwd: Path | None = None
    ) -> None:
        super().__init__("simulators.printer", *where, *arguments, cwd=cwd)

    def papers(self) -> list[dict[str, object]]:
        """What came out, each with its `lines` and whether it was `cut`; what hangs out still is
        the last one, not cut. Asking also proves that all commands before were carried out."""
        self.command("papers")
        papers = self.json_line()["papers"]
        assert isinstance(papers, list)
        return papers


def _pass_on(stream: IO[str], take: Callable[[str], None]) -> None:
    """Lines of a stream to a taker, and an empty one at its end."""
    for line in stream:
        take(line)
    take("")
