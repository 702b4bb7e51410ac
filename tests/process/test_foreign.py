"""Somebody else's project tests its own till with our fixture, in a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.process.agents import CHECKOUT, CODE, LIMIT_S, environment

FOREIGN: Final = Path(__file__).parent / "foreign"
PAGE: Final = CHECKOUT / "docs" / "how-to" / "test-your-till.md"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The other project's own pytest: our packages are there, our tests are not."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env=environment({"PYTHONPATH": str(CODE), "PYTEST_ADDOPTS": ""}),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The other project."""
    shutil.copytree(FOREIGN, tmp_path / "corner", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "corner"


def test_the_example_of_the_page_passes_as_it_stands(project: Path) -> None:
    ended = run(project)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "5 passed" in ended.stdout


def test_a_till_that_takes_unknown_for_declined_is_found_out(project: Path) -> None:
    till = project / "corner_till.py"
    till.write_text(till.read_text().replace('return "unknown"', 'return "declined"'))
    ended = run(project)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "3 failed, 2 passed" in ended.stdout


def test_without_the_one_line_nothing_of_ours_is_loaded(project: Path) -> None:
    (project / "conftest.py").unlink()
    ended = run(project, "--fixtures")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "terminal_simulator" not in ended.stdout


@pytest.mark.skipif(not PAGE.exists(), reason="the pages are not part of the wheel")
@pytest.mark.parametrize("name", ["conftest.py", "test_corner_till.py", "hesitant-customer.toml"])
def test_the_page_shows_the_example_as_it_is(name: str) -> None:
    content = (FOREIGN / name).read_text(encoding="utf-8").strip()
    assert f"\n{content}\n```" in PAGE.read_text(encoding="utf-8")
