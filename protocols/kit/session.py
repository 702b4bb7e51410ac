"""The sans-I/O contract of an exchange: bytes and a time go in, actions come out.

A session lives as long as one open line. It never writes, waits or reads a clock: whoever pumps it
hands it bytes and the present time (seconds, monotonic), carries out the actions in order and calls
`tick` when `deadline` has passed. One request runs at a time.

The order of a money request:

1. `begin` gives exactly one `Send(money=True)`, or first harmless questions without whose answers
   there will be none (the request then ends as NOT_SENT). The session never gives a second one for
   the same request, on NAK, on silence, ever.
2. The terminal's result gives `ResultSeen`. Its acknowledgement is our commit vote, so the session
   waits: the pump makes the result durable and then calls `result_durable`, which gives the `Send`
   with the acknowledgement.
3. `Finished` ends the request. It always comes, from bytes, from `tick` or from `link_lost`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from protocols.kit.vocabulary import Operation, Outcome, TerminalStatus, TransactionRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from protocols.kit.money import Amount


@dataclass(frozen=True, slots=True)
class Original:
    """The sale that a void or a refund undoes, by the numbers the terminal knows it under.

    `date` is its day (MMDD) in the shop's time, `sold_ms` its moment in milliseconds since 1970.
    """

    receipt_number: str | None = None
    trace_number: str | None = None
    turnover_number: str | None = None
    rrn: str | None = None
    auth_code: str | None = None
    date: str | None = None
    sold_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked of the terminal, in our words.

    A QUERY names the attempt that it asks about as that one was sent: its amount, original and
    reference, and in `about` its operation.
    """

    operation: Operation
    amount: Amount | None = None
    original: Original | None = None
    reference: str | None = None  # ours; travels where the protocol has a place for it
    about: Operation | None = None


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What a session must know before it starts; times are seconds, already scaled for tests.

    `transport` is "serial" or "tcp". `profile` is the key of one of the protocol's profiles.
    `time_scale` divides every timer. `password` is the terminal's till password (digits); it is
    not shown in a repr. `opened` grows with every opening of a line (milliseconds since 1970): what
    makes the ids of harmless messages differ from those of any session before. `options` are
    settings that only one protocol has, by its own names; they may hold a secret.
    """

    profile: str
    transport: str
    currency: str = "978"
    time_scale: float = 1.0
    printer: str = "ecr"  # who prints the terminal's receipts: "ecr" or "terminal"
    password: str = field(default="", repr=False)
    opened: int = 0
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Send:
    """Write these bytes now. `money` marks the one write of a money message."""

    data: bytes
    money: bool = False


@dataclass(frozen=True, slots=True)
class ResultSeen:
    """The terminal told its result; make it durable, then call `result_durable`."""

    record: TransactionRecord


@dataclass(frozen=True, slots=True)
class Progress:
    """The terminal is at work. `key` is a text key, `text` the terminal's own words, if any."""

    key: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """Lines the terminal wants printed. `copy` is "merchant", "customer", "admin" or ""."""

    lines: tuple[str, ...]
    copy: str = ""
    last: bool = False  # nothing more belongs to this receipt


@dataclass(frozen=True, slots=True)
class Note:
    """Something a technician should see in the trace; never a decision."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ExchangeResult:
    """How a request ended.

    `reason` is a stable word ("completed", "refused", "not_started", "timeout", "nak",
    "line_lost", "garbled", "aborted", "nothing_written", "unclear", "not_offered", "not_found",
    "in_progress"); `line_clean` is True when the exchange ended as the protocol says with no stray
    byte, so that a baseline may be read at once. "unclear": the terminal's result does not say
    whether the host has booked. `already_done` marks the refusal that proves an earlier success
    (already reversed).

    What a protocol has no form for ends at once and writes nothing: "not_offered", APPROVED where
    nothing is missed (a sign-on, a status, then of an idle terminal), else DECLINED.

    A QUERY ends APPROVED: "completed" with the terminal's record of the attempt, or of its original
    where the terminal attests that it stands or has been voided; "in_progress" with a busy status;
    "not_found" where the terminal does not know the attempt, which alone proves nothing.
    """

    outcome: Outcome
    reason: str
    record: TransactionRecord | None = None
    status: TerminalStatus | None = None
    result_code: str = ""
    result_text: str = ""  # text key of the result code
    already_done: bool = False
    line_clean: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """The request is over."""

    result: ExchangeResult


@dataclass(frozen=True, slots=True, repr=False)
class Relay:
    """Carry a message of the terminal to its host, once, and give back what the host answers.

    `data` begins with its own length (two bytes, most significant first), as the answer does; both
    hold card data, so only their lengths are ever shown. After it the pump calls `relayed` or
    `relay_failed` of the session; it never carries the same action again.
    """

    data: bytes
    host: str
    port: int
    timeout_s: float

    def __repr__(self) -> str:
        return f"Relay({len(self.data)} bytes to {self.host}:{self.port})"


Action = Send | ResultSeen | Progress | ReceiptText | Note | Finished | Relay


class Session(Protocol):
    """One side of the conversation on one open line; see the module text for the order."""

    @property
    def deadline(self) -> float | None:
        """When `tick` is due; None while nothing runs."""

    def begin(self, request: Request, now: float) -> Sequence[Action]:
        """Start a request. Raises BadField when the request cannot be put on this wire."""

    def receive(self, data: bytes, now: float) -> Sequence[Action]:
        """Take bytes that came in. Never raises for what the peer sent."""

    def tick(self, now: float) -> Sequence[Action]:
        """Take note that time has passed."""

    def result_durable(self, now: float) -> Sequence[Action]:
        """The result of the last `ResultSeen` is on disk: acknowledge it."""

    def link_lost(self, now: float, *, nothing_written: bool = False) -> Sequence[Action]:
        """The line died. `nothing_written`: not one byte of the last `Send` left us."""

    def abort(self, now: float) -> Sequence[Action]:
        """Ask the terminal to stop the running request, where the protocol allows it now."""


class RelayFailure(Enum):
    """Why a message was not carried to the host and back, or not as far as anybody knows."""

    REFUSED = "refused"  # the configuration does not name this host; nothing left us
    UNREACHABLE = "unreachable"  # no connection; nothing left us
    NO_ANSWER = "no_answer"  # it may have reached the host

    @property
    def nothing_left(self) -> bool:
        """Whether it is certain that the host has not seen the message."""
        return self is not RelayFailure.NO_ANSWER


@runtime_checkable
class RelayingSession(Session, Protocol):
    """A session that gives `Relay`: the terminal reaches its host through the till."""

    def relayed(self, data: bytes, now: float) -> Sequence[Action]:
        """The host's answer to the last `Relay`, its length in front."""

    def relay_failed(self, now: float, why: RelayFailure) -> Sequence[Action]:
        """There is no answer; the terminal must be told so."""
