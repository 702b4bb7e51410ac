"""What a counter in memory is made of: its settings, and a journal that tests can look into."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, get_args

from drivers.terminal import PumpLimits
from protocols.kit import registry
from protocols.kit.capabilities import Capability
from simulators.scenario import Fault, Scenario
from terminal_agent.config import Sign
from terminal_agent.journal.store import Journal
from terminal_agent.runtime.agent import Agent
from terminal_agent.runtime.station import POLL_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal_agent.refund.facts import Fact

SIGNS: Final[tuple[Sign, ...]] = get_args(Sign)
ALL: Final = frozenset({"all that the profile declares"})


class Killed(BaseException):
    """The agent's process ends here, as by a power cut: nothing below may handle it."""


def connect_fast(path: Path) -> sqlite3.Connection:
    """For sweeps that do not test the disk: as `connect`, and no commit waits for it."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    return db


class TappedJournal(Journal):
    """The journal, telling of every append before it begins and after it is durable."""

    tap: Callable[[str], None] | None = None

    def append(self, *facts: Fact) -> None:
        """As the journal's own."""
        names = "+".join(type(fact).__name__ for fact in facts)
        if self.tap is not None:
            self.tap(f"before {names}")
        super().append(*facts)
        if self.tap is not None:
            self.tap(f"durable {names}")

    def die(self) -> None:
        """What is left when the process dies: no last mark, no goodbye."""
        self._db.close()
        self._lock.release()


class FiledJournal(TappedJournal):
    """Named in a setting where the guards of the real journal matter, and its disk does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a shop is made of. `capabilities` are signs; ALL confirms what the profile declares.

    `cut_after` names a direction and how many bytes go through before the cable comes out; it is
    back in after `cut_for_s` seconds, with 0.0 only when somebody plugs it in.
    `poll_s` is how often a terminal is asked whether it is idle, `limits` are the pump's.
    `durable` uses the real journal with its real settings; otherwise the fake disk of tests/disk.py
    does, unless `journal` names another one: that runs on a file, and no commit waits for it.
    """

    protocol: str
    profile: str = ""
    transport: str = "serial"
    capabilities: frozenset[str] = ALL
    exclusive: bool = True
    scenario: Scenario = field(default_factory=Scenario)
    cut_after: tuple[str, int] | None = None
    cut_for_s: float = 0.0
    seed: int = 0
    durable: bool = False
    poll_s: float = POLL_S
    limits: PumpLimits = field(default_factory=PumpLimits)
    agent: type[Agent] = Agent
    journal: type[TappedJournal] = TappedJournal

    @property
    def on_file(self) -> bool:
        """Whether the journal is a file in the shop's folder."""
        return self.durable or self.journal is not TappedJournal

    def signs(self) -> tuple[Sign, ...]:
        """The capabilities that the configuration confirms."""
        if self.capabilities is not ALL:
            return tuple(sign for sign in SIGNS if sign in self.capabilities)
        spec = registry.load(self.protocol)
        declared = spec.profiles[self.profile or spec.default_profile].capabilities.declared
        return tuple(sign for sign in SIGNS if Capability(sign) in declared)

    def played(self) -> Scenario:
        """The scenario, with the cut in it."""
        if self.cut_after is None:
            return self.scenario
        direction, byte = self.cut_after
        cut = Fault(direction=direction, do="cut", byte=byte, seconds=self.cut_for_s)
        return replace(self.scenario, faults=(*self.scenario.faults, cut))
