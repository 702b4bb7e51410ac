"""A terminal of a few lines for session tests: it says what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.aip.framing import SerialFramer
from protocols.aip.messages import build, parse, serialise
from protocols.aip.session import AipSession
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Original,
    Progress,
    ReceiptText,
    Relay,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.fields import Value
    from protocols.kit.messages import Message

CNY = Currency.of("CNY")
AMOUNT = Amount(3550, CNY)
SALE = Original(receipt_number="000123", rrn="093112345678", date="1120")
REFUND = Request(Operation.REFUND, AMOUNT, SALE, "0000000042")
VOID = Request(Operation.VOID, AMOUNT, SALE, "0000000042")
CHECK = "832613"  # made from the reference


def framed(trans_type: int, **values: Value | None) -> bytes:
    """One message in its frame."""
    return SerialFramer().frame(serialise(build(trans_type, **values)))


class Peer:
    """Drives one session by hand; a result is held until `durable`."""

    def __init__(self, profile: str = "generic", *, opened: int = 0) -> None:
        settings = SessionSettings(
            profile=profile, transport="serial", currency="156", opened=opened
        )
        self.session = AipSession(settings)
        self.now = 0.0
        self.sends: list[Send] = []
        self.told: list[Progress | ReceiptText | Note | ResultSeen | Relay] = []
        self.result: ExchangeResult | None = None

    def do(self, actions: Sequence[Action]) -> None:
        """Take the actions of one call."""
        for action in actions:
            match action:
                case Send():
                    self.sends.append(action)
                case Finished(result):
                    assert self.result is None, "a request ends once"
                    self.result = result
                case _:
                    self.told.append(action)

    def start(self, request: Request = REFUND) -> Message | None:
        """Begin; gives what was sent."""
        self.result = None
        sent = len(self.sends)
        self.do(self.session.begin(request, self.now))
        return self.sent() if len(self.sends) > sent else None

    def sent(self) -> Message:
        """The last thing that was sent."""
        return parse(self.sends[-1].data[1:-2])

    def say(self, trans_type: int, **values: Value | None) -> None:
        """The terminal answers."""
        self.hear(framed(trans_type, **values))

    def hear(self, data: bytes) -> None:
        """Bytes come in."""
        self.now += 0.01
        self.do(self.session.receive(data, self.now))

    def durable(self) -> None:
        """The journal has it."""
        self.do(self.session.result_durable(self.now))

    def wait(self) -> None:
        """The next timer runs out."""
        assert self.session.deadline is not None
        self.now = self.session.deadline
        self.do(self.session.tick(self.now))

    def notes(self) -> list[str]:
        """The codes of what a technician is told."""
        return [item.code for item in self.told if isinstance(item, Note)]

    @property
    def ended(self) -> tuple[str, str, bool]:
        """Outcome, reason and whether the line is clean."""
        assert self.result is not None
        return self.result.outcome.value, self.result.reason, self.result.line_clean
