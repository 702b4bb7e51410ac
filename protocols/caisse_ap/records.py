"""An answer as a transaction record in our words, and whether it is the answer to our request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.commands import ACTIONS, DUPLICATE
from protocols.caisse_ap.layouts import ANSWER
from protocols.caisse_ap.results import DONE, NOT_DONE, TAKEN, code_of, meaning
from protocols.kit.vocabulary import Booking, Outcome, TransactionRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.caisse_ap.profiles import CaisseApProfile
    from protocols.kit.messages import Message
    from protocols.kit.session import Request

_BOOKINGS: Final[Mapping[Outcome, Booking]] = {
    Outcome.APPROVED: Booking.APPROVED,
    Outcome.DECLINED: Booking.DECLINED,
    Outcome.UNKNOWN: Booking.UNKNOWN,
}
_KINDS: Final = {
    action: operation for operation, action in ACTIONS.items() if operation.moves_money
}


def record_of(message: Message, *, copied: bool = False) -> TransactionRecord:
    """What an answer says. One to a duplicate (`copied`) says nothing of how its original ended."""
    result = message.text("result")
    code = code_of(result, message.text("reason")) if result is not None else None
    told = code is not None and not copied
    amount = message.text("amount")
    secret = message.secret("pan")
    return TransactionRecord(
        booking=_BOOKINGS[meaning(code).outcome] if told and code else Booking.UNKNOWN,
        kind=_KINDS.get(message.text("action") or ""),
        amount_minor=int(amount) if amount else None,
        currency=message.text("currency"),
        merchant_id=message.text("contract_number"),
        auth_code=message.text("auth_code"),
        reference=message.text("private"),
        date=message.text("date"),
        result_code=code,
        masked_pan=secret.masked if secret is not None else None,
    )


class Whose(Enum):
    """Whom an answer belongs to, by what it gives back."""

    OURS = auto()
    ANOTHERS = auto()
    NOT_TOLD = auto()


def whose(request: Request, message: Message, profile: CaisseApProfile) -> Whose:
    """Whether CF (and CH, where we send one) came back as we sent it."""
    private, wanted = message.text("private"), request.reference
    reference = message.text("till_reference") if profile.till_reference else None
    if any(told not in {None, "", wanted} for told in (private, reference)):
        return Whose.ANOTHERS
    return Whose.OURS if wanted is None or private else Whose.NOT_TOLD


def is_copy(message: Message) -> bool:
    """Whether an answer can be that to a duplicate: not one to a booking, and not AE 11."""
    final = message.layout is ANSWER and message.text("result") != TAKEN
    return final and message.text("action") in {None, DUPLICATE}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a money request, judged.

    `final` is False for AE 11 and for bytes that are no answer; `complete`: everything that a
    verdict needs is in, so that nothing which follows can change it.
    """

    message: Message
    record: TransactionRecord
    whose: Whose
    final: bool
    complete: bool

    @classmethod
    def of(cls, message: Message, request: Request, profile: CaisseApProfile) -> Answer:
        """Judge a message that came behind `request`."""
        result = message.text("result") if message.layout is ANSWER else None
        owner = whose(request, message, profile)
        tied = owner is Whose.OURS or (owner is Whose.NOT_TOLD and not profile.echoes)
        needed = _NEEDED.get(result or "", frozenset())
        final = message.layout is ANSWER and result != TAKEN
        return cls(
            message=message,
            record=record_of(message),
            whose=owner,
            final=final,
            complete=final and tied and needed <= message.values.keys(),
        )


# Beside AE, what a verdict needs: the amount of what was done, the reason of what was not.
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    DONE: frozenset({"amount"}),
    NOT_DONE: frozenset({"reason"}),
}


def matches(request: Request, record: TransactionRecord) -> bool:
    """Whether a record is of what was asked for; what it leaves out cannot contradict."""
    amount = request.amount
    assert amount is not None
    pairs = (
        (record.amount_minor, amount.minor),
        (record.currency, amount.currency.numeric),
        (record.kind, request.operation),
    )
    return all(told is None or told == wanted for told, wanted in pairs)
