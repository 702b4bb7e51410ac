"""For the sweeps: no commit waits for the disk, and the number of lives stands in the output."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.conformance.lives import Subject

if TYPE_CHECKING:
    from collections.abc import Callable

LIVES = "lives"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A kind of terminal is only asked what it can do: its ways, its habits."""
    kept = [item for item in items if _possible(getattr(item, "callspec", None))]
    if len(kept) < len(items):
        left_out = [item for item in items if not _possible(getattr(item, "callspec", None))]
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _possible(callspec: object) -> bool:
    params = getattr(callspec, "params", {})
    subject = params.get("subject")
    if not isinstance(subject, Subject):
        return True
    way, habit = params.get("way"), params.get("habit")
    return (way is None or way in subject.ways) and (habit is None or subject.has_habit(habit))


@pytest.fixture(autouse=True)
def quick_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Power cuts of the till are not what sweeps test; a test with a real disk asks for it."""
    if "real_disk" not in request.fixturenames:
        monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def real_disk() -> None:
    """Every commit waits for the disk, as in a shop."""


@pytest.fixture
def lives(record_property: Callable[[str, object], None]) -> Callable[[int], None]:
    """Say how many lives a test led; the sum stands at the end of the output."""
    return lambda count: record_property(LIVES, count)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many lives all sweeps of this run led."""
    counts = [
        int(str(value))
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == LIVES
    ]
    if counts:
        terminalreporter.write_line(
            f"conformance: {sum(counts)} lives of a refund in {len(counts)} sweeps"
        )
