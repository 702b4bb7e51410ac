"""What a printer's replies say about it: bits become a PrinterStatus.

Within one round of questions the worst word on each matter counts. A group that the printer sends
by itself is the newest word on everything.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from printing.errors import BadReply
from printing.escpos.questions import Question
from printing.escpos.replies import GROUP_BYTES, RealTime, StatusGroup, WentOffline
from printing.status import Paper, PrinterStatus

if TYPE_CHECKING:
    from printing.escpos.replies import Reply

_REALTIME_BITS, _REALTIME = 0x93, 0x12
_SEVERITY: Final = (None, Paper.PRESENT, Paper.NEAR_END, Paper.OUT)


def read_answer(question: Question, value: int) -> PrinterStatus:
    """What one answer to DLE EOT says; what it does not speak of stays None.

    Raises BadReply for a byte that is no such answer.
    """
    if value & _REALTIME_BITS != _REALTIME:
        raise BadReply(f"{value:02x}h is no answer to a status question")
    match question:
        case Question.PRINTER:
            return PrinterStatus(offline=bool(value & 0x08))
        case Question.OFFLINE_CAUSE:
            out = Paper.OUT if value & 0x20 else None
            return PrinterStatus(paper=out, cover_open=bool(value & 0x04), error=bool(value & 0x40))
        case Question.ERROR_CAUSE:
            return PrinterStatus(error=bool(value & 0x68))
        case Question.PAPER:
            return PrinterStatus(paper=_paper(near_end=value & 0x0C, out=value & 0x60))


def read_group(data: bytes) -> PrinterStatus:
    """What the four bytes of GS a say. Raises BadReply for another number of bytes."""
    if len(data) != GROUP_BYTES:
        raise BadReply(f"a status group of {len(data)} bytes")
    first, second, third, _ = data
    return PrinterStatus(
        paper=_paper(near_end=third & 0x03, out=third & 0x0C),
        offline=bool(first & 0x08),
        cover_open=bool(first & 0x20),
        error=bool(second & 0x6C),
    )


def _paper(*, near_end: int, out: int) -> Paper:
    if out:
        return Paper.OUT
    return Paper.NEAR_END if near_end else Paper.PRESENT


def worse(one: PrinterStatus, other: PrinterStatus) -> PrinterStatus:
    """The worst word of both on each matter."""
    return PrinterStatus(
        paper=max(one.paper, other.paper, key=_SEVERITY.index),
        offline=_either(one.offline, other.offline),
        cover_open=_either(one.cover_open, other.cover_open),
        error=_either(one.error, other.error),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one is None or other is None:
        return other if one is None else one
    return one or other


class StatusBoard:
    """Keeps the newest word; must be told which questions are asked, in their order."""

    def __init__(self) -> None:
        self.status = PrinterStatus()
        self._asked: deque[Question] = deque()

    @property
    def waiting(self) -> bool:
        """Whether a question is not answered yet."""
        return bool(self._asked)

    def new_round(self) -> None:
        """What was said before counts no longer; questions that are open get no answer."""
        self.status = PrinterStatus()
        self._asked.clear()

    def asked(self, question: Question) -> None:
        """This question went out."""
        self._asked.append(question)

    def hear(self, reply: Reply) -> None:
        """Take a reply in; one that says nothing about the printer changes nothing."""
        match reply:
            case RealTime(value) if self._asked:
                told = read_answer(self._asked.popleft(), value)
                self.status = worse(self.status, told)
            case StatusGroup(data):
                self.status = read_group(data)
            case WentOffline():
                self.status = worse(self.status, PrinterStatus(offline=True))
            case _:
                pass
