"""nexo's words for messages and reasons, as scenarios and the device use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError
from protocols.nexo.layouts import MESSAGES
from protocols.nexo.messages import parse
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
    """Name and words of a payload."""
    try:
        return words_of(parse(payload))
    except ProtocolError:
        return ()


_KNOWN: Final = (
    frozenset(word for words in _WORDS.values() for word in words)
    | frozenset(_KINDS.values())
    | frozenset(layout.name for layout in MESSAGES)
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
