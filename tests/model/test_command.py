"""`python -m tests.model` says what it searched, and ends badly when a promise is broken."""

from __future__ import annotations

import pytest

from tests.model import __main__ as command
from tests.model import matrix, mistakes, report
from tests.model.explore import explore
from tests.model.world import People, World

SMALL = ["--attempts", "1", "--crashes", "0", "--foreign", "1", "--jobs", "1", "--signs", "L+N"]


def test_a_search_with_other_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(SMALL) == 0
    *worlds, total = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in worlds] == [
        "L+N, exclusive, line fence [1/0/0]",
        "L+N, exclusive, line fence, refusals_kept [1/0/0]",
        "L+N, shared, line fence [1/0/1]",
        "L+N, shared, line fence, refusals_kept [1/0/1]",
    ]
    assert total.startswith("4 worlds, ")
    assert " 0 broken" in total


def test_a_broken_promise_is_shown_step_by_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lying = World(signs="L", running_told=False)
    monkeypatch.setattr(matrix, "in_tests", lambda: [lying])
    assert command.main(["--jobs", "1"]) == 1
    told = capsys.readouterr().out
    assert "busy lied about" in told
    assert "   1. the cashier wants the refund" in told


def test_every_counter_example_can_be_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mistakes, "MISTAKES", mistakes.MISTAKES[:2])
    monkeypatch.setattr(mistakes, "IMPOSSIBLE", ())
    assert command.main(["--mistakes"]) == 0
    assert capsys.readouterr().out.count("P1 at most once after") == 2


def test_a_mistake_that_is_not_found_ends_badly(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless = mistakes.Case(name="none", says="No mistake.", world=World(signs="L+N"))
    monkeypatch.setattr(mistakes, "MISTAKES", (harmless,))
    monkeypatch.setattr(mistakes, "IMPOSSIBLE", ())
    assert command.main(["--mistakes"]) == 1
    assert "NOT FOUND" in capsys.readouterr().out


def test_a_repeat_that_the_bounds_cut_off_is_said() -> None:
    found = explore(World(signs="I1", attempts=1, foreign=1, people=People.WRONG))
    assert found.people_needed
    assert report.people(found) == report.BOUND
