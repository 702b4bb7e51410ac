"""Environments for programs of others, kept in `.interop/` between runs.

Nothing of them gets into our own environment: other people's pinned versions must not decide ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.process.tools import missing, need

KEPT: Final = Path(__file__).parents[2] / ".interop"
INSTALLING_S: Final = 300.0

Steps = Callable[[Path], Sequence[Sequence[str]]]


def python_with(*requirements: str) -> str:
    """The Python of an environment with these packages, made on first use; else skips the test.

    The first is what is wanted, the others are what it stands on: all pinned, `name==version`.
    """

    def steps(folder: Path) -> Sequence[Sequence[str]]:
        pip = (str(_python(folder)), "-m", "pip", "install", "--quiet")
        return [
            [sys.executable, "-m", "venv", str(folder)],
            [*pip, "--disable-pip-version-check", *requirements],
        ]

    return str(_python(made_once(requirements, steps)))


def node_with(*packages: str) -> Path:
    """The same for Node: a folder with these packages (`name@version`) in it."""
    npm = need("npm")
    need("node")

    def steps(folder: Path) -> Sequence[Sequence[str]]:
        into = ("--prefix", str(folder), "--no-save", "--no-audit", "--no-fund", "--silent")
        return [[npm, "install", *into, *packages]]

    return made_once(packages, steps)


def made_once(wanted: Sequence[str], steps: Steps, *, kept: Path = KEPT) -> Path:
    """Where they are: a folder that these steps have made, on some run before or now.

    What cannot be made skips the test, or fails it with REQUIRE_ALL=1; nothing half made stays.
    Two workers may make it at once: each in a folder of its own, and the first one to finish wins.
    """
    first = wanted[0].replace("==", "-").replace("@", "-")
    all_of_it = zlib.crc32(" ".join((sys.version, *wanted)).encode())
    home = kept / f"{first}-{all_of_it:08x}"
    if not home.is_dir():
        kept.mkdir(exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=kept))
        trouble = _trouble(steps(made))
        if trouble:
            shutil.rmtree(made)
            missing(f"{wanted[0]} cannot be installed here: {trouble}")
        _keep(made, home)
    return home


def _python(home: Path) -> Path:
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _trouble(steps: Sequence[Sequence[str]]) -> str:
    """ "" when all of it went well, else the last line of what went wrong."""
    for step in steps:
        try:
            done = subprocess.run(
                step, capture_output=True, text=True, check=False, timeout=INSTALLING_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return type(error).__name__
        if done.returncode:
            told = (done.stderr or done.stdout).strip().splitlines()
            return told[-1] if told else f"status {done.returncode}"
    return ""


def _keep(made: Path, home: Path) -> None:
    try:
        made.rename(home)
    except OSError:  # another worker was quicker
        shutil.rmtree(made)
