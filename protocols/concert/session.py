"""The till's side of Concert V2 (E+): ENQ, frame and EOT in both directions, as a sans-I/O session.

The till asks for the line (ENQ), sends its request and gives the line back (EOT); minutes later the
terminal does the same with its answer. The rules that money hangs on:

* ENQ moves nothing and is tried again. The frame behind it is written once: NAK or silence behind
  it is UNKNOWN, and before it the request was not sent.
* An answer counts only with our private bytes in it; with others it is left alone, and acknowledged
  by nobody. A profile may allow them to come back blank.
* The acknowledgement of an answer goes out when the journal has it.
* A terminal at work hears no ENQ, so silence there does not say that it is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from protocols.concert import commands, endings
from protocols.concert.layouts import REQUEST, SHAPE
from protocols.concert.messages import command_of, parse, serialise
from protocols.concert.profiles import CONCERT_PROFILES
from protocols.concert.records import Whose, record_of, whose
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Control
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.stx import ACK, ENQ, EOT, NAMES
from protocols.kit.stxline import LineEvent, StxLine
from protocols.kit.unoffered import not_offered
from protocols.kit.vocabulary import Outcome, TransactionRecord

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.stxline import Heard

# Timers of single bytes are not scaled below what a busy computer needs to hand bytes over.
FLOOR_S: Final = 0.1


class Phase(Enum):
    """Where a request stands."""

    IDLE = auto()
    ENQUIRED = auto()  # ENQ written; ACK is due
    PAUSED = auto()  # given back; ENQ is tried again soon
    SENT = auto()  # the frame is written; its acknowledgement is due
    LISTENING = auto()  # the terminal is at work; its ENQ and its answer are due
    HELD = auto()  # the answer waits for the journal
    CLOSING = auto()  # the answer is acknowledged; EOT is due


_BEFORE: Final = frozenset({Phase.ENQUIRED, Phase.PAUSED})


class ConcertSession:
    """One till-side conversation; see `protocols.kit.session` for the contract."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self._profile = profile = CONCERT_PROFILES[settings.profile]
        self._scale = scale = settings.time_scale
        self._line = StxLine(
            SHAPE,
            byte_s=max(profile.byte_s / scale, FLOOR_S),
            ack_s=max(profile.ack_s / scale, FLOOR_S),
        )
        self._phase = Phase.IDLE
        self._request: Request | None = None
        self._body = b""
        self._due: float | None = None
        self._clear()

    def _clear(self) -> None:
        self._tries = self._profile.tries
        self._out = bytearray()
        self._frame = b""  # the request in its frame, when it is to be written
        self._actions: list[Action] = []
        self._clean = True
        self._damaged = False
        self._record: TransactionRecord | None = None
        self._result: ExchangeResult | None = None  # how it ends when the line is given back
        self._ended: ExchangeResult | None = None

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When `tick` is due: the line's timers or ours, whichever comes first."""
        if self._phase is Phase.IDLE:
            return None
        line_due = self._line.deadline
        if line_due is None:
            return self._due
        return line_due if self._due is None else min(line_due, self._due)

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Ask for the line; raises BadField where the wire has no form for the request."""
        assert self._phase is Phase.IDLE, "one request at a time"
        message = commands.encode(request, self._settings, self._profile)
        if message is None:
            return [Finished(not_offered(request.operation))]
        self._clear()
        self._request = request
        self._body = serialise(message)
        self._enquire(now)
        return self._flush()

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
            self._overdue(now)
            return [*actions, *self._flush()]
        return actions

    def result_durable(self, now: float) -> Sequence[Action]:
        """The journal has the answer: acknowledge it."""
        assert self._phase is Phase.HELD, "no result is waiting"
        self._accept(now)
        return self._flush()

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The line is dead: what is known decides."""
        if self._phase is Phase.IDLE:
            return []
        self._clean = False
        unsent = self._unsent or (nothing_written and self._phase is Phase.SENT)
        if self._phase is Phase.CLOSING and self._result is not None:
            self._end(self._result)
        elif unsent and self._moves_money:
            self._end(ExchangeResult(Outcome.NOT_SENT, "nothing_written"))
        else:
            self._end(self._unknown("line_lost"))
        return self._flush()

    def abort(self, now: float) -> Sequence[Action]:
        """There is no such message."""
        return [Note("abort_not_offered", "the terminal can be stopped at its own keys only")]

    # -- reacting -------------------------------------------------------------------------------

    @property
    def _moves_money(self) -> bool:
        assert self._request is not None
        return self._request.operation.moves_money

    @property
    def _unsent(self) -> bool:
        """Whether nothing of the request can be at the terminal yet."""
        return self._phase in _BEFORE or bool(self._frame)

    def _react(self, heard: Sequence[Heard], out: bytes, now: float) -> Sequence[Action]:
        self._out += out
        for item in heard:
            if self._ended is not None:
                self._clean = False  # what came with the same bytes belongs to nothing
            elif isinstance(item, bytes):
                self._take(item, now)
            elif isinstance(item, Control):
                self._take_control(item, now)
            else:
                self._take_event(item, now)
        return self._flush()

    def _flush(self) -> list[Action]:
        """Everything to do, bytes first."""
        actions: list[Action] = [Send(bytes(self._out))] if self._out else []
        if self._frame:
            actions.append(Send(self._frame, money=self._moves_money))
        actions += self._actions
        self._out.clear()
        self._frame = b""
        self._actions = []
        ended, self._ended = self._ended, None
        if ended is not None:
            clean = ended.line_clean and self._clean and not self._line.begun
            self._phase = Phase.IDLE
            self._due = None
            self._line.forget()
            actions.append(Finished(replace(ended, line_clean=clean)))
        return actions

    def _enquire(self, now: float) -> None:
        self._phase = Phase.ENQUIRED
        self._due = None
        self._out += self._line.put(bytes((ENQ,)), now, repeats=0)

    def _take_event(self, event: LineEvent, now: float) -> None:
        if event is LineEvent.ACKNOWLEDGED:
            self._acknowledged(now)
            return
        self._clean = False
        self._damaged = self._damaged or event is LineEvent.DAMAGED
        if event not in {LineEvent.REFUSED, LineEvent.SILENT}:
            return
        if self._phase is Phase.ENQUIRED:
            self._give_back(now)
        elif event is LineEvent.REFUSED:
            # Not even a NAK is proof: it may be an ACK that was damaged on the line.
            self._out.append(EOT)
            self._end(self._unknown("nak"))
        else:
            self._phase = Phase.LISTENING  # its acknowledgement may be what was lost

    def _acknowledged(self, now: float) -> None:
        if self._phase is Phase.ENQUIRED:
            wait_s = self._profile.result_s if self._moves_money else self._profile.duplicate_s
            self._phase = Phase.SENT
            self._due = now + wait_s / self._scale
            self._frame = self._line.send(self._body, now, repeats=0)
        elif self._phase is Phase.SENT:
            self._phase = Phase.LISTENING
            self._out.append(EOT)
        else:  # it came behind the answer, in the same breath: nothing waits for it any more
            self._clean = False

    def _give_back(self, now: float) -> None:
        """No line: give it back, and try again a little later."""
        self._out.append(EOT)
        self._tries -= 1
        if self._tries:
            self._phase = Phase.PAUSED
            self._due = now + self._profile.pause_s / self._scale
        elif self._moves_money:
            self._end(ExchangeResult(Outcome.NOT_SENT, "not_started"))
        else:
            self._end(self._unknown("garbled" if self._damaged else "no_answer"))

    def _overdue(self, now: float) -> None:
        if self._phase is Phase.PAUSED:
            self._enquire(now)
        elif self._result is not None:
            self._clean = False
            self._end(self._result)
        else:
            self._end(self._unknown("garbled" if self._damaged else "timeout"))

    def _take_control(self, control: Control, now: float) -> None:
        enquiry = control.name == NAMES[ENQ]
        if enquiry and not self._unsent and self._phase is not Phase.HELD:
            self._reached()
            self._out.append(ACK)
        elif not enquiry and self._phase is Phase.CLOSING:
            assert self._result is not None
            self._end(self._result)
        else:
            # The terminal wants to say something of its own: an answer to something older.
            self._note("late_message", control.name)

    def _reached(self) -> None:
        """The terminal's answer proves that our frame arrived."""
        if self._phase is Phase.SENT:
            self._clean = False
            self._line.answered()
            self._phase = Phase.LISTENING

    # -- answers --------------------------------------------------------------------------------

    def _take(self, body: bytes, now: float) -> None:
        assert self._request is not None
        try:
            message = parse(body)
        except ProtocolError as error:
            self._damaged = True
            self._note("unreadable", str(error))
            return
        ours = message.layout is not REQUEST and whose(self._request, message) is not Whose.ANOTHERS
        if self._unsent or not ours:
            self._note("late_message", command_of(message))
        elif self._phase in {Phase.HELD, Phase.CLOSING}:
            self._note("second_answer", command_of(message))
            self._result = self._unknown("contradiction")
        else:
            self._reached()
            self._take_answer(message, now)

    def _take_answer(self, message: Message, now: float) -> None:
        request = self._request
        assert request is not None
        if not self._moves_money:
            self._record = record_of(message, sure=False)
            self._result = endings.of_copy(self._record)
            self._accept(now)
            return
        sure = whose(request, message) is Whose.OURS or not self._profile.echoes
        self._record = record = record_of(message, sure=sure)
        self._result = endings.of_money(request, record)
        self._phase = Phase.HELD
        self._due = None
        self._actions.append(ResultSeen(record))

    def _accept(self, now: float) -> None:
        self._out += self._line.accept()
        self._phase = Phase.CLOSING
        # The terminal repeats its answer for so long where our acknowledgement is lost.
        self._due = now + self._profile.repeat_horizon_s / self._scale

    # -- ending ---------------------------------------------------------------------------------

    def _unknown(self, reason: str) -> ExchangeResult:
        return endings.unknown(reason, self._record)

    def _end(self, result: ExchangeResult) -> None:
        self._ended = result

    def _note(self, code: str, text: str) -> None:
        self._clean = False
        self._actions.append(Note(code, text))
