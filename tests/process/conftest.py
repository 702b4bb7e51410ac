"""Real processes need a pseudo terminal and POSIX signals; elsewhere they are skipped aloud."""

from __future__ import annotations

import os

import pytest

from simulators.pytest_plugin import TIME_SCALE, TerminalFactory
from simulators.testing import TerminalSimulator
from tests.process.till import Till

POSIX = os.name == "posix"
# Somebody else's project; test_foreign.py runs it as such.
collect_ignore = ["foreign"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all of this folder, and say why nothing runs where it cannot."""
    here = os.path.dirname(__file__)  # noqa: PTH120 - compared as text
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.process)
            if not POSIX:
                item.add_marker(pytest.mark.skip(reason="no pseudo terminals on this system"))


@pytest.fixture
def terminal(terminal_simulator: TerminalFactory) -> TerminalSimulator:
    """A terminal on a pseudo terminal; sales 0001 (12.34) and 0002 (50.00) can be voided."""
    return terminal_simulator()


@pytest.fixture
def till(tmp_path_factory: pytest.TempPathFactory, terminal: TerminalSimulator) -> Till:
    """A till that is plugged into `terminal`, with the two sales in its book."""
    folder = tmp_path_factory.mktemp("till")
    made = Till(folder, f"serial:{terminal.device}", TIME_SCALE)
    assert made.import_sales([1234, 5000]).code == 0
    return made
