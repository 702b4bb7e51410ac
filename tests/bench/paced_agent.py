"""One refund by the real agent over a real line; prints what CPU it took, as JSON.

Run by the bench as a process of its own: `python -m tests.bench.paced_agent DEVICE FOLDER`.
Commits are timed apart, since their cost is the disk's.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.clock import SystemClock
from drivers.links.factory import build_link, parse_link
from protocols.kit.money import Amount, Currency
from terminal_agent.config import TerminalConfig
from terminal_agent.journal.store import Journal
from terminal_agent.policy.rules import PolicyRules
from terminal_agent.refund.facts import SaleRecorded
from terminal_agent.refund.nouns import RefundCase
from terminal_agent.refund.sale import Sale, SaleSource
from terminal_agent.runtime.agent import Agent, Wish
from terminal_agent.runtime.assembly import station_over
from terminal_agent.runtime.reporter import Silent

if TYPE_CHECKING:
    from drivers.links.contract import Link
    from terminal_agent.refund.facts import Fact


class Counting:
    """Counts the bytes that pass."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.bytes = 0
        self.transport = link.transport
        self.description = link.description

    def open(self) -> None:
        self._link.open()

    def close(self) -> None:
        self._link.close()

    def write(self, data: bytes) -> None:
        self.bytes += len(data)
        self._link.write(data)

    def read(self, timeout_s: float) -> bytes:
        data = self._link.read(timeout_s)
        self.bytes += len(data)
        return data


class TimedJournal(Journal):
    """Counts the CPU and the time of its commits."""

    cpu_s = 0.0
    wall_s = 0.0

    def append(self, *facts: Fact) -> None:
        cpu, wall = time.process_time(), time.monotonic()
        super().append(*facts)
        self.cpu_s += time.process_time() - cpu
        self.wall_s += time.monotonic() - wall


def main(device: str, folder: Path, scale: float) -> None:
    """Refund 10.00 of a sale of 12.50, so that it is a refund and no void."""
    clock, currency = SystemClock(), Currency.of("EUR")
    now = clock.wall()
    config = TerminalConfig(protocol="zvt", link=f"serial:{device}", exclusive=True)
    link = Counting(build_link(parse_link(f"serial:{device}?baud=9600&stop_bits=2")))
    with TimedJournal.open(
        folder / "journal.db", at=now, journal_id="bench", agent_version="0"
    ) as journal:
        assert isinstance(journal, TimedJournal)
        sale = Sale(
            sale_id="s1",
            terminal="front",
            amount=Amount(1250, currency),
            sold_at=now,
            source=SaleSource.IMPORT,
            receipt_number="0001",
        )
        journal.append(SaleRecorded(at=now, sale=sale))
        station = station_over(link, "front", config, clock, scale=scale)
        agent = Agent(journal, station, PolicyRules(), Silent())
        wish = Wish(
            key="k",
            sale_id="s1",
            amount=Amount(1000, currency),
            reason="wrong_amount",
            reason_text="",
            cashier="Anna",
            approvers=("Ben",),
        )
        case = agent.submit(wish)
        assert isinstance(case, RefundCase), case
        journal.cpu_s = journal.wall_s = 0.0
        commits = journal.commits
        cpu, wall = time.process_time(), time.monotonic()
        done = agent.carry_out(case)
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
        found = {
            "state": done.case.state.value,
            "bytes": link.bytes,
            "cpu_s": cpu - journal.cpu_s,
            "commit_cpu_s": journal.cpu_s,
            "commit_wall_s": journal.wall_s,
            "commits": journal.commits - commits,
            "wall_s": wall,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
