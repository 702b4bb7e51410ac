"""The runtime without a command line: agent, station and journal over the simulated terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.links.memory import MemoryLink
from protocols.kit.capabilities import Capability
from protocols.kit.money import Amount, Currency
from terminal_agent.policy.decision import Refusal
from terminal_agent.policy.rules import PolicyRules
from terminal_agent.runtime.agent import Agent, Wish
from terminal_agent.runtime.assembly import station_over
from terminal_agent.runtime.reporter import Silent
from tests.cli.till import ONE_SALE, Till

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from drivers.links.contract import Link
    from protocols.kit.vocabulary import Operation
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.runtime.agent import Done

EUR = Currency.of("EUR")


class Talkative(Silent):
    """Remembers what it was told; `stop_at` is the step at which the person wants to stop."""

    def __init__(self, stop_at: str = "") -> None:
        self.said: list[str] = []
        self.stop_at = stop_at
        self._wanted = False

    def step(self, key: str, **params: str | int) -> None:
        self.said.append(key)
        self._wanted = self._wanted or key == self.stop_at

    def terminal_says(self, key: str, text: str) -> None:
        self.said.append(key)

    def technical(self, code: str, text: str) -> None:
        self.said.append(code)

    def abort_wanted(self) -> bool:
        wanted, self._wanted = self._wanted, False
        return wanted


class Floor:
    """One shop floor. `proved` are the signs that the terminal is believed to have."""

    def __init__(
        self,
        folder: Path,
        *,
        scenario: str = ONE_SALE,
        proved: tuple[str, ...] = ("L", "N"),
        stop_at: str = "",
        link: Callable[[Till], Link] = lambda till: MemoryLink(till.line, transport="serial"),
    ) -> None:
        self.till = Till(folder, scenario=scenario)
        self.journal = self.till.journal()
        self.reporter = Talkative(stop_at)
        name, config = self.till.context("ports").loaded.terminal("till")
        self.station = replace(
            station_over(link(self.till), name, config, self.till.clock),
            proved=frozenset(Capability(sign) for sign in proved),
        )
        self.agent = Agent(self.journal, self.station, PolicyRules(), self.reporter)

    def wish(self, minor: int, asked: Operation | None = None) -> RefundCase:
        """An authorised case over so much of the sale."""
        case = self.agent.submit(
            Wish(
                key=f"K{minor}",
                sale_id="S1",
                amount=Amount(minor, EUR),
                reason="complaint",
                reason_text="",
                cashier="Anna",
                approvers=("Ben",),
                asked=asked,
            )
        )
        assert not isinstance(case, Refusal), case
        return case

    def refund(self, minor: int = 1234, asked: Operation | None = None) -> Done:
        """Wish and carry out."""
        return self.agent.carry_out(self.wish(minor, asked))

    @property
    def bookings(self) -> list[tuple[str, int]]:
        """What the bank booked behind the sale."""
        return self.till.bookings
