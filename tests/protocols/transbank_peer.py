"""A terminal of a few lines for session tests: it says what it is told, in correct frames."""

from __future__ import annotations

from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Original,
    Progress,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.stx import StxFramer
from protocols.kit.vocabulary import Operation
from protocols.transbank.messages import SHAPE
from protocols.transbank.session import TransbankSession

CLP = Currency.of("CLP")
PESOS = Amount(25000, CLP)
ORIGINAL = Original(receipt_number="000123", auth_code="252985")
VOID = Request(Operation.VOID, PESOS, ORIGINAL)
SALE = Request(Operation.SALE, PESOS, reference="RF-20261124-0007-1")
QUERY = Request(Operation.QUERY, PESOS, ORIGINAL, about=Operation.VOID)
STATUS = Request(Operation.STATUS)
LAST = Request(Operation.LAST_TRANSACTION)
ACK, NAK = b"\x06", b"\x15"
HEAD = "597029414300|75001637"

VOIDED = f"1210|00|{HEAD}|794981|123"
SOLD = f"0210|00|{HEAD}|400071|125194|25000|0||6626|000124|CR|||VI|10072023|145623|0|0|"
LINE = f"0261|00|{HEAD}|001234|252985|25000|0461|000123|CR|||  |28072023|113748|0|0||0|"
VOID_LINE = f"0261|00|{HEAD}|001234|794981|-25000|0461|000123|CR|||  |28072023|172129|0|0||0|"
END = f"0261|00|{HEAD}|||||||||||||||"


class Peer:
    """Drives one session by hand."""

    def __init__(self, profile: str = "generic", currency: str = "152") -> None:
        settings = SessionSettings(profile=profile, transport="serial", currency=currency)
        self.session = TransbankSession(settings)
        self.now = 0.0
        self.sends: list[Send] = []
        self.told: list[Action] = []
        self.result: ExchangeResult | None = None

    def do(self, actions: object) -> None:
        """Take the actions of one call; a result is held until `durable`."""
        assert isinstance(actions, list)
        for action in actions:
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

    def say(self, *bodies: str) -> None:
        for body in bodies:
            self.raw(frame(body))

    def start(self, request: Request) -> None:
        """Begin, and let the terminal take the command."""
        self.begin(request)
        self.raw(ACK)

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

    @property
    def written(self) -> list[bytes]:
        return [send.data for send in self.sends]

    @property
    def end(self) -> ExchangeResult:
        assert self.result is not None
        return self.result

    def seen(self) -> list[ResultSeen]:
        return [item for item in self.told if isinstance(item, ResultSeen)]

    def notes(self) -> list[str]:
        return [item.code for item in self.told if isinstance(item, Note)]

    def progress(self) -> list[str]:
        return [item.key for item in self.told if isinstance(item, Progress)]


def frame(body: str) -> bytes:
    return StxFramer(SHAPE).frame(body.encode())
