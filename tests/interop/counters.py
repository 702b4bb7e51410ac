"""Our side of the counter: a simulated terminal with a scenario, and the books of its bank."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulators.pytest_plugin import TerminalFactory
    from simulators.testing import TerminalSimulator

# Others wait in real seconds and cannot be hurried, so the terminal must not be hurried much
# either: it has to repeat later than they answer, on a busy machine too.
SCALE: Final = 5.0

Booking = tuple[str, int]


class Counter:
    """A terminal that somebody else's program is plugged into."""

    def __init__(self, terminal: TerminalSimulator, ledger: Path) -> None:
        self._terminal = terminal
        self._ledger = ledger
        self._known = len(self._rows())

    @property
    def port(self) -> str:
        """Where to plug in."""
        return self._terminal.device

    @property
    def booked(self) -> list[Booking]:
        """What was booked since the start; file and answer must say the same."""
        rows = self._rows()
        written = json.loads(self._ledger.read_text(encoding="utf-8"))["bookings"]
        assert written == rows
        return [(str(row["kind"]), int(str(row["amount_minor"]))) for row in rows[self._known :]]

    def _rows(self) -> list[dict[str, object]]:
        return self._terminal.ledger()


class Counters:
    """Starts them: `protocol` and a folder for what they write."""

    def __init__(self, start: TerminalFactory, protocol: str, folder: Path) -> None:
        self._start = start
        self._protocol = protocol
        self._folder = folder

    def __call__(self, *tables: str, seed: int = 0) -> Counter:
        """One with a scenario of these tables, each one line of TOML behind its header."""
        scenario = self._folder / "scenario.toml"
        scenario.write_text("\n".join(("version = 1", *tables)), encoding="utf-8")
        ledger = self._folder / "ledger.json"
        terminal = self._start(
            protocol=self._protocol,
            scenario=scenario,
            time_scale=SCALE,
            seed=seed,
            options=("--ledger", str(ledger)),
        )
        return Counter(terminal, ledger)


def step(on: str, do: str, **more: object) -> str:
    """A step of the scenario."""
    return _table("[step]", {"on": on, "do": do, **more})


def fault(do: str, *, direction: str = "to_ecr", **more: object) -> str:
    """A fault on the cable."""
    return _table("[fault]", {"direction": direction, "do": do, **more})


def device(**settings: object) -> str:
    """Settings of the device."""
    return _table("terminal", settings)


def _table(name: str, values: dict[str, object]) -> str:
    # JSON's texts and numbers are TOML's too.
    lines: Sequence[str] = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join((f"[{name}]", *lines))
