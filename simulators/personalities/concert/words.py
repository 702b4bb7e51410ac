"""Concert V2's codes and our words for them: the names of messages, the codes of reasons."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.concert.messages import command_of, is_answer, parse
from protocols.concert.results import DONE, NOT_DONE, RESULTS
from protocols.kit.errors import ProtocolError
from simulators.memory import Reason
from simulators.scenario import STEP_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "E0": ("sale", "money"),
    "E1": ("refund", "money"),
    "E2": ("void", "money"),
    "E3": ("reprint", "enquiry"),
}
_ANSWERS: Final = ("result", "answer")
_CONTROLS: Final = frozenset({"ENQ", "EOT", "ACK", "NAK"})
_KNOWN: Final = frozenset({*_ANSWERS, *(word for words in _WORDS.values() for word in words)})
_CODE_SIZE: Final = 2


def names_of(body: bytes) -> tuple[str, ...]:
    """Code ("E1", "A0") and words of a message; none for what cannot be read."""
    try:
        message = parse(body)
    except ProtocolError:
        return ()
    code = command_of(message)
    return (code, *_ANSWERS) if is_answer(message) else (code, *_WORDS.get(code, ()))


def knows(name: str) -> bool:
    """Whether a message can go by this name: a word, a control byte, E with a type, A a result."""
    code = len(name) == _CODE_SIZE and name[0] in "EA"
    return code or name in _KNOWN or name in _CONTROLS


def is_code(text: str) -> bool:
    """Whether this is a result that a host may give for something not done."""
    return text in RESULTS and text != DONE


# Odd ways to answer a money request, as the step "odd" names them.
ODD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "blank_echo": "the private bytes are blank",
        "other_echo": "the private bytes are those of another request",
        "no_amount": "the amount is blank",
        "other_amount": "the amount is another one",
        "amount_stays": "a refusal has its amount",
        "unlisted": "the result is none that a document lists",
        "report": "the long answer, which was not asked for",
        "again": "an answer that nobody takes is offered three times",
    }
)
# No status, and a refusal at the start is answered like any other.
PLAYS: Final = frozenset(STEP_KEYS) - {"refuse", "status"}


def result_of(reason: str, host_code: str) -> str:
    """The result byte of what the device decided."""
    if reason == Reason.APPROVED.value:
        return DONE
    return host_code or NOT_DONE
