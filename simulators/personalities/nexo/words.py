"""nexo's words for messages and reasons, as scenarios and the device use them."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.nexo.layouts import MESSAGES
from protocols.nexo.words import ERROR_CONDITIONS, GLOBAL_STATES
from simulators.memory import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.messages import Message

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "LoginRequest": ("register",),
    "LoginResponse": ("answer",),
    "LogoutRequest": ("log_off",),
    "LogoutResponse": ("answer",),
    "DiagnosisRequest": ("status",),
    "DiagnosisResponse": ("answer",),
    "PaymentRequest": ("money",),
    "PaymentResponse": ("result", "completion", "end"),
    "ReversalRequest": ("void", "money"),
    "ReversalResponse": ("result", "completion", "end"),
    "TransactionStatusRequest": ("enquiry",),
    "TransactionStatusResponse": ("answer",),
    "AbortRequest": ("abort",),
    "ReconciliationRequest": ("end_of_day",),
    "ReconciliationResponse": ("answer",),
    "DisplayRequest": ("progress",),
    "InputRequest": ("input",),
    "PrintRequest": ("print",),
    "EventNotification": ("event",),
}
_KINDS: Final = {"Refund": "refund", "Normal": "sale"}
# Odd ways to answer a money request, as the step "odd" names them.
ODD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "truncated": "half of the message, with a length that fits",
        "length_long": "the length says seven bytes more than there are",
        "length_short": "the length says seven bytes fewer than there are",
        "length_zero": "the length is nothing",
        "length_huge": "the length is two thousand million bytes",
        "html": "a web page in place of the message",
        "wrong_currency": "another currency",
        "wrong_amount": "another amount",
        "wrong_type": "another kind of payment, or the number of no transaction",
        "wrong_sale": "the till's number of another attempt",
        "partial": "booked in part",
        "unknown_result": "a result that no document lists",
        "unknown_condition": "refused for a reason that no document lists",
        "no_receipts": "without receipts",
        "clock_jump": "dated a day earlier",
        "print": "the till is asked to print first",
        "input": "the till is asked for an input first",
        "reject": "the event Reject in place of the answer",
        "restarted": "the event Initialised in place of the answer",
    }
)


def words_of(message: Message) -> tuple[str, ...]:
    """Name and words of a message."""
    name = message.layout.name
    kind = _KINDS.get(message.text("payment_type") or "") if name == "PaymentRequest" else None
    return (name, *((kind,) if kind else ()), *_WORDS.get(name, ()))


def names_of(payload: bytes) -> tuple[str, ...]:
    """Name and words of a payload, by its header alone: the line asks after every message."""
    found: dict[bytes, str] = {}
    for what, word in _HEADER.findall(payload):
        found.setdefault(what, word.decode("ascii"))  # an inner header comes later
    name = found.get(b"MessageCategory", "") + found.get(b"MessageType", "")
    if name not in _NAMES:
        return ()
    kind = _KINDS.get(found.get(b"PaymentType", "")) if name == "PaymentRequest" else None
    return (name, *((kind,) if kind else ()), *_WORDS.get(name, ()))


_HEADER: Final = re.compile(
    rb"(MessageCategory|MessageType|PaymentType)\"?\s*[=:]\s*\"([A-Za-z]{1,40})\""
)
_NAMES: Final = frozenset(layout.name for layout in MESSAGES)


_KNOWN: Final = (
    frozenset(word for words in _WORDS.values() for word in words)
    | frozenset(_KINDS.values())
    | _NAMES
)


def knows(name: str) -> bool:
    """Whether a message can go by this name."""
    return name in _KNOWN


def is_code(text: str) -> bool:
    """Whether this is a word for an error, or for a state of the terminal."""
    return text in ERROR_CONDITIONS or text in GLOBAL_STATES


# What the device itself decides. A second reversal has no word of its own.
REASON_CODES: Final[dict[Reason, str]] = {
    Reason.DECLINED: "Refusal",
    Reason.CARDHOLDER: "Cancel",
    Reason.NO_CONNECTION: "UnreachableHost",
    Reason.ALREADY_REVERSED: "Refusal",
    Reason.NOT_FOUND: "NotFound",
    Reason.AMOUNT_DIFFERS: "Refusal",
    Reason.END_OF_DAY_PENDING: "UnavailableService",
    Reason.STORE_FULL: "UnavailableService",
    Reason.LOCKED: "UnavailableService",
    Reason.NO_PAPER: "DeviceOut",
    Reason.UNACKNOWLEDGED: "Aborted",
}
