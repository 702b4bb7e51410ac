"""A case with slips that are due, a simulated printer, and a judge who looks at the paper.

The printer, its line and the clock are in memory; the disk is one that forgets like a real one. So
thousands of prints can be lived, each with a fault at another byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from drivers.printers.driver import EscPosPrinter
from drivers.printers.limits import PrintLimits
from drivers.printers.memory import MemoryPrinterLink
from printing.errors import NoFont
from printing.escpos.job import job
from printing.profile import PrinterProfile
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Operation, Outcome
from simulators.clock import SimulatedClock
from simulators.printer import FakePrinter
from simulators.printer.memory import MemoryPrinterLine
from terminal_agent.refund.facts import PrintDue
from terminal_agent.refund.states import SlipState
from terminal_agent.runtime.print_jobs import Kept, Press, PrintJobs, Unattended
from terminal_agent.runtime.slip_notes import SlipNotes
from terminal_agent.slips.layout import layout
from terminal_agent.slips.model import SlipCopy, SlipData
from tests.disk import FakeDisk, opened
from tests.journal.shelf import sale
from tests.refund import story as s
from tests.setting import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from printing.picture import Fonts
    from simulators.printer import Paper
    from terminal_agent.refund.nouns import Slip
    from terminal_agent.runtime.print_jobs import PaperPeople

SLIP: Final = f"{s.CASE}-1"
HONEST: Final = PrinterProfile(answers=True, process_id=True, native_qr=True)
SHOP: Final = "Corner Shop"
# As short as they can be with a simulated clock: nobody waits, but every round is computed.
LIMITS: Final = PrintLimits(
    answer_s=0.5, stall_s=2.0, echo_s=12.0, settle_s=4.0, resume_s=6.0, clear_s=1.0, poll_s=2.0
)
_MARK: Final = "REPRINT"


def data_of(slip: Slip) -> SlipData:
    """What stands on a copy; everything but its number is the same on each."""
    return _data(slip.copy, slip.reprint, slip.code)


@cache
def _data(copy: str, reprint: int, code: str) -> SlipData:
    return SlipData(
        slip_id=SLIP,
        case_number=s.CASE,
        operation=Operation.REFUND,
        outcome=Outcome.APPROVED,
        copy=SlipCopy(copy),
        amount=Amount(1000, Currency.of("EUR")),
        when=s.AT,
        reprint=reprint,
        code=code,
        merchant_lines=(SHOP,),
    )


def _no_fonts() -> Fonts:
    raise NoFont("these slips need none", what_to_do="")


@cache
def bytes_of(data: SlipData, profile: PrinterProfile) -> bytes:
    """The job, without the process id."""
    return job(layout(data), profile, _no_fonts)


@cache
def lines_of(data: SlipData, profile: PrinterProfile) -> tuple[str, ...]:
    """What is on paper when all of the job is: asked of another printer that has no faults."""
    printer = FakePrinter(row_s=0.0, buffer=65_536)
    printer.receive(bytes_of(data, profile), 0.0)
    printer.tick(1_000.0)
    (paper,) = printer.papers
    return paper.lines


@dataclass
class Helper:
    """Somebody at the printer: puts right what is wrong, and says truly what came out.

    `helps` False: he shrugs, and cannot tell either.
    """

    shop: PaperShop
    helps: bool = True
    asked: list[str] = field(default_factory=list)

    def printing(self, copy: str, code: str) -> None:
        self.asked.append(f"printing {copy}")

    def printer_needs(self, need: str, code: str, *, held: bool) -> bool:
        self.asked.append(need)
        if self.helps:
            self.shop.put_right()
        return self.helps

    def came_out(self, copy: str, code: str) -> bool | None:
        self.asked.append(f"came out {copy}?")
        if not self.helps:
            return None
        slip = next(one for one in self.shop.slips if (one.copy, one.code) == (copy, code))
        self.shop.put_right()
        found = self.shop.complete(slip.copy, slip.reprint) > 0
        if not found:
            # As people do: half a command from before may have made it wait for 60 kB more.
            self.shop.fake.power_off()
            self.shop.fake.power_on(self.shop.clock.monotonic())
        return found

    def wants_copy(self, copy: str, number: int) -> bool:
        self.asked.append(f"copy {number}?")
        return self.helps


class PaperShop:
    """One printer beside one till; `copies` of one slip are due."""

    def __init__(
        self,
        *,
        profile: PrinterProfile = HONEST,
        copies: tuple[str, ...] = ("merchant", "customer"),
        network: bool = True,
        readable: bool = True,
        system_buffer: int = 0,
        buffer: int = 4096,
    ) -> None:
        self.profile = profile
        self.copies = copies
        self.name = "desk"
        self.clock = SimulatedClock()
        self.fake = FakePrinter(row_s=0.02, buffer=buffer)
        self._gone: list[FakePrinter] = []
        self._line: Callable[[], MemoryPrinterLine] = lambda: MemoryPrinterLine(
            self.fake, self.clock, network=network, readable=readable, system_buffer=system_buffer
        )
        self.disk = FakeDisk()
        self.begin()
        self.journal.append(
            sale(),
            *s.TO_REFUNDED,
            *(PrintDue(at=s.AT, case_id=s.CASE, slip_id=SLIP, copy=copy) for copy in copies),
        )

    def begin(self) -> None:
        """A new process of the agent, with a line of its own to the printer."""
        self.journal = opened(self.disk, self.clock.wall())
        self.line = self._line()
        self.printer = EscPosPrinter(MemoryPrinterLink(self.line), self.clock, self.profile, LIMITS)

    def end(self) -> None:
        """The process ends, whichever way."""
        self.printer.close()

    def replace_printer(self) -> None:
        """Another printer stands there now; what hung out of the old one is still paper."""
        self.end()
        self._gone.append(self.fake)
        self.fake = FakePrinter(row_s=0.02)
        self.begin()

    @property
    def slips(self) -> tuple[Slip, ...]:
        """Where the copies stand."""
        return self.journal.case(s.CASE).slips

    def press(self, people: PaperPeople | None = None) -> bool:
        """One go at everything that waits; True when nothing does any more."""
        notes = SlipNotes(self.journal, self.clock, s.CASE)
        press = Press(
            name=self.name,
            printer=self.printer,
            profile=self.profile,
            compose=bytes_of,
        )
        for slip in self.slips:
            if slip.waiting:
                jobs = PrintJobs(
                    notes, press, people or Unattended(), lambda one: Kept(data_of(one), "a file")
                )
                jobs.settle(slip)
        return not any(slip.waiting for slip in self.slips)

    def live_through(self, people: PaperPeople | None, strike: Callable[[str], None]) -> bool:
        """As `press`, where `strike` may end the process at any note in the journal."""
        self.journal.tap = strike
        try:
            return self.press(people)
        except Killed:
            self.end()
            self.begin()
            return False
        finally:
            self.journal.tap = None

    # -- people -----------------------------------------------------------------------------------

    def put_right(self) -> None:
        """Everything works again, and the printer has had the time to end what it holds."""
        now = self.clock.monotonic()
        fake = self.fake
        for fault in set(fake.faults) - _FOR_EVER:
            fake.clear_fault(now, fault)
        if not fake.powered:
            fake.power_on(now)
        if not fake.plugged:
            fake.plug()
        fake.close_cover(now)
        fake.load_paper(now)
        self.line.pass_time(30.0)

    # -- the judge --------------------------------------------------------------------------------

    @property
    def papers(self) -> list[Paper]:
        """All paper there is, also what hangs out still."""
        return [paper for fake in (*self._gone, self.fake) for paper in (*fake.papers, fake.uncut)]

    def complete(self, copy: str, reprint: int) -> int:
        """How many complete slips of this copy with this number are on paper."""
        from terminal_agent.refund.slip_code import slip_code

        data = _data(copy, reprint, slip_code(SLIP, copy, reprint))
        wanted = lines_of(data, self.profile)
        found = [line for paper in self.papers for line in paper.lines]
        return sum(
            tuple(found[at : at + len(wanted)]) == wanted
            for at in range(len(found) - len(wanted) + 1)
        )

    def unmarked(self, copy: str) -> int:
        """How many pieces of paper could pass for the first copy: they say what was given back, and
        not that they are a copy."""
        name = f"{copy.upper()} COPY"
        pieces = ["\n".join(piece) for piece in self._pieces()]
        return sum(name in text and "10.00" in text and _MARK not in text for text in pieces)

    def _pieces(self) -> list[list[str]]:
        """The paper, parted where a slip begins, whether or not there is a cut."""
        pieces: list[list[str]] = [[]]
        for paper in self.papers:
            for line in paper.lines:
                if SHOP in line:
                    pieces.append([])
                pieces[-1].append(line)
        return pieces

    def judge(self, *, honest: bool = True) -> None:
        """Raise AssertionError for the first promise that does not hold.

        `honest` False: the printer says that paper came out which did not; no till can know.
        """
        for slip in self.slips:
            counts = [self.complete(slip.copy, number) for number in range(slip.reprint + 1)]
            assert max(counts) <= 1, f"{slip.copy}: {counts} slips of one number: {self._text()}"
            assert self.unmarked(slip.copy) <= 1, f"two unmarked {slip.copy}: {self._text()}"
            if honest and slip.state is SlipState.CONFIRMED:
                assert counts[-1] == 1, f"{slip} without paper: {self._text()}"

    def _text(self) -> str:
        return "\n----\n".join(paper.text for paper in self.papers)


# What no person can put right.
_FOR_EVER: Final = frozenset(
    {"silent", "no-process-id", "constant-id", "late", "noise", "status-noise", "slow"}
)
