"""What the journal remembers: one frozen record per thing that happened, with ids from the caller.

Facts hold no card number: free text is masked when the fact is made, so nothing later can leak it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum

from protocols.kit.capabilities import Capability
from protocols.kit.errors import BadField
from protocols.kit.money import Amount
from protocols.kit.vocabulary import Operation, TransactionRecord
from terminal_agent.refund.events import UnknownReason
from terminal_agent.refund.evidence import Evidence, PersonVerdict, PrintProof
from terminal_agent.refund.sale import Sale, masked

# Names of the fields that people or terminals write freely, and that are masked.
FREE_TEXT = frozenset({"reason_text", "evidence_text", "text", "lines"})


class NoteKind(Enum):
    """Which column of the refund register a note fills."""

    CONTACT = "contact"  # what the customer was told
    REPORTED = "reported"  # to whom it was reported
    EVIDENCE = "evidence"  # where the papers are


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Something that happened at a moment of the shop's clock, which always knows its zone."""

    at: datetime

    def __post_init__(self) -> None:
        """Mask the free text; raise BadField for a time without a zone."""
        if self.at.tzinfo is None:
            raise BadField("a fact's time needs its zone")
        for name in _free_texts(type(self)):
            object.__setattr__(self, name, masked(getattr(self, name)))


_KNOWN_TEXTS: dict[type[Timed], tuple[str, ...]] = {}  # looked up for every fact there is


def _free_texts(kind: type[Timed]) -> tuple[str, ...]:
    """The names of the fields of this kind of fact that are masked."""
    if kind not in _KNOWN_TEXTS:
        _KNOWN_TEXTS[kind] = tuple(each.name for each in fields(kind) if each.name in FREE_TEXT)
    return _KNOWN_TEXTS[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact(Timed):
    """A fact of one case."""

    case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFact(CaseFact):
    """A fact of one attempt; attempts of a case count from 1."""

    attempt: int


# --- the journal itself, the sale book, the terminals ----------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalOpened(Timed):
    """The first record of a journal."""

    journal_id: str
    agent_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRecorded(Timed):
    """A sale is known from now on."""

    sale: Sale


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfDay(Timed):
    """A terminal closed its batch: no earlier sale of it can be voided any more."""

    terminal: str
    batch_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineStarted(Timed):
    """The memory is not what it was: no refund before people have looked. `why` is a text key."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineReleased(Timed):
    """Two people have compared the terminal's books with ours."""

    people: tuple[str, str]
    evidence_text: str


# --- the case --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCreated(CaseFact):
    """The intent: this much of that sale, for that reason. `key` makes a second press harmless."""

    key: str
    sale_id: str
    amount: Amount
    reason: str
    reason_text: str
    cashier: str

    def same_intent(self, other: CaseCreated) -> bool:
        """Whether a second use of the key asks for the very same thing."""
        return (self.sale_id, self.amount, self.reason, self.reason_text, self.cashier) == (
            other.sale_id,
            other.amount,
            other.reason,
            other.reason_text,
            other.cashier,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAuthorised(CaseFact):
    """Others than the cashier approve; the way is chosen. `why` are text keys of the policy."""

    approvers: tuple[str, ...]
    operation: Operation
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCancelled(CaseFact):
    """Given up with no attempt open. `why` is a text key."""

    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNoted(CaseFact):
    """A remark for the refund register; changes nothing else."""

    kind: NoteKind
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(CaseFact):
    """Two people correct a verdict of people; the old one stays readable."""

    people: tuple[str, str]
    verdict: PersonVerdict
    evidence_text: str
    number_typed: str | None = None

    @property
    def evidence(self) -> Evidence:
        """People with a number, or people alone."""
        return Evidence.PEOPLE_NUMBER if self.number_typed else Evidence.PEOPLE_ALONE


# --- the attempt -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptBaselined(AttemptFact):
    """What the terminal showed as its last record before the attempt.

    `baseline_known` is False when it could not be read; with True, `baseline` None means that the
    terminal had no record. `repeats` names the open attempt that this one settles (commit-once).
    """

    operation: Operation
    terminal: str
    terminal_id: str | None = None
    baseline: TransactionRecord | None = None
    baseline_known: bool = False
    repeats: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptArmed(AttemptFact):
    """The intent, durable before the first byte.

    `request_digest` is the SHA-256 of the request in hex. `exclusive`, `proved`, `number_fields`
    and `horizon_s` are what counted at that moment, so that a later change of the configuration
    cannot change what is evidence.
    """

    reference: str
    link: str
    request_digest: str
    exclusive: bool
    proved: frozenset[Capability]
    number_fields: tuple[str, ...] = ()
    horizon_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSeenFact(AttemptFact):
    """The terminal's result, durable before its acknowledgement; no verdict."""

    record: TransactionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptApproved(AttemptFact):
    """The money is booked. `why` are text keys."""

    evidence: Evidence
    record: TransactionRecord | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptDeclined(AttemptFact):
    """The terminal refused in a result. `already_done`: because it had been done before."""

    result_code: str
    result_text: str
    record: TransactionRecord | None = None
    already_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptUnknown(AttemptFact):
    """The outcome was lost."""

    reason: UnknownReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStarted(AttemptFact):
    """The terminal is being asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptDead(AttemptFact):
    """Proved: nothing was booked by this attempt and nothing will be. `why` are text keys."""

    evidence: Evidence
    why: tuple[str, ...] = ()
    result_code: str = ""
    result_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptParked(AttemptFact):
    """No machine can tell. `reasons` and `look_for` are text keys; `last` is what was read."""

    reasons: tuple[str, ...]
    look_for: tuple[str, ...] = ()
    last: TransactionRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanVerdict(AttemptFact):
    """Two people tell what the terminal's own books show."""

    people: tuple[str, str]
    verdict: PersonVerdict
    evidence_text: str
    number_typed: str | None = None

    @property
    def evidence(self) -> Evidence:
        """People with a number, or people alone."""
        return Evidence.PEOPLE_NUMBER if self.number_typed else Evidence.PEOPLE_ALONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKept(AttemptFact):
    """Receipt lines that the terminal sent; `copy` as in the session's ReceiptText."""

    copy: str
    lines: tuple[str, ...]


# --- slips and oddities ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipFact(CaseFact):
    """A fact of one copy of one slip. `reprint` is 0 on the first print and counts up."""

    slip_id: str
    copy: str
    reprint: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintDue(SlipFact):
    """This copy has to be printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintStarted(SlipFact):
    """The intent to print this copy, durable before the first byte: which printer, which job.

    `process_id` is what the printer echoes when the slip is on paper: 4 printable ASCII signs.
    """

    printer: str
    process_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed(SlipFact):
    """This copy came out; `where` is a file or a printer, `by` the person who saw it."""

    proof: PrintProof
    where: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintNotSent(SlipFact):
    """Proved: nothing of this copy came out; it may be printed as it is. `why` is an error code."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintUncertain(SlipFact):
    """Some of this copy may have come out; the next one is marked. `why` is an error code."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintFailed(SlipFact):
    """Written before there were printers: this copy may not have come out. `why` is a code."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalNoted(Timed):
    """An event that the tables refuse happened; it changed nothing."""

    state: str
    event: str
    text: str
    case_id: str | None = None
    attempt: int | None = None


Fact = (
    JournalOpened
    | SaleRecorded
    | EndOfDay
    | QuarantineStarted
    | QuarantineReleased
    | CaseCreated
    | CaseAuthorised
    | CaseCancelled
    | CaseNoted
    | Correction
    | AttemptBaselined
    | AttemptArmed
    | ResultSeenFact
    | AttemptApproved
    | AttemptDeclined
    | AttemptUnknown
    | RecoveryStarted
    | AttemptDead
    | AttemptParked
    | HumanVerdict
    | ReceiptKept
    | PrintDue
    | PrintStarted
    | Printed
    | PrintNotSent
    | PrintUncertain
    | PrintFailed
    | RefusalNoted
)
