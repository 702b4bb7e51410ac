"""Every planted mistake is noticed by the test that is named for it, and by what it promises."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mutants.planting import planted, run
from tests.mutants.seeds import SEEDS

if TYPE_CHECKING:
    from tests.mutants.seed import Seed

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of tests count from there."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_mistake_is_noticed(seed: Seed) -> None:
    with planted(seed.edits):
        _, failures = run(str(ROOT), seed.killed_by)
    assert failures, f"nobody noticed: {seed.mistake}"
    told = f"{failures[0].kind}: {failures[0].text}"
    assert re.search(seed.says, told, re.DOTALL), f"noticed by accident only: {told}"


def test_without_a_mistake_the_same_tests_pass() -> None:
    passed, failures = run(str(ROOT), *sorted({seed.killed_by for seed in SEEDS}))
    assert failures == []
    for seed in SEEDS:
        assert any(test.startswith(seed.killed_by) for test in passed), seed.killed_by
