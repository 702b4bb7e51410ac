"""The till's side of a ZVT conversation, from registration to refund, as a sans-I/O session.

ZVT calls a void "reversal" (06 30); the mapping between the specification's words and ours stands
in `commands` and `records`. The rules that money hangs on:

* 06 01, 06 30 and 06 31 are written once. NAK or silence ends the request as UNKNOWN.
* The answer to 04 0F is the commit vote: it goes out only after `result_durable`.
* A result is no verdict: APPROVED needs the completion 06 0F behind a matching 04 0F, DECLINED
  needs 06 1E behind a refusing one. Every other ending is UNKNOWN.
* A 04 0F that cannot be read is never refused: 84 xx asks the terminal to undo the booking.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING

from protocols.kit.errors import ProtocolError, UnknownMessage
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
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from protocols.zvt import commands, endings, printing, records
from protocols.zvt.link import LineEvent, SerialLine, TcpLine
from protocols.zvt.messages import parse
from protocols.zvt.profiles import ZVT_PROFILES
from protocols.zvt.results import intermediate_text
from protocols.zvt.sequence import MessageIds

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.zvt.link import Line

# The byte timer is not scaled below what a busy computer needs to hand bytes over.
T1_FLOOR_S = 0.1
# The terminal may say 84 9C ("repeat in 2 s") or send more than this bounds; then we give up.
MESSAGES_MAX = 2_000
_POSITIVE = 0x80
_NEGATIVE = 0x84
_ALSO_POSITIVE = b"\x84\x00"


class Phase(Enum):
    """Where a request stands."""

    IDLE = auto()
    ANSWER = auto()  # command sent; 80 00 or 84 xx is due within T3
    RUNNING = auto()  # the terminal is master; 06 0F or 06 1E is due within T4
    HELD = auto()  # 04 0F read; its answer waits for the journal
    CLOSING = auto()  # completion answered; its acknowledgement byte is due


class ZvtSession:
    """One till-side conversation; see `protocols.kit.session` for the contract."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self._profile = ZVT_PROFILES[settings.profile]
        self._charset = self._profile.charset
        scale = settings.time_scale
        self._t3_s = self._profile.t3_s / scale
        self._t4_s = self._profile.t4_s / scale
        self._line: Line = (
            SerialLine(
                t1_s=max(self._profile.t1_s / scale, T1_FLOOR_S), t2_s=self._profile.t2_s / scale
            )
            if settings.transport == "serial"
            else TcpLine()
        )
        self._ids = MessageIds()
        self._phase = Phase.IDLE
        self._request: Request | None = None
        self._command = b""
        self._due: float | None = None
        self._clear()

    def _clear(self) -> None:
        self._record: TransactionRecord | None = None
        self._conflict = False
        self._clean = True
        self._damaged = 0
        self._heard = 0
        self._out = bytearray()
        self._actions: list[Action] = []
        self._held: Message | None = None
        self._result: ExchangeResult | None = None
        self._abort_asked = False
        self._abort_sent = False

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When `tick` is due: the line's timers or T3/T4, whichever comes first."""
        if self._phase is Phase.IDLE:
            return None
        line_due = self._line.deadline
        if line_due is None:
            return self._due
        return line_due if self._due is None else min(line_due, self._due)

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Start a request; raises BadField where the wire has no form for it."""
        assert self._phase is Phase.IDLE, "one request at a time"
        command = commands.encode(request, self._settings, self._profile)
        self._clear()
        self._request = request
        if request.operation is Operation.CONNECT:
            self._ids.start(offered=self._profile.message_ids)
        self._command = command.layout.code
        self._phase = Phase.ANSWER
        apdu = self._ids.stamp_command(command)
        repeats = self._profile.repeats if commands.repeatable(request.operation) else 0
        data = self._line.command(apdu, now, repeats=repeats)
        # T3 counts from a command that arrived: on a serial line from its acknowledgement.
        self._due = None if self._line.waiting else now + self._t3_s
        return [Send(data, money=request.operation.moves_money)]

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        """Take bytes; in IDLE they are noise, which the pump reports."""
        heard, out = self._line.receive(data, now)
        return self._react(heard, out, now)

    def tick(self, now: float) -> Sequence[Action]:
        """Let timers run out."""
        heard, out = self._line.tick(now)
        actions = self._react(heard, out, now)
        if self._phase in (Phase.ANSWER, Phase.RUNNING) and self._overdue(now):
            self._line.forget()
            return [*actions, *self._end(self._unknown(self._silence()))]
        return actions

    def _silence(self) -> str:
        """Nothing came in time: was it quiet, or does something else sit at the other end?

        A stray 06 counts as an acknowledgement, so it says nothing against another protocol.
        """
        strange = self._damaged or self._line.begun
        return "garbled" if strange and self._phase is Phase.ANSWER else "timeout"

    def _overdue(self, now: float) -> bool:
        return self._due is not None and now >= self._due

    def result_durable(self, now: float) -> Sequence[Action]:
        """The journal has the result: give the vote."""
        assert self._phase is Phase.HELD, "no result is waiting"
        self._phase = Phase.RUNNING
        self._due = now + self._t4_s
        self._answer(self._held, now)
        return self._flush()

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The line is dead: what is known decides."""
        self._line.forget()
        if self._phase is Phase.IDLE:
            return []
        if self._result is not None:
            self._clean = False
            return self._end(self._result)
        if nothing_written and self._phase is Phase.ANSWER and not self._heard:
            return self._end(ExchangeResult(Outcome.NOT_SENT, "nothing_written"))
        return self._end(self._unknown("line_lost"))

    def abort(self, now: float) -> Sequence[Action]:
        """Send 06 B0 as soon as the line is free; never once a result was seen."""
        self._abort_asked = True
        self._try_abort(now)
        return self._flush()

    # -- reacting -------------------------------------------------------------------------------

    def _react(
        self, heard: Sequence[bytes | LineEvent], out: bytes, now: float
    ) -> Sequence[Action]:
        self._out += out
        for item in heard:
            if isinstance(item, bytes):
                self._take(item, now)
            else:
                self._take_event(item)
        if self._phase is Phase.ANSWER and self._due is None and not self._line.waiting:
            # Acknowledged, or an older message came in place of that: the answer is due.
            self._due = now + self._t3_s
        if self._abort_asked:
            self._try_abort(now)
        return self._flush()

    def _flush(self) -> list[Action]:
        """Everything to do, bytes first: an acknowledgement must not wait for a printer."""
        actions: list[Action] = []
        if self._out:
            actions.append(Send(bytes(self._out)))
            self._out.clear()
        actions += self._actions
        self._actions = []
        if self._phase is Phase.CLOSING and not self._line.waiting:
            assert self._result is not None
            actions += self._end(self._result)
        return actions

    def _take_event(self, event: LineEvent) -> None:
        match event:
            case LineEvent.DAMAGED:
                self._damaged += 1
                self._clean = False
            case LineEvent.REPEATED:
                self._clean = False
            case LineEvent.REFUSED | LineEvent.SILENT:
                self._clean = False
                if self._phase is Phase.ANSWER:
                    # Not even a NAK is proof: it may be an ACK that was damaged on the line.
                    garbled = self._damaged and not self._heard
                    reason = "nak" if event is LineEvent.REFUSED else "no_answer"
                    self._actions += self._end(self._unknown("garbled" if garbled else reason))
            case _:  # acknowledged
                self._heard += 1

    def _take(self, apdu: bytes, now: float) -> None:
        self._heard += 1
        nothing_runs = self._phase in (Phase.IDLE, Phase.CLOSING, Phase.HELD)
        if nothing_runs or self._heard > MESSAGES_MAX:
            self._clean = False
            self._note("late_message", apdu[:2].hex())
            return
        try:
            message = parse(apdu, after=self._command, charset=self._charset)
        except ProtocolError as error:
            self._take_unreadable(apdu, error, now)
            return
        if self._ids.is_stale(message):
            self._clean = False
            self._note("stale_message", apdu[:2].hex())
            return
        if self._phase is Phase.ANSWER:
            self._take_answer(message, now)
        else:
            self._take_running(message, now)

    def _take_unreadable(self, apdu: bytes, error: ProtocolError, now: float) -> None:
        self._clean = False
        self._damaged += isinstance(error, UnknownMessage)
        self._note("unreadable", f"{apdu[:2].hex()}: {error}")
        if apdu[:2] in commands.NEVER_REFUSED or apdu[0] in {_POSITIVE, _NEGATIVE}:
            return
        if self._phase is Phase.RUNNING:
            known = apdu[:2] in commands.TAKEN_UNREAD
            self._answer(None, now, commands.POSITIVE if known else commands.NOT_POSSIBLE)

    def _take_answer(self, message: Message, now: float) -> None:
        code = message.code
        if code[0] == _POSITIVE or code == _ALSO_POSITIVE:
            self._phase = Phase.RUNNING
            self._due = now + self._t4_s
            assert self._request is not None
            if commands.ends_with_answer(self._request.operation):
                self._close(endings.done(), now)
        elif code[0] == _NEGATIVE:
            self._actions += self._end(endings.refused_to_start(message, clean=self._clean))
        else:
            # Nothing may come before the answer to our own command: it belongs to something older.
            self._clean = False
            self._note("early_message", code.hex())

    def _take_running(self, message: Message, now: float) -> None:
        code = message.code
        if code[0] in {_POSITIVE, _NEGATIVE}:
            self._take_abort_answer(message)
            return
        self._due = now + self._t4_s
        if code == commands.STATUS_INFORMATION:
            self._take_result(message, now)
        elif code == commands.COMPLETION:
            self._close(self._completed(message), now, message)
        elif code == commands.ABORTED:
            self._close(self._aborted(message), now, message)
        else:
            self._take_other(message, now)

    def _take_other(self, message: Message, now: float) -> None:
        code = message.code
        if code == commands.INTERMEDIATE:
            status = message.text("intermediate_status")
            minutes = message.text("timeout_minutes")
            if minutes and minutes.isdecimal() and int(minutes):
                self._due = now + int(minutes) * 60.0 / self._settings.time_scale
            self._actions.append(
                Progress(intermediate_text(status or ""), printing.spoken(message, self._charset))
            )
        elif code in printing.PRINT_COMMANDS:
            self._actions.append(printing.receipt_text(message, self._charset))
        elif code != commands.SET_CLOCK:
            self._note("not_supported", code.hex())
            self._answer(message, now, commands.NOT_POSSIBLE)
            return
        self._answer(message, now)

    def _take_abort_answer(self, message: Message) -> None:
        if not self._abort_sent:
            self._clean = False
            self._note("answer_without_question", message.code.hex())
        elif message.code[0] == _NEGATIVE:
            self._note("abort_refused", message.code.hex())

    def _take_result(self, message: Message, now: float) -> None:
        assert self._request is not None
        if not commands.expects_result(self._request.operation):
            # A late result of an older request: to answer it would be a vote without a journal.
            self._clean = False
            self._note("late_result", message.code.hex())
            return
        record = records.record_of(message)
        if self._record is not None and record != self._record:
            self._conflict = True
        self._record = record
        if not self._request.operation.moves_money:
            self._answer(message, now)
            return
        self._phase = Phase.HELD
        self._due = None
        self._held = message
        self._actions.append(ResultSeen(record))

    def _answer(
        self, message: Message | None, now: float, answer: bytes = commands.POSITIVE
    ) -> None:
        apdu = self._ids.stamp_answer(answer, message)
        self._out += self._line.answer(apdu, now, repeats=self._profile.repeats)

    def _try_abort(self, now: float) -> None:
        free = self._phase is Phase.RUNNING and not self._line.waiting and self._record is None
        if self._abort_sent or not free:
            return
        self._abort_sent = True
        apdu = self._ids.stamp_command(commands.ABORT)
        self._out += self._line.command(apdu, now, repeats=self._profile.repeats)

    def _note(self, code: str, text: str) -> None:
        self._actions.append(Note(code, text))

    # -- ending ---------------------------------------------------------------------------------

    def _completed(self, message: Message) -> ExchangeResult:
        request = self._request
        assert request is not None
        if request.operation is Operation.CONNECT:
            self._ids.accept(message)
        if not request.operation.moves_money:
            return endings.completed(request.operation, message, self._record)
        record = self._record
        if record is None or self._conflict or record.booking is not Booking.APPROVED:
            return self._unknown("contradiction" if record else "no_result")
        if not records.matches(request, record):
            return self._unknown("mismatch")
        return ExchangeResult(
            Outcome.APPROVED, "completed", record=record, result_code=record.result_code or ""
        )

    def _aborted(self, message: Message) -> ExchangeResult:
        request = self._request
        assert request is not None
        ending = endings.aborted(message, self._record)
        if not request.operation.moves_money:
            return ending
        record = self._record
        if record is not None and not self._conflict and record.booking is Booking.DECLINED:
            return ending
        return self._unknown("contradiction" if record else "abort_unconfirmed", ending)

    def _unknown(self, reason: str, ending: ExchangeResult | None = None) -> ExchangeResult:
        return ExchangeResult(
            Outcome.UNKNOWN,
            reason,
            record=self._record,
            result_code=ending.result_code if ending else "",
            result_text=ending.result_text if ending else "",
        )

    def _close(self, result: ExchangeResult, now: float, message: Message | None = None) -> None:
        """Answer the completion; the request ends when the terminal has that answer."""
        if message is not None:
            self._answer(message, now)
        self._result = result
        self._phase = Phase.CLOSING
        self._due = None

    def _end(self, result: ExchangeResult) -> list[Action]:
        self._phase = Phase.IDLE
        self._due = None
        clean = self._clean and result.reason not in endings.NEVER_CLEAN
        return [Finished(endings.with_cleanness(result, clean=clean))]
