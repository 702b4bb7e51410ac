"""The reversal that a terminal owes: durable, closed by an answer, or thrown away by a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.acquirer.memory import LineMemory, Pending

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simulators.acquirer.messages import Money
    from simulators.acquirer.settings import HostSettings


class Owed:
    """At most one; every change is durable before anything else happens."""

    def __init__(
        self,
        memory: LineMemory,
        settings: HostSettings,
        *,
        wall: Callable[[], datetime],
        save: Callable[[], None],
    ) -> None:
        self._memory = memory
        self._settings = settings
        self._wall = wall
        self.save = save

    def reversible(self, money: Money) -> bool:
        """Whether such a message can be reversed; most acquirers know no reversal of a refund."""
        return money.kind != "refund" or self._settings.refund_reversal

    def owe(self, money: Money, reason: str) -> None:
        """From here on it goes out before anything else; "" while the original is on its way."""
        self._memory.pending = Pending(money, self._today(), reason)
        self.save()

    def close(self) -> None:
        """Nothing is owed any more; what else changed in the memory is durable too."""
        self._memory.pending = None
        self.save()

    def throw_away(self) -> None:
        """The two faults: money stays moved while the terminal has shown "failed"."""
        owed = self._memory.pending
        if owed is None:
            return
        if self._settings.drops_at_midnight and owed.day != self._today():
            why = "was of another day"
        elif self._settings.unbuildable:
            why = "cannot be built"
        else:
            return
        self._memory.note(f"the reversal of trace {owed.money.trace} {why}: deleted")
        self.close()

    def _today(self) -> str:
        return f"{self._wall():%Y-%m-%d}"
