"""A simulated printer, its line and the driver, on a clock that jumps; and what is on the paper."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.printers.driver import EscPosPrinter
from drivers.printers.limits import PrintLimits
from drivers.printers.memory import MemoryPrinterLink
from printing.profile import PrinterProfile
from simulators.clock import SimulatedClock
from simulators.printer import FakePrinter
from simulators.printer.memory import MemoryPrinterLine

HONEST = PrinterProfile(answers=True, process_id=True)
ID = b"AB12"


@dataclass(frozen=True, slots=True)
class Wire:
    """A kind of line; see MemoryPrinterLine."""

    name: str
    network: bool = True
    system_buffer: int = 0
    sudden: bool = False


WIRES = (
    Wire("network"),
    Wire("network with a buffer", system_buffer=96),
    Wire("USB", sudden=True),
    Wire("serial", network=False),
    Wire("serial with a buffer", network=False, system_buffer=96),
)


def job(lines: int = 6) -> bytes:
    """Numbered lines, then the knife."""
    return b"\x1b@" + b"".join(b"LINE %02d OF THE SLIP\n" % n for n in range(lines)) + b"\x1dVB\0"


class Stage:
    """All of it together; `printer` holds the truth."""

    def __init__(
        self,
        wire: Wire = WIRES[0],
        *,
        profile: PrinterProfile = HONEST,
        limits: PrintLimits | None = None,
        readable: bool = True,
        columns: int = 32,
        buffer: int = 4096,
    ) -> None:
        self.clock = SimulatedClock()
        self.printer = FakePrinter(columns, buffer=buffer)
        self.line = MemoryPrinterLine(
            self.printer,
            self.clock,
            network=wire.network,
            readable=readable,
            system_buffer=wire.system_buffer,
            sudden=wire.sudden,
        )
        self.limits = limits or PrintLimits(piece_bytes=64)
        self.profile = profile
        self.driver = self.new_driver()

    def new_driver(self) -> EscPosPrinter:
        """As after a restart of the agent."""
        link = MemoryPrinterLink(self.line)
        return EscPosPrinter(link, self.clock, self.profile, self.limits)

    def fault(self, name: str, number: int | None = None) -> None:
        """From now on."""
        self.printer.fault(name, number, self.clock.monotonic())

    def heal(self) -> None:
        """Everything a person can put right, but not the power."""
        now = self.clock.monotonic()
        self.printer.clear_fault(now)
        self.printer.close_cover(now)
        if self.printer.paper_out:
            self.printer.load_paper(now)
        self.printer.plug()

    def settle(self) -> None:
        """Let the printer print whatever it still has."""
        self.line.pass_time(60.0)

    @property
    def rows(self) -> list[str]:
        """Every line of letters that is on any paper."""
        papers = [*self.printer.papers, self.printer.uncut]
        return [line for paper in papers for line in paper.lines]


def wanted(lines: int = 6) -> list[str]:
    """The rows of one whole `job`."""
    return [f"LINE {n:02d} OF THE SLIP" for n in range(lines)]
