"""What the terminal says: one answer, made of the request and of what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.concert.layouts import FULL_ANSWER, PRIVATE_SIZE, SHORT_ANSWER
from protocols.concert.messages import serialise
from protocols.concert.results import DONE, NOT_DONE
from simulators.personalities.concert.words import result_of

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from simulators.memory import Transaction

_WITH_REPORT: Final = "1"
_BLANK: Final = " " * PRIVATE_SIZE


def result(
    decided: Transaction, request: Message, *, echoes: bool, amount_stays: bool, odd: str = ""
) -> bytes:
    """The answer to a money request. Without `amount_stays` a refusal has a blank amount.

    `odd`: how it differs from what it should be.
    """
    code = result_of(decided.reason, decided.host_code)
    stays = code == DONE or amount_stays or odd == "amount_stays"
    amount = f"{decided.amount_minor:08d}" if stays else " " * 8
    report = f"{decided.masked_pan} {decided.card_name}".strip()
    values = _values(request, code, amount, echoes=echoes)
    return _written({**values, **_OTHER.get(odd, {})}, request, report, full=odd == "report")


_OTHER: Final = {
    "blank_echo": {"private": _BLANK},
    "other_echo": {"private": "OF ANOTHER"},
    "no_amount": {"amount": " " * 8},
    "other_amount": {"amount": "00000001"},
    "unlisted": {"result": "5"},
}


def bare(request: Message, code: str, *, echoes: bool) -> bytes:
    """An answer to something that never became a transaction."""
    return _answer(request, code, "0" * 8, "", echoes=echoes)


def duplicate(last: Transaction | None, request: Message) -> bytes:
    """What was booked last, on paper; the answer says its amount, and gives nothing private."""
    if last is None:
        return bare(request, NOT_DONE, echoes=True)
    return _answer(request, DONE, f"{last.amount_minor:08d}", "", echoes=True)


def _answer(request: Message, code: str, amount: str, report: str, *, echoes: bool) -> bytes:
    return _written(_values(request, code, amount, echoes=echoes), request, report)


def _values(request: Message, code: str, amount: str, *, echoes: bool) -> dict[str, str]:
    return {
        "pos": str(request.values["pos"]),
        "result": code,
        "amount": amount,
        "mode": str(request.values["mode"]),
        "currency": str(request.values["currency"]),
        "private": str(request.values["private"]) if echoes else _BLANK,
    }


def _written(values: dict[str, str], request: Message, report: str, *, full: bool = False) -> bytes:
    if full or request.text("answer_flag") == _WITH_REPORT:
        return serialise(FULL_ANSWER.message(**values, report=report))
    return serialise(SHORT_ANSWER.message(**values))


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
