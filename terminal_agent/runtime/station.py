"""One configured terminal with everything that is needed to drive it, and to judge what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock
    from drivers.terminal import Terminal
    from protocols.kit.capabilities import Capabilities, Capability
    from protocols.kit.contract import ResultMeaning
    from protocols.kit.money import Currency

# Waiting times in seconds, before the test scale: how often a busy terminal is asked again, how
# long a command may wait for an idle terminal, how long one recovery may go on before it gives
# back with the case still unknown.
POLL_S = 2.0
READY_LIMIT_S = 60.0
RECOVERY_LIMIT_S = 900.0
# How long a recovery waits for a line that is dead (a cable that somebody may plug in again).
LINE_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Station:
    """`proved` is what profile and configuration agree on; `terminal_id` pins the device ("" = no).

    `scale` divides every waiting time of ours; the terminal's own timers are scaled in its session.
    `poll` is the time between two questions to a busy terminal, in seconds before the scale.
    """

    name: str
    terminal: Terminal
    clock: Clock
    capabilities: Capabilities
    proved: frozenset[Capability]
    exclusive: bool
    currency: Currency
    results: dict[str, ResultMeaning]
    terminal_id: str = ""
    protocol: str = ""  # its title, for people
    scale: float = 1.0
    poll: float = POLL_S
    reference: Callable[[int], str] | None = None  # ours, where the wire has little room for it

    @property
    def poll_s(self) -> float:
        """Time between two questions to a busy terminal."""
        return self.poll / self.scale

    @property
    def ready_limit_s(self) -> float:
        """How long a command waits for an idle terminal."""
        return READY_LIMIT_S / self.scale

    @property
    def recovery_limit_s(self) -> float:
        """How long one recovery tries; after it the case is still unknown, never decided."""
        return RECOVERY_LIMIT_S / self.scale

    @property
    def line_limit_s(self) -> float:
        """How long a recovery goes on without hearing anything of the terminal."""
        return (LINE_LIMIT_S + self.capabilities.quiet_s) / self.scale

    @property
    def quiet_s(self) -> float:
        """The silence of a fence."""
        return self.capabilities.quiet_s / self.scale

    @property
    def horizon_s(self) -> float:
        """How long the terminal must be idle before what it says is evidence, not scaled."""
        return self.capabilities.vote.wait_s(self.proved)

    def advice_for(self, code: str) -> str:
        """The text key of what to do about a result code, "" where nobody knows."""
        known = self.results.get(code)
        return known.advice if known else ""
