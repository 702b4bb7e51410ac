"""What may happen to an attempt, a case and a slip; how an exchange's end becomes an event."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from protocols.kit.vocabulary import Booking, Outcome

if TYPE_CHECKING:
    from protocols.kit.session import ExchangeResult
    from protocols.kit.vocabulary import TransactionRecord


class AttemptEvent(Enum):
    """One thing that may happen to an attempt."""

    INTENT_DURABLE = "intent_durable"  # baseline and intent are on disk
    NEVER_ARMED = "never_armed"  # given up before the intent was durable
    NOT_SENT = "not_sent"  # no byte was written, or the terminal refused to start
    RESULT_READ = "result_read"  # the terminal told its result
    COMPLETED = "completed"  # the matched completion of the same dialogue
    REFUSED = "refused"  # the result that was read is a refusal, and the dialogue ended so
    TIMED_OUT = "timed_out"
    NAK_READ = "nak_read"
    GARBLED = "garbled"
    LINE_LOST = "line_lost"
    ABORTED = "aborted"
    ENDED_WITHOUT_RESULT = "ended_without_result"
    CONTRADICTED = "contradicted"  # the end of the dialogue does not fit its result
    UNCLEAR = "unclear"  # the result itself does not say whether the host has booked
    RESTARTED = "restarted"
    RECOVERY_STARTED = "recovery_started"
    RECOVERY_INTERRUPTED = "recovery_interrupted"
    PROVED_BOOKED = "proved_booked"
    PROVED_NOT_BOOKED = "proved_not_booked"
    CANNOT_TELL = "cannot_tell"
    PERSON_SAYS_BOOKED = "person_says_booked"
    PERSON_SAYS_NOT_BOOKED = "person_says_not_booked"


class UnknownReason(Enum):
    """Why an attempt became UNKNOWN; the values are those of the events of the same name."""

    TIMED_OUT = "timed_out"
    NAK_READ = "nak_read"
    GARBLED = "garbled"
    LINE_LOST = "line_lost"
    ABORTED = "aborted"
    ENDED_WITHOUT_RESULT = "ended_without_result"
    CONTRADICTED = "contradicted"
    UNCLEAR = "unclear"
    RESTARTED = "restarted"
    RECOVERY_INTERRUPTED = "recovery_interrupted"

    @property
    def event(self) -> AttemptEvent:
        """The event that this reason stands for."""
        return AttemptEvent(self.value)


class CaseEvent(Enum):
    """One thing that may happen to a case."""

    APPROVED_BY_PEOPLE = "approved_by_people"
    CANCELLED = "cancelled"
    ATTEMPT_BEGUN = "attempt_begun"
    REPEAT_BEGUN = "repeat_begun"  # commit-once: a new attempt settles an open one
    ATTEMPT_CLOSED = "attempt_closed"  # dead or declined, while an attempt beside it is still open
    ATTEMPT_DEAD = "attempt_dead"  # the last open attempt is dead
    ATTEMPT_DECLINED = "attempt_declined"  # the last open attempt was declined
    ATTEMPT_APPROVED = "attempt_approved"
    CORRECTED_REFUNDED = "corrected_refunded"
    CORRECTED_NOT_REFUNDED = "corrected_not_refunded"


class SlipEvent(Enum):
    """One thing that may happen to one copy of a slip."""

    STARTED = "started"  # slip, copy and process id are on disk; the job goes to the printer
    KEPT = "kept"  # the whole slip lies in a file, and no paper is wanted
    ECHOED = "echoed"  # the printer said by this job's own id that all of it is on paper
    PERSON_SAW = "person_saw"  # somebody holds the complete slip and has read its code
    NOTHING_LEFT = "nothing_left"  # not one byte left us, or the printer refused before the first
    LOST_SIGHT = "lost_sight"  # bytes left us, and nothing proves what became of them
    AGAIN = "again"  # a further copy is wanted; its number goes up by one
    GAVE_UP = "gave_up"  # an agent of before could not say whether it came out


# The words of ExchangeResult.reason that say how an outcome was lost; any other is "garbled".
_REASONS = {
    "timeout": UnknownReason.TIMED_OUT,
    "no_answer": UnknownReason.TIMED_OUT,
    "garbled": UnknownReason.GARBLED,
    "contradiction": UnknownReason.CONTRADICTED,
    "mismatch": UnknownReason.CONTRADICTED,
    "unclear": UnknownReason.UNCLEAR,
    "no_result": UnknownReason.ENDED_WITHOUT_RESULT,
    "abort_unconfirmed": UnknownReason.ENDED_WITHOUT_RESULT,
    "nak": UnknownReason.NAK_READ,
    "line_lost": UnknownReason.LINE_LOST,
    "aborted": UnknownReason.ABORTED,
}

# Words of ExchangeResult.reason that say that the dialogue came to its own end.
_ENDED = frozenset({"completed", "refused"})


def end_of_exchange(
    result: ExchangeResult, seen: TransactionRecord | None
) -> AttemptEvent | UnknownReason:
    """What the end of a money exchange means for the attempt.

    `seen` is the record of the durable RESULT_SEEN, None when no result was made durable. Every
    end that is not exactly one of the three clear ones is a reason for UNKNOWN: a completion or a
    refusal without a result of the same meaning proves nothing (exactly-once section 5a, rule 2).
    """
    if result.outcome is Outcome.NOT_SENT:
        return AttemptEvent.NOT_SENT if seen is None else UnknownReason.CONTRADICTED
    if result.outcome is Outcome.UNKNOWN and result.reason not in _ENDED:
        return _REASONS.get(result.reason, UnknownReason.GARBLED)
    if seen is None:
        return UnknownReason.ENDED_WITHOUT_RESULT
    return _MATCHED.get((result.outcome, seen.booking), UnknownReason.CONTRADICTED)


_MATCHED: dict[tuple[Outcome, Booking], AttemptEvent] = {
    (Outcome.APPROVED, Booking.APPROVED): AttemptEvent.COMPLETED,
    (Outcome.DECLINED, Booking.DECLINED): AttemptEvent.REFUSED,
}
