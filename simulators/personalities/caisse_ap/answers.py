"""What the terminal says: one answer, made of the items of the request and of what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.layouts import ANSWER, REQUEST
from protocols.caisse_ap.messages import serialise
from protocols.caisse_ap.results import DONE, NOT_DONE, TAKEN
from simulators.memory import Reason
from simulators.personalities.caisse_ap.words import NOT_COMPLETED, REASONS

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from simulators.memory import Transaction

# The items of a request that come back; CF and CH only where the terminal gives them back.
_REPEATED: Final = ("version", "integrator", "till", "currency", "action", "amount")
_OURS: Final = ("private", "till_reference")
_CONTACT: Final = "001"
_CHIP: Final = "1"


def repeated(request: Message, *, echoes: bool) -> dict[str, str]:
    """The items that an answer repeats."""
    names = (*_REPEATED, *_OURS) if echoes else _REPEATED
    return {name: str(request.values[name]) for name in names if name in request.values}


def result(
    transaction: Transaction, request: Message, *, echoes: bool, amount_stays: bool
) -> dict[str, str]:
    """The items of an answer to a money request; without `amount_stays` a refusal has no amount."""
    reason = Reason(transaction.reason)
    items = repeated(request, echoes=echoes)
    approved = reason is Reason.APPROVED
    if approved:
        items["amount"] = f"{transaction.amount_minor:08d}"
    elif not amount_stays:
        items.pop("amount", None)
    if transaction.masked_pan:
        items |= {"application": _CONTACT, "reading": _CHIP, "pan": transaction.masked_pan}
    if transaction.auth_code:
        items["auth_code"] = transaction.auth_code
    items["result"] = DONE if approved else NOT_DONE
    items["reason"] = transaction.host_code[2:] or REASONS[reason]
    return items


def odd(way: str, items: dict[str, str]) -> dict[str, str]:
    """The items of an answer that is not what it should be; `items` are those of the right one."""
    changed = {**items, **_OTHER.get(way, {})}
    for name in _LEFT_OUT.get(way, ()):
        changed.pop(name, None)
    return changed


_OTHER: Final = {
    "other_echo": {"private": "of another"},
    "other_amount": {"amount": "00000001"},
    "contradiction": {"result": DONE, "reason": "04"},
    "taken": {"result": TAKEN},
}
_LEFT_OUT: Final = {
    "no_echo": ("private", "till_reference"),
    "no_amount": ("amount",),
    "no_reason": ("reason",),
}


def written(items: dict[str, str]) -> bytes:
    """The bytes of an answer."""
    return serialise(ANSWER.message(**items))


def refusal(request: Message, reason: str, *, echoes: bool) -> bytes:
    """Not done, for this reason (AF), and no transaction of it."""
    items = repeated(request, echoes=echoes)
    return serialise(ANSWER.message(**items, result=NOT_DONE, reason=reason))


def open_ended(request: Message, *, echoes: bool) -> bytes:
    """An answer that leaves its result open: no AE."""
    return serialise(REQUEST.message(**repeated(request, echoes=echoes)))


def duplicate(last: Transaction | None, request: Message, *, echoes: bool) -> bytes:
    """What was booked last, with the reference it was asked for under; AE says there is one."""
    if last is None:
        return refusal(request, NOT_COMPLETED, echoes=echoes)
    items = repeated(request, echoes=False)
    return serialise(
        ANSWER.message(
            **{**items, "currency": last.currency, "amount": f"{last.amount_minor:08d}"},
            private=last.reference if echoes else None,
            auth_code=last.auth_code or None,
            date=datetime.fromisoformat(last.at).strftime("%y%m%d"),
            result=DONE,
        )
    )


def slip(transaction: Transaction) -> tuple[str, ...]:
    """The lines of a printed copy."""
    amount = f"{transaction.amount_minor // 100},{transaction.amount_minor % 100:02d}"
    return (
        "DUPLICATA",
        transaction.kind.upper(),
        f"{transaction.card_name} {transaction.masked_pan}",
        f"MONTANT {amount} ({transaction.currency})",
        transaction.at,
    )
