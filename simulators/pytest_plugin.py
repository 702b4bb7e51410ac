"""A pytest plugin that starts simulated terminals and receipt printers for a test.

Its fixtures are `terminal_simulator` and `printer_simulator`. Ask for it in a conftest.py:
`pytest_plugins = ["simulators.pytest_plugin"]`. It is loaded only where it is asked for, so that
installing the product changes nobody else's test run.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from simulators.testing import PrinterSimulator, TerminalSimulator

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


class PrinterFactory(Protocol):
    """What the fixture `printer_simulator` gives: call it for each printer a test needs."""

    def __call__(
        self,
        *,
        columns: int = 32,
        faults: tuple[str, ...] = (),
        tcp: bool = False,
        time_scale: float = TIME_SCALE,
        options: tuple[str, ...] = (),
    ) -> PrinterSimulator:
        """A running printer; it ends with the test.

        `faults` are NAME or NAME=N, as `printer-simulator --list-faults` tells them.
        `tcp`: listen on a free port of this computer instead of a pseudo terminal.
        `options`: further words of the command line, such as ("--papers", "FOLDER").
        """


@pytest.fixture
def printer_simulator() -> Iterator[PrinterFactory]:
    """Start simulated receipt printers; all of them end with the test."""
    with ExitStack() as running:

        def start(
            *,
            columns: int = 32,
            faults: tuple[str, ...] = (),
            tcp: bool = False,
            time_scale: float = TIME_SCALE,
            options: tuple[str, ...] = (),
        ) -> PrinterSimulator:
            named = [word for fault in faults for word in ("--fault", fault)]
            return running.enter_context(
                PrinterSimulator(
                    *("--columns", str(columns), "--time-scale", str(time_scale), *named),
                    *options,
                    where=("--tcp", "127.0.0.1:0") if tcp else ("--pty",),
                )
            )

        yield start


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
