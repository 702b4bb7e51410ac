"""`python -m tests.wheel`: the wheel alone, in an environment of its own, does what it promises.

Builds it, installs it beside the locked requirements, runs both programs, then our tests and those
of a foreign project against what was installed, and lets mypy read its types from outside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LIMIT_S: Final = 600.0  # bounds one step
PACKAGES: Final = ("drivers", "protocols", "simulators", "terminal_agent")
# A refund of 12.34 with the password 123456.
REFUND_HEX: Final = "06310A12345604000000001234"
# What can fail in a wheel alone: every module and every file of data that is read, every scenario,
# and the plugin in somebody else's project. All that the code does is tested in the checkout.
TESTS: Final = (
    *(f"tests/protocols/test_{name}_vectors.py" for name in ("ecr17", "nexo", "transbank", "zvt")),
    "tests/conformance/test_messages.py::test_the_golden_vectors_name_their_source_and_hold",
    "tests/conformance/test_messages.py::test_every_result_code_has_an_outcome_and_words_in_both_languages",
    "tests/prompts",
    "tests/slips",
    "tests/conformance/test_faults.py::test_every_scenario_of_the_simulator_ends_in_the_truth",
    "tests/process/test_foreign.py",
)
CALLER: Final = """
from pathlib import Path

from protocols.kit.money import Amount, Currency
from protocols.kit.registry import load
from simulators.pytest_plugin import TerminalFactory
from terminal_agent.cli import main
from terminal_agent.config import read


def ask(terminal: TerminalFactory) -> int:
    reveal_type(Amount.parse("12.50", Currency.of("EUR")).minor)
    reveal_type(load("zvt").default_profile)
    reveal_type(terminal(tcp=True).device)
    reveal_type(read(Path("config.toml")).config.language)
    return main(["--version"])
"""
REVEALED: Final = ('"int"', '"str"', '"str"', "Literal['en']")


class Failed(Exception):
    """The wheel does not do what it promises."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell what is done, and how long it took."""
    begun = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - begun:.1f} s", flush=True)


def run(words: Sequence[str | Path], *, cwd: Path, want: Sequence[str] = ()) -> str:
    """Run a program outside of the checkout; all of `want` must be in what it says."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**clean, "REFUND_AGENT_CONFIG": str(cwd / "none.toml")},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    said = ended.stdout + ended.stderr
    missing = [text for text in want if text not in said]
    if ended.returncode or missing:
        raise Failed(
            f"{' '.join(map(str, words))}: exit {ended.returncode}, lacks {missing}\n{said}"
        )
    return said


class Workshop:
    """A folder with a wheel, and an environment of its own that knows nothing of the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._home = folder / "venv"
        scripts = "Scripts" if os.name == "nt" else "bin"
        self.bin = self._home / scripts
        self.python = self.bin / ("python.exe" if os.name == "nt" else "python")

    def build(self) -> Path:
        """The wheel."""
        out = self.folder / "dist"
        run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out], cwd=ROOT)
        (wheel,) = out.glob("*.whl")
        return wheel

    def install(self, *what: str | Path) -> None:
        """With pip, quietly."""
        pip = (self.python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
        run((*pip, *what), cwd=self.folder)

    def create(self, wheel: Path) -> None:
        """The environment: what is locked, and the wheel without its dependencies."""
        venv.create(self._home, with_pip=True)
        self.install("--require-hashes", "-r", ROOT / "requirements.txt")
        self.install("--no-deps", wheel)

    def programs(self, version: str) -> None:
        """What people type."""
        agent, simulator = self.bin / "refund-agent", self.bin / "terminal-simulator"
        run([agent, "--version"], cwd=self.folder, want=[version])
        run([agent, "--help"], cwd=self.folder, want=["refund", "recover", "decode"])
        decode = (agent, "decode", "--protocol", "zvt", "--layer", "apdu", "--json", REFUND_HEX)
        run(decode, cwd=self.folder, want=['"amount_minor": 1234'])
        run([simulator, "--help"], cwd=self.folder, want=["--time-scale"])
        run([simulator, "--list-scenarios"], cwd=self.folder, want=["answer-lost-after-commit"])
        shown = run(
            [self.python, "-c", f"import {', '.join(PACKAGES)}; print(protocols.__path__)"],
            cwd=self.folder,
        )
        if str(self._home) not in shown:
            raise Failed(f"the packages come from {shown}")

    def modules(self) -> None:
        """Each one, by its name."""
        names = "[m.name for p in sys.argv[1:] for m in walk_packages(import_module(p).__path__, p + '.')]"
        program = (
            "import sys\nfrom importlib import import_module\nfrom pkgutil import walk_packages\n"
            f"for name in {names}: import_module(name)"
        )
        run([self.python, "-c", program, *PACKAGES], cwd=self.folder)

    def tests(self, *which: str) -> None:
        """Our tests, copied without the code that they test."""
        there = self.folder / "elsewhere"
        if not there.exists():
            skipped = shutil.ignore_patterns("__pycache__")
            for part in ("tests", "docs"):
                shutil.copytree(ROOT / part, there / part, ignore=skipped)
            shutil.copy(ROOT / "pyproject.toml", there)
        words = ("-q", "-n", "2", "-p", "no:cacheprovider")
        said = run([self.python, "-m", "pytest", *words, *which], cwd=there, want=[" passed"])
        print(f"    {said.strip().splitlines()[-1]}")

    def types(self) -> None:
        """A program that uses us, checked by mypy."""
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "caller.py").write_text(CALLER, encoding="utf-8")
        mypy = (self.python, "-m", "mypy", "--strict", "--cache-dir", outside / "cache")
        said = run((*mypy, "caller.py"), cwd=outside, want=["Success"])
        revealed = [line for line in said.splitlines() if "Revealed type" in line]
        for line, wanted in zip(revealed, REVEALED, strict=True):
            if wanted not in line.replace("builtins.", ""):
                raise Failed(f"not {wanted}: {line}")


def check_content(wheel: Path) -> None:
    """Everything that is needed, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/", 1)[0] for name in names if ".dist-info/" not in name}
    if tops != set(PACKAGES):
        raise Failed(f"the wheel holds {sorted(tops)}")
    packed = set(names)
    for package in PACKAGES:
        tracked = run(["git", "ls-files", package], cwd=ROOT).split()
        lacking = sorted(set(tracked) - packed)
        if lacking:
            raise Failed(f"not in the wheel: {lacking}")
        if f"{package}/py.typed" not in packed:
            raise Failed(f"{package} says nothing of its types")


def main() -> int:
    """All steps; 1 and the reason when one fails."""
    with tempfile.TemporaryDirectory(prefix="wheel-") as folder:
        shop = Workshop(Path(folder))
        try:
            with step("built"):
                wheel = shop.build()
                check_content(wheel)
            with step("installed alone"):
                shop.create(wheel)
            with step("programs run"):
                shop.programs(wheel.name.split("-")[1])
            with step("test tools installed"):
                shop.install("--require-hashes", "-r", ROOT / "requirements-dev.txt")
            with step("types are seen from outside"):
                shop.types()
            with step("tests pass against the installed packages"):
                shop.tests(*TESTS)
        except Failed as failed:
            print(failed, file=sys.stderr)
            return 1
    print(f"{wheel.name} does what it promises.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
