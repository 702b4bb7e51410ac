"""The state of a world as nested tuples of small numbers, so that a million of them fit.

Attempt and case states are places in the product's own enums (ATTEMPTS, CASES).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from terminal_agent.refund.states import AttemptState, CaseState

ATTEMPTS = tuple(AttemptState)
CASES = tuple(CaseState)
NO_ATTEMPT = -1

(
    BASELINED, ARMED, RESULT_SEEN, APPROVED, DECLINED, UNKNOWN, RESOLVING, PARKED, DEAD,
) = (ATTEMPTS.index(state) for state in (
    AttemptState.BASELINED, AttemptState.ARMED, AttemptState.RESULT_SEEN, AttemptState.APPROVED,
    AttemptState.DECLINED, AttemptState.UNKNOWN, AttemptState.RESOLVING, AttemptState.PARKED,
    AttemptState.DEAD,
))  # fmt: skip
AUTHORISED, ATTEMPTING, REFUNDED, NOT_REFUNDED = (
    CASES.index(state)
    for state in (
        CaseState.AUTHORISED,
        CaseState.ATTEMPTING,
        CaseState.REFUNDED,
        CaseState.NOT_REFUNDED,
    )
)
CLOSED = frozenset({REFUNDED, NOT_REFUNDED})


class Look(IntEnum):
    """What a record looks like to somebody who wonders whether it is ours."""

    NOTHING = 0  # the terminal has no record
    ALIKE = 1
    OTHER = 2
    REFUSED = 3
    REVERSED = 4
    UNDOING = 5  # the terminal's own undoing of a booking


class Record(NamedTuple):
    """A terminal's record; `ref` 0 is not ours, otherwise the attempt whose reference it has.

    `undone` is the number of what an UNDOING undid. Fields that the signs hide are 0.
    """

    look: int
    num: int = 0
    ref: int = 0
    batch: int = 0
    undone: int = 0


NO_RECORD = Record(Look.NOTHING)
# The place of a baseline that could not be read.
UNREAD = Record(-1)


class Message(IntEnum):
    """What travels; a message is a tuple that begins with one of these."""

    MONEY = 0  # (MONEY, tag)
    ENQUIRY = 1
    QUERY = 2  # (QUERY, tag)
    VOTE = 3  # our acknowledgement of a result
    BOOKED = 4  # (BOOKED, tag): a result that needs no acknowledgement
    RESULT = 5  # (RESULT, tag): a result whose acknowledgement is our vote
    COMPLETION = 6  # (COMPLETION, tag)
    REFUSAL = 7  # (REFUSAL, tag): declined in a result
    ALREADY_DONE = 8  # (ALREADY_DONE, tag)
    BUSY = 9
    NAK = 10
    LAST = 11  # (LAST, record)
    NO_ENQUIRY = 12  # the terminal cannot be asked
    FOUND = 13  # (FOUND, tag, booked)


Packet = tuple[int, ...] | tuple[int, Record]


class Vote(IntEnum):
    """Where an open vote stands."""

    WAITING = 0
    GIVEN_UP = 1
    POWER_OFF = 2


class OpenVote(NamedTuple):
    """A provisional booking, and what the terminal showed before it."""

    phase: int
    tag: int
    before: Record
    num: int


class Terminal(NamedTuple):
    """The terminal. `stands`: bookings of our case that stand for good. `ghost`: shown, not there.

    `results` holds 0, 1 booked, 2 not, for each attempt, where the signs can ask for it.
    """

    busy: int
    rec: Record
    num: int
    batch: int = 0
    stands: int = 0
    results: tuple[int, ...] = ()
    vote: OpenVote | None = None
    ghost: bool = False
    by_hand: bool = False


class Doing(IntEnum):
    """What the agent is about to do or waits for; lost in a crash."""

    DOWN = 0
    READY = 1  # nothing runs; cashier or people may act
    BASELINE = 2  # waits for the last record before an attempt
    SEND = 3
    WAIT = 4  # for the result
    ACK = 5
    COMPLETE = 6  # waits for the completion
    END_BOOKED = 7  # the dialogue ended with its result: booked
    END_REFUSED = 8
    END_DONE = 9  # ended: already done
    REPEAT_REFUSED = 10  # the repeat is closed as refused; what it proves is not yet written
    REPEAT_DONE = 11
    ASK = 12  # the outcome is lost; the terminal is to be asked
    LOOK = 13  # waits for the answer
    BOUND = 14  # the search's bound on attempts ends here
    SEND_UNARMED = 15  # only a mistake comes here


class State(NamedTuple):
    """The whole world. `older`: state of the older attempts of a commit-once chain.

    `bases`: the baselines of the open attempts, oldest first. `word`: 1 and 2 when people said
    booked or not. `read`: the record that the agent has read and not yet written down.
    """

    case: int
    att: int
    older: int
    tries: int
    bases: tuple[Record, ...]
    word: int
    doing: int
    read: Record | None
    req: tuple[Packet, ...]
    rsp: tuple[Packet, ...]
    t: Terminal
    crashes: int
    foreign: int
    duplicates: int
    seen: bool = False
