"""nexo's words for messages and reasons, as scenarios and the device use them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from protocols.nexo.layouts import MESSAGES
from protocols.nexo.words import ERROR_CONDITIONS, GLOBAL_STATES
from simulators.memory import Reason

if TYPE_CHECKING:
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
ODD: Final = frozenset(
    {
        "truncated", "length_long", "length_short", "length_zero", "length_huge", "html",
        "wrong_currency", "wrong_amount", "wrong_type", "wrong_sale", "partial", "unknown_result",
        "unknown_condition", "no_receipts", "clock_jump", "print", "input", "reject", "restarted",
    }
)  # fmt: skip


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
    """Whether this is a word for an error, a state of the terminal, or an odd way to answer."""
    return text in ERROR_CONDITIONS or text in GLOBAL_STATES or text in ODD


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
