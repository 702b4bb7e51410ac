"""The field's words, one meaning each; every protocol maps its own words onto these.

Void cancels a sale before its batch settles. Refund is a new credit. Reversal is the machine's own
undo of a request whose answer was lost. An enquiry asks and never moves money.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING

from protocols.kit.errors import BadField

if TYPE_CHECKING:
    from collections.abc import Mapping


class Operation(Enum):
    """What can be asked of a terminal. The values are stable: the journal stores them."""

    CONNECT = "connect"  # sign on to the terminal after opening the line (ZVT registration)
    DISCONNECT = "disconnect"  # sign off
    STATUS = "status"  # is it idle, busy, out of order?
    LAST_TRANSACTION = "last_transaction"  # the enquiry: what did you book last?
    QUERY = "query"  # the enquiry by reference: what became of this one attempt?
    REPRINT = "reprint"  # the terminal's own copy of its last receipt
    SALE = "sale"
    VOID = "void"
    REFUND = "refund"
    ABORT = "abort"  # ask to stop what is running; proves nothing about its outcome
    END_OF_DAY = "end_of_day"
    DIAGNOSE = "diagnose"
    INITIALISE = "initialise"

    @property
    def moves_money(self) -> bool:
        """Whether this is a money message: written once per attempt, whatever happens."""
        return self in _MONEY


_MONEY = frozenset({Operation.SALE, Operation.VOID, Operation.REFUND})


class Outcome(Enum):
    """How a request ended. Never fewer than these four; only evidence turns UNKNOWN into another.

    NOT_SENT: no byte of the command was written, or the terminal refused to start it.
    """

    APPROVED = "approved"
    DECLINED = "declined"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Booking(Enum):
    """What a terminal's record says of itself."""

    APPROVED = "approved"
    DECLINED = "declined"
    REVERSED = "reversed"  # booked once, undone since
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """One transaction as the terminal tells it, in our words. Digits keep their leading zeros.

    Only a masked card number fits in here. `date` is as the wire gives it (ZVT: MMDD, no year).
    `kind` is None where the protocol does not tell (a ZVT record cannot say sale or refund).
    """

    booking: Booking
    kind: Operation | None = None
    amount_minor: int | None = None
    currency: str | None = None  # ISO numeric, three digits
    receipt_number: str | None = None
    trace_number: str | None = None
    turnover_number: str | None = None
    original_trace_number: str | None = None
    original_receipt_number: str | None = None
    terminal_id: str | None = None
    merchant_id: str | None = None
    batch_number: str | None = None
    auth_code: str | None = None
    rrn: str | None = None
    reference: str | None = None  # our own reference, where the terminal gives it back
    date: str | None = None
    time: str | None = None
    result_code: str | None = None
    masked_pan: str | None = None
    card_name: str | None = None

    def to_json(self) -> dict[str, str | int]:
        """Only what is known, under the field names; for the journal."""
        found: dict[str, str | int] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                found[field.name] = value.value if isinstance(value, Enum) else value
        return found

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> TransactionRecord:
        """The reverse of `to_json`. Raises BadField where a stored value has the wrong shape."""
        values: dict[str, object] = dict(stored)
        known = {field.name for field in fields(cls)}
        if strange := sorted(values.keys() - known):
            raise BadField(f"a transaction record has no {', '.join(strange)}")
        amount = values.pop("amount_minor", None)
        if amount is not None and (not isinstance(amount, int) or isinstance(amount, bool)):
            raise BadField("amount_minor is not a whole number")
        try:
            booking = Booking(values.pop("booking"))
            kind = Operation(values.pop("kind")) if "kind" in values else None
        except (KeyError, ValueError) as error:
            raise BadField(f"a transaction record with a wrong booking or kind: {error}") from None
        texts: dict[str, str] = {}
        for name, value in values.items():
            if not isinstance(value, str):
                raise BadField(f"{name} is not a text")
            texts[name] = value
        return cls(booking=booking, kind=kind, amount_minor=amount, **texts)


@dataclass(frozen=True, slots=True)
class TerminalStatus:
    """What a terminal says of itself: `code` as on the wire, `busy` and `ready` in our words.

    `advice` is a text key that says what a person has to do ("" when nothing). `asked` is False
    where the wire has no such question, so that nothing is known but that no one objects.
    """

    ready: bool
    busy: bool
    code: str
    advice: str = ""
    version: str = ""
    asked: bool = True
