"""All planted mistakes, and the reference page about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.judging import JUDGING
from tests.mutants.keeping import KEEPING
from tests.mutants.sending import SENDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.mutants.seed import Seed

SEEDS = (*SENDING, *JUDGING, *KEEPING)

_HEAD = """# Seeded faults

<!-- Generated from tests/mutants by `make docs`. -->

Each row is a mistake that somebody could make in the code. `make test` plants it in the real code
for a moment, runs the test that is named for it, and demands that this test fails, and fails by
saying what the mistake does. Without the mistake the same tests pass. Where several guards keep the
same harm away, the mistake removes all of them: with one guard left nothing would happen.
"""


def _table(title: str, seeds: Iterable[Seed]) -> str:
    rows = [f"| {seed.mistake} | {seed.harm} | {_killer(seed)} |" for seed in seeds]
    head = ["| mistake | what would happen | noticed by |", "|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])


def _killer(seed: Seed) -> str:
    file, _, test = seed.killed_by.partition("::")
    name = test.partition("[")[0]
    return f"`{name}` in `{file}`" if name else f"`{file}`"


def render() -> str:
    """The page, as Markdown."""
    parts = (
        _HEAD,
        _table("Sending", SENDING),
        _table("Judging", JUDGING),
        _table("Keeping", KEEPING),
    )
    return "\n".join(parts)
