"""Puts an acquirer behind a terminal, continued from a state file where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.acquirer import layout
from simulators.acquirer.client import Client
from simulators.acquirer.deep import DeepHost
from simulators.acquirer.front import Front
from simulators.acquirer.host import AcquirerHost
from simulators.acquirer.ledger import Ledger, ledger_from
from simulators.acquirer.memory import LineMemory, line_memory_from
from simulators.acquirer.messages import Card, Station
from simulators.acquirer.tcp import TcpLine
from simulators.acquirer.uplink import Uplink
from simulators.errors import BadState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simulators.acquirer.settings import HostSettings
    from simulators.bank import Bank
    from simulators.settings import TerminalSettings


def deep_host(
    bank: Bank,
    *,
    device: TerminalSettings,
    settings: HostSettings,
    wall: Callable[[], datetime],
    known: Callable[[str], bool],
    stored: object = None,
    tcp: bool = False,
) -> DeepHost:
    """The host line of one deep terminal. Raises NoIso8583 and BadState.

    `known` says which result codes the till's wire can carry; `tcp` puts a real port in between.
    """
    layout.check_installed()
    ledger, memory = _remembered(stored)
    front = Front(AcquirerHost(bank, wall=wall, settings=settings, ledger=ledger), settings)
    client = Client(
        Station(device.terminal_id, device.merchant_id),
        Card.of(device.masked_pan),
        settings,
        wall=wall,
        save=lambda: None,
        memory=memory,
    )
    line = TcpLine(front) if tcp else front
    return DeepHost(Uplink(client, line), front, settings, known)


def _remembered(stored: object) -> tuple[Ledger, LineMemory]:
    if stored is None:
        return Ledger(), LineMemory()
    if not isinstance(stored, dict):
        raise BadState("the acquirer's part of the state file is no table")
    return ledger_from(stored.get("ledger")), line_memory_from(stored.get("line"))
