"""The till's side of a Transbank conversation, from poll to void, as a sans-I/O session.

The rules that money hangs on:

* 0200 and 1200 are written once. NAK ends the request as UNKNOWN; silence too, after a while of
  listening, since a terminal that was heard by nobody says its reply three times.
* The acknowledgement of a result goes out only after `result_durable`.
* A reply is ours when its command, its operation number or ticket, and its amount are; a repeat of
  the reply before it is acknowledged once more and dropped, any other stranger is left alone.
* A result code that does not say for certain what happened ends as UNKNOWN, "unclear".
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.kit.errors import ProtocolError
from protocols.kit.session import ExchangeResult, Finished, Note, Progress, ResultSeen, Send
from protocols.kit.stxline import LineEvent, StxLine
from protocols.kit.unoffered import not_offered
from protocols.kit.vocabulary import Outcome
from protocols.transbank import batch, endings, layouts, records
from protocols.transbank.commands import COMMANDS, Command, encode
from protocols.transbank.messages import SHAPE, marked, parse, serialise, shown_code
from protocols.transbank.profiles import TRANSBANK_PROFILES
from protocols.transbank.results import NO_SALE, OK, progress_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.messages import Message
    from protocols.kit.session import Action, Request, SessionSettings
    from protocols.kit.stxline import Heard
    from protocols.kit.vocabulary import TransactionRecord

# The byte timer is not scaled below what a busy computer needs to hand bytes over.
BYTE_FLOOR_S = 0.1
# Bounds one request: more messages than the longest batch has lines are only noted.
MESSAGES_MAX = 5_000


class Phase(Enum):
    """Where a request stands."""

    IDLE = auto()
    SENT = auto()  # ACK or NAK is due
    UNHEARD = auto()  # a money message that nobody acknowledged: listening
    RUNNING = auto()  # acknowledged; a reply is due
    HELD = auto()  # a result was read; its acknowledgement waits for the journal


class TransbankSession:
    """One till-side conversation; see `protocols.kit.session` for the contract."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self._profile = profile = TRANSBANK_PROFILES[settings.profile]
        self._scale = scale = settings.time_scale
        self._line = StxLine(
            SHAPE, byte_s=max(profile.byte_s / scale, BYTE_FLOOR_S), ack_s=profile.ack_s / scale
        )
        self._phase = Phase.IDLE
        self._request: Request | None = None
        self._command = Command(None)
        self._due: float | None = None
        self._settled = b""  # the last money reply that was acknowledged
        self._clear()

    def _clear(self) -> None:
        self._actions: list[Action] = []
        self._out = bytearray()
        self._clean = True
        self._damaged = 0
        self._heard = 0
        self._held = b""
        self._record: TransactionRecord | None = None
        self._lines: list[TransactionRecord] = []
        self._result: ExchangeResult | None = None

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When `tick` is due: the line's timers or that of the reply, whichever comes first."""
        if self._phase is Phase.IDLE:
            return None
        line_due = self._line.deadline
        if line_due is None:
            return self._due
        return line_due if self._due is None else min(line_due, self._due)

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Start a request; raises BadField where the wire has no form for it."""
        assert self._phase is Phase.IDLE, "one request at a time"
        if request.operation not in COMMANDS and not request.operation.moves_money:
            return [Finished(not_offered(request.operation))]
        body = serialise(encode(request, self._settings))
        self._clear()
        self._request, self._command = request, COMMANDS[request.operation]
        self._phase = Phase.SENT
        self._due = None
        repeats = self._profile.repeats if self._command.repeatable else 0
        data = self._line.send(body, now, repeats=repeats)
        return [Send(data, money=request.operation.moves_money)]

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        """Take bytes; between requests they are noise, which the pump reports."""
        if self._phase is Phase.IDLE:
            return []
        return self._react(*self._line.receive(data, now), now)

    def tick(self, now: float) -> Sequence[Action]:
        """Let timers run out."""
        if self._phase is Phase.IDLE:
            return []
        actions = self._react(*self._line.tick(now), now)
        if self._due is not None and now >= self._due:
            reason = "no_answer" if self._phase is Phase.UNHEARD else "timeout"
            self._end(self._unknown("garbled" if self._damaged else reason))
            return [*actions, *self._flush()]
        return actions

    def result_durable(self, now: float) -> Sequence[Action]:
        """The journal has the result: acknowledge it. Nothing more comes after that."""
        assert self._phase is Phase.HELD, "no result is waiting"
        assert self._request is not None
        assert self._record is not None
        self._settled = self._held
        self._out += self._line.accept()
        self._end(endings.of_money(self._request, self._record))
        return self._flush()

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The line is dead: what is known decides."""
        if self._phase is Phase.IDLE:
            return []
        untouched = nothing_written and self._phase is Phase.SENT and not self._heard
        lost = ExchangeResult(Outcome.NOT_SENT, "nothing_written")
        self._clean = False
        self._end(lost if untouched else self._unknown("line_lost"))
        return self._flush()

    def abort(self, now: float) -> Sequence[Action]:
        """There is no such message: only a key at the terminal stops it (code 07)."""
        return [Note("abort_not_offered", "the terminal is stopped at its own keys only")]

    # -- reacting -------------------------------------------------------------------------------

    def _react(self, heard: Sequence[Heard], out: bytes, now: float) -> Sequence[Action]:
        self._out += out
        for item in heard:
            if isinstance(item, bytes):
                self._take(item, now)
            else:
                self._take_event(item, now)
        return self._flush()

    def _flush(self) -> list[Action]:
        """Everything to do, bytes first."""
        actions: list[Action] = [Send(bytes(self._out))] if self._out else []
        actions += self._actions
        self._out.clear()
        self._actions = []
        result, self._result = self._result, None
        if result is not None:
            self._phase = Phase.IDLE
            unclean = result.reason in endings.NEVER_CLEAN or self._line.begun
            self._line.forget()
            actions.append(Finished(replace(result, line_clean=self._clean and not unclean)))
        return actions

    def _end(self, result: ExchangeResult) -> None:
        """The request is over; what else came with the same bytes only makes the line unclean."""
        self._result = result
        self._due = None

    def _unknown(self, reason: str) -> ExchangeResult:
        return ExchangeResult(Outcome.UNKNOWN, reason, record=self._record)

    def _note(self, code: str, text: str) -> None:
        self._clean = False
        self._actions.append(Note(code, text))

    def _take_event(self, event: object, now: float) -> None:
        if event is LineEvent.ACKNOWLEDGED:
            self._heard += 1
            if self._phase is Phase.SENT:
                self._acknowledged(now)
            else:  # it came behind the answer, in the same breath: nothing waits for it any more
                self._clean = False
            return
        self._clean = False
        self._damaged += event is LineEvent.DAMAGED
        if self._result is not None or self._phase is not Phase.SENT:
            return
        if event is LineEvent.REFUSED:
            # Not even a NAK is proof: it may be an ACK that was damaged on the line.
            self._end(self._unknown("nak"))
        elif event is LineEvent.SILENT and self._moves_money:
            self._phase = Phase.UNHEARD
            self._due = now + self._profile.listen_s / self._scale
        elif event is LineEvent.SILENT:
            self._end(self._unknown("garbled" if self._damaged else "no_answer"))

    @property
    def _moves_money(self) -> bool:
        return self._request is not None and self._request.operation.moves_money

    def _acknowledged(self, now: float) -> None:
        if self._command.reply is None:
            self._end(endings.polled())
            return
        self._phase = Phase.RUNNING
        self._wait(now)

    def _wait(self, now: float) -> None:
        wait_s = self._profile.reply_s if self._command.slow else self._profile.enquiry_s
        self._due = now + wait_s / self._scale

    def _take(self, body: bytes, now: float) -> None:
        self._heard += 1
        code = shown_code(body)
        if self._result is not None or self._phase is Phase.HELD or self._heard > MESSAGES_MAX:
            self._note("late_message", code)
        elif self._settled and body == self._settled:
            self._note("repeated_result", code)
            self._out += self._line.accept()
        else:
            self._take_fresh(body, code, now)

    def _take_fresh(self, body: bytes, code: str, now: float) -> None:
        reply = self._command.reply
        try:
            message = parse(body)
            if message.layout is layouts.PROGRESS:
                self._take_progress(message, now)
            elif message.layout is not reply or not self._may_answer(message):
                # An answer to something older: it is not refused, and not ours to acknowledge.
                self._note("stale_message", code)
            else:
                self._take_reply(body, message, now)
        except ProtocolError as error:
            self._note("unreadable", f"{code}: {error}")
            if reply is not None and body.startswith(reply.code):
                self._end(self._unknown("garbled"))

    def _may_answer(self, message: Message) -> bool:
        """Before the acknowledgement only a result that names our own sale can be the answer."""
        assert self._request is not None
        running = self._phase is Phase.RUNNING
        if not self._moves_money:
            return running
        return records.answers(self._request, message, unnamed=running)

    def _take_progress(self, message: Message, now: float) -> None:
        self._out += self._line.accept()
        if not self._command.slow:
            self._note("late_message", "0900")
            return
        if self._phase is Phase.RUNNING:
            self._wait(now)
        self._actions.append(Progress(progress_text(marked(message, "progress"))))

    def _take_reply(self, body: bytes, message: Message, now: float) -> None:
        code = marked(message, "result_code")
        if self._moves_money:
            record = records.record_of(message)
            self._line.answered()
            self._clean = self._clean and self._phase is Phase.RUNNING
            self._held, self._record = body, record
            self._phase = Phase.HELD
            self._due = None
            self._actions.append(ResultSeen(record))
        elif message.layout is layouts.BATCH_LINE:
            self._take_line(message, code, now)
        else:
            last = message.layout is layouts.LAST_SALE_RESULT
            record_told = records.record_of(message) if last and code == OK else None
            self._out += self._line.accept()
            no_sale = last and code == NO_SALE
            self._end(endings.nothing_yet() if no_sale else endings.of_code(code, record_told))

    def _take_line(self, message: Message, code: str, now: float) -> None:
        """One line of the batch, or its end."""
        assert self._request is not None
        record = records.record_of(message)
        self._out += self._line.accept()
        if code == NO_SALE and not self._lines:
            self._end(endings.found(None))
        elif code != OK:
            self._end(endings.of_code(code))
        elif not batch.ends_list(message):
            self._lines.append(record)
            self._wait(now)
        elif batch.is_doubtful_end(message):
            self._end(self._unknown("unclear"))
        else:
            self._end(endings.found(batch.find(self._lines, self._request)))
