"""Virtual environments for programs of others, kept in `.interop/` between runs.

Nothing of them gets into our own environment: other people's pinned versions must not decide ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.process.tools import missing

KEPT: Final = Path(__file__).parents[2] / ".interop"
INSTALLING_S: Final = 180.0


def python_with(requirement: str) -> str:
    """The Python of an environment with this package, made on first use; else the test is skipped.

    Two workers may make it at once: each in a folder of its own, and the first one to finish wins.
    """
    home = KEPT / requirement.replace("==", "-")
    if not home.is_dir():
        KEPT.mkdir(exist_ok=True)
        (KEPT / ".gitignore").write_text("*\n", encoding="utf-8")
        made = Path(tempfile.mkdtemp(dir=KEPT))
        trouble = _install(made, requirement)
        if trouble:
            shutil.rmtree(made)
            missing(f"{requirement} cannot be installed here: {trouble}")
        _keep(made, home)
    return str(_python(home))


def _python(home: Path) -> Path:
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _install(folder: Path, requirement: str) -> str:
    """ "" when it is there, else the last line of what went wrong."""
    steps = (
        [sys.executable, "-m", "venv", str(folder)],
        [str(_python(folder)), "-m", "pip", "install", "--quiet", requirement],
    )
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
