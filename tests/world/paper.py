"""The shop's receipt printer at the end of a history: faults of its own, and a judge of the paper.

It has a clock and a chance of its own, so that no history about money changes because of it.
"""

from __future__ import annotations

from collections import Counter as Tally
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from drivers.printers.driver import EscPosPrinter
from drivers.printers.memory import MemoryPrinterLink
from simulators.clock import SimulatedClock
from simulators.printer import FakePrinter
from simulators.printer.memory import MemoryPrinterLine
from terminal_agent.refund.states import SlipState
from terminal_agent.runtime.print_jobs import Kept, Press, PrintJobs, Unattended
from terminal_agent.runtime.printers import slip_job
from terminal_agent.runtime.slip_content import SlipSettings, slip_data
from terminal_agent.runtime.slip_notes import SlipNotes
from tests.runtime.paper_shop import HONEST, LIMITS

if TYPE_CHECKING:
    from terminal_agent.refund.nouns import RefundCase, Slip
    from terminal_agent.slips.model import SlipData
    from tests.world.counter import Counter

_BYTE_FAULTS: Final = ("power-loss", "pull", "stall", "cover-open")
_BYTES_MOST: Final = 4_000
_ROWS_MOST: Final = 120
_ROUNDS: Final = 6


class WrongPaper(AssertionError):
    """A promise about slips was broken."""


@cache
def _job(data: SlipData) -> bytes:
    return slip_job(data, HONEST)


class Room:
    """A printer, somebody who sees to it now and then, and the slips of all cases."""

    def __init__(self, shop: Counter, seed: int) -> None:
        self._shop = shop
        self._rng = Random(f"printer {seed}")
        self._clock = SimulatedClock(shop.clock.wall())
        self.fake = FakePrinter(row_s=0.01, seed=seed)
        self.line = MemoryPrinterLine(self.fake, self._clock, network=self._rng.random() < 0.5)
        self._printer = EscPosPrinter(MemoryPrinterLink(self.line), self._clock, HONEST, LIMITS)
        self.hits: Tally[str] = Tally()

    def print_all(self) -> None:
        """Until every slip is in somebody's hand; the first rounds meet faults."""
        for left in reversed(range(_ROUNDS)):
            if left > 1:
                self._misfortune()
            else:
                self.put_right()
            there = left <= 1 or self._rng.random() < 0.5
            waiting = [self._print(case, there=there) for case in self._cases()]
            self._judge()
            if not any(waiting):
                return
        raise WrongPaper(f"it never came out: {[case.slips for case in self._cases()]}")

    def case(self, case_id: str) -> RefundCase:
        """A case as it stands now."""
        return self._shop.journal.case(case_id)

    def _cases(self) -> list[RefundCase]:
        return self._shop.journal.cases()

    def _misfortune(self) -> None:
        now, rng = self._clock.monotonic(), self._rng
        if rng.random() < 0.4:
            self.put_right()
        for _ in range(rng.randint(0, 2)):
            name = rng.choice((*_BYTE_FAULTS, "paper-out"))
            self.hits[f"printer: {name}"] += 1
            self.fake.fault(
                name, rng.randrange(_ROWS_MOST if name == "paper-out" else _BYTES_MOST), now
            )

    def put_right(self) -> None:
        """Paper, power and cable; the printer ends what it holds."""
        now = self._clock.monotonic()
        self.fake.clear_fault(now)
        self.fake.power_on(now)
        self.fake.plug()
        self.fake.close_cover(now)
        self.fake.load_paper(now)
        self.line.pass_time(30.0)

    def _print(self, case: RefundCase, *, there: bool) -> bool:
        """One go at a case; True while a slip of it waits."""
        notes = SlipNotes(self._shop.journal, self._clock, case.case_id)
        press = Press(
            name="desk", printer=self._printer, profile=HONEST, compose=lambda data, _: _job(data)
        )
        people = Helper(self, case) if there else Unattended(waits=1)
        jobs = PrintJobs(notes, press, people, lambda slip: Kept(self._data(case, slip), ""))
        # Each slip has its turn, also behind one that has to wait.
        waiting = [jobs.settle(slip).waiting for slip in notes.case().slips if slip.waiting]
        return any(waiting)

    def _data(self, case: RefundCase, slip: Slip) -> SlipData:
        settings = SlipSettings(Path(), merchant_lines=("Corner Shop",))
        return slip_data(
            self._shop.journal,
            case,
            settings,
            slip_id=slip.slip_id,
            copy=slip.copy,
            reprint=slip.reprint,
        )

    # -- the judge --------------------------------------------------------------------------------

    def complete(self, case: RefundCase, slip: Slip) -> int:
        """How many whole slips like this one are on paper."""
        wanted = _lines(self._data(case, slip))
        papers = (*self.fake.papers, self.fake.uncut)
        found = tuple(line for paper in papers for line in paper.lines)
        places = range(len(found) - len(wanted) + 1)
        return sum(found[at : at + len(wanted)] == wanted for at in places)

    def _judge(self) -> None:
        for case in self._cases():
            for slip in case.slips:
                count = self.complete(case, slip)
                if count > 1 or (slip.state is SlipState.CONFIRMED and not count):
                    raise WrongPaper(f"{slip.code} is {slip.state.value}, on paper {count} times")
        codes = Tally(
            line.split()[-1]
            for paper in (*self.fake.papers, self.fake.uncut)
            for line in paper.lines
            if line.startswith("Code of this copy")
        )
        twice = [code for code, count in codes.items() if count > 1]
        if twice:
            raise WrongPaper(f"on paper more than once: {twice}")


class Helper(Unattended):
    """Somebody who puts things right, and says truly what came out."""

    def __init__(self, room: Room, case: RefundCase) -> None:
        super().__init__()
        self._room = room
        self._case = case

    def printer_needs(self, need: str, code: str, *, held: bool) -> bool:
        self._room.put_right()
        return True

    def came_out(self, copy: str, code: str) -> bool | None:
        self._room.put_right()
        case = self._room.case(self._case.case_id)
        slip = next(one for one in case.slips if one.code == code)
        return self._room.complete(case, slip) > 0

    def wants_copy(self, copy: str, number: int) -> bool:
        return True


@cache
def _lines(data: SlipData) -> tuple[str, ...]:
    """What is on the paper of a printer without faults."""
    printer = FakePrinter(row_s=0.0, buffer=65_536)
    printer.receive(_job(data), 0.0)
    printer.tick(1_000.0)
    (paper,) = printer.papers
    return paper.lines
