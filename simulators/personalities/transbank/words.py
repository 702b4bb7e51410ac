"""Transbank's codes and our words for them: the names of messages, the codes of reasons.

Scenarios may name a message by its code ("1200") or by its word ("void"); the words are the same
for every protocol. 0260 is both the request of the batch list and the reply to 0250: the words
tell them apart.
"""

from __future__ import annotations

from typing import Final

from protocols.kit.errors import ProtocolError
from protocols.transbank import layouts
from protocols.transbank.messages import parse
from simulators.memory import Reason
from simulators.scenario import STEP_KEYS

_WORDS: Final = {
    layouts.POLL: ("status",),
    layouts.SALE: ("sale", "money"),
    layouts.VOID: ("void", "money"),
    layouts.LAST_SALE: ("enquiry", "last"),
    layouts.LIST: ("enquiry", "list"),
    layouts.CLOSE: ("end_of_day",),
    layouts.TOTALS: ("totals",),
    layouts.LOAD_KEYS: ("initialise",),
    layouts.NORMAL_MODE: ("log_off",),
    layouts.SALE_RESULT: ("result", "answer"),
    layouts.VOID_RESULT: ("result", "answer"),
    layouts.LAST_SALE_RESULT: ("answer",),
    layouts.BATCH_LINE: ("line", "answer"),
    layouts.CLOSE_RESULT: ("completion", "answer"),
    layouts.TOTALS_RESULT: ("answer",),
    layouts.KEYS_RESULT: ("answer",),
    layouts.PROGRESS: ("progress",),
}
_CODE_SIZE: Final = layouts.CODE_SIZE


def names_of(body: bytes) -> tuple[str, ...]:
    """Code and words of a message; nothing for bytes that are none."""
    try:
        layout = parse(body).layout
    except ProtocolError:
        return ()
    return layout.code.decode("ascii"), *_WORDS.get(layout, ())


_KNOWN: Final = frozenset(word for words in _WORDS.values() for word in words) | {"refund"}
_CONTROLS: Final = frozenset({"ACK", "NAK"})


def knows(name: str) -> bool:
    """Whether a message can go by this name: a word, a code of four digits, or a control byte.

    "refund" is known although no message goes by it: a scenario for all protocols may have it.
    """
    code = len(name) == _CODE_SIZE and name.isascii() and name.isdecimal()
    return code or name in _KNOWN or name in _CONTROLS


def is_code(text: str) -> bool:
    """Whether this is a result code: two digits."""
    return len(text) == 2 and text.isascii() and text.isdecimal()


# What this wire has no form for: a poll has no status code to answer with, nothing is refused but
# in a result, and a void is always of the whole sale, whose amount it does not name.
PLAYS: Final = frozenset(STEP_KEYS) - {"status", "refuse", "approve", "odd"}

# Result codes of what the device itself decides.
REASON_CODES: Final = {
    Reason.APPROVED: "00",
    Reason.DECLINED: "01",
    Reason.CARDHOLDER: "07",
    Reason.NO_CONNECTION: "03",
    Reason.ALREADY_REVERSED: "04",
    Reason.NOT_FOUND: "05",
    Reason.AMOUNT_DIFFERS: "21",
    Reason.END_OF_DAY_PENDING: "13",
    Reason.STORE_FULL: "67",
    Reason.LOCKED: "21",
    Reason.NO_PAPER: "24",
    Reason.UNACKNOWLEDGED: "07",
}
NO_SALE: Final = "11"
NOT_SUPPORTED: Final = "12"
ZERO_AMOUNT: Final = "72"
NO_AMOUNT: Final = "68"
READ_CARD: Final = "78"
ASK_HOST: Final = "82"
