"""Caisse-AP's codes and our words for them: the names of messages, the codes of reasons."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.layouts import ANSWER
from protocols.caisse_ap.messages import command_of, parse
from protocols.caisse_ap.results import NOT_DONE, RESULTS
from protocols.kit.errors import ProtocolError
from simulators.memory import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

DUPLICATE: Final = "3"
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "CD0": ("sale", "money"),
    "CD1": ("refund", "money"),
    "CD2": ("void", "money"),
    "CD3": ("reprint", "enquiry"),
}
_ANSWERS: Final = ("result", "answer")
_KNOWN: Final = frozenset({*_ANSWERS, *(word for words in _WORDS.values() for word in words)})


def names_of(payload: bytes) -> tuple[str, ...]:
    """Code ("CD1", "AE10") and words of a message; none for what cannot be read."""
    try:
        message = parse(payload)
    except ProtocolError:
        return ()
    code = command_of(message)
    if message.layout is ANSWER:
        copied = message.text("action") == DUPLICATE
        return (code, "answer") if copied else (code, *_ANSWERS)
    return code, *_WORDS.get(code, ())


def knows(name: str) -> bool:
    """Whether a message can go by this name: a word, CD with an action, AE with a result."""
    code = (len(name) == 3 and name.startswith("CD")) or (len(name) == 4 and name[:2] == "AE")
    return code or name in _KNOWN


def is_code(text: str) -> bool:
    """Whether this is a result code that a host may give (01 and a reason)."""
    return len(text) == 4 and text.startswith(NOT_DONE) and text in RESULTS


# Odd ways to answer a money request, as the step "odd" names them.
ODD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no_echo": "CF and CH are missing",
        "other_echo": "CF is that of another request",
        "no_amount": "the amount is missing",
        "other_amount": "the amount is another one",
        "amount_stays": "a refusal has its amount",
        "no_reason": "AF is missing",
        "contradiction": "AE says done, AF says refused",
        "taken": "AE says that the request was taken over",
        "hang_up": "it closes the connection behind its answer",
        "newcomer": "an answer whose connection is gone is given over the next one",
    }
)


AUTHORISED: Final = "01"
NOT_COMPLETED: Final = "07"
# AF of what the device itself decides. Whether a host that cannot be reached has booked is never
# sure on this wire, so its reason is one that decides nothing.
REASONS: Final[dict[Reason, str]] = {
    Reason.APPROVED: AUTHORISED,
    Reason.DECLINED: "04",
    Reason.CARDHOLDER: "06",
    Reason.NO_CONNECTION: NOT_COMPLETED,
    Reason.ALREADY_REVERSED: "05",
    Reason.NOT_FOUND: "05",
    Reason.AMOUNT_DIFFERS: "05",
    Reason.END_OF_DAY_PENDING: "05",
    Reason.STORE_FULL: "05",
    Reason.LOCKED: "05",
    Reason.NO_PAPER: "05",
    Reason.UNACKNOWLEDGED: NOT_COMPLETED,
}
