"""Runs `refund-agent` as a process of its own: cold, as a person starts it, or from a nursery.

A nursery is a process that has imported the program and forks for each run. It saves the half
second of imports, so that many kills fit into a test; what then runs is the same `main`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import terminal_agent

# The folder that holds our packages: the checkout, or site-packages for the built wheel.
CODE: Final = Path(terminal_agent.__file__).resolve().parent.parent
CHECKOUT: Final = Path(__file__).resolve().parents[2]
LIMIT_S: Final = 120.0  # bounds one run of the agent; a run that takes longer has a fault
_READ: Final = 65_536


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, with the packages on the path and a language that does not depend on the machine."""
    paths = os.pathsep.join(dict.fromkeys((str(CODE), str(CHECKOUT))))
    return {**os.environ, "PYTHONPATH": paths, "LC_ALL": "C.UTF-8", **(extra or {})}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended; `code` is minus the signal where one ended it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """The last object on standard output."""
        found: dict[str, object] = json.loads(self.out.splitlines()[-1])
        return found

    @property
    def said(self) -> str:
        """Everything that stood on the screen, on one line."""
        return " ".join((self.out + "\n" + self.err).split())


class Running:
    """A run of the agent whose output is read while it goes on."""

    def __init__(self, pid: int, pipes: tuple[int, int], wait: Callable[[float], int]) -> None:
        self.pid = pid
        self._pipes = dict(zip(pipes, (bytearray(), bytearray()), strict=True))
        self._open = set(pipes)
        self._wait = wait

    def until(self, text: str, limit_s: float = LIMIT_S) -> bool:
        """Read until the text was said; False when the run ended without it."""
        due = time.monotonic() + limit_s
        wanted = text.encode()
        while not any(wanted in said for said in self._pipes.values()):
            if not self._open or not self._read(due):
                return False
        return True

    def listen(self, seconds: float) -> None:
        """Let it run for so long, or to its end."""
        due = time.monotonic() + seconds
        while self._open and self._read(due):
            pass

    def _read(self, due: float) -> bool:
        """Take what comes; False when the time is over."""
        ready, _, _ = select.select(self._open, (), (), max(0.0, due - time.monotonic()))
        for pipe in ready:
            data = os.read(pipe, _READ)
            self._pipes[pipe] += data
            if not data:
                self._open.discard(pipe)
        return bool(ready)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a run that has ended already takes none."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def end(self, limit_s: float = LIMIT_S) -> Ended:
        """Wait for its end. AssertionError with all it said when that does not come."""
        self.listen(limit_s)
        late = bool(self._open)
        if late:
            self.signal(signal.SIGKILL)
        code = self._wait(limit_s)
        out, err = (bytes(said).decode() for said in self._pipes.values())
        for pipe in self._pipes:
            os.close(pipe)
        assert not late, f"no end after {limit_s} s\n{out}\n{err}"
        return Ended(code, out, err)


def cold(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    before: tuple[str, ...] = (),
) -> Running:
    """Start it as a person does; `before` is a program that starts it for us (setpriv, …)."""
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "terminal_agent", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(env),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    pipes = (os.dup(process.stdout.fileno()), os.dup(process.stderr.fileno()))
    process.stdout.close()
    process.stderr.close()
    return Running(process.pid, pipes, process.wait)


class Nursery:
    """A process that forks runs of the agent, one at a time."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.process.nursery", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            env=environment(),
        )
        theirs.close()
        self._answers = self._ours.makefile("r", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._ours.close()
        self._process.wait(LIMIT_S)

    def start(self, *arguments: str) -> Running:
        """Fork one run."""
        out, their_out = os.pipe()
        err, their_err = os.pipe()
        request = json.dumps(arguments).encode()
        socket.send_fds(self._ours, [request], [their_out, their_err])
        os.close(their_out)
        os.close(their_err)
        pid = int(self._answers.readline())
        return Running(pid, (out, err), self._exit)

    def _exit(self, _limit_s: float) -> int:
        """The run's end; its pipes are closed already, so it is near."""
        return int(self._answers.readline())
