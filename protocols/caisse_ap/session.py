"""The till's side of Caisse-AP: one request over one connection, one answer, as a sans-I/O session.

There is no acknowledgement, no enquiry and no end mark. The rules that money hangs on:

* A request is written once. What comes back counts only with our CF in it (a profile may say that
  its terminals do not give CF back; then the connection ties the answer to the request).
* The answer is durable as soon as everything that a verdict needs is in. The verdict comes when
  the peer hangs up or stays silent for a short while behind that: a segment may come later.
* AE 10 is done; AE 01 is a refusal only with a reason that says so. Anything else is UNKNOWN, and
  so is silence: closing the connection does not stop the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from protocols.caisse_ap import commands
from protocols.caisse_ap.heard import Heard
from protocols.caisse_ap.messages import serialise
from protocols.caisse_ap.profiles import CAISSE_AP_PROFILES
from protocols.caisse_ap.records import Answer, Whose, is_copy, matches, record_of
from protocols.caisse_ap.results import DONE, meaning
from protocols.caisse_ap.slips import receipt_of
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
from protocols.kit.unoffered import not_offered
from protocols.kit.vocabulary import Booking, Outcome

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.vocabulary import TransactionRecord

# The silence behind an answer is not scaled below what a busy computer needs to hand bytes over.
QUIET_FLOOR_S: Final = 0.1
# How long we wait for the rest of an answer that has a result and yet lacks what we need.
STRAGGLER_S: Final = 30.0


class Phase(Enum):
    """Where a request stands."""

    IDLE = auto()
    WAITING = auto()  # written; the answer is due
    HELD = auto()  # all that a verdict needs is in; the journal has to keep it
    CLOSING = auto()  # kept; silence or the end of the connection ends the request


class CaisseApSession:
    """One till-side conversation; see `protocols.kit.session` for the contract."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self._profile = CAISSE_AP_PROFILES[settings.profile]
        self._quiet_s = max(self._profile.quiet_s / settings.time_scale, QUIET_FLOOR_S)
        self._phase = Phase.IDLE
        self._request: Request | None = None
        self._due: float | None = None
        self._heard = Heard()
        self._seen: TransactionRecord | None = None

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When the wait for the answer, or the silence behind it, is over."""
        return self._due

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Start a request; raises BadField where the wire has no form for it."""
        assert self._phase is Phase.IDLE, "one request at a time"
        message = commands.encode(request, self._settings, self._profile)
        if message is None:
            return [Finished(not_offered(request.operation))]
        money = request.operation.moves_money
        wait_s = self._profile.result_s if money else self._profile.duplicate_s
        self._request = request
        self._heard = Heard()
        self._seen = None
        self._phase = Phase.WAITING
        self._due = now + wait_s / self._settings.time_scale
        return [Send(serialise(message), money=money)]

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        """Take bytes; in IDLE they are noise, which the pump reports."""
        if self._phase is Phase.IDLE:
            return []
        self._heard.take(data)
        if self._phase is Phase.HELD:
            return []
        if self._heard.damaged:
            return self._end(self._unknown("garbled"))
        if self._phase is Phase.CLOSING:
            self._due = now + self._quiet_s
            return []
        return self._look(now)

    def tick(self, now: float) -> Sequence[Action]:
        """The answer is overdue, or nothing more followed it."""
        if self._due is None or now < self._due:
            return []
        if self._phase is Phase.CLOSING:
            return self._close()
        return self._overdue()

    def result_durable(self, now: float) -> Sequence[Action]:
        """The journal has the result; there is nobody to tell."""
        assert self._phase is Phase.HELD, "no result is waiting"
        self._phase = Phase.CLOSING
        self._due = now + self._quiet_s
        return []

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The peer hung up: behind its answer that is the end of it."""
        if self._phase is Phase.IDLE:
            return []
        if self._phase is Phase.CLOSING:
            return self._close()
        if nothing_written and not self._heard.begun:
            return self._end(ExchangeResult(Outcome.NOT_SENT, "nothing_written"))
        return self._end(self._unknown("line_lost"))

    def abort(self, now: float) -> Sequence[Action]:
        """There is no form for it: even a closed connection does not stop the terminal."""
        return [Note("abort_not_offered", "the terminal can be stopped at its own keys only")]

    # -- reading --------------------------------------------------------------------------------

    def _look(self, now: float) -> list[Action]:
        """Is everything in that a verdict needs?"""
        request = self._request
        assert request is not None
        if not request.operation.moves_money:
            if self._copy() is not None:
                self._phase = Phase.CLOSING
                self._due = now + self._quiet_s
            return []
        answers = self._answers()
        if not answers:
            if self._torso() is not None and self._due is not None:
                self._due = min(self._due, now + STRAGGLER_S / self._settings.time_scale)
            return []
        self._phase = Phase.HELD
        self._due = None
        self._seen = answers[0].record
        return [ResultSeen(self._seen)]

    def _judged(self) -> list[Answer]:
        """Every message behind our money request, judged, in order."""
        request = self._request
        assert request is not None
        return [Answer.of(message, request, self._profile) for message in self._heard.messages]

    def _answers(self) -> list[Answer]:
        """Every answer with all that a verdict needs."""
        return [answer for answer in self._judged() if answer.complete]

    def _torso(self) -> Answer | None:
        """An answer that may be ours and lacks something."""
        for answer in self._judged():
            if answer.final and answer.whose is not Whose.ANOTHERS:
                return answer
        return None

    def _copy(self) -> Message | None:
        """The answer to a request for a duplicate."""
        return next((message for message in self._heard.messages if is_copy(message)), None)

    # -- ending ---------------------------------------------------------------------------------

    def _overdue(self) -> list[Action]:
        """No answer in time, or none that can be told apart."""
        request = self._request
        assert request is not None
        if not request.operation.moves_money:
            if self._heard.messages:
                return self._end(ExchangeResult(Outcome.DECLINED, "unclear"))
            return self._end(self._unknown("timeout"))
        torso = self._torso()
        if torso is None:
            return self._end(self._unknown("timeout"))
        return self._end(self._unknown("unclear", torso.record))

    def _close(self) -> list[Action]:
        """The answer is over."""
        request = self._request
        assert request is not None
        answers = self._answers() if request.operation.moves_money else []
        copy = answers[0].message if answers else self._copy()
        # What came behind it may have made an answer unreadable, or another's.
        lost = copy is None or bool(answers) is not request.operation.moves_money
        if copy is None or lost or self._heard.damaged:
            return self._end(self._unknown("garbled"))
        if answers:
            return self._end(self._verdict(request, answers), copy)
        return self._end(_copied(copy, clean=self._heard.single), copy)

    def _verdict(self, request: Request, answers: Sequence[Answer]) -> ExchangeResult:
        assert self._seen is not None, "a complete answer was made durable"
        record = answers[0].record
        if any(answer.record.booking is not self._seen.booking for answer in answers):
            return self._unknown("contradiction")
        if record.booking is Booking.UNKNOWN:
            return self._unknown("unclear", record)
        if not matches(request, record):
            return self._unknown("mismatch", record)
        done = record.booking is Booking.APPROVED
        return ExchangeResult(
            Outcome.APPROVED if done else Outcome.DECLINED,
            "completed" if done else "refused",
            record=record,
            result_code=record.result_code or "",
            result_text="" if done else meaning(record.result_code or "").text,
            line_clean=self._heard.single,
        )

    def _unknown(self, reason: str, record: TransactionRecord | None = None) -> ExchangeResult:
        record = record or self._seen
        code = (record.result_code or "") if record else ""
        text = meaning(code).text if code else ""
        return ExchangeResult(
            Outcome.UNKNOWN, reason, record=record, result_code=code, result_text=text
        )

    def _end(self, result: ExchangeResult, message: Message | None = None) -> list[Action]:
        self._phase = Phase.IDLE
        self._due = None
        slip = receipt_of(message) if message is not None else None
        return [*([slip] if slip is not None else []), Finished(result)]


def _copied(message: Message, *, clean: bool) -> ExchangeResult:
    """A duplicate: its answer says whether there is one, not how the original ended."""
    record = record_of(message, copied=True)
    code = record.result_code or ""
    done = message.text("result") == DONE
    return ExchangeResult(
        Outcome.APPROVED if done else Outcome.DECLINED,
        "completed" if done else "refused",
        record=record if done else None,
        result_code=code,
        result_text="" if done else meaning(code).text,
        line_clean=clean,
    )
