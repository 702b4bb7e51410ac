"""The money request that a terminal works at, and what it will answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.personalities.nexo import answers, oddities

if TYPE_CHECKING:
    from simulators.memory import Transaction
    from simulators.personalities.nexo.answers import Peers, Values
    from simulators.settings import TerminalSettings
    from simulators.steps import Plan


@dataclass(slots=True)
class Running:
    """The money request that is worked at. `heard`: its connection still stands."""

    peers: Peers
    name: str
    plan: Plan
    heard: bool = True
    aborted: bool = False
    asked: str | None = None  # waits for the till to print or to type

    @property
    def odd(self) -> str:
        """The odd way to answer that the scenario wants; "" for the right one."""
        step = self.plan.get("odd")
        return step.code if step is not None else ""

    def values(self, decided: Transaction, settings: TerminalSettings) -> Values:
        """The members of the answer, right or as the scenario wants them."""
        receipts = not settings.own_printer and self.odd != "no_receipts"
        days = -1 if self.odd == "clock_jump" else 0
        values = answers.outcome(decided, settings, receipts=receipts, days=days)
        if self.aborted and values["error_condition"] == "Cancel":
            values["error_condition"] = "Aborted"
        if "no_result" in self.plan and values["result"] == "Success":
            values = {"result": "Success"}
        return oddities.values(self.odd, values)
