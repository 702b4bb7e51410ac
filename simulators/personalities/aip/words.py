"""AIP's types and codes and our words for them.

Scenarios may name a message by its transaction type ("04", hex) or by its word ("refund"); the
words are the same for every protocol.
"""

from __future__ import annotations

from typing import Final

from protocols.aip.messages import direction_of, parse
from protocols.aip.tags import (
    APP_MANAGER,
    DETAILS,
    LINE_TEST,
    QUERY_LAST,
    REFUND,
    RELAY,
    REPRINT,
    SALE,
    SETTLE,
    SIGN_ON,
    VOID,
)
from protocols.kit.errors import ProtocolError
from simulators.memory import Reason

_REQUESTS: Final[dict[int, tuple[str, ...]]] = {
    SIGN_ON: ("sign_on",),
    SALE: ("sale", "money"),
    VOID: ("void", "money"),
    REFUND: ("refund", "money"),
    SETTLE: ("end_of_day",),
    QUERY_LAST: ("enquiry",),
    REPRINT: ("reprint",),
    RELAY: ("relayed",),
    DETAILS: ("diagnose",),
}
MONEY: Final = frozenset({SALE, VOID, REFUND})
_ANSWER: Final = ("answer",)
_RESULT: Final = ("answer", "result", "completion", "end")
_HOST_WANTED: Final = ("relay",)
_STATUS: Final = ("status",)


def names_of(payload: bytes) -> tuple[str, ...]:
    """Type and words of a payload."""
    try:
        message = parse(payload)
    except ProtocolError:
        return ()
    number = message.number("trans_type") or 0
    code = f"{number:02X}"
    if direction_of(message) == "to_ecr":
        if "host" in message.values:
            return code, *_HOST_WANTED
        return code, *(_RESULT if number in MONEY else _ANSWER)
    if number == LINE_TEST and message.text("app_name") == APP_MANAGER:
        return code, *_STATUS
    return code, *_REQUESTS.get(number, ())


_KNOWN: Final = frozenset(
    {word for words in _REQUESTS.values() for word in words} | {*_RESULT, *_HOST_WANTED, *_STATUS}
)
_HEX: Final = frozenset("0123456789ABCDEF")
_CODE: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def knows(name: str) -> bool:
    """Whether a message can go by this name: a word, or a type of two hex digits."""
    return (len(name) == 2 and _HEX.issuperset(name)) or name in _KNOWN


def is_code(text: str) -> bool:
    """Whether this is a result code: two digits or letters."""
    return len(text) == 2 and _CODE.issuperset(text)


# What the device itself decides.
REASON_CODES: Final[dict[Reason, str]] = {
    Reason.APPROVED: "00",
    Reason.DECLINED: "05",
    Reason.CARDHOLDER: "X0",
    Reason.NO_CONNECTION: "X5",
    Reason.ALREADY_REVERSED: "XC",
    Reason.NOT_FOUND: "XB",
    Reason.AMOUNT_DIFFERS: "XF",
    Reason.END_OF_DAY_PENDING: "XM",
    Reason.STORE_FULL: "XM",
    Reason.LOCKED: "XM",
    Reason.NO_PAPER: "XM",
    # No document says how a terminal shows what it undid; as cancelled, we assume.
    Reason.UNACKNOWLEDGED: "X0",
}
TEXTS: Final[dict[str, str]] = {
    "00": "交易成功",
    "09": "请求正在处理中",
    "X0": "交易取消",
    "X2": "无记录",
    "X5": "联接失败",
    "XA": "不支持该交易",
    "XB": "无原始交易",
    "XC": "不能重复处理",
    "XF": "金额不符",
    "XM": "交易拒绝",
}
OTHER_TEXT: Final = "交易失败"

APPROVED: Final = "00"
BUSY: Final = "09"
NO_RECORD: Final = "X2"
NOT_SUPPORTED: Final = "XA"
