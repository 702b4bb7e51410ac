"""The till's side of nexo as a sans-I/O session: one request, one answer with the same numbers.

* PaymentRequest and ReversalRequest are written once; there is no acknowledgement and no repeat.
* An answer is ours only with our ServiceID, SaleID and POIID and the category that was asked for;
  anything else is of an older request and decides nothing.
* What the terminal asks of the till in between is answered at once.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField, ProtocolError
from protocols.kit.framing import Payload
from protocols.kit.masking import mask_digits
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Progress,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.vocabulary import Operation, Outcome
from protocols.nexo import commands, devices, endings, sealing
from protocols.nexo.commands import Context
from protocols.nexo.framing import tcp_framer
from protocols.nexo.messages import parse, serialise
from protocols.nexo.numbers import harmless_id
from protocols.nexo.profiles import NEXO_PROFILES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.framing import Piece
    from protocols.kit.messages import Message

# The terminal may send more than this bounds within one request; then we give up.
MESSAGES_MAX: Final = 500
# An abort has no answer of its own; an event may tell that it came too late.
_ABORT_S: Final = 2.0
_ENQUIRIES: Final = frozenset({Operation.LAST_TRANSACTION, Operation.QUERY, Operation.REPRINT})
_DEVICE: Final = frozenset({"DisplayRequest", "InputRequest", "PrintRequest"})
_RESTARTS: Final = frozenset({"Initialised", "Shutdown"})


class Phase(Enum):
    """Where a request stands."""

    IDLE = auto()
    WAITING = auto()  # written; its answer is due
    HELD = auto()  # a result of money was read and waits for the journal


class NexoSession:
    """One till-side conversation; see `protocols.kit.session` for the contract."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self._profile = NEXO_PROFILES[settings.profile]
        self._framer = tcp_framer()
        self._phase = Phase.IDLE
        self._request: Request | None = None
        self._service_id = ""
        self._count = 0  # harmless requests of this line
        self._began: float | None = None
        self._due: float | None = None
        self._clear()

    def _clear(self) -> None:
        self._clean = True
        self._garbled = False
        self._heard = 0
        self._result: ExchangeResult | None = None
        self._abort_sent = False
        self._seen: set[bytes] = set()  # envelopes of this request, of which none may come again

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When `tick` is due: the answer's time is over. A held result waits for the journal."""
        return self._due if self._phase is Phase.WAITING else None

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Start a request; raises BadField where the wire has no form for it."""
        assert self._phase is Phase.IDLE, "one request at a time"
        money = request.operation.moves_money
        reference = request.reference if money else None
        service_id = reference or self._next_id()
        message = commands.encode(self._context(request, service_id, now))
        if message is None:
            return [Finished(endings.not_offered(request.operation))]
        data = self._wire(message)
        self._clear()
        self._request, self._service_id = request, service_id
        self._phase = Phase.WAITING
        self._due = now + self._patience_s(request.operation)
        return [Send(data, money=money)]

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        """Take bytes; in IDLE they are noise, which the pump reports."""
        actions: list[Action] = []
        for piece in self._framer.pieces(data):
            actions += self._take(piece, now)
        return actions

    def tick(self, now: float) -> Sequence[Action]:
        """Let the time run out."""
        if self._phase is not Phase.WAITING or self._due is None or now < self._due:
            return []
        assert self._request is not None, "something is waited for"
        if self._request.operation is Operation.ABORT:
            return self._end(ExchangeResult(Outcome.APPROVED, "completed"))
        strange = self._garbled or self._framer.pending
        return self._end(endings.unknown("garbled" if strange else "timeout"))

    def result_durable(self, now: float) -> Sequence[Action]:
        """The journal has the result; nothing is owed to the terminal."""
        assert self._phase is Phase.HELD, "no result is waiting"
        assert self._result is not None, "it came with its end"
        return self._end(self._result)

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The line is dead: what is known decides."""
        self._framer.reset()
        if self._phase is Phase.IDLE:
            return []
        if nothing_written and self._phase is Phase.WAITING and not self._heard:
            return self._end(ExchangeResult(Outcome.NOT_SENT, "nothing_written"))
        record = self._result.record if self._result is not None else None
        return self._end(endings.unknown("line_lost", record))

    def abort(self, now: float) -> Sequence[Action]:
        """Ask the terminal to stop a running payment, once. Its own answer decides, not this."""
        request = self._request
        if self._phase is not Phase.WAITING or self._abort_sent or request is None:
            return []
        if not request.operation.moves_money:
            return []
        self._abort_sent = True
        running = replace(request, reference=self._service_id)
        message = commands.abort(self._context(running, self._next_id(), now), request.operation)
        return [Send(self._wire(message))]

    # -- what is said ---------------------------------------------------------------------------

    def _wire(self, message: Message) -> bytes:
        """The frame of a message, in its envelope where the dialect has one. Raises BadField."""
        if self._profile.sealed:
            message = sealing.seal(message, self._key())
        return self._framer.frame(serialise(message))

    def _key(self) -> sealing.Key:
        options = self._settings.options
        return sealing.key_of(options.get("passphrase", self._settings.password))

    def _read(self, payload: bytes) -> Message:
        """The message of a payload. Raises ProtocolError; also for one that was said before."""
        message = parse(payload)
        if not self._profile.sealed:
            return message
        message = sealing.unseal(message, self._key())
        if payload in self._seen:
            raise BadField("an envelope was sent a second time")
        self._seen.add(payload)
        return message

    def _next_id(self) -> str:
        self._count += 1
        return harmless_id(self._settings.opened, self._count)

    def _context(self, request: Request, service_id: str, now: float) -> Context:
        if self._began is None:
            self._began = now
        passed_ms = int((now - self._began) * 1_000 * self._settings.time_scale)
        return Context(
            request=request,
            service_id=service_id,
            settings=self._settings,
            profile=self._profile,
            now_ms=self._settings.opened + passed_ms,
        )

    def _patience_s(self, operation: Operation) -> float:
        if operation.moves_money:
            seconds = self._profile.answer_s
        elif operation is Operation.END_OF_DAY:
            seconds = self._profile.end_of_day_s
        elif operation is Operation.ABORT:
            seconds = _ABORT_S
        else:
            seconds = self._profile.question_s
        return seconds / self._settings.time_scale

    # -- what is heard --------------------------------------------------------------------------

    def _take(self, piece: Piece, now: float) -> list[Action]:
        self._heard += 1
        if not isinstance(piece, Payload):
            # Behind a wrong length nothing can be read any more.
            self._clean = False
            if self._phase is Phase.WAITING:
                return self._end(endings.unknown("garbled"))
            return []
        if self._phase is not Phase.WAITING:
            self._clean = False
            return [Note("late_message", f"{len(piece.data)} bytes")]
        if self._heard > MESSAGES_MAX:
            self._clean = False
            return self._end(endings.unknown("timeout"))
        try:
            message = self._read(piece.data)
        except ProtocolError as error:
            self._clean = False
            self._garbled = True
            return [Note("unreadable", error.what_happened)]
        return self._take_message(message, now)

    def _take_message(self, message: Message, now: float) -> list[Action]:
        name = message.layout.name
        request = self._request
        assert request is not None, "something is waited for"
        said_by = (message.text("sale_id"), message.text("poi_id"))
        ours = (
            said_by == commands.peers(self._settings)
            and message.layout.variant == self._profile.syntax.value
        )
        if ours and name == "EventNotification":
            return self._take_event(message)
        ours = ours and message.text("service_id") == self._service_id
        if ours and name in _DEVICE:
            self._due = now + self._patience_s(request.operation)
            answer, actions = devices.handle(message)
            if answer is None:
                return actions
            return [Send(self._wire(answer)), *actions]
        if ours and name == commands.answer_name(request.operation):
            return self._take_answer(request, message)
        # Of an older request, or of somebody else: it decides nothing.
        self._clean = False
        return [Note("late_message", name)]

    def _take_answer(self, request: Request, message: Message) -> list[Action]:
        if not request.operation.moves_money:
            if request.operation in _ENQUIRIES:
                ending = endings.of_enquiry(request, message, self._settings.currency)
                actions = self._reprinted(request, message)
            else:
                ending, actions = endings.of_question(request, message), []
            return [*actions, *self._end(ending)]
        end = endings.of_money(request, message, self._service_id, self._settings.currency)
        receipts = devices.receipts_of(message)
        if end.seen is None:
            return [*receipts, *self._end(end.result)]
        self._phase = Phase.HELD
        self._result = end.result
        return [*receipts, ResultSeen(end.seen)]

    def _reprinted(self, request: Request, message: Message) -> list[Action]:
        """Receipts are printed where they were asked for."""
        if request.operation is not Operation.REPRINT:
            return []
        return [
            *devices.receipts_of(message, "payment_"),
            *devices.receipts_of(message, "reversal_"),
        ]

    def _take_event(self, message: Message) -> list[Action]:
        """A restart of the terminal or a rejected message ends what runs; the rest is news."""
        event = message.text("event") or ""
        request = self._request
        assert request is not None, "something is waited for"
        news = Progress(f"nexo.event.{event}", mask_digits(message.text("event_details") or ""))
        ours = message.text("service_id") in {None, self._service_id}
        if event in _RESTARTS or (event == "Reject" and ours):
            self._clean = False
            reason = "no_result" if event in _RESTARTS else "unclear"
            return [Note("event", event), *self._end(endings.unknown(reason))]
        return [news if event in _SHOWN else Note("event", event)]

    def _end(self, result: ExchangeResult) -> list[Action]:
        self._phase = Phase.IDLE
        self._due = None
        clean = self._clean and not self._framer.pending and result.reason in endings.CLEAN
        return [Finished(replace(result, line_clean=clean))]


_SHOWN: Final = frozenset({"CardInserted", "CardRemoved", "OutOfOrder", "BeginMaintenance"})
