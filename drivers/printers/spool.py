"""A queue of the operating system: one write is one job, handed to the system's own tool.

It is blind: the system takes the job, and what comes of it nobody tells. Each call of the tool has
a time limit.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drivers.errors import LinkError
from drivers.printers.faults import lost, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST_S: Final = 5.0  # for the list of queues
_ANSWER_MAX: Final = 65_536  # characters of a tool's answer that are looked at


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """How a tool ended, and what it said."""

    status: int
    said: str


# Words of the command, what it reads, seconds. Raises OSError, subprocess.TimeoutExpired.
Runner = Callable[[Sequence[str], bytes, float], ToolAnswer]


def run_tool(words: Sequence[str], data: bytes, timeout_s: float) -> ToolAnswer:
    """Run one of the system's tools."""
    done = subprocess.run(  # noqa: S603 - the words are ours, no shell
        list(words), input=data, capture_output=True, timeout=timeout_s, check=False
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return ToolAnswer(done.returncode, said[:_ANSWER_MAX])


@dataclass(frozen=True, slots=True)
class Spooler:
    """The tools of one kind of system. `{queue}` and `{file}` are filled in; without `{file}` the
    tool reads the job from its standard input. `names` gives one queue a line."""

    tool: str
    send: tuple[str, ...]
    names: tuple[str, ...]


_CUPS: Final = Spooler("lp", ("lp", "-s", "-d", "{queue}", "-o", "raw"), ("lpstat", "-e"))
_LPR: Final = Spooler("lpr", ("lpr", "-P", "{queue}", "-l"), ("lpstat", "-e"))
# Windows copies to a queue that is shared under its own name; nothing else there is raw.
_WINDOWS: Final = Spooler(
    "cmd",
    ("cmd", "/c", "copy", "/b", "{file}", r"\\localhost\{queue}"),
    ("powershell", "-NoProfile", "-Command", "(Get-Printer).Name"),
)


def spooler(
    platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which
) -> Spooler | None:
    """The tools of this computer; None where it has none."""
    known = (_WINDOWS,) if platform == "win32" else (_CUPS, _LPR)
    return next((one for one in known if which(one.tool)), None)


def queues(found: Spooler, run: Runner = run_tool) -> tuple[str, ...] | None:
    """The names of the queues; None where the system would not tell."""
    try:
        answer = run(found.names, b"", LIST_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.status:
        return None
    return tuple(line.strip() for line in answer.said.splitlines() if line.strip())


@contextmanager
def _on_disk(data: bytes, found: Spooler) -> Iterator[str]:
    """The name of a file that holds the job while the tool runs, or "" where it needs none."""
    if not any("{file}" in word for word in found.send):
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="slip-") as folder:
        file = Path(folder) / "job.prn"
        file.write_bytes(data)
        yield str(file)


class SpoolLink:
    """A PrinterLink on a queue."""

    readable = False

    def __init__(
        self,
        queue: str,
        *,
        find: Callable[[], Spooler | None] = spooler,
        run: Runner = run_tool,
    ) -> None:
        self._queue = queue
        self._where = f"spool:{queue}"
        self._find = find
        self._run = run
        self._spooler: Spooler | None = None

    @property
    def description(self) -> str:
        """For people: "printer queue TILL1"."""
        return f"printer queue {self._queue}"

    def open(self) -> None:
        """Look that there is such a queue. Raises PortMissing or LinkError."""
        assert self._spooler is None, "the link is open already"
        found = self._find()
        if found is None:
            raise LinkError(
                "this computer has no tool to print with",
                code="printer.no_spooler",
                what_to_do="Install CUPS, or name the printer by its own line.",
                details={"printer": self._where},
            )
        names = queues(found, self._run)
        if names is not None and self._queue not in names:
            there = ", ".join(names) or "none"
            raise missing(self._where, f"Choose one of the queues that exist: {there}.")
        self._spooler = found

    def close(self) -> None:
        """Nothing is held."""
        self._spooler = None

    def write(self, data: bytes, timeout_s: float) -> int:
        """Hand the whole job to the queue. Raises PrinterLost; `written` is 0 where the tool says
        that it did not take it."""
        if self._spooler is None:
            raise lost("it is not open", self._where)
        try:
            with _on_disk(data, self._spooler) as file:
                words = [word.format(queue=self._queue, file=file) for word in self._spooler.send]
                answer = self._run(words, b"" if file else data, max(timeout_s, 0.1))
        except subprocess.TimeoutExpired as error:
            raise lost(error, self._where, written=len(data)) from error
        except OSError as error:  # the tool could not be started, or the job not put aside for it
            raise lost(error, self._where) from error
        if answer.status:
            raise lost(answer.said.strip() or f"status {answer.status}", self._where)
        return len(data)

    def read(self, timeout_s: float) -> bytes:
        """A queue says nothing."""
        assert timeout_s >= 0
        return b""
