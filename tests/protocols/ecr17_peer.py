"""An ECR17 terminal of a few lines for session tests: it says what it is told, in any mode."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocols.ecr17 import layouts
from protocols.ecr17.framing import MODES, framer
from protocols.ecr17.messages import build, parse, serialise
from protocols.ecr17.profiles import ECR17_PROFILES
from protocols.ecr17.session import Ecr17Session
from protocols.kit.framing import Payload
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Original,
    Request,
    Send,
    SessionSettings,
)
from protocols.kit.stx import ACK, NAK, StxFramer
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.fields import Value
    from protocols.kit.messages import Message, MessageLayout

EUR = Currency.of("EUR")
TERMINAL = "12345678"
VOID = Request(Operation.VOID, Amount(1250, EUR), Original(trace_number="000042"))
SALE = Request(Operation.SALE, Amount(1250, EUR))
LAST = Request(Operation.LAST_TRANSACTION)
STATUS = Request(Operation.STATUS)
CONNECT = Request(Operation.CONNECT)
CLOSE = Request(Operation.END_OF_DAY)
REPRINT = Request(Operation.REPRINT)


def body(layout: MessageLayout, **values: Value) -> bytes:
    """The bytes of one message of the terminal."""
    return serialise(build(layout, **{"terminal_id": TERMINAL, **values}))


def state(code: str = "2") -> bytes:
    """The answer to a status question."""
    layout = layouts.STATUS_ANSWER
    return body(layout, date_ddmmyy="241126", time="0930", terminal_state=code, version="V1 ")


def sold(trace: str = "000042", amount: int = 1250, **more: Value) -> bytes:
    """An extended result of a payment."""
    values: dict[str, Value] = {
        "pan": "541333******0018",
        "entry_mode": "ICC",
        "auth_code": "123456",
        "date": "329",
        "time": "0930",
        "card_type": "2",
        "acquirer_id": "ACQ",
        "action_code": "000",
    }
    values |= {"trace_number": trace, "online_id": trace, "amount_minor": amount, **more}
    return body(layouts.EXTENDED_RESULT[0], result_code="00", **values)


def voided(trace: str = "000043", **more: Value) -> bytes:
    """The result of a reversal."""
    values: dict[str, Value] = {"auth_code": "000000", "date": "329", "time": "0931"}
    values |= {"trace_number": trace, "online_id": "000043", **more}
    return body(layouts.REVERSAL_RESULT[0], result_code="00", **values)


def refused(code: str = "01") -> bytes:
    """A reversal that was not done."""
    values: dict[str, Value] = {"text": "RIFIUTATA", "trace_number": "000043"}
    return body(layouts.REVERSAL_RESULT[1], result_code=code, **values)


def receipt(text: str = "STORNO", *, last: bool = True) -> bytes:
    """A frame of receipt text."""
    return body(layouts.RECEIPT, text=text + ("\x7d" * 6 + "\x1b" if last else "\x7d"))


class Peer:
    """Drives one session by hand. `heard` tells what the terminal would have read."""

    def __init__(
        self, *, profile: str = "hangs-up", mode: str = "std", printer: str = "ecr", **other: object
    ) -> None:
        self.session = Ecr17Session(SessionSettings(profile, "serial", printer=printer))
        if other:
            changed = replace(ECR17_PROFILES[profile], **other)  # type: ignore[arg-type]
            self.session._profile = changed
        self.shape = MODES[mode]
        self.now = 0.0
        self.sends: list[Send] = []
        self.told: list[Action] = []
        self.result: ExchangeResult | None = None

    def do(self, actions: Sequence[Action]) -> None:
        """Take the actions of one call."""
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

    def frame(self, *bodies: bytes) -> bytes:
        """Frames in this terminal's mode."""
        return b"".join(StxFramer(self.shape).frame(body) for body in bodies)

    def say(self, *bodies: bytes) -> None:
        for each in bodies:
            self.raw(self.frame(each))

    def ack(self) -> None:
        self.raw(self.shape.control(ACK))

    def nak(self) -> None:
        self.raw(self.shape.control(NAK))

    def start(self, request: Request = VOID) -> None:
        """Begin; the terminal takes the routing and the request."""
        self.begin(request)
        while self.result is None and self.asked.layout is layouts.ROUTING:
            self.ack()
        self.ack()

    def durable(self) -> None:
        self.do(self.session.result_durable(self.now))

    def lose(self, *, nothing_written: bool = False) -> None:
        self.do(self.session.link_lost(self.now, nothing_written=nothing_written))

    def wait_out(self) -> None:
        """Let the next timer run out."""
        deadline = self.session.deadline
        assert deadline is not None
        self.now = max(self.now, deadline)
        self.do(self.session.tick(self.now))

    def run_out(self) -> None:
        """Let timers run out until the request ends."""
        while self.result is None:
            self.wait_out()

    @property
    def heard(self) -> list[str]:
        """Letters of what was written, acknowledgements as A and N."""
        found: list[str] = []
        for piece in framer().pieces(b"".join(send.data for send in self.sends)):
            if isinstance(piece, Payload):
                found.append(chr(piece.data[9]))
            else:
                found.append({ACK: "A", NAK: "N"}[piece.data[0]])
        return found

    @property
    def asked(self) -> Message:
        """The till's newest message."""
        pieces = framer().pieces(b"".join(send.data for send in self.sends))
        bodies = [piece.data for piece in pieces if isinstance(piece, Payload)]
        return parse(bodies[-1], direction="to_terminal")

    @property
    def ended(self) -> tuple[str, str, bool]:
        """Outcome, reason, and whether the line is clean."""
        assert self.result is not None
        return self.result.outcome.value, self.result.reason, self.result.line_clean

    def notes(self) -> list[str]:
        return [item.code for item in self.told if isinstance(item, Note)]
