"""What a printer can be asked at set-up: who it is, and whether its process ids are to be believed.

It prints at most an empty line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.errors import PrinterLost
from drivers.printers.driver import EscPosPrinter, Job
from printing.escpos.questions import Identity, ask_echo, ask_identity
from printing.escpos.replies import Text

if TYPE_CHECKING:
    from drivers.printers.contract import PrintReport
    from printing.escpos.replies import Reply

_NAME_HEADER: Final = 0x5F
_EMPTY_LINE: Final = b"\n"


class Prober(EscPosPrinter):
    """A printer that is not known yet; its profile says that it answers and echoes."""

    _text: str = ""
    strange_echo: bool = False
    """Whether an id ever came back that was not sent: such a printer is not to be believed."""

    def identity(self, what: Identity) -> str:
        """Its maker or model, or "" where it does not say. Raises LinkError."""
        self._take_line()
        self._text = ""
        due = self._clock.monotonic() + self._limits.answer_s
        try:
            self._write_all(ask_identity(what), due)
            while not self._text and (left := due - self._clock.monotonic()) > 0:
                self._hear(left)
        except PrinterLost as error:
            self._give_up(error)
            raise
        return self._text

    def echoes(self, process_id: bytes, wait_s: float) -> bool:
        """Whether exactly this id comes back for an empty line within the time.

        It is sent whatever the printer's status is, so that one that cannot print can be caught
        saying that it did. Raises LinkError.
        """
        self._take_line()
        self._echoes.clear()
        due = self._clock.monotonic() + wait_s
        try:
            self._write_all(_EMPTY_LINE + ask_echo(process_id), due)
            return self._echo_until(process_id, due)
        except PrinterLost as error:
            self._give_up(error)
            raise

    def late_echo(self, process_id: bytes, wait_s: float) -> bool:
        """Whether the id of an `echoes` before comes now. Raises LinkError."""
        self._take_line()
        try:
            return self._echo_until(process_id, self._clock.monotonic() + wait_s)
        except PrinterLost as error:
            self._give_up(error)
            raise

    def _echo_until(self, process_id: bytes, due: float) -> bool:
        while process_id not in self._echoes and (left := due - self._clock.monotonic()) > 0:
            self._hear(left)
        self.strange_echo |= bool(self._echoes - {process_id})
        return process_id in self._echoes

    def print_sample(self, sample: bytes) -> PrintReport:
        """Send something to look at; nothing is asked before or after. Raises LinkError."""
        self._take_line()
        self._board.new_round()
        run = Job(b"", sample)
        self._send(run)
        return self._report(run)

    def _take_in(self, reply: Reply) -> None:
        super()._take_in(reply)
        if isinstance(reply, Text) and reply.header == _NAME_HEADER:
            self._text = reply.data.decode("ascii", "replace")
