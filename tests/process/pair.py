"""A simulated terminal and a till as real processes: the stage on which rounds are played."""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from simulators.testing import TerminalSimulator
from tests.process.agents import Nursery, Running, cold
from tests.process.till import Row, Till, ledger

SALE_MINOR: Final = 10_000  # sale n is of this and n more cents, so that an amount names its case
SCALE: Final = float(os.environ.get("KILL_SCALE", "40"))


@dataclass(frozen=True, slots=True)
class Kind:
    """One pair of processes: how the terminal treats a lost acknowledgement, and on which line."""

    name: str
    vote: str
    tcp: bool = False
    busy_told: bool = True
    reversal_s: float = 4.0

    def scenario(self, sales: int) -> str:
        """The scenario file: sales that stand ready."""
        head = f"version = 1\n[terminal]\nvote = '{self.vote}'\n"
        head += f"busy_while_settling = {str(self.busy_told).lower()}\n"
        head += f"reversal_s = {self.reversal_s}\n"
        return head + "".join(
            f"[[sale]]\namount_minor = {SALE_MINOR + number}\n" for number in range(1, sales + 1)
        )


KINDS: Final = (
    Kind("stays booked", "stay"),
    Kind("un-books and marks the record", "rec1", tcp=True),
    Kind("books a reversal", "rec2"),
    # The worst: it shows the booking for long, then undoes it without a word. Only waiting helps.
    Kind("gives the number back and never says busy", "same", busy_told=False, reversal_s=40.0),
)


@dataclass
class Tally:
    """What the rounds of a pair came to."""

    stages: Counter[str] = field(default_factory=Counter)
    victims: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    kills: int = 0
    runs: int = 0

    def add(self, other: Tally) -> None:
        """Take another pair's figures in."""
        for mine, its in (
            (self.stages, other.stages),
            (self.victims, other.victims),
            (self.verdicts, other.verdicts),
        ):
            mine.update(its)
        for what, seconds in other.seconds.items():
            self.seconds[what] += seconds
        self.kills += other.kills
        self.runs += other.runs


class Pair:
    """A terminal and a till that have `sales` sales in common; chance comes from `seed`."""

    def __init__(
        self, kind: Kind, folder: Path, nursery: Nursery, *, sales: int, seed: int
    ) -> None:
        self.kind = kind
        self.random = random.Random(seed)
        self.tally = Tally()
        self._nursery = nursery
        self._folder = folder
        self._where: tuple[str, ...] = ("--tcp", "127.0.0.1:0") if kind.tcp else ("--pty",)
        folder.mkdir()
        (folder / "scenario.toml").write_text(kind.scenario(sales), encoding="utf-8")
        self._terminal = self._plug_in()
        port = folder / "port"
        link = f"tcp:{self._terminal.device}" if kind.tcp else f"serial:{port}"
        self.till = Till(folder / "till", link, SCALE)
        amounts = range(SALE_MINOR + 1, SALE_MINOR + sales + 1)
        assert self.till.import_sales(amounts).code == 0
        self.till.start = nursery.start

    def _plug_in(self) -> TerminalSimulator:
        port = () if self.kind.tcp else ("--pty-link", str(self._folder / "port"))
        terminal = TerminalSimulator(
            *("--scenario", str(self._folder / "scenario.toml"), *port),
            *("--ledger", str(self._folder / "ledger.json")),
            *("--state", str(self._folder / "state.json")),
            *("--time-scale", str(SCALE), "--seed", str(self.random.randrange(1000))),
            where=self._where,
        )
        terminal.start()
        if self.kind.tcp:
            self._where = ("--tcp", terminal.device)
        return terminal

    def close(self) -> None:
        """End the terminal."""
        self._terminal.stop()

    def start(self, words: tuple[str, ...], *, is_cold: bool) -> Running:
        """Start the agent."""
        starter = cold if is_cold else self._nursery.start
        return starter(*self.till.arguments(*words))

    def real_s(self, terminal_s: float) -> float:
        """Seconds of ours for seconds of the terminal's clock."""
        return terminal_s / SCALE

    def power_cut(self) -> None:
        """The terminal dies without a word, and comes back with what was durable."""
        # Its name goes first: the device number behind it may soon be another terminal's.
        (self._folder / "port").unlink(missing_ok=True)
        self._terminal.kill()
        self._terminal.stop()
        self._terminal = self._plug_in()

    def books(self) -> list[Row]:
        """The ledger file."""
        return ledger(self._folder / "ledger.json")

    def terminal_log(self) -> str:
        """For a failed round."""
        return self._terminal.log
