"""ZVT's codes and our words for them: the names of messages, the codes of reasons.

Scenarios may name a message by its code ("0631") or by its word ("refund"); the words are the same
for every protocol.
"""

from __future__ import annotations

from typing import Final

from simulators.memory import Reason

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "0501": ("status",),
    "0600": ("register",),
    "0601": ("sale", "money"),
    "0602": ("log_off",),
    "0620": ("enquiry",),
    "0630": ("void", "money"),
    "0631": ("refund", "money"),
    "0650": ("end_of_day",),
    "0670": ("diagnose",),
    "0693": ("initialise",),
    "06B0": ("abort",),
    "0401": ("set_clock",),
    "040F": ("result",),
    "04FF": ("progress",),
    "060F": ("completion", "end"),
    "061E": ("aborted", "end"),
    "06D1": ("print",),
    "06D3": ("print",),
    "8000": ("answer",),
}
_NAMES: Final = {bytes.fromhex(code): (code, *words) for code, words in _WORDS.items()}
_NEGATIVE: Final = 0x84
_CODE_SIZE: Final = 2


def names_of(apdu: bytes) -> tuple[str, ...]:
    """Code and words of an APDU."""
    known = _NAMES.get(apdu[:_CODE_SIZE])
    if known is not None:
        return known
    code = apdu[:_CODE_SIZE].hex().upper()
    return (code, "answer", "refusal") if apdu[:1] and apdu[0] == _NEGATIVE else (code,)


_KNOWN: Final = frozenset(word for words in _WORDS.values() for word in words) | {"refusal"}
_CONTROLS: Final = frozenset({"ACK", "NAK"})
_HEX: Final = frozenset("0123456789ABCDEF")


def knows(name: str) -> bool:
    """Whether a message can go by this name: a word, a code of two bytes, or a control byte."""
    code = len(name) == 2 * _CODE_SIZE and _HEX.issuperset(name)
    return code or name in _KNOWN or name in _CONTROLS


def is_code(text: str) -> bool:
    """Whether this is a result code: two hex digits."""
    return len(text) == 2 and _HEX.issuperset(text)


# Result codes (PA00P015, error and result codes) of what the device itself decides.
REASON_CODES: Final[dict[Reason, str]] = {
    Reason.APPROVED: "00",
    Reason.DECLINED: "05",
    Reason.CARDHOLDER: "6C",
    Reason.NO_CONNECTION: "A3",
    Reason.ALREADY_REVERSED: "B4",
    Reason.NOT_FOUND: "B5",
    Reason.AMOUNT_DIFFERS: "B7",
    Reason.END_OF_DAY_PENDING: "F0",
    Reason.STORE_FULL: "6A",
    Reason.LOCKED: "C0",
    Reason.NO_PAPER: "CC",
    Reason.UNACKNOWLEDGED: "6C",
}
# These end a command before it became a transaction: 06 1E without a status information.
WITHOUT_RESULT: Final = frozenset(
    {Reason.END_OF_DAY_PENDING, Reason.STORE_FULL, Reason.LOCKED, Reason.NO_PAPER}
)

READY: Final = "00"
BUSY: Final = "9C"
NOT_POSSIBLE: Final = "83"
WRONG_CURRENCY: Final = "6F"
PROTOCOL_ERROR: Final = "9A"
INSERT_CARD: Final = "0A"
WAIT_FOR_HOST: Final = "04"
PLEASE_WAIT: Final = "0E"
AUTO_REVERSAL: Final = "05"
INITIALISING: Final = "CA"
