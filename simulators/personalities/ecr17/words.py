"""ECR17's letters and our words for them: the names of messages, the codes of reasons.

A letter means one thing from the till and another from the terminal; the words are unambiguous.
"""

from __future__ import annotations

from typing import Final

from protocols.ecr17.messages import code_of, parse
from protocols.kit.errors import ProtocolError
from simulators.memory import Reason
from simulators.scenario import STEP_KEYS

_FROM_TILL: Final[dict[str, tuple[str, ...]]] = {
    "s": ("status",),
    "P": ("sale", "money"),
    "X": ("sale", "money"),
    "S": ("void", "money"),
    "G": ("enquiry",),
    "C": ("end_of_day",),
    "T": ("totals",),
    "E": ("routing",),
    "R": ("reprint",),
}
_FROM_TERMINAL: Final[dict[str, tuple[str, ...]]] = {
    "s": ("answer",),
    "E": ("result",),
    "V": ("result",),
    "e": ("result",),
    "C": ("answer",),
    "T": ("answer",),
    "S": ("print",),
    "SOH": ("progress",),
}
_LETTERS: Final = (*_FROM_TILL, *_FROM_TERMINAL, *"picHU")
_WORDS: Final = {word for row in (*_FROM_TILL.values(), *_FROM_TERMINAL.values()) for word in row}
_KNOWN: Final = frozenset({*_LETTERS, *_WORDS, "ACK", "NAK"})


def names_of(payload: bytes) -> tuple[str, ...]:
    """Letter and words of the body of a frame."""
    letter = code_of(payload)
    if not letter:
        return ("unknown",)
    try:
        direction = parse(payload).layout.direction
    except ProtocolError:
        return (letter,)
    words = _FROM_TILL if direction == "to_terminal" else _FROM_TERMINAL
    return letter, *words.get(letter, ())


def knows(name: str) -> bool:
    """Whether a message can go by this name: a letter, a word, or a control byte."""
    return name in _KNOWN


def is_code(text: str) -> bool:
    """Whether this is a result code (two digits) or a terminal state (one)."""
    return text.isascii() and text.isdecimal() and len(text) <= 2


# There is no word for "I do not begin" but NAK, none for "ended without a result", and a reversal
# has no amount that could be another one.
PLAYS: Final = frozenset(STEP_KEYS) - {"refuse", "abort", "approve", "odd"}

APPROVED: Final = "00"
REFUSED: Final = "01"
NO_CARD: Final = "05"
REASON_CODES: Final[dict[Reason, str]] = {
    reason: APPROVED if reason is Reason.APPROVED else REFUSED for reason in Reason
}
REASON_TEXTS: Final[dict[Reason, str]] = {
    Reason.APPROVED: "AUTORIZZATA",
    Reason.DECLINED: "CARTA RIFIUTATA",
    Reason.CARDHOLDER: "ANNULLATA",
    Reason.NO_CONNECTION: "NESSUNA RISPOSTA HOST",
    Reason.ALREADY_REVERSED: "GIA STORNATA",
    Reason.NOT_FOUND: "STORNO NON POSSIBILE",
    Reason.AMOUNT_DIFFERS: "IMPORTO DIVERSO",
    Reason.END_OF_DAY_PENDING: "ESEGUIRE CHIUSURA",
    Reason.STORE_FULL: "ESEGUIRE CHIUSURA",
    Reason.LOCKED: "TERMINALE BLOCCATO",
    Reason.NO_PAPER: "CARTA ESAURITA",
    Reason.UNACKNOWLEDGED: "STORNATA",
}
NOTHING_YET: Final = "NESSUNA OPERAZIONE"

CARD_WANTED: Final = "INSERIRE CARTA"
HOST_ASKED: Final = "ATTENDERE PREGO"
REVERSING: Final = "STORNO IN CORSO"

OPERATIVE: Final = "2"
NOT_CONFIGURED: Final = "0"
NOT_ALIGNED: Final = "3"
