"""Mutation testing of the rules about money: `python -m tests.mutation` (`make mutate`).

mutmut changes the functions of a package one by one, in a copy of the sources, and runs the tests
that reach the function. A change that no test notices is shown, unless `explained.toml` says why it
needs no test. Ends with 1 when a change was neither noticed nor explained, or when an explanation
does not fit any more.

mutmut does not change decorated functions (properties, context managers) nor what stands outside of
functions (tables, constants, fields of dataclasses).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutation.explained import explanations, outdated, unexplained
from tests.mutation.reading import Mutant, mutants

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("terminal_agent", "drivers", "protocols", "simulators", "tests", "docs")
FILES: Final = ("README.md", "pyproject.toml")
# In these the tests of a package start processes, or look for a needle for many seconds; what they
# would notice is noticed by others sooner.
LEFT_OUT: Final = {
    "journal": (
        "--ignore=tests/journal/test_processes.py",
        "--deselect=tests/journal/test_tampering.py"
        "::test_every_random_edit_delete_swap_and_cut_is_found",
        "--deselect=tests/journal/test_property.py"
        "::test_any_story_is_kept_as_it_was_and_pays_no_more_than_the_sale",
    )
}
PACKAGES: Final = ("refund", "policy", "journal")
# Where the system keeps files in memory commits need not wait for a disk.
MEMORY: Final = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Score:
    """How a package did. `explained` are among the survivors, `open` are the others."""

    package: str
    killed: int
    explained: int
    open: tuple[Mutant, ...]
    seconds: float

    def __str__(self) -> str:
        judged = self.killed + self.explained + len(self.open)
        counted = judged - self.explained
        share = 100.0 * self.killed / counted if counted else 100.0
        return (
            f"{self.package}: {judged} mutants, {self.killed} killed, {self.explained} explained, "
            f"{len(self.open)} survive: {share:.1f} % in {self.seconds:.0f} s"
        )


class Workshop:
    """A copy of the sources in which mutmut may write."""

    def __init__(self, folder: Path, package: str, jobs: int) -> None:
        self._folder = folder
        self._package = package
        self._jobs = jobs

    @property
    def made(self) -> Path:
        """Where mutmut puts the mutants and what it found about them."""
        return self._folder / "mutants"

    def set_up(self) -> None:
        """Copy the sources (again), and say what is to be changed and which tests there are."""
        ignored = shutil.ignore_patterns("__pycache__")
        for name in COPIED:
            shutil.copytree(ROOT / name, self._folder / name, ignore=ignored, dirs_exist_ok=True)
        for name in FILES:
            shutil.copy(ROOT / name, self._folder / name)
        tests = [f"tests/{self._package}", *LEFT_OUT.get(self._package, ())]
        with (self._folder / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(
                "\n[tool.mutmut]\n"
                f'source_paths = ["terminal_agent/{self._package}/"]\n'
                f"pytest_add_cli_args_test_selection = {tests!r}\n"
                f"also_copy = {[name for name in (*COPIED, 'README.md') if name != 'tests']!r}\n"
            )

    def run(self, *names: str) -> int:
        """Let mutmut make every mutant, and run the tests against those of these names."""
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(self._jobs)]
        with (self._folder / "mutmut.log").open("a", encoding="utf-8") as log:
            return subprocess.run(
                [*command, *names],
                cwd=self._folder,
                env={**os.environ, "TMPDIR": str(self._folder)},
                stdout=log,
                stderr=log,
                check=False,
            ).returncode

    def log(self) -> str:
        """The end of what mutmut said."""
        text = (self._folder / "mutmut.log").read_text(encoding="utf-8", errors="replace")
        return text.replace("\r", "\n")[-2_000:]


def judge(package: str, options: argparse.Namespace, folder: Path) -> Score:
    """Make the mutants of a package, choose, run the tests against them, count."""
    began = time.monotonic()
    workshop = Workshop(folder, package, options.jobs)
    workshop.set_up()
    workshop.run("no mutant has this name: only make them")
    chosen = [one for one in mutants(workshop.made) if _wanted(one, options.module)]
    if options.sample is not None and options.sample < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.sample)
    names = {one.name for one in chosen}
    assert names, f"no mutants in {package} {options.module or ''}: {workshop.log()}"
    # A name with a `*` in it would be a pattern; ours have none.
    workshop.run(*sorted(one.name for one in chosen if one.end is None or one.survived))
    judged = [one for one in mutants(workshop.made) if one.name in names and one.end is not None]
    assert judged, f"mutmut ran no test: {workshop.log()}"
    survivors = [one for one in judged if one.survived]
    left = unexplained(survivors, explanations())
    return Score(
        package,
        killed=len(judged) - len(survivors),
        explained=len(survivors) - len(left),
        open=tuple(left),
        seconds=time.monotonic() - began,
    )


def _wanted(mutant: Mutant, module: str | None) -> bool:
    return module is None or mutant.module.endswith(f".{module}")


def _stale(package: str, options: argparse.Namespace, folder: Path) -> int:
    """Say which explanations do not fit any more; how many. Only for whole packages."""
    if options.module is not None or options.sample is not None:
        return 0
    prefix = f"terminal_agent.{package}."
    known = [one for one in explanations() if one.module.startswith(prefix)]
    wrong = outdated(mutants(folder / "mutants"), known)
    for one, why in wrong:
        print(f"explained.toml: {why}: {one.module}.{one.function}: {one.after or one.before}")
    return len(wrong)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--package", choices=PACKAGES, action="append", help="only this package")
    parser.add_argument("--module", help='only this module of it, like "recovery"')
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work there, go on what is there")
    return parser.parse_args()


def main() -> int:
    """Judge the packages one after another; 1 when something is left to do."""
    options = _parsed()
    left = 0
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="mutation-", dir=place) as temporary:
        for package in options.package or PACKAGES:
            folder = (options.keep or Path(temporary)) / package
            folder.mkdir(parents=True, exist_ok=True)
            score = judge(package, options, folder)
            for one in score.open:
                print(f"{one.module}.{one.function} survives:\n  - {one.before}\n  + {one.after}")
            left += len(score.open) + _stale(package, options, folder)
            print(score, flush=True)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
