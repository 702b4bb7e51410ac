"""The messages of ECR17 as tables: every field at its place (counted from 1 in the papers).

A message begins with the terminal id, a '0' and the letter of its code. Several messages share a
letter; length and result code tell them apart: a payment answers with 71 characters, a payment
with extended result with 92, a reversal with 84. What the papers call zeros or leave open is named
`reserved…` and kept as it comes.
"""

from __future__ import annotations

from typing import Final

from protocols.kit.asciifields import Digits, DigitsNumber, Fixed
from protocols.kit.fields import Hidden, OpenText, Text
from protocols.kit.messages import Direction, MessageLayout, Part

CHARSET: Final = "latin-1"  # the papers know only 0..127; nothing else is lost all the same
MARKS: Final = "\x02\x03"  # no body of a frame can hold these
_PROGRESS_MARKS: Final = "\x01\x02\x04"
OK: Final = "00"
END_OF_TEXT: Final = "\x1b"  # behind the last receipt line, and behind additional tags
HEAD_SIZE: Final = 10


def _text(name: str, size: int, *, right: bool = False, optional: bool = False) -> Part:
    return Part(name, Text(size, charset=CHARSET, right=right, without=MARKS), optional)


def _digits(name: str, size: int, *, optional: bool = False) -> Part:
    return Part(name, Digits(size, also=" "), optional)


def _head(code: str) -> tuple[Part, Part]:
    return Part("terminal_id", Digits(8)), Part("code", Fixed(f"0{code}"))


def _layout(
    code: str, name: str, direction: Direction, *parts: Part, variant: str = ""
) -> MessageLayout:
    body = (*_head(code), *parts)
    return MessageLayout(code.encode("ascii"), name, direction, body, variant=variant)


_REGISTER: Final = Part("cash_register_id", Digits(8))
_MORE_DATA: Final = Part("additional_data", Digits(1))
_AMOUNT: Final = Part("amount_minor", DigitsNumber(8))


def _payment(code: str, name: str) -> MessageLayout:
    """167 characters."""
    return _layout(
        code,
        name,
        "to_terminal",
        _REGISTER,
        _MORE_DATA,
        _text("reserved_1", 2),
        Part("card_in", Digits(1)),
        Part("payment_kind", Digits(1)),
        _AMOUNT,
        _text("text", 128, right=True),
        _text("reserved_2", 8),
    )


def _pre_authorised(code: str, name: str) -> MessageLayout:
    """176 characters: what goes on from a pre-authorisation."""
    return _layout(
        code,
        name,
        "to_terminal",
        _REGISTER,
        _MORE_DATA,
        _text("reserved_1", 4),
        _AMOUNT,
        _text("text", 128, right=True),
        _text("pre_authorisation_code", 9),
        _text("reserved_2", 8),
    )


def _asked(code: str, name: str, reserved: int, variant: str = "") -> MessageLayout:
    """A request that is a head, a flag and zeros."""
    parts = (_REGISTER, _MORE_DATA, _text("reserved_1", reserved))
    return _layout(code, name, "to_terminal", *parts, variant=variant)


STATUS: Final = _layout("s", "status", "to_terminal")
PAYMENT: Final = _payment("P", "payment")
PAYMENT_EXTENDED: Final = _payment("X", "payment, extended result")
REVERSAL: Final = _layout(
    "S",
    "reversal of the last transaction",
    "to_terminal",
    _REGISTER,
    Part("trace_number", Digits(6)),
    _MORE_DATA,
    _text("reserved_1", 1),
)
LAST_RESULT: Final = _asked("G", "last result", 3)
CLOSE: Final = _asked("C", "close of the batch", 7)
TOTALS: Final = _asked("T", "totals", 7)
ROUTING: Final = _layout("E", "receipt routing", "to_terminal", Part("to_ecr", Digits(1)))
REPRINT: Final = _layout(
    "R",
    "reprint",
    "to_terminal",
    Part("to_ecr", Digits(1)),
    Part("reprint_kind", Digits(1)),
    _text("reserved_1", 10),
)
REQUESTS: Final = (
    STATUS,
    PAYMENT,
    PAYMENT_EXTENDED,
    _payment("p", "pre-authorisation"),
    _pre_authorised("i", "pre-authorisation, more"),
    _pre_authorised("c", "pre-authorisation, capture"),
    REVERSAL,
    LAST_RESULT,
    CLOSE,
    _asked("C", "close of the batch", 4, "short"),
    TOTALS,
    _asked("T", "totals", 4, "short"),
    ROUTING,
    REPRINT,
    _asked("H", "card check", 20),
    _layout(
        "U",
        "additional data",
        "to_terminal",
        Part("tags", OpenText(CHARSET, until=0x1B, without=MARKS)),
        Part("end", Fixed(END_OF_TEXT)),
    ),
)

# -- results ---------------------------------------------------------------------------------------

_PAN: Final = Part(
    "pan",
    Hidden(Text(19, pad="0", charset=CHARSET, right=True, without=MARKS), card_number=True),
)
_SUCCESS: Final = (
    Part("result_code", Fixed(OK)),
    _PAN,
    _text("entry_mode", 3),
    _text("auth_code", 6),
    _digits("date", 3),  # the day of the year
    _digits("time", 4),
)
_FAILURE_CODE: Final = Part("result_code", Digits(2, but=(OK,)))
_FAILURE: Final = (_FAILURE_CODE, _text("text", 24), _text("reserved_1", 11))
_CARD: Final = (
    _text("card_type", 1),
    _text("acquirer_id", 11),
    _digits("trace_number", 6),
    _digits("online_id", 6),
)
_ACTION: Final = _text("action_code", 3)
_EXTENDED: Final = (_ACTION, _AMOUNT, _text("reserved_2", 10))
_REVERSED: Final = (_ACTION, _text("reserved_2", 10))
_CONVERTED: Final = (
    _ACTION,
    _AMOUNT,
    Part("converted", Digits(1)),
    Part("exchange_rate", Digits(8)),
    _text("foreign_currency", 3),
    Part("foreign_amount", DigitsNumber(12)),
    Part("foreign_precision", Digits(1)),
    _text("reserved_2", 10, optional=True),  # listed in the papers, absent in a peer's example
)


def _results(
    code: str, name: str, variant: str, tail: tuple[Part, ...]
) -> tuple[MessageLayout, MessageLayout]:
    good = _layout(code, name, "to_ecr", *_SUCCESS, *_CARD, *tail, variant=variant)
    bad = _layout(code, name, "to_ecr", *_FAILURE, *_CARD, *tail, variant=f"{variant}-refused")
    return good, bad


SHORT_RESULT: Final = _results("E", "result", "payment", ())
REVERSAL_RESULT: Final = _results("E", "result of a reversal", "reversal", _REVERSED)
EXTENDED_RESULT: Final = _results("E", "result, extended", "extended", _EXTENDED)
CONVERTED_RESULT: Final = _results("V", "result with conversion", "converted", _CONVERTED)
PRE_AUTHORISED: Final = (
    _layout(
        "e",
        "pre-authorisation result",
        "to_ecr",
        Part("result_code", Fixed(OK)),
        _PAN,
        _text("entry_mode", 3),
        _text("auth_code", 6),
        _AMOUNT,
        _text("pre_authorisation_code", 9),
        _ACTION,
        _digits("date", 3),
        _digits("time", 4),
        _text("reserved_1", 4, optional=True),
        _text("acquirer_id", 11, optional=True),
        _digits("trace_number", 6, optional=True),
        _digits("online_id", 6, optional=True),
        _text("reserved_2", 12, optional=True),
    ),
    _layout(
        "e",
        "pre-authorisation result",
        "to_ecr",
        _FAILURE_CODE,
        _text("text", 24),
        _text("reserved_1", 35),
        _text("acquirer_id", 11),
        _digits("trace_number", 6),
        _digits("online_id", 6),
        _text("reserved_2", 12, optional=True),
        variant="refused",
    ),
)
STATUS_ANSWER: Final = _layout(
    "s",
    "status answer",
    "to_ecr",
    _text("reserved_1", 10),
    Part("date_ddmmyy", Digits(6, also=" ")),
    _digits("time", 4),
    _text("terminal_state", 1),
    Part("version", OpenText(CHARSET, without=MARKS)),
    variant="answer",
)
_REFUSED_ADMINISTRATION: Final = (_FAILURE_CODE, _text("text", 19), _ACTION)
CLOSED: Final = (
    _layout(
        "C",
        "close of the batch, answer",
        "to_ecr",
        Part("result_code", Fixed(OK)),
        Part("terminal_total_minor", DigitsNumber(16)),
        Part("host_total_minor", DigitsNumber(16)),
        variant="answer",
    ),
    _layout(
        "C", "close of the batch, answer", "to_ecr", *_REFUSED_ADMINISTRATION, variant="refused"
    ),
)
TOTALLED: Final = (
    _layout(
        "T",
        "totals, answer",
        "to_ecr",
        Part("result_code", Fixed(OK)),
        Part("terminal_total_minor", DigitsNumber(16)),
        variant="answer",
    ),
    # No paper shows it; the close's form is the only one known.
    _layout("T", "totals, answer", "to_ecr", *_REFUSED_ADMINISTRATION, variant="refused"),
)
RECEIPT: Final = _layout(
    "S",
    "receipt text",
    "to_ecr",
    Part("text", OpenText(CHARSET, without=MARKS)),
    variant="receipt",
)
PROGRESS: Final = MessageLayout(
    b"\x01",
    "progress",
    "to_ecr",
    (
        Part("mark", Fixed("\x01")),
        Part("text", OpenText(CHARSET, without=_PROGRESS_MARKS)),
    ),
)
ANSWERS: Final = (
    *SHORT_RESULT,
    *REVERSAL_RESULT,
    *EXTENDED_RESULT,
    *CONVERTED_RESULT,
    *PRE_AUTHORISED,
    STATUS_ANSWER,
    *CLOSED,
    *TOTALLED,
    RECEIPT,
    PROGRESS,
)
MESSAGES: Final = REQUESTS + ANSWERS
