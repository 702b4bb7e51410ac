"""A terminal of a few lines for session tests: it says what it is told, in either syntax."""

from __future__ import annotations

from protocols.kit.fields import Value
from protocols.kit.framing import Payload
from protocols.kit.messages import Message
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Original,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.vocabulary import Operation
from protocols.nexo.commands import POI_ID, SALE_ID
from protocols.nexo.framing import tcp_framer
from protocols.nexo.layouts import BY_NAME
from protocols.nexo.messages import parse, serialise
from protocols.nexo.profiles import NEXO_PROFILES
from protocols.nexo.session import NexoSession

EUR = Currency.of("EUR")
SOLD = Original(receipt_number="0012", trace_number="000345", date="0301")
REFERENCE = "0A00000001"
REFUND = Request(Operation.REFUND, Amount(1250, EUR), SOLD, reference=REFERENCE)
VOID = Request(Operation.VOID, Amount(1250, EUR), SOLD, reference=REFERENCE)
# 2 March 2026, 09:00 UTC.
OPENED_MS = 1_772_442_000_000

APPROVED: dict[str, Value] = {
    "result": "Success",
    "sale_transaction_id": REFERENCE,
    "sale_transaction_time": "2026-03-02T09:00:00Z",
    "poi_transaction_id": "0013",
    "poi_transaction_time": "2026-03-02T09:00:05.000+01:00",
    "payment_type": "Refund",
    "masked_pan": "476173******0119",
    "card_name": "VISA",
    "currency": "EUR",
    "authorized_amount": "12.50",
    "approval_code": "123456",
    "acquirer_transaction_id": "RRN000000001",
    "merchant_id": "M1",
    "receipt_1_kind": "CashierReceipt",
    "receipt_1_format": "Text",
    "receipt_1_lines": "REFUND\nEUR 12.50",
}
REVERSED: dict[str, Value] = {
    "result": "Success",
    "reversed_amount": "12.50",
    "poi_transaction_id": "0013",
    "poi_transaction_time": "2026-03-02T09:00:05.000+01:00",
    "original_transaction_id": "0012",
    "original_transaction_time": "2026-03-01T10:00:00Z",
}


def failed(condition: str, **more: Value) -> dict[str, Value]:
    """The values of an answer that is a failure."""
    return {"result": "Failure", "error_condition": condition, **more}


class Peer:
    """Drives one session by hand; `heard` holds the messages it wrote."""

    def __init__(self, profile: str = "xml-3.1", *, scale: float = 1.0) -> None:
        self.profile = NEXO_PROFILES[profile]
        settings = SessionSettings(
            profile=profile, transport="tcp", opened=OPENED_MS, time_scale=scale
        )
        self.session = NexoSession(settings)
        self.now = 100.0
        self.sends: list[Send] = []
        self.heard: list[Message] = []
        self.told: list[Action] = []
        self.result: ExchangeResult | None = None
        self._framer = tcp_framer()

    def do(self, actions: object) -> None:
        """Take the actions of one call; a result is held until `durable`."""
        assert isinstance(actions, list)
        for action in actions:
            self._one(action)

    def _one(self, action: Action) -> None:
        if isinstance(action, Send):
            self.sends.append(action)
            self.heard += [
                parse(p.data) for p in tcp_framer().pieces(action.data) if isinstance(p, Payload)
            ]
        elif isinstance(action, Finished):
            assert self.result is None, "a request ends once"
            self.result = action.result
        else:
            self.told.append(action)

    def start(self, request: Request = REFUND) -> Message | None:
        """Begin a request; the message that went out."""
        self.result = None
        before = len(self.heard)
        self.do(self.session.begin(request, self.now))
        return self.heard[-1] if len(self.heard) > before else None

    def message(self, name: str, /, **values: Value) -> bytes:
        """A message of the terminal, under the numbers of the request that runs."""
        known: dict[str, Value] = {
            "service_id": self.heard[0].text("service_id") or "",
            "sale_id": SALE_ID,
            "poi_id": POI_ID,
        }
        if self.heard:
            requests = [m for m in self.heard if m.layout.direction == "to_terminal"]
            running = [m for m in requests if m.layout.name.endswith("Request")]
            running = [m for m in running if m.layout.name != "AbortRequest"] or running
            known["service_id"] = running[-1].text("service_id") or ""
        layout = BY_NAME[self.profile.syntax, name.lower()]
        return serialise(layout.message(**{**known, **values}))

    def say(self, name: str, /, **values: Value) -> None:
        """Let the terminal say something."""
        self.raw(self._framer.frame(self.message(name, **values)))

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.do(self.session.receive(data, self.now))

    def durable(self) -> None:
        """The journal has the result."""
        self.do(self.session.result_durable(self.now))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.do(self.session.tick(self.now))

    @property
    def seen(self) -> list[ResultSeen]:
        """Results that must be durable."""
        return [item for item in self.told if isinstance(item, ResultSeen)]

    @property
    def ended(self) -> tuple[str, str]:
        """Outcome and reason."""
        assert self.result is not None, "it has not ended"
        return self.result.outcome.value, self.result.reason
