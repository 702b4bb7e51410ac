"""`python -m tests.fuzz`: every target in a process of its own, and a table of what it did."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz import engine
from tests.fuzz.target import CORPUS, FOUND

RUNS: Final = 1_000_000
FIND: Final = "find-"  # files of the corpus that once were a find; they stay
ROOT: Final = Path(__file__).parents[2]
_DONE: Final = re.compile(r"stat::number_of_executed_units:\s+(\d+)|^Done (\d+) in ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Report:
    """What one target did; `find` is the file of a find, if there is one."""

    target: str
    runs: int
    seconds: float
    new: int
    find: Path | None

    def row(self) -> str:
        """One line of the table."""
        rate = self.runs / self.seconds if self.seconds else 0.0
        found = 0 if self.find is None else 1
        return (
            f"{self.target:<26}{self.runs:>12,}{self.seconds:>9.1f}{rate:>10,.0f}"
            f"{self.new:>8}{found:>7}"
        )


HEADING: Final = (
    f"{'target':<26}{'executions':>12}{'seconds':>9}{'exec/s':>10}{'new':>8}{'finds':>7}"
)


def main() -> int:
    """0 when nothing was found, 1 when something was, 2 for a target that is not there."""
    options = _options()
    if options.child:
        return _child(options)
    names = list(_names())
    if options.target and not set(options.target) <= set(names):
        print(f"there are: {', '.join(names)}")
        return 2
    chosen = options.target or names
    if options.input:
        return _one_input(chosen[0], Path(options.input))
    if options.memory:
        return _memory(options.memory, options.target or [])
    if options.minimise:
        return _minimise(chosen)
    if not engine.has_atheris():
        print("atheris is not here (it runs on Linux and macOS): seeded mutation, no guidance")
    print(HEADING, flush=True)
    reports = []
    for name in chosen:
        reports.append(_run(name, options))
        print(reports[-1].row(), flush=True)
    finds = [report for report in reports if report.find is not None]
    for report in finds:
        print(f"again: python -m tests.fuzz --target {report.target} --input {report.find}")
    return 1 if finds else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="executions of each target")
    parser.add_argument("--seconds", type=int, default=0, help="most seconds of each, 0 = no limit")
    parser.add_argument("--target", action="append", help="only this one; may be repeated")
    parser.add_argument("--input", help="run one input once and show what comes out")
    parser.add_argument("--seed", type=int, default=1, help="of the mutator without atheris")
    parser.add_argument("--memory", type=int, metavar="MIB", help="instead: MIB of hostile stream")
    parser.add_argument("--minimise", action="store_true", help="keep the best of found/ as corpus")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _names() -> tuple[str, ...]:
    from tests.fuzz.targets import targets

    return tuple(targets())


def _work(name: str) -> Path:
    return FOUND / "work" / name


def _run(name: str, options: argparse.Namespace) -> Report:
    """One target in a child; its output goes to found/NAME.log."""
    FOUND.mkdir(exist_ok=True)
    work = _work(name)
    before, finds = _count(work), set(FOUND.glob(f"{name}.*-*"))
    log = FOUND / f"{name}.log"
    command = [sys.executable, "-m", "tests.fuzz", "--child", "--target", name]
    command += ["--runs", str(options.runs), "--seconds", str(options.seconds)]
    command += ["--seed", str(options.seed)]
    began = time.perf_counter()
    with log.open("wb") as out:
        ended = subprocess.run(command, cwd=ROOT, stdout=out, stderr=out, check=False)
    took = time.perf_counter() - began
    told = log.read_text(encoding="utf-8", errors="replace")
    runs = max((int(a or b) for a, b in _DONE.findall(told)), default=0)
    fresh = sorted(set(FOUND.glob(f"{name}.*-*")) - finds)
    find = fresh[0] if fresh else (log if ended.returncode else None)
    return Report(name, runs, took, _count(work) - before, find)


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0


def _child(options: argparse.Namespace) -> int:
    name = options.target[0]
    if engine.has_atheris():
        engine.guided(name, options.runs, options.seconds, _work(name), FOUND)
        return 0
    target = engine.load(name)
    found = engine.seeded(target, options.runs, options.seed)
    print(f"Done {options.runs} in one go")
    if found is None:
        return 0
    data, told = found
    (FOUND / f"{name}.crash-{engine.name_of(data)}").write_bytes(data)
    print(told)
    return 1


def _one_input(name: str, file: Path) -> int:
    data = file.read_bytes()
    told = engine.fails(engine.load(name), data)
    print(f"{name}, {len(data)} bytes: {data[:64].hex(' ')}{' ...' if len(data) > 64 else ''}")
    print(told or "taken")
    return 1 if told else 0


def _minimise(names: list[str]) -> int:
    from tests.fuzz.reach import smallest

    for name in names:
        target = engine.load(name)
        files = [file for file in _work(name).glob("*") if file.is_file()]
        inputs = [*target.inputs(), *(file.read_bytes() for file in files)]
        kept = smallest(target, (data for data in inputs if data not in target.seeds()))
        for old in target.folder.glob("*"):
            if not old.name.startswith(FIND):
                old.unlink()
        engine.keep(target.folder, kept)
        print(f"{name:<26}{len(inputs):>8} inputs, {len(kept):>3} kept", flush=True)
    size = sum(file.stat().st_size for file in CORPUS.rglob("*") if file.is_file())
    print(f"corpus: {size} bytes")
    return 0


def _memory(mib: int, readers: list[str]) -> int:
    from tests.fuzz.growth import LIMIT_BYTES, grown, streams

    worst = 0
    print(f"{'reader':<26}{'stream':<14}{'MiB':>6}{'seconds':>9}{'grown KiB':>11}")
    for stream in streams():
        if readers and stream.reader not in readers:
            continue
        began = time.perf_counter()
        most = grown(stream, mib << 20)
        took = time.perf_counter() - began
        print(
            f"{stream.reader:<26}{stream.kind:<14}{mib:>6}{took:>9.1f}{most / 1024:>11.1f}",
            flush=True,
        )
        worst = max(worst, most)
    return 0 if worst < LIMIT_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
