"""Which tools of the system are here; a missing one skips aloud, or fails with REQUIRE_ALL=1."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import pytest

from tests.process.agents import environment

NOBODY: Final = 65_534


def missing(reason: str) -> NoReturn:
    """Something is not here: skip, or fail where everything has to be here."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def need(program: str) -> str:
    """The program's path."""
    path = shutil.which(program)
    if path is None:
        missing(f"{program} is not installed")
    return path


def is_root() -> bool:
    """Root may do everything, so permissions are no obstacle to it."""
    return os.name == "posix" and os.geteuid() == 0


def as_somebody_else() -> tuple[str, ...]:
    """Words before a command that make it run without root's rights; none for others than root."""
    if not is_root():
        return ()
    words = (need("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    probe = [*words, sys.executable, "-c", "import terminal_agent.cli"]
    if subprocess.run(probe, env=environment(), capture_output=True, check=False).returncode:
        pytest.skip("another user cannot read this checkout or its Python")
    return words


@contextmanager
def small_disk(folder: Path, *, kilobytes: int) -> Iterator[Path]:
    """A file system of that size; only root can make one."""
    if not is_root():
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    mount, umount = need("mount"), need("umount")
    made = [mount, "-t", "tmpfs", "-o", f"size={kilobytes}k", "small-disk", str(folder)]
    if subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("this system lets not even root mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run([umount, str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk up to the last byte; gives the file that does it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (4_096, 1):
            try:
                while file.write(b"\xa5" * size) == size:
                    pass
            except OSError:
                continue
    return filler
