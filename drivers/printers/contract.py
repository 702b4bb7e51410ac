"""What every line to a printer offers: counted bytes out, the back channel in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from printing.status import PrinterStatus


class PrinterLink(Protocol):
    """One line to one printer. One thread owns it."""

    @property
    def description(self) -> str:
        """The line in words for people: "network printer 10.0.0.9:9100"."""

    @property
    def readable(self) -> bool:
        """Whether a back channel exists at all; a file or a spool queue has none."""

    def open(self) -> None:
        """Take the printer for ourselves. Raises LinkError (PortMissing, PortBusy …)."""

    def close(self) -> None:
        """Give it back; never raises, may be called twice."""

    def write(self, data: bytes, timeout_s: float) -> int:
        """Hand over what the line takes within the time; gives how many bytes may have left us.

        Less than `len(data)` means that the printer takes no more for now (it holds the line, or
        its paper is out). Raises PrinterLost when the line is gone; its `written` counts the bytes
        of this call that may have left us.
        """

    def read(self, timeout_s: float) -> bytes:
        """What the printer said, at least one byte, or b"" when nothing came within the time.

        Raises PrinterLost when the line is gone.
        """


@runtime_checkable
class TellsPortStatus(Protocol):
    """A line that knows something about the printer by itself, as USB does."""

    def port_status(self) -> PrinterStatus:
        """Paper and error, as the line tells them. Raises PrinterLost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintReport:
    """What is known about one job after it was tried; the agent judges it.

    `written` counts the job's bytes that may have left us, of `total`; `echoed`: the printer has
    said by this job's own process id that everything before it is on paper; `waiting`: the printer
    still held the job when the time was over (paper out, cover open); `refused`: the printer said
    before the first byte that it cannot print; `lost` is the code of the error that ended the line,
    or "".
    """

    written: int
    total: int
    echoed: bool = False
    waiting: bool = False
    refused: bool = False
    lost: str = ""
    status: PrinterStatus


class Printer(Protocol):
    """One printer with its line, as the agent uses it."""

    @property
    def description(self) -> str:
        """The line in words for people."""

    def status(self) -> PrinterStatus:
        """Ask it how it is; harmless, prints nothing. Raises LinkError when there is no line."""

    def print(self, job: bytes, process_id: bytes) -> PrintReport:
        """Send one job once and wait for the word that it is on paper, or for the time to be over.

        `job` is complete but for the process id, which the driver appends where the printer echoes
        it (4 bytes, each 20h to 7Eh). Raises LinkError only where not one byte can have left us.
        """

    def resume(self, process_id: bytes) -> PrintReport:
        """Wait further for a job that was sent whole and may still sit in the printer's buffer:
        paper was put in, the cover closed. Sends no byte of the job again."""

    def clear(self) -> bool:
        """Throw away what the printer still holds (DLE DC4 8); True when it says that it did."""

    def close(self) -> None:
        """Give the line back; never raises."""
