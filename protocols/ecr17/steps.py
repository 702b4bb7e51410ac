"""What a conversation of an ECR17 session is made of: the line, the row of steps, and the ending.

Nothing here reads a message; `protocols.ecr17.session` does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from protocols.ecr17 import commands, endings
from protocols.ecr17.framing import MODES, shape_of
from protocols.ecr17.messages import serialise
from protocols.ecr17.profiles import AUTO, ECR17_PROFILES
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Request,
    Send,
    SessionSettings,
)
from protocols.kit.stxline import StxLine
from protocols.kit.vocabulary import Operation, TransactionRecord

if TYPE_CHECKING:
    from protocols.kit.messages import Message

# How often all modes are tried in turn: a damaged byte may hide the right one once.
PROBE_ROUNDS: Final = 2
# The byte timer is not scaled below what a busy computer needs to hand bytes over.
BYTE_FLOOR_S: Final = 0.1
_RESULTS_KEPT: Final = 16
ONCE: Final = frozenset({Operation.SALE, Operation.VOID, Operation.END_OF_DAY})


class Phase(Enum):
    """Where a step stands."""

    IDLE = auto()
    ASKING = auto()  # our frame is written; its acknowledgement, then its answer is due
    BETWEEN = auto()  # answered; the next step begins once nothing is owed to us
    HELD = auto()  # a result of money was read; it waits for the journal
    PRINTING = auto()  # answered; receipts are due
    CLOSING = auto()  # all is known; perhaps an acknowledgement is still owed to us


class Step(Enum):
    """What is asked."""

    PROBE = auto()
    BASELINE = auto()
    ROUTING = auto()
    MAIN = auto()


class Conversation:
    """State and steps of one till-side conversation."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self._profile = profile = ECR17_PROFILES[settings.profile]
        self._scale = settings.time_scale
        self._at_till = settings.printer == "ecr"
        self._known = profile.lrc != AUTO  # what the check value covers
        self._modes: deque[str] = deque(MODES if profile.lrc == AUTO else (profile.lrc,))
        self._line = self._new_line()
        self._asked_last = False
        self._results: deque[bytes] = deque(maxlen=_RESULTS_KEPT)  # heard in this conversation
        self._now = 0.0
        self._phase = Phase.IDLE
        self._request: Request | None = None
        self._clear()

    def _new_line(self) -> StxLine:
        profile = self._profile
        return StxLine(
            shape_of(self._modes[0], lone_ack=profile.lone_ack),
            byte_s=max(profile.byte_s / self._scale, BYTE_FLOOR_S),
            ack_s=profile.ack_s / self._scale,
        )

    def _clear(self) -> None:
        self._steps: deque[Step] = deque()
        self._step = Step.MAIN
        self._main: Message | None = None
        self._tries = 0
        self._due: float | None = None
        self._clean = True
        self._damaged = 0
        self._heard = 0  # messages in this request
        self._taken = False  # the frame under way was acknowledged or answered
        self._ack_owed = False  # the answer came first
        self._routed = False
        self._printed = 0
        self._record: TransactionRecord | None = None
        self._verdict: ExchangeResult | None = None
        self._actions: list[Action] = []

    def _plan(self, operation: Operation) -> list[Step]:
        """What has to be done, in this order."""
        steps: list[Step] = []
        if not self._known:
            steps.append(Step.PROBE)
        if operation.moves_money and not self._asked_last and not self._profile.hangs_up:
            steps.append(Step.BASELINE)
        if operation in commands.ROUTED and self._at_till:
            steps.append(Step.ROUTING)
        if self._known or operation not in commands.STATUS_QUESTIONS:
            steps.append(Step.MAIN)
        return steps

    def _go_on(self) -> None:
        """This step is done; the next one begins when all that was heard is looked at."""
        self._phase = Phase.BETWEEN
        self._due = self._now + self._profile.ack_s / self._scale

    def _next(self) -> None:
        """Ask the next thing."""
        self._phase = Phase.ASKING
        assert self._request is not None
        assert self._main is not None
        self._step = self._steps.popleft()
        operation = self._request.operation
        profile, repeats = self._profile, self._profile.repeats
        match self._step:
            case Step.PROBE:
                self._ask(commands.status(profile), repeats=0)
            case Step.BASELINE:
                self._ask(commands.last(profile), repeats=repeats)
            case Step.ROUTING:
                self._ask(commands.routing(profile), repeats=repeats)
            case _:
                self._ask(
                    self._main,
                    repeats=0 if operation in ONCE else repeats,
                    money=operation.moves_money,
                )

    def _ask(self, message: Message, *, repeats: int, money: bool = False) -> None:
        self._taken = False
        self._due = None
        self._write(self._line.send(serialise(message), self._now, repeats=repeats), money=money)

    def _another_mode(self) -> None:
        """The terminal did not like this check value, or we not its."""
        self._tries += 1
        if self._tries == PROBE_ROUNDS * len(self._modes):
            self._fail("garbled" if self._damaged else "no_answer")
            return
        self._modes.rotate(-1)
        self._line = self._new_line()
        self._ask(commands.status(self._profile), repeats=0)

    def _fail(self, reason: str, *, untouched: bool = False) -> None:
        """A step went wrong; only the request's own frame may have done something."""
        assert self._request is not None
        self._line.forget()
        self._clean = self._ack_owed = False
        money = self._request.operation.moves_money
        if untouched or (money and self._step is not Step.MAIN):
            self._close(endings.not_sent(reason))
        else:
            self._close(endings.unknown(reason, self._record))

    def _answer_s(self) -> float:
        """How long the answer to this step may take."""
        assert self._request is not None
        profile, operation = self._profile, self._request.operation
        if self._step is not Step.MAIN or operation not in ONCE:
            return profile.answer_s / self._scale
        long_s = profile.result_s if operation.moves_money else profile.close_s
        return long_s / self._scale

    def _receipt_s(self) -> float:
        """How long the next receipt frame may take; of a refusal there may be none at all."""
        booked = self._printed or self._verdict is None or endings.is_booked(self._record)
        wait_s = self._profile.receipt_s if booked else 2 * self._profile.ack_s
        return wait_s / self._scale

    def _wait_for_receipts(self) -> None:
        self._phase = Phase.PRINTING
        self._due = self._now + self._receipt_s()

    def _printed_verdict(self, reason: str) -> ExchangeResult:
        """What holds when no more receipt comes, for this reason."""
        if self._verdict is None:
            return endings.of_reprint(reason, printed=bool(self._printed))
        proved = self._printed or self._profile.stays_booked
        if endings.is_booked(self._record) and not proved:
            return endings.unknown(reason, self._record)
        return self._verdict

    def _close(self, result: ExchangeResult) -> None:
        """All is known; an acknowledgement that the answer overtook is waited for a little."""
        self._phase = Phase.CLOSING
        self._verdict = result
        self._due = self._now + self._profile.ack_s / self._scale

    def _strange(self, code: str, text: str) -> None:
        self._clean = False
        self._note(code, text)

    def _note(self, code: str, text: str) -> None:
        self._actions.append(Note(code, text))

    def _write(self, data: bytes, *, money: bool = False) -> None:
        if data:
            self._actions.append(Send(data, money=money))

    def _flush(self) -> list[Action]:
        """Everything to do, in its order; with the last thing the request ends."""
        if self._phase is Phase.BETWEEN and not self._ack_owed:
            self._next()
        actions, self._actions = self._actions, []
        if self._phase is Phase.CLOSING and not self._ack_owed:
            assert self._verdict is not None
            self._phase = Phase.IDLE
            actions.append(Finished(replace(self._verdict, line_clean=self._clean)))
        return actions
