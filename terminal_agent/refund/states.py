"""The states of an attempt, of a case and of a slip; the values are stable, the journal shows them.

An attempt is one time that one money message may be written. A case is one intent to give money
back, with as many attempts as proof allows. A slip lives apart: it never re-enters money states.
"""

from __future__ import annotations

from enum import Enum


class AttemptState(Enum):
    """Where one attempt stands."""

    BASELINED = "baselined"  # the terminal's last record is noted; nothing was sent
    ARMED = "armed"  # the intent is durable; from here on the message may be out
    RESULT_SEEN = "result_seen"  # the result is durable; it is no verdict
    APPROVED = "approved"
    DECLINED = "declined"  # the terminal refused in a result
    UNKNOWN = "unknown"
    RESOLVING = "resolving"  # the terminal is being asked
    PARKED = "parked"  # only people, or new evidence, can tell
    DEAD = "dead"  # proved: this attempt booked nothing and never will


class CaseState(Enum):
    """Where one case stands."""

    CREATED = "created"
    AUTHORISED = "authorised"
    ATTEMPTING = "attempting"
    REFUNDED = "refunded"
    NOT_REFUNDED = "not_refunded"


class SlipState(Enum):
    """Where one copy of one slip stands. It comes out at least once; further copies are marked."""

    PRINT_DUE = "print_due"
    PRINTING = "printing"  # the intent is durable; from here on bytes may be at the printer
    CONFIRMED = "confirmed"  # it came out: proved, or a person has seen it
    NOT_SENT = "not_sent"  # proved: nothing of it came out; the same copy may be printed
    UNCERTAIN = "uncertain"  # some of it may have come out; only a marked copy may follow


# No row of the attempt table leads out of these.
FINAL_ATTEMPT = frozenset({AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.DEAD})

# The case is closed: only an appended correction by two people leads out.
CLOSED_CASE = frozenset({CaseState.REFUNDED, CaseState.NOT_REFUNDED})
