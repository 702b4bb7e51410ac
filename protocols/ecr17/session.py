"""The till's side of an ECR17 conversation as a sans-I/O session.

A request is a row of steps, each a frame of ours with what belongs to it: find out what the check
value covers (PROBE), see what the terminal booked last (BASELINE), ask for receipts at the till
(ROUTING), and the request itself (MAIN). The rules that money hangs on:

* P, X and S are written once and only behind steps that went well; NAK or silence ends nothing
  well. A step before them that fails ends the request as NOT_SENT: no byte of it was written.
* A result is ours only in the form that answers our request, with our amount, and when this
  session has not heard it before; every other one is neither taken nor acknowledged.
* Our acknowledgement is the last thing that a booking needs. Where the terminal is not known to
  keep a booking without it, only the receipt behind it proves that it arrived.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from protocols.ecr17 import commands, endings, layouts, printing, records
from protocols.ecr17.messages import code_of, parse
from protocols.ecr17.steps import ONCE, Conversation, Phase, Step
from protocols.kit.errors import BadField, ProtocolError, UnknownMessage
from protocols.kit.session import (
    Action,
    Finished,
    Note,
    Progress,
    Request,
    ResultSeen,
)
from protocols.kit.stx import SOH
from protocols.kit.stxline import LineEvent
from protocols.kit.vocabulary import Operation, TransactionRecord

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.stxline import Heard

# Progress and receipts that one request may bring; more is chatter that must not go on for ever.
MESSAGES_MAX: Final = 2_000
_RESULTS: Final = (
    *layouts.SHORT_RESULT,
    *layouts.EXTENDED_RESULT,
    *layouts.REVERSAL_RESULT,
    *layouts.CONVERTED_RESULT,
    *layouts.PRE_AUTHORISED,
)


class Ecr17Session(Conversation):
    """One till-side conversation; see `protocols.kit.session` for the contract."""

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When `tick` is due: the line's timers or the wait for an answer, whichever is first."""
        if self._phase is Phase.IDLE:
            return None
        line_due = self._line.deadline
        if line_due is None:
            return self._due
        return line_due if self._due is None else min(line_due, self._due)

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Start a request; raises BadField for money that the wire has no form for."""
        assert self._phase is Phase.IDLE, "one request at a time"
        message = commands.encode(request, self._settings, self._profile)
        if message is None:
            missed = request.operation not in commands.NOTHING_TO_DO
            return [Finished(endings.not_offered(missed=missed))]
        if request.operation.moves_money and not (self._at_till or self._profile.stays_booked):
            raise BadField(
                "without receipts at the till nothing proves that the terminal keeps a booking; "
                "set printer = ecr, or the profile of a terminal that is known to"
            )
        self._now = now
        self._clear()
        self._request, self._main = request, message
        self._steps = deque(self._plan(request.operation))
        self._go_on()
        return self._flush()

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        """Take bytes; in IDLE they are noise, which the pump reports."""
        self._now = now
        heard, out = self._line.receive(data, now)
        return self._react(heard, out)

    def tick(self, now: float) -> Sequence[Action]:
        """Let timers run out."""
        self._now = now
        heard, out = self._line.tick(now)
        actions = self._react(heard, out)
        if self._phase is Phase.IDLE or self._due is None or now < self._due:
            return actions
        self._overdue()
        return [*actions, *self._flush()]

    def result_durable(self, now: float) -> Sequence[Action]:
        """The journal has the result: acknowledge it."""
        self._now = now
        assert self._phase is Phase.HELD, "no result is waiting"
        assert self._verdict is not None
        self._write(self._line.accept())
        if self._routed:
            self._wait_for_receipts()
        else:
            self._close(self._verdict)
        return self._flush()

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The line is dead: what is known decides."""
        self._now = now
        self._line.forget()
        if self._phase is Phase.IDLE:
            return []
        self._clean = False
        if self._phase is Phase.PRINTING:
            self._close(self._printed_verdict("line_lost"))
        elif self._phase is Phase.HELD:
            self._close(endings.unknown("line_lost", self._record))
        elif self._phase is not Phase.CLOSING:
            untouched = nothing_written and not self._taken and not self._heard
            self._fail("line_lost", untouched=untouched)
        self._ack_owed = False
        return self._flush()

    def abort(self, now: float) -> Sequence[Action]:
        """ECR17 has no abort: the cardholder presses stop, or the card is waited for."""
        return [Note("abort_not_offered", "the terminal can only be stopped at its own keys")]

    # -- reacting -------------------------------------------------------------------------------

    def _react(self, heard: Sequence[Heard], out: bytes) -> Sequence[Action]:
        probing = self._phase is Phase.ASKING and self._step is Step.PROBE
        line = self._line
        if not probing:  # what looks damaged may only be of another mode: nothing is refused
            self._write(out)
        for item in heard:
            if line is not self._line:
                break  # the rest was read in a mode that is not tried any more
            if isinstance(item, bytes):
                self._take(item)
            else:
                assert isinstance(item, LineEvent), "ECR17 has no control bytes but ACK and NAK"
                self._take_event(item)
        return self._flush()

    def _take_event(self, event: LineEvent) -> None:
        match event:
            case LineEvent.ACKNOWLEDGED:
                self._acknowledged()
            case LineEvent.REFUSED | LineEvent.SILENT:
                self._not_taken(event)
            case LineEvent.STRAY if self._ack_owed:
                self._ack_owed = False  # it came behind the answer
            case LineEvent.DAMAGED if self._phase is Phase.ASKING and self._step is Step.PROBE:
                self._damaged += 1
                self._another_mode()
            case LineEvent.DAMAGED:
                self._damaged += 1
                self._clean = False
            case _:
                self._clean = False

    def _acknowledged(self) -> None:
        self._taken = True
        if self._phase is not Phase.ASKING:
            return
        if self._step is Step.ROUTING:
            self._routed = True
            self._go_on()
            return
        self._due = self._now + self._answer_s()
        assert self._request is not None
        if self._step is Step.MAIN and self._request.operation is Operation.REPRINT:
            if self._at_till:
                self._wait_for_receipts()
            else:
                self._close(endings.DONE)

    def _not_taken(self, event: LineEvent) -> None:
        """NAK, or no acknowledgement, and nothing is repeated any more."""
        if self._phase is not Phase.ASKING:
            self._clean = False
            return
        assert self._request is not None
        refused = event is LineEvent.REFUSED
        if self._step is Step.PROBE:
            self._another_mode()
        elif self._step is Step.ROUTING and refused and self._profile.stays_booked:
            self._note("routing_refused", "the terminal prints by itself")
            self._go_on()
        elif self._step is Step.MAIN and self._request.operation in ONCE and not refused:
            # Silence says nothing: the frame may be at work. It is never written again.
            self._clean = False
            self._note("no_acknowledgement", "the request may have arrived all the same")
            self._due = self._now + self._answer_s()
        else:
            reason = "nak" if refused else "no_answer"
            self._fail("garbled" if self._damaged and not self._heard else reason)

    def _overdue(self) -> None:
        """Nothing came in time."""
        self._clean = False
        self._line.forget()
        match self._phase:
            case Phase.PRINTING:
                self._close(self._printed_verdict("timeout"))
            case Phase.CLOSING | Phase.BETWEEN:
                self._ack_owed = False
            case _:
                self._fail("garbled" if self._damaged and not self._heard else "timeout")

    # -- messages -------------------------------------------------------------------------------

    def _take(self, payload: bytes) -> None:
        self._heard += 1
        working = self._phase in {Phase.ASKING, Phase.PRINTING}
        if not working or self._heard > MESSAGES_MAX:
            self._strange("late_message", code_of(payload))
            return
        if payload[0] == SOH:
            self._progress(payload)
            return
        try:
            message = parse(payload, direction="to_ecr")
        except ProtocolError as error:
            # Neither taken nor refused: it may be a result, and a refusal could undo it.
            self._damaged += isinstance(error, UnknownMessage)
            self._strange("unreadable", f"{code_of(payload)}: {error}")
            return
        if message.layout is layouts.RECEIPT:
            self._take_receipt(message)
        elif self._phase is Phase.PRINTING or not self._take_answer(message, payload):
            self._strange("late_message", f"{code_of(payload)} {message.layout.variant}")

    def _progress(self, payload: bytes) -> None:
        """The terminal lives; where it has our frame its time begins anew."""
        if self._due is not None:
            wait_s = self._answer_s() if self._phase is Phase.ASKING else self._receipt_s()
            self._due = self._now + wait_s
        text = payload[1:].decode("latin-1").strip()
        self._actions.append(Progress("ecr17.progress.terminal", text))

    def _take_answer(self, message: Message, payload: bytes) -> bool:
        """The answer to what was asked; False for anything else."""
        assert self._request is not None
        operation = self._request.operation
        asked_status = self._step is Step.PROBE or operation in commands.STATUS_QUESTIONS
        asked_last = self._step is Step.BASELINE or operation is Operation.LAST_TRANSACTION
        layout = message.layout
        if asked_status and layout is layouts.STATUS_ANSWER:
            self._answered()
            self._take_status(message)
        elif self._step is Step.ROUTING or asked_status:
            return False
        elif asked_last and layout in _RESULTS:
            self._answered()
            self._take_last(message, payload)
        elif self._step is not Step.MAIN:
            return False
        elif operation is Operation.END_OF_DAY and layout in layouts.CLOSED:
            self._answered()
            self._take_close(message)
        elif operation.moves_money and self._is_ours(message, payload):
            self._answered(accept=False)
            self._take_result(message, payload)
        else:
            return False
        return True

    def _is_ours(self, message: Message, payload: bytes) -> bool:
        assert self._request is not None
        shown = self._profile.stan_shown
        fits = records.matches(self._request, message, shown=shown)
        return fits and payload not in self._results

    def _answered(self, *, accept: bool = True) -> None:
        """The answer says that our frame arrived, whether it was acknowledged before or not."""
        if self._line.waiting:
            self._line.answered()
            self._ack_owed = True
        self._taken = True
        self._due = None
        if accept:
            self._write(self._line.accept())

    def _take_status(self, message: Message) -> None:
        self._known = True
        if self._steps:
            self._go_on()
        else:
            self._close(endings.answered_status(message, self._profile))

    def _record_of(self, message: Message) -> TransactionRecord:
        original = self._request.original if self._request else None
        return records.record_of(
            message,
            shown=self._profile.stan_shown,
            currency=self._settings.currency,
            original=(original.trace_number or "").rjust(6, "0") if original else "",
        )

    def _take_last(self, message: Message, payload: bytes) -> None:
        self._asked_last = True
        self._results.append(payload)
        if self._steps:
            self._go_on()
            return
        record = self._record_of(message)
        self._close(endings.enquired(None if records.is_nothing(record) else record))

    def _take_close(self, message: Message) -> None:
        self._verdict = endings.answered_close(message)
        if self._routed:
            self._wait_for_receipts()
        else:
            self._close(self._verdict)

    def _take_result(self, message: Message, payload: bytes) -> None:
        self._results.append(payload)
        self._record = self._record_of(message)
        self._verdict = endings.of_money(self._record)
        self._phase = Phase.HELD
        self._actions.append(ResultSeen(self._record))

    def _take_receipt(self, message: Message) -> None:
        self._write(self._line.accept())
        if self._phase is not Phase.PRINTING:
            self._strange("late_receipt", "receipt text of something older")
            return
        self._printed += 1
        text = printing.receipt_text(message)
        self._actions.append(text)
        self._due = self._now + self._receipt_s()
        if text.last:
            self._close(self._printed_verdict("completed"))
