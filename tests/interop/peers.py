"""A program of others in a process of its own: calls to it, and what it reports of each."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

DRIVERS: Final = Path(__file__).with_name("drivers")
LIMIT_S: Final = 60.0  # bounds one call; each has a shorter end of its own
_READ: Final = 65_536


def python_peer(python: str, till: str, port: str) -> Peer:
    """A program for Python; `till` is the file in `drivers` that knows it."""
    # Not our packages, and not this folder's either: only what its own environment has.
    return Peer([python, "-E", "-W", "ignore", str(DRIVERS / "serve.py"), till, port])


class Peer:
    """One running program."""

    def __init__(self, command: Sequence[str], *, cwd: Path | None = None) -> None:
        self._command = list(command)
        self._cwd = cwd
        self._heard = b""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self._cwd
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._process.kill()
        self._process.communicate(timeout=LIMIT_S)

    def report(self, method: str, /, **arguments: object) -> dict[str, Any]:
        """All that is reported of one call."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps([method, arguments]).encode() + b"\n")
        stdin.flush()
        found: dict[str, Any] = json.loads(self._line())
        return found

    def result(self, method: str, /, **arguments: object) -> Any:  # noqa: ANN401 - it is JSON
        """What a call gave that went well."""
        told = self.report(method, **arguments)
        assert "error" not in told, told
        return told.get("result")

    def error(self, method: str, /, **arguments: object) -> str:
        """The error of a call that went wrong."""
        told = self.report(method, **arguments)
        assert "error" in told, told
        return str(told["error"])

    def _line(self) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None
        due = time.monotonic() + LIMIT_S
        while b"\n" not in self._heard:
            ready, _, _ = select.select([stdout], (), (), max(0.0, due - time.monotonic()))
            assert ready, f"no report within {LIMIT_S} s"
            data = os.read(stdout.fileno(), _READ)
            assert data, f"it ended: status {self._process.wait(LIMIT_S)}"
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        return line
