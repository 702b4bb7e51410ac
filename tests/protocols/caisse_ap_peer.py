"""A terminal of a few lines for session tests: it says what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.caisse_ap.session import CaisseApSession
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
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

    from protocols.kit.session import Action

EUR = Currency.of("EUR")
OURS = "RF-20261124-0007-1"
REFUND = Request(Operation.REFUND, Amount(1250, EUR), reference=OURS)
VOID = Request(Operation.VOID, Amount(1250, EUR), Original(receipt_number="0012"), OURS)


def items(**values: str) -> bytes:
    """A message of these items, in this order; CZ comes by itself."""
    found = {"CZ": "0300", **values}
    return "".join(f"{tag}{len(value):03d}{value}" for tag, value in found.items()).encode()


DONE = items(CA="01", CE="978", CD="1", CB="001250", CF=OURS, AE="10", AF="01", AC="123456")
REFUSED = items(CA="01", CE="978", CD="1", CF=OURS, AE="01", AF="04")


class Peer:
    """Drives one session by hand."""

    def __init__(self, profile: str = "generic", scale: float = 1.0) -> None:
        settings = SessionSettings(profile=profile, transport="tcp", time_scale=scale)
        self.session = CaisseApSession(settings)
        self.now = 0.0
        self.sends: list[Send] = []
        self.seen: list[ResultSeen] = []
        self.told: list[Progress | ReceiptText | Note | Relay] = []
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

    def hear(self, data: bytes) -> None:
        self.now += 0.01
        self.do(self.session.receive(data, self.now))

    def durable(self) -> None:
        self.do(self.session.result_durable(self.now))

    def wait_out(self) -> None:
        """Let the timer run out."""
        deadline = self.session.deadline
        assert deadline is not None
        self.now = deadline
        self.do(self.session.tick(self.now))

    def hang_up(self, *, nothing_written: bool = False) -> None:
        self.do(self.session.link_lost(self.now, nothing_written=nothing_written))

    def answered(self, *answers: bytes) -> ExchangeResult:
        """A refund, its answer made durable, silence; gives the end."""
        self.begin()
        for answer in answers:
            self.hear(answer)
        if self.seen:
            self.durable()
        self.wait_out()
        assert self.result is not None
        return self.result
