"""The till's side of an AIP line: one request, one answer, and nothing that could be repeated.

The wire has no acknowledgement and no sequence number, so the rules that money hangs on are:

* Every frame is written once. What is damaged, strange or silent ends as UNKNOWN.
* An answer must have the type of the request. One that carries another check number or another
  reference of ours, or the voucher number that the terminal showed before, belongs to something
  older; it is passed over, and the line is not clean.
* What the terminal wants carried to its host (type 17) is carried once: the same bytes never
  again on this line, unless it is certain that they did not leave.
* APPROVED needs a code of approval and the amount that was asked for; DECLINED a code that is
  certain. Every other code is UNKNOWN ("unclear"), as is an approval of another amount.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from protocols.aip import commands, endings, records, relaying, tags
from protocols.aip.framing import SerialFramer
from protocols.aip.messages import parse, serialise
from protocols.aip.profiles import AIP_PROFILES
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Damaged, Payload
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Relay,
    RelayFailure,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.vocabulary import Operation, Outcome, TransactionRecord

if TYPE_CHECKING:
    from protocols.kit.framing import Piece
    from protocols.kit.messages import Message

# A pause inside a frame is not scaled below what a busy computer needs to hand bytes over.
BYTE_GAP_FLOOR_S: Final = 0.1


class Phase(Enum):
    """Where a request stands."""

    IDLE = auto()
    WAITING = auto()  # sent; the answer is due
    HELD = auto()  # the answer to a money request was read; it waits for the journal


class AipSession:
    """One till-side conversation; see `protocols.kit.session` for the contract."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self._profile = AIP_PROFILES[settings.profile]
        self._framer = SerialFramer()
        self._byte_gap_s = max(self._profile.byte_gap_s / settings.time_scale, BYTE_GAP_FLOOR_S)
        self._count = 0  # requests on this line
        self._shown: tuple[str | None, str] | None = None  # batch and voucher of the last record
        self._carried: deque[bytes] = deque(
            maxlen=relaying.MESSAGES_MAX
        )  # to the host, on this line
        self._phase = Phase.IDLE
        self._clear(Request(Operation.STATUS))

    def _clear(self, request: Request) -> None:
        self._request = request
        self._check = ""
        self._sent = b""
        self._due = 0.0
        self._byte_due: float | None = None
        self._clean = True
        self._heard = False  # anything at all
        self._damaged = False
        self._record: TransactionRecord | None = None
        self._result: ExchangeResult | None = None
        self._actions: list[Action] = []
        self._relay: Relay | None = None  # under way to the host
        self._relays = 0

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """The end of waiting, or of a pause inside a frame."""
        if self._phase is not Phase.WAITING:
            return None
        return self._due if self._byte_due is None else min(self._due, self._byte_due)

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Start a request; raises BadField where the wire has no form for it."""
        assert self._phase is Phase.IDLE, "one request at a time"
        if request.operation not in commands.TYPES:
            return [Finished(endings.not_offered(request.operation))]
        self._count += 1
        check = self._new_check(request)
        message = commands.encode(request, self._settings, self._profile, check)
        self._clear(request)
        self._framer.reset()
        self._check = check
        self._sent = serialise(message)
        self._phase = Phase.WAITING
        self._wait(now)
        return [Send(self._framer.frame(self._sent), money=request.operation.moves_money)]

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        """Take bytes; in IDLE they are noise, which the pump reports."""
        if self._phase is Phase.IDLE:
            return []
        self._heard = True
        return self._react(self._framer.pieces(data), now)

    def tick(self, now: float) -> Sequence[Action]:
        """Let a pause or the waiting run out."""
        if self._phase is not Phase.WAITING:
            return []
        actions: list[Action] = []
        if self._byte_due is not None and now >= self._byte_due:
            self._clean = False
            actions += self._react(self._framer.skip(), now)
        return actions + self._run_out(now)

    def result_durable(self, now: float) -> Sequence[Action]:
        """The journal has the result; there is nobody to tell, so the request ends."""
        assert self._phase is Phase.HELD, "no result is waiting"
        assert self._record is not None
        self._result = endings.of_money(self._request, self._record)
        return self._flush()

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The line is dead: what is known decides."""
        if self._phase is Phase.IDLE:
            return []
        self._clean = False
        untouched = nothing_written and not self._heard
        self._result = (
            ExchangeResult(Outcome.NOT_SENT, "nothing_written")
            if untouched
            else self._unknown("line_lost")
        )
        return self._flush()

    def abort(self, now: float) -> Sequence[Action]:
        """The protocol has no way to stop a running request; the keypad has."""
        return [Note("abort_not_offered", "only the terminal's own keypad can stop it")]

    def relayed(self, data: bytes, now: float) -> Sequence[Action]:
        """The host has answered: the terminal gets it, and time for what it does with it."""
        return self._relay_over(relaying.answer(self._profile.app_name, data), now)

    def relay_failed(self, now: float, why: RelayFailure) -> Sequence[Action]:
        """The host has not answered: the terminal decides what that means."""
        if why.nothing_left and self._relay is not None:
            self._carried.remove(self._relay.data)
        return self._relay_over(relaying.failed(self._profile.app_name, why), now)

    # -- reacting -------------------------------------------------------------------------------

    def _wait(self, now: float) -> None:
        wait_s = endings.wait_s(self._request.operation, self._profile)
        self._due = now + wait_s / self._settings.time_scale

    def _new_check(self, request: Request) -> str:
        if request.operation.moves_money:
            return commands.money_check(request.reference or str(self._count))
        return commands.other_check(self._settings.opened, self._count)

    def _react(self, pieces: Sequence[Piece], now: float) -> Sequence[Action]:
        for piece in pieces:
            if isinstance(piece, Payload):
                self._take(piece.data)
            else:
                self._clean = False
                self._damaged = self._damaged or isinstance(piece, Damaged)
        self._byte_due = now + self._byte_gap_s if self._framer.pending else None
        return self._flush()

    def _flush(self) -> list[Action]:
        """Everything to do; an ending only once all bytes at hand were looked at."""
        actions, self._actions = self._actions, []
        if self._result is not None:
            self._phase = Phase.IDLE
            clean = self._clean and not self._framer.pending
            actions.append(Finished(endings.with_cleanness(self._result, clean=clean)))
            self._result = None
        return actions

    def _take(self, payload: bytes) -> None:
        if self._phase is not Phase.WAITING or self._result is not None:
            self._pass_over("late_message", "behind the answer")
            return
        if payload == self._sent:
            self._pass_over("echo", "our own request came back")
            return
        try:
            message = parse(payload)
        except ProtocolError as error:
            self._damaged = True
            self._pass_over("unreadable", str(error))
            return
        if message.number("trans_type") == tags.RELAY:
            self._take_relay(message)
            return
        strange = self._strange(message)
        if strange:
            self._pass_over("stale_message", strange)
            return
        self._actions += endings.receipts(message)
        record = records.record_of(message)
        if self._request.operation.moves_money:
            self._phase = Phase.HELD
            self._record = record
            self._actions.append(ResultSeen(record))
            return
        self._result = endings.of_question(self._request.operation, message, record)
        if self._request.operation is Operation.LAST_TRANSACTION:
            self._shown = _place(self._result.record)

    def _take_relay(self, message: Message) -> None:
        """Type 17: carry it, say no, or pass over what cannot be a new message of this request."""
        relay = relaying.wish_of(message)
        old = "result_code" in message.values or self._relay is not None
        if old or self._request.operation not in relaying.ONLINE:
            self._pass_over("stale_message", "a message for the host that nobody waits for")
        elif relay is None:
            self._pass_over("relay_unreadable", "a message for the host without length or host")
            self._say(relaying.failure(self._profile.app_name, relaying.NOT_READABLE))
        elif relay.data in self._carried or self._relays == relaying.MESSAGES_MAX:
            self._pass_over("relay_repeated", f"{len(relay.data)} bytes are not carried again")
        else:
            self._relay = relay
            self._relays += 1
            self._carried.append(relay.data)
            self._actions.append(relay)

    def _relay_over(self, message: Message, now: float) -> Sequence[Action]:
        """Give the terminal what came of its message; nothing, if the request is over meanwhile."""
        self._relay = None
        if self._phase is Phase.WAITING:
            self._say(message)
            self._wait(now)
        return self._flush()

    def _say(self, message: Message) -> None:
        self._actions.append(Send(self._framer.frame(serialise(message))))

    def _strange(self, message: Message) -> str:
        """Why a message is no answer to this request; "" where it can be one."""
        request = self._request
        number = message.number("trans_type")
        if number not in endings.answers_to(request.operation):
            return f"type {number}"
        check = records.text(message, "check")
        if check is not None and check != self._check:
            return "another check number"
        if not request.operation.moves_money:
            return ""
        order = records.text(message, "order_number")
        if order is not None and request.reference is not None and order != request.reference:
            return "another reference"
        known = self._shown is not None and _place(records.record_of(message)) == self._shown
        return "the voucher number of the last record" if known else ""

    def _run_out(self, now: float) -> list[Action]:
        """The waiting may be over: was it quiet, or did nothing make sense?"""
        if self._phase is not Phase.WAITING or now < self._due:
            return []
        garbled = self._damaged or self._framer.pending
        self._clean = False
        self._result = self._unknown("garbled" if garbled else "timeout")
        return self._flush()

    def _pass_over(self, code: str, text: str) -> None:
        self._clean = False
        self._actions.append(Note(code, text))

    def _unknown(self, reason: str) -> ExchangeResult:
        return ExchangeResult(Outcome.UNKNOWN, reason, record=self._record)


def _place(record: TransactionRecord | None) -> tuple[str | None, str] | None:
    """Batch and voucher number of a record that has one."""
    if record is None or record.trace_number is None:
        return None
    return record.batch_number, record.trace_number
