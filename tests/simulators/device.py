"""A device without a line, for tests of what it books, remembers and undoes."""

from __future__ import annotations

from datetime import UTC, datetime

from simulators.bank import Bank
from simulators.memory import Memory
from simulators.scenario import Sale
from simulators.settings import TerminalSettings
from simulators.terminal import Order, Phase, SimTerminal

REFUND = Order("refund", 500, "978")


def wall() -> datetime:
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def a_terminal(
    settings: TerminalSettings | None = None, memory: Memory | None = None
) -> SimTerminal:
    terminal = SimTerminal(bank=Bank(wall=wall), wall=wall, settings=settings, memory=memory)
    if memory is None:
        terminal.preload([Sale(1234), Sale(5000)])
    return terminal


def booked(terminal: SimTerminal, order: Order = REFUND, now: float = 0.0) -> float:
    """Run an order up to its result; gives the time."""
    terminal.start(order, now)
    while terminal.phase in {Phase.CARD, Phase.HOST}:
        assert terminal.deadline is not None
        now = terminal.deadline
        terminal.tick(now)
    return now
