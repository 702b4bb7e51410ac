"""The messages of Concert V2 (protocol "E+"): three bodies of fixed length, told apart by it.

Source: the open clients pyTeliumManager and pypostelium; the full specification is not public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.asciifields import Digits, DigitsNumber, Printable
from protocols.kit.fields import Hidden
from protocols.kit.messages import MessageLayout, Part
from protocols.kit.stx import ACK, ENQ, EOT, NAK, StxShape

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_MAX: Final = 255  # the longest body is 80 bytes; bounds a frame whose end never comes
# The check covers the body and ETX; ENQ and EOT stand alone.
SHAPE: Final = StxShape(controls=frozenset({ACK, NAK, ENQ, EOT}), body_max=BODY_MAX)
PRIVATE_SIZE: Final = 10
_CHAR: Final = Printable(1)
_POS: Final = Part("pos", Digits(2))
_MODE: Final = Part("mode", _CHAR)
_CURRENCY: Final = Part("currency", Digits(3))
_PRIVATE: Final = Part("private", Printable(PRIVATE_SIZE))
# An answer to something that was not done may leave its amount blank.
_ANSWERED: Final = Part("amount", Digits(8, also=" "))
_RESULT: Final = Part("result", _CHAR)

REQUEST: Final = MessageLayout(
    b"E",
    "request",
    "to_terminal",
    (
        _POS,
        Part("amount_minor", DigitsNumber(8)),
        Part("answer_flag", _CHAR),  # 0 short answer, 1 with report
        _MODE,
        Part("type", _CHAR),
        _CURRENCY,
        _PRIVATE,
        Part("delay", Printable(4)),  # A010: answer at the end
        Part("auto", Printable(4)),  # B010: the terminal decides about authorisation
    ),
)
SHORT_ANSWER: Final = MessageLayout(
    b"A", "answer", "to_ecr", (_POS, _RESULT, _ANSWERED, _MODE, _CURRENCY, _PRIVATE)
)
# What the report of a card holds depends on the terminal; track data has been seen in it.
FULL_ANSWER: Final = MessageLayout(
    b"A",
    "answer with report",
    "to_ecr",
    (
        _POS,
        _RESULT,
        _ANSWERED,
        _MODE,
        Part("report", Hidden(Printable(55))),
        _CURRENCY,
        _PRIVATE,
    ),
    variant="report",
)
MESSAGES: Final = (REQUEST, SHORT_ANSWER, FULL_ANSWER)
SIZES: Final[Mapping[int, MessageLayout]] = {34: REQUEST, 25: SHORT_ANSWER, 80: FULL_ANSWER}
