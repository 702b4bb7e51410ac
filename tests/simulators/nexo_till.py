"""A till made of raw nexo messages: it knows nothing of the project's sessions and drivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Damaged, Payload
from protocols.nexo.framing import tcp_framer
from protocols.nexo.layouts import BY_NAME
from protocols.nexo.messages import parse, serialise
from protocols.nexo.profiles import NEXO_PROFILES
from simulators import station as stations
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.station import Station, StationSettings
from tests.simulators.till import scene

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message
    from simulators.terminal import SimTerminal

SILENCE_S = 200.0
ONE_SALE = "[[sale]]\namount_minor = 1234"
TIME = "2026-03-02T09:00:00Z"


@dataclass
class NexoTill:
    """One till on one simulated line; what it wants of itself is answered by `answers`."""

    text: str = ONE_SALE
    profile: str = "xml-3.1"
    printer: str = "ecr"
    login: bool = True
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    answers: bool = True

    def __post_init__(self) -> None:
        self.syntax = NEXO_PROFILES[self.profile].syntax
        self.station: Station = stations.build(
            StationSettings(
                "nexo",
                profile=self.profile,
                transport="tcp",
                printer=self.printer,
                scenario=scene(self.text),
            ),
            wall=self.clock.wall,
        )
        self.line = SimulatedLine(self.clock, self.station)
        self.framer = tcp_framer()
        self.said: list[Message] = []
        self.raw: list[bytes] = []
        self._count = 0
        self.line.open()
        if self.login and self.profile == "xml-3.1":
            self.ask("LoginRequest", **LOGIN)

    @property
    def terminal(self) -> SimTerminal:
        """The device."""
        return self.station.terminal

    def reopen(self) -> None:
        """Close and open the line."""
        self.line.close()
        self.framer.reset()
        self.line.open()

    def send(self, name: str, /, **values: Value) -> str:
        """One request; gives its ServiceID."""
        self._count += 1
        header: dict[str, Value] = {
            "service_id": f"T{self._count}",
            "sale_id": "LANE1",
            "poi_id": "POI1",
        }
        message = BY_NAME[self.syntax, name.lower()].message(**{**header, **values})
        self.line.write(self.framer.frame(serialise(message)))
        return str(message.values.get("service_id"))

    def listen(self, wait_s: float = SILENCE_S) -> list[Message]:
        """What the terminal says until it is silent for so long; its requests are answered."""
        heard: list[Message] = []
        while data := self._read(wait_s):
            for piece in self.framer.pieces(data):
                if isinstance(piece, Damaged):
                    self.raw.append(piece.data)
                elif isinstance(piece, Payload):
                    self.raw.append(piece.data)
                    try:
                        heard.append(parse(piece.data))
                    except ProtocolError:  # what is no message is in `raw`
                        continue
                    self._reply(heard[-1])
        self.said += heard
        return heard

    def _read(self, wait_s: float) -> bytes:
        """Nothing more comes over a line that is dead; its time passes all the same."""
        try:
            return self.line.read(wait_s)
        except ConnectionError:
            self.line.pass_time(wait_s)
            return b""

    def _reply(self, message: Message) -> None:
        answer = _REPLIES.get(message.layout.name)
        if not self.answers or answer is None:
            return
        name, values = answer
        header = {
            key: message.values[key] for key in ("service_id", "device_id", "sale_id", "poi_id")
        }
        reply = BY_NAME[self.syntax, name.lower()].message(**{**header, **values})
        self.line.write(self.framer.frame(serialise(reply)))

    def ask(self, name: str, /, **values: Value) -> Message:
        """A request and its answer."""
        service_id = self.send(name, **values)
        found = [m for m in self.listen() if m.text("service_id") == service_id]
        return [m for m in found if m.layout.name.endswith("Response")][-1]

    def refund(self, amount: str = "5.00", **values: Value) -> Message:
        """A refund without a sale."""
        return self.ask("PaymentRequest", **{**REFUND, "requested_amount": amount, **values})

    def void(self, number: str = "0001", **values: Value) -> Message:
        """The reversal of a sale."""
        return self.ask(
            "ReversalRequest", **{**REVERSAL, "original_transaction_id": number, **values}
        )

    def status(self, service_id: str | None = None, category: str = "Payment") -> Message:
        """What became of a request, or of the last one."""
        if service_id is None:
            return self.ask("TransactionStatusRequest", reprint=False)
        return self.ask(
            "TransactionStatusRequest",
            reference_category=category,
            reference_service_id=service_id,
        )


LOGIN: dict[str, Value] = {
    "operator_language": "en",
    "date_time": TIME,
    "software_application": "till",
    "software_version": "1",
}
REFUND: dict[str, Value] = {
    "currency": "EUR",
    "payment_type": "Refund",
    "sale_transaction_id": "S1",
    "sale_transaction_time": TIME,
}
REVERSAL: dict[str, Value] = {
    "reversal_reason": "MerchantCancel",
    "original_transaction_time": TIME,
}
_REPLIES: dict[str, tuple[str, dict[str, Value]]] = {
    "PrintRequest": ("PrintResponse", {"print_kind": "CashierReceipt", "result": "Success"}),
    "InputRequest": ("InputResponse", {"input_result": "Failure"}),
}
