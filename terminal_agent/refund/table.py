"""The rules as data: one row per thing that may happen to an attempt, to a case or to a slip.

What is not in a table cannot happen: the pair is refused. The message is sent by one row only,
nothing leads back to ARMED, and a further try is a new attempt. Paper has a table of its own, which
no money state stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from terminal_agent.refund.effects import Effect
from terminal_agent.refund.events import AttemptEvent, CaseEvent, SlipEvent
from terminal_agent.refund.states import AttemptState, CaseState, SlipState

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class Row(Generic[S, E]):
    """In `state`, on `event`: go to `target` and do `effects` in order; `why` says the reason."""

    state: S
    event: E
    target: S
    effects: tuple[Effect, ...]
    why: str


_S, _E, _X = AttemptState, AttemptEvent, Effect
_DOUBT = (_X.RECORD_OUTCOME, _X.FENCE)


def _doubts(
    state: AttemptState, odd_end: AttemptEvent, odd_why: str
) -> tuple[Row[AttemptState, AttemptEvent], ...]:
    """Everything that loses the outcome of a running dialogue, alike from both its states."""
    return tuple(
        Row(state, event, _S.UNKNOWN, _DOUBT, why)
        for event, why in (
            (_E.TIMED_OUT, "The terminal said nothing in time; it may have booked."),
            (_E.NAK_READ, "A NAK may be a garbled ACK, so it never allows a second copy."),
            (_E.GARBLED, "What was read makes no sense, so it proves nothing."),
            (_E.LINE_LOST, "The line died; the terminal works on without it."),
            (_E.ABORTED, "An abort never proves that nothing was booked."),
            (_E.UNCLEAR, "The terminal's code does not say whether the host has booked."),
            (odd_end, odd_why),
            (_E.RESTARTED, "Found after a restart: never assume that nothing was sent."),
        )
    )


ATTEMPT_TABLE: tuple[Row[AttemptState, AttemptEvent], ...] = (
    Row(_S.BASELINED, _E.INTENT_DURABLE, _S.ARMED, (_X.SEND,),
        "The intent is durable, so the message may be written, once."),
    Row(_S.BASELINED, _E.NEVER_ARMED, _S.DEAD, (_X.RECORD_OUTCOME,),
        "The intent was never durable, so nothing was sent."),
    Row(_S.ARMED, _E.NOT_SENT, _S.DEAD, (_X.RECORD_OUTCOME, _X.TELL),
        "Not one byte left us, or the terminal refused to start."),
    Row(_S.ARMED, _E.RESULT_READ, _S.RESULT_SEEN, (_X.RECORD_RESULT, _X.ACKNOWLEDGE),
        "The acknowledgement is our commit vote: the result is durable before it."),
    *_doubts(_S.ARMED, _E.ENDED_WITHOUT_RESULT,
        "An end without a result is no refusal in a result; the terminal must be asked."),
    Row(_S.RESULT_SEEN, _E.RESULT_READ, _S.RESULT_SEEN, (_X.RECORD_RESULT, _X.ACKNOWLEDGE),
        "A repeated result is acknowledged again, after it is durable again."),
    Row(_S.RESULT_SEEN, _E.COMPLETED, _S.APPROVED, (_X.RECORD_OUTCOME, _X.PRINT_SLIP, _X.TELL),
        "The matched completion of this dialogue: the money is booked."),
    Row(_S.RESULT_SEEN, _E.REFUSED, _S.DECLINED, (_X.RECORD_OUTCOME, _X.TELL),
        "The terminal refused in its result."),
    *_doubts(_S.RESULT_SEEN, _E.CONTRADICTED,
        "The end does not fit the result; the terminal must be asked."),
    Row(_S.UNKNOWN, _E.RECOVERY_STARTED, _S.RESOLVING, (_X.FENCE, _X.ASK_TERMINAL),
        "Only evidence ends the doubt."),
    Row(_S.RESOLVING, _E.PROVED_BOOKED, _S.APPROVED,
        (_X.RECORD_OUTCOME, _X.PRINT_SLIP, _X.TELL), "The terminal's record proves it."),
    Row(_S.RESOLVING, _E.PROVED_NOT_BOOKED, _S.DEAD, (_X.RECORD_OUTCOME, _X.TELL),
        "The terminal's record proves that nothing was booked."),
    Row(_S.RESOLVING, _E.CANNOT_TELL, _S.PARKED, (_X.RECORD_OUTCOME, _X.CALL_PEOPLE),
        "Both truths are possible, so no machine may choose."),
    Row(_S.RESOLVING, _E.RECOVERY_INTERRUPTED, _S.UNKNOWN, (_X.RECORD_OUTCOME,),
        "The terminal could not be asked; time alone proves nothing."),
    Row(_S.RESOLVING, _E.RESTARTED, _S.UNKNOWN, _DOUBT,
        "Asking was interrupted; it only reads and may begin again."),
    Row(_S.RESOLVING, _E.RESULT_READ, _S.RESULT_SEEN, (_X.RECORD_RESULT, _X.ACKNOWLEDGE),
        "A late result of this attempt: durable, acknowledged, and still no verdict."),
    Row(_S.PARKED, _E.RECOVERY_STARTED, _S.RESOLVING, (_X.FENCE, _X.ASK_TERMINAL),
        "New evidence may have come; looking again only reads."),
    Row(_S.PARKED, _E.PERSON_SAYS_BOOKED, _S.APPROVED, (_X.RECORD_OUTCOME, _X.PRINT_SLIP),
        "Two people have seen the booking."),
    Row(_S.PARKED, _E.PERSON_SAYS_NOT_BOOKED, _S.DEAD, (_X.RECORD_OUTCOME,),
        "Two people have seen that there is no booking."),
)  # fmt: skip

_C, _V = CaseState, CaseEvent

CASE_TABLE: tuple[Row[CaseState, CaseEvent], ...] = (
    Row(_C.CREATED, _V.APPROVED_BY_PEOPLE, _C.AUTHORISED, (_X.RESERVE,),
        "Cashier and approver differ; the amount is taken out of what is left of the sale."),
    Row(_C.CREATED, _V.CANCELLED, _C.NOT_REFUNDED, (), "Nothing was sent."),
    Row(_C.AUTHORISED, _V.CANCELLED, _C.NOT_REFUNDED, (_X.RELEASE,),
        "No attempt is open, so nothing can be booked any more."),
    Row(_C.AUTHORISED, _V.ATTEMPT_BEGUN, _C.ATTEMPTING, (_X.RESERVE,),
        "A dead attempt gave its reservation back; the next one takes it again."),
    Row(_C.ATTEMPTING, _V.REPEAT_BEGUN, _C.ATTEMPTING, (),
        "Commit-once: the terminal books the original at most once, so one more may settle it."),
    Row(_C.ATTEMPTING, _V.ATTEMPT_CLOSED, _C.ATTEMPTING, (),
        "Another attempt of the chain is still open."),
    Row(_C.ATTEMPTING, _V.ATTEMPT_DEAD, _C.AUTHORISED, (_X.RELEASE,),
        "Proved that nothing was booked: a further try is allowed, as a new attempt."),
    Row(_C.ATTEMPTING, _V.ATTEMPT_DECLINED, _C.NOT_REFUNDED, (_X.RELEASE,),
        "The terminal refused; the shop decides anew."),
    Row(_C.ATTEMPTING, _V.ATTEMPT_APPROVED, _C.REFUNDED, (_X.PRINT_SLIP,),
        "The reservation stays for ever."),
    Row(_C.AUTHORISED, _V.CORRECTED_REFUNDED, _C.REFUNDED, (_X.RESERVE, _X.PRINT_SLIP),
        "Two people correct the verdict of people that nothing was booked."),
    Row(_C.NOT_REFUNDED, _V.CORRECTED_REFUNDED, _C.REFUNDED, (_X.RESERVE, _X.PRINT_SLIP),
        "Two people correct the verdict of people that nothing was booked."),
    Row(_C.REFUNDED, _V.CORRECTED_NOT_REFUNDED, _C.NOT_REFUNDED, (_X.RELEASE,),
        "Two people correct the verdict of people that it was booked."),
)  # fmt: skip

_P, _L = SlipState, SlipEvent

SLIP_TABLE: tuple[Row[SlipState, SlipEvent], ...] = (
    Row(_P.PRINT_DUE, _L.STARTED, _P.PRINTING, (_X.SEND_SLIP,),
        "The intent is durable, so the copy may go to the printer, once."),
    Row(_P.PRINT_DUE, _L.KEPT, _P.CONFIRMED, (),
        "The slip is a file; writing the very same file again is having written it once."),
    Row(_P.PRINT_DUE, _L.NOTHING_LEFT, _P.NOT_SENT, (_X.TELL,),
        "The slip could not even be kept, so nothing was printed."),
    Row(_P.PRINT_DUE, _L.GAVE_UP, _P.UNCERTAIN, (_X.TELL,),
        "An old record; what it left behind is not known."),
    Row(_P.PRINT_DUE, _L.AGAIN, _P.PRINT_DUE, (_X.MARK_COPY,),
        "A higher number than needed never makes two copies look alike."),
    Row(_P.PRINTING, _L.ECHOED, _P.CONFIRMED, (),
        "The echo comes when all before it is on paper."),
    Row(_P.PRINTING, _L.NOTHING_LEFT, _P.NOT_SENT, (_X.TELL,),
        "Proved that the printer has no byte of it: the same copy may be printed, unmarked."),
    Row(_P.PRINTING, _L.LOST_SIGHT, _P.UNCERTAIN, (_X.TELL,),
        "It may be on paper, wholly, in part or not at all; also found so after a restart."),
    Row(_P.NOT_SENT, _L.STARTED, _P.PRINTING, (_X.SEND_SLIP,),
        "Nothing of this copy came out, so it is still the first of its number."),
    Row(_P.NOT_SENT, _L.KEPT, _P.CONFIRMED, (),
        "No printer is wanted any more; the slip is a file."),
    Row(_P.UNCERTAIN, _L.PERSON_SAW, _P.CONFIRMED, (),
        "A person holds the complete slip and read its code."),
    Row(_P.UNCERTAIN, _L.AGAIN, _P.PRINT_DUE, (_X.MARK_COPY,),
        "The copy before may have come out, so the next one says that it is a copy."),
    Row(_P.CONFIRMED, _L.AGAIN, _P.PRINT_DUE, (_X.MARK_COPY,),
        "Somebody wants a further copy; it says that it is one."),
)  # fmt: skip
