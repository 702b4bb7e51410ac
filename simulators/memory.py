"""What a terminal remembers without power: numbers, the turnover store, the last record.

Plain data with its JSON form; what happens to it is decided in terminal.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

from simulators.errors import BadState

if TYPE_CHECKING:
    from collections.abc import Mapping

TransactionKind = Literal["sale", "void", "refund", "auto_reversal"]
MEMORY_VERSION: Final = 2


class Reason(Enum):
    """Why a transaction ended as it did; each protocol has its own code for it."""

    APPROVED = "approved"
    DECLINED = "declined"  # by the host, whose own code stands beside it
    CARDHOLDER = "cardholder"  # stop key, or no card came in time
    NO_CONNECTION = "no_connection"
    ALREADY_REVERSED = "already_reversed"
    NOT_FOUND = "not_found"  # no such transaction in the turnover store
    AMOUNT_DIFFERS = "amount_differs"
    END_OF_DAY_PENDING = "end_of_day_pending"
    STORE_FULL = "store_full"
    LOCKED = "locked"
    NO_PAPER = "no_paper"
    UNACKNOWLEDGED = "unacknowledged"  # booked, and undone because nobody took the result


@dataclass(slots=True)
class Transaction:
    """One record of the terminal. Numbers are digits with their leading zeros.

    `reversed_by` is the receipt number of the void that undid it; `unbooked` says that the
    terminal undid it by itself. `at` is an ISO 8601 time.
    """

    kind: TransactionKind
    amount_minor: int
    currency: str
    receipt_number: str
    trace_number: str
    turnover_number: str
    reason: str
    at: str
    host_code: str = ""
    original_receipt_number: str | None = None
    original_trace_number: str | None = None
    reference: str | None = None
    masked_pan: str = ""
    card_name: str = ""
    auth_code: str = ""
    rrn: str = ""  # the host's own number of it
    reversed_by: str | None = None
    unbooked: bool = False

    @property
    def approved(self) -> bool:
        """Whether it was booked and has not been undone by the terminal itself."""
        return self.reason == Reason.APPROVED.value and not self.unbooked


@dataclass(slots=True)
class Counters:
    """The numbers given last; they wrap behind their last digit and never become zero."""

    receipt: int = 0
    trace: int = 0
    turnover: int = 0
    batch: int = 1


@dataclass(slots=True)
class OpenVote:
    """A booking whose result nobody has acknowledged yet, and what to go back to."""

    transaction: Transaction
    counters_before: Counters
    last_before: Transaction | None
    last_positive_before: Transaction | None


@dataclass(slots=True)
class Memory:
    """Everything that survives a power cut."""

    counters: Counters = field(default_factory=Counters)
    store: list[Transaction] = field(default_factory=list)  # the open batch, oldest first
    last: Transaction | None = None
    last_positive: Transaction | None = None
    vote: OpenVote | None = None

    def find(self, receipt_number: str) -> Transaction | None:
        """The newest booked transaction of the open batch with this number."""
        for transaction in reversed(self.store):
            if transaction.receipt_number == receipt_number and transaction.approved:
                return transaction
        return None

    def to_json(self) -> dict[str, object]:
        """For the state file."""
        return {"version": MEMORY_VERSION, **asdict(self)}


def memory_from(stored: object) -> Memory:
    """The reverse of `to_json`. Raises BadState where a value has the wrong shape.

    The last record and an open vote are the same objects as in the store again, so that undoing
    one undoes what is shown.
    """
    if not isinstance(stored, dict) or stored.get("version") != MEMORY_VERSION:
        raise BadState(f"the terminal's memory is not of version {MEMORY_VERSION}")
    try:
        memory = Memory(
            counters=Counters(**stored["counters"]),
            store=[_transaction(row) for row in stored["store"]],
        )
        memory.last = _same(memory, stored["last"])
        memory.last_positive = _same(memory, stored["last_positive"])
        vote = stored["vote"]
        if vote is not None:
            transaction = _same(memory, vote["transaction"])
            if transaction is None:
                raise BadState("an open vote without a transaction")
            memory.vote = OpenVote(
                transaction,
                Counters(**vote["counters_before"]),
                _same(memory, vote["last_before"]),
                _same(memory, vote["last_positive_before"]),
            )
    except (KeyError, TypeError) as error:
        raise BadState(f"the terminal's memory has a wrong field: {error}") from None
    return memory


def _transaction(row: Mapping[str, object]) -> Transaction:
    shape = Transaction.__dataclass_fields__
    if not isinstance(row, dict) or row.keys() != shape.keys():
        raise BadState("a stored transaction has not the fields of one")
    return Transaction(**row)


def _same(memory: Memory, row: Mapping[str, object] | None) -> Transaction | None:
    if row is None:
        return None
    found = _transaction(row)
    for stored in (*memory.store, memory.last, memory.last_positive):
        if stored is not None and stored.trace_number == found.trace_number and stored == found:
            return stored
    return found
