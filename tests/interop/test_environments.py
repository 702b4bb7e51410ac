"""What cannot be installed skips aloud and leaves nothing behind; what can is made once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.interop.environments import made_once

WANTED = ("no-such-package==1",)


def failing(folder: Path) -> Sequence[Sequence[str]]:
    (folder / "half").touch()
    return [[sys.executable, "-c", "import sys; sys.exit('there is no network')"]]


@pytest.mark.parametrize(
    ("require_all", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)]
)
def test_what_cannot_be_installed(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    require_all: str,
    outcome: type[BaseException],
) -> None:
    monkeypatch.setenv("REQUIRE_ALL", require_all)
    with pytest.raises(outcome, match="no-such-package==1 cannot be installed here: there is no"):
        made_once(WANTED, failing, kept=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="FileNotFoundError"):
        made_once(WANTED, lambda _: [["no-such-program"]], kept=tmp_path)


def test_it_is_made_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def steps(folder: Path) -> Sequence[Sequence[str]]:
        made.append(folder)
        return []

    first = made_once(WANTED, steps, kept=tmp_path)
    assert made_once(WANTED, steps, kept=tmp_path) == first
    assert made_once(("no-such-package==2",), steps, kept=tmp_path) != first
    assert len(made) == 2


def test_another_worker_was_quicker(tmp_path: Path) -> None:
    def steps(_: Path) -> Sequence[Sequence[str]]:
        if not any(entry.name.startswith("no-such") for entry in tmp_path.iterdir()):
            there = made_once(WANTED, lambda _: [], kept=tmp_path)
            (there / "theirs").touch()
        return []

    home = made_once(WANTED, steps, kept=tmp_path)
    assert [entry.name for entry in home.iterdir()] == ["theirs"]
    assert list(tmp_path.iterdir()) == [home]
