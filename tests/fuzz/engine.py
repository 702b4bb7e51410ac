"""Runs one target in this process: guided by coverage with atheris, else by seeded mutation.

Nothing of the product may be imported before `guided` does it, so that it is instrumented.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import random
import sys
import traceback
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fuzz.target import Target

PACKAGES: Final = ("protocols", "drivers", "simulators", "terminal_agent")


def has_atheris() -> bool:
    """Whether the coverage-guided engine can be had on this machine."""
    return importlib.util.find_spec("atheris") is not None


def load(name: str) -> Target:
    """The target of this name. Raises KeyError."""
    targets: dict[str, Target] = importlib.import_module("tests.fuzz.targets").targets()
    return targets[name]


def guided(name: str, runs: int, seconds: int, work: Path, found: Path) -> None:
    """Fuzz with atheris; it ends the process. New inputs go to `work`, a find to `found`."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=list(PACKAGES)):
        target = load(name)
    seeds = work.with_name(f"{work.name}.seeds")
    keep(seeds, target.inputs())
    work.mkdir(parents=True, exist_ok=True)
    options = {
        "atheris_runs": runs,
        "runs": runs,
        "max_len": target.max_len,
        "max_total_time": seconds,
        "artifact_prefix": f"{found}/{name}.",
        "print_final_stats": 1,
        "len_control": 20,
        "timeout": 20,
        "seed": 1,
    }
    told = [f"-{key}={value}" for key, value in options.items()]
    atheris.Setup([sys.argv[0], *told, str(work), str(seeds)], target.run)
    atheris.Fuzz()


def seeded(target: Target, runs: int, seed: int) -> tuple[bytes, str] | None:
    """Corpus and then `runs` mutations of it; the first find with its traceback, or None."""
    from tests.fuzz.mutate import mutated

    rng = random.Random(f"{target.name} {seed}")
    inputs = target.inputs()
    for data in inputs:
        if told := fails(target, data):
            return data, told
    for _ in range(runs):
        data = mutated(rng, inputs, target.max_len)
        if told := fails(target, data):
            return data, told
    return None


def fails(target: Target, data: bytes) -> str:
    """The traceback of a find, "" when the target takes the input."""
    try:
        target.run(data)
    except Exception:  # every exception that comes out is a find
        return traceback.format_exc()
    return ""


def keep(folder: Path, inputs: list[bytes]) -> None:
    """Write inputs as files that are named after their content."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        (folder / name_of(data)).write_bytes(data)


def name_of(data: bytes) -> str:
    """The name of an input's file."""
    return hashlib.sha256(data).hexdigest()[:16]
