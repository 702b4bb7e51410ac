"""A terminal of a few lines for session tests: it says what it is told, over either framing."""

from __future__ import annotations

from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Progress,
    ReceiptText,
    Relay,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.vocabulary import Operation
from protocols.zvt.framing import SerialFramer, TcpFramer
from protocols.zvt.messages import build, serialise
from protocols.zvt.session import ZvtSession

EUR = Currency.of("EUR")
REFUND = Request(Operation.REFUND, Amount(1250, EUR))
OK = bytes.fromhex("800000")
ACK, NAK = b"\x06", b"\x15"


def apdu(code: str, **values: str | int) -> bytes:
    """The bytes of one message."""
    return serialise(build(code, **values))


APPROVED = apdu(
    "040F", result_code="00", amount_minor=1250, receipt_number="0012", trace_number="000345"
)
REFUSED = apdu("040F", result_code="05", amount_minor=1250)
COMPLETED = bytes.fromhex("060F00")
ABORTED = bytes.fromhex("061E0105")


class Peer:
    """Drives one session by hand; `sent` holds the APDUs and control bytes it wrote."""

    def __init__(
        self, *, transport: str = "serial", profile: str = "generic", printer: str = "ecr"
    ) -> None:
        settings = SessionSettings(profile=profile, transport=transport, printer=printer)
        self.session = ZvtSession(settings)
        self.now = 0.0
        self.sends: list[Send] = []
        self.told: list[Progress | ReceiptText | Note | ResultSeen | Relay] = []
        self.result: ExchangeResult | None = None
        self._serial = transport == "serial"
        self._framer = SerialFramer() if self._serial else TcpFramer()

    def do(self, actions: object) -> None:
        """Take the actions of one call; a result is held until `durable`."""
        assert isinstance(actions, list)
        for action in actions:
            self._take(action)

    def _take(self, action: Action) -> None:
        if isinstance(action, Send):
            self.sends.append(action)
        elif isinstance(action, Finished):
            assert self.result is None
            self.result = action.result
        else:
            self.told.append(action)

    def begin(self, request: Request) -> None:
        self.result = None
        self.do(self.session.begin(request, self.now))

    def raw(self, data: bytes) -> None:
        self.now += 0.01
        self.do(self.session.receive(data, self.now))

    def say(self, *apdus: bytes) -> None:
        """The terminal sends these, each acknowledged as it should be."""
        for data in apdus:
            self.raw(self._framer.frame(data))

    def ack(self) -> None:
        """The terminal's acknowledgement byte, where the line has one."""
        if self._serial:
            self.raw(ACK)

    def start(self, request: Request = REFUND) -> None:
        """Begin, and let the terminal take the command."""
        self.begin(request)
        self.ack()
        self.say(OK)

    def durable(self) -> None:
        self.do(self.session.result_durable(self.now))
        self.ack()

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

    @property
    def written(self) -> bytes:
        return b"".join(send.data for send in self.sends)

    @property
    def heard(self) -> list[bytes]:
        """What the terminal would have read: payloads and control bytes."""
        framer = SerialFramer() if self._serial else TcpFramer()
        return [piece.data for piece in framer.pieces(self.written)]

    def notes(self) -> list[str]:
        return [item.code for item in self.told if isinstance(item, Note)]
