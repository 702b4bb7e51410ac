"""The world finds mistakes: planted ones within a few hundred histories, shrunk and told.

What it finds in the real code is listed, with its seeds, in docs/explanation/exactly-once.md.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from terminal_agent.journal.store import connect
from tests.mutants import seeds
from tests.mutants.planting import planted
from tests.oracle import Broken
from tests.world import __main__ as program
from tests.world.life import live
from tests.world.many import batch
from tests.world.options import Options
from tests.world.plan import draw
from tests.world.shrink import failure_of, shrunk
from tests.world.tale import Tale

SEEDS = range(1_500)
BROKEN = "Broken: "
OPTIONS = Options(sqlite=0)


# Of the seeded mistakes those that a whole history shows, and that the fake journal does not hide.
MISTAKES = {
    seed.name: seed.edits
    for seed in seeds.SEEDS
    if seed.name in {"armed-is-not-sent", "approved-at-sight", "no-horizon", "resend-on-nak"}
}
assert len(MISTAKES) == 4, "they are still called so"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found_shrunk_and_told(name: str) -> None:
    with planted(MISTAKES[name]):
        seed = next(seed for seed in SEEDS if failure_of(draw(seed, OPTIONS)).startswith(BROKEN))
        plan = draw(seed, OPTIONS)
        failure = failure_of(plan)
        left_out = shrunk(plan)
        short = plan.without(left_out)
        assert failure_of(short) == failure, "the short one fails in the same way"
        for place in set(range(len(plan.parts()))) - left_out:
            assert failure_of(plan.without(left_out | {place})) != failure, "every part is needed"
        tale = Tale()
        with pytest.raises(Broken):
            live(short, tale)
    told = "\n".join(tale.lines())
    assert "people    asks for money back" in told
    assert "AttemptBaselined+AttemptArmed" in told
    assert failure_of(short) == "", "without the mistake the same history is sound"


def test_a_failure_is_reported_with_its_seed() -> None:
    with planted(MISTAKES["armed-is-not-sent"]):
        found = batch(SEEDS[:250], OPTIONS)
    assert found.failures
    assert all(failure.startswith(BROKEN) for _, failure in found.failures)


def a_connection_that_waits_for_no_disk(path: Path) -> sqlite3.Connection:
    """As the journal's, but for the sync."""
    db = connect(path)
    db.execute("PRAGMA synchronous=OFF").fetchall()
    return db


def test_a_journal_that_does_not_sync_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.world.counter.connect", a_connection_that_waits_for_no_disk)
    found = batch(range(300), Options(sqlite=1.0))
    assert found.failures
    assert any("were acknowledged" in failure for _, failure in found.failures)


# --- the program -------------------------------------------------------------------------------


def test_one_seed_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    seed = next(seed for seed in SEEDS if live(draw(seed, Options())).frames)
    assert program.main(["--seed", str(seed)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"seed {seed}: ")
    assert "till → terminal: register" in out
    assert "Every promise was kept: " in out


def test_parts_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    seed = next(seed for seed in SEEDS if len(draw(seed, Options()).parts()) > 3)
    parts = draw(seed, Options()).parts()
    assert program.main(["--seed", str(seed), "--without", f"1,{len(parts) - 1}"]) == 0
    out = capsys.readouterr().out
    assert f"left out: 1,{len(parts) - 1}" in out
    assert parts[-1] not in out


def test_many_are_added_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--count", "40", "--first", "5", "--protocol", "zvt"]) == 0
    out, progress = capsys.readouterr()
    assert "histories        40 (zvt 40)" in out
    assert "broken promises  0" in out
    assert "40 histories, 0 broken promises" in progress


def test_a_broken_promise_ends_with_the_line_that_shows_it_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with planted(MISTAKES["armed-is-not-sent"]):
        assert program.main(["--count", "120", "--sqlite", "0"]) == 1
    out = capsys.readouterr().out
    assert "python -m tests.world --seed " in out
    assert " --sqlite 0.0" in out
    assert "The first one, as short as it gets:" in out
    assert "BROKEN  Broken: P" in out
