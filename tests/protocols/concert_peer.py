"""A terminal of a few lines for session tests: it says what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.concert.layouts import SHAPE
from protocols.concert.session import ConcertSession
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    ExchangeResult,
    Finished,
    Note,
    Original,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.stx import StxFramer
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.session import Action

EUR = Currency.of("EUR")
OURS = "A000000011"
REFUND = Request(Operation.REFUND, Amount(1250, EUR), reference=OURS)
VOID = Request(Operation.VOID, Amount(1250, EUR), Original(receipt_number="0012"), OURS)
ENQ, EOT, ACK, NAK = b"\x05", b"\x04", b"\x06", b"\x15"


def answer(
    result: str = "0", amount: str = "00001250", private: str = OURS, currency: str = "978"
) -> bytes:
    """A short answer in its frame."""
    return framed(f"01{result}{amount}1{currency}{private:10}".encode("ascii"))


def framed(body: bytes) -> bytes:
    return StxFramer(SHAPE).frame(body)


class Peer:
    """Drives one session by hand."""

    def __init__(self, profile: str = "generic", scale: float = 1.0) -> None:
        settings = SessionSettings(profile=profile, transport="serial", time_scale=scale)
        self.session = ConcertSession(settings)
        self.now = 0.0
        self.sends: list[Send] = []
        self.seen: list[ResultSeen] = []
        self.told: list[Action] = []
        self.result: ExchangeResult | None = None

    def do(self, actions: Sequence[Action]) -> None:
        """Take the actions of one call; a result is held until `durable`."""
        for action in actions:
            match action:
                case Send():
                    self.sends.append(action)
                case ResultSeen():
                    self.seen.append(action)
                case Finished(result):
                    assert self.result is None
                    self.result = result
                case _:
                    self.told.append(action)

    def begin(self, request: Request = REFUND) -> None:
        self.result = None
        self.do(self.session.begin(request, self.now))

    def hear(self, *portions: bytes) -> None:
        for data in portions:
            self.now += 0.01
            self.do(self.session.receive(data, self.now))

    def start(self, request: Request = REFUND) -> None:
        """Up to the point where the terminal is at work."""
        self.begin(request)
        self.hear(ACK, ACK)

    def durable(self) -> None:
        self.do(self.session.result_durable(self.now))

    def wait_out(self) -> None:
        """Let the next timer run out."""
        deadline = self.session.deadline
        assert deadline is not None
        self.now = deadline
        self.do(self.session.tick(self.now))

    def run_out(self) -> None:
        """Let timers run out until the request ends."""
        while self.result is None:
            self.wait_out()

    def hang_up(self, *, nothing_written: bool = False) -> None:
        self.do(self.session.link_lost(self.now, nothing_written=nothing_written))

    def wrote(self) -> list[bytes]:
        """What was written since the last look."""
        written = [send.data for send in self.sends]
        self.sends.clear()
        return written

    @property
    def notes(self) -> list[str]:
        return [told.code for told in self.told if isinstance(told, Note)]
