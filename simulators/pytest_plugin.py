"""A pytest plugin: the fixture `terminal_simulator` starts simulated terminals for a test.

Ask for it in a conftest.py: `pytest_plugins = ["simulators.pytest_plugin"]`. It is loaded only
where it is asked for, so that installing the product changes nobody else's test run.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from simulators.testing import TerminalSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds of the terminal's clock that pass in one real second unless a test says otherwise. The
# till must divide its own waiting times by the same number.
TIME_SCALE: Final = 20.0


class TerminalFactory(Protocol):
    """What the fixture `terminal_simulator` gives: call it for each terminal a test needs."""

    def __call__(
        self,
        *,
        protocol: str = "zvt",
        scenario: str | Path = "approved",
        profile: str = "",
        tcp: bool = False,
        time_scale: float = TIME_SCALE,
        seed: int = 0,
        options: tuple[str, ...] = (),
    ) -> TerminalSimulator:
        """A running terminal; it ends with the test.

        `scenario` is one that `terminal-simulator --list-scenarios` names, or a TOML file.
        `tcp`: listen on a free port of this computer instead of a pseudo terminal.
        `options`: further words of the command line, such as ("--state", "FILE").
        """


@pytest.fixture
def terminal_simulator() -> Iterator[TerminalFactory]:
    """Start simulated payment terminals; all of them end with the test."""
    with ExitStack() as running:

        def start(
            *,
            protocol: str = "zvt",
            scenario: str | Path = "approved",
            profile: str = "",
            tcp: bool = False,
            time_scale: float = TIME_SCALE,
            seed: int = 0,
            options: tuple[str, ...] = (),
        ) -> TerminalSimulator:
            return running.enter_context(
                TerminalSimulator(
                    *("--scenario", _found(scenario), "--profile", profile),
                    *("--time-scale", str(time_scale), "--seed", str(seed)),
                    *options,
                    protocol=protocol,
                    where=("--tcp", "127.0.0.1:0") if tcp else ("--pty",),
                )
            )

        yield start


def _found(scenario: str | Path) -> str:
    """A file is meant from where the test runs; the simulator runs elsewhere."""
    is_file = Path(scenario).suffix == ".toml"
    return str(Path(scenario).absolute()) if is_file else str(scenario)
