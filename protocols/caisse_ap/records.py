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


def record_of(message: Message) -> TransactionRecord:
    """What an answer says. An answer to a duplicate says nothing of how the original ended."""
    result = message.text("result")
    code = code_of(result, message.text("reason")) if result is not None else None
    action = message.text("action")
    told = code is not None and action != DUPLICATE
    amount = message.text("amount")
    secret = message.secret("pan")
    return TransactionRecord(
        booking=_BOOKINGS[meaning(code).outcome] if told and code else Booking.UNKNOWN,
        kind=_KINDS.get(action or ""),
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


def whose(request: Request, message: Message) -> Whose:
    """Whether CF (and CH, where we sent one) came back as we sent it."""
    private, reference = message.text("private"), message.text("till_reference")
    wanted = request.reference
    if any(told not in {None, "", wanted} for told in (private, reference)):
        return Whose.ANOTHERS
    return Whose.OURS if wanted is None or private else Whose.NOT_TOLD


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
    def of(cls, message: Message, request: Request, *, echoes: bool) -> Answer:
        """Judge a message that came behind `request`; `echoes`: an answer must give CF back."""
        result = message.text("result") if message.layout is ANSWER else None
        owner = whose(request, message)
        tied = owner is Whose.OURS or (owner is Whose.NOT_TOLD and not echoes)
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
