"""The messages of Transbank POS Integrado as tables: what stands in which, and which way it goes.

A message is a command of four digits and fields, each with a `|` in front. Whether a `|` ends the
message is told differently for every command and by every program that speaks it, so each layout
ends with an empty `tail` that may be there or not. Widths of what decides about money are the
document's; what is only shown may be a little wider than documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.fields import DECIMAL, Hidden
from protocols.kit.messages import MessageLayout, Part
from protocols.kit.separated import Letters, Separated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.fields import Field
    from protocols.kit.messages import Direction

CODE_SIZE: Final = 4
_TO_TERMINAL: Final = "to_terminal"
_TO_ECR: Final = "to_ecr"
# Fields for people: too short for a card number, wider than any document says.
_SHOWN_MAX: Final = 11
_VOUCHER_MAX: Final = 2_000
_ACCOUNT_MAX: Final = 19


def _field(most: int, *, least: int = 0, allowed: str | None = None) -> Separated:
    letters = Letters(most, least) if allowed is None else Letters(most, least, allowed)
    return Separated(letters)


_SHOWN: Final = _field(_SHOWN_MAX)
_FIELDS: Final[Mapping[str, Field]] = {
    "result_code": _field(2, least=2, allowed=DECIMAL),
    "merchant_id": _field(12),
    "terminal_id": _field(8),
    "ticket_number": _field(_SHOWN_MAX),
    "auth_code": _field(8),
    "amount": _field(10, allowed=DECIMAL + "- "),
    "last_four": _field(4),
    "operation_number": _field(6, allowed=DECIMAL + " "),
    "account_number": Hidden(_field(_ACCOUNT_MAX)),
    "date": _field(8),
    "time": _field(6),
    "providing_merchant_id": _field(12),
    "voucher": _field(_VOUCHER_MAX),
    "progress": _field(2, least=2, allowed=DECIMAL),
    "flag": _field(1),
    "tail": _field(0),
}


def _layout(
    code: str, name: str, direction: Direction, *names: str, needed: int = 0, variant: str = ""
) -> MessageLayout:
    """The first `needed` fields must be there; the tail is added to every layout."""
    parts = tuple(
        Part(each, _FIELDS.get(each, _SHOWN), optional=place >= needed)
        for place, each in enumerate((*names, "tail"))
    )
    return MessageLayout(code.encode("ascii"), name, direction, parts, variant=variant)


_HEAD: Final = ("result_code", "merchant_id", "terminal_id")
_WHEN: Final = ("date", "time", "employee", "tip")
_CARD: Final = ("card_type", "accounting_date", "account_number", "card_brand")
_SALE_RESULT: Final = (
    *_HEAD,
    "ticket_number",
    "auth_code",
    "amount",
    "instalments",
    "instalment_amount",
    "last_four",
    "operation_number",
    *_CARD,
    *_WHEN,
)
# Test data that looks captured from a terminal has one more field, empty, that no document names.
_RESULT: Final = (*_SALE_RESULT, "unnamed")
_RESULT_MULTI: Final = (*_SALE_RESULT, "voucher", "change", "providing_merchant_id")
_LINE: Final = (
    *_HEAD,
    "ticket_number",
    "auth_code",
    "amount",
    "last_four",
    "operation_number",
    *_CARD,
    *_WHEN,
    "instalment_amount",
    "instalments",
)
_SALE: Final = ("amount", "ticket_number", "filler_1", "filler_2", "status_flag")

POLL: Final = _layout("0100", "poll", _TO_TERMINAL)
SALE: Final = _layout("0200", "sale", _TO_TERMINAL, *_SALE, needed=1)
SALE_MULTI: Final = _layout(
    "0270", "sale, multi-merchant", _TO_TERMINAL, *_SALE, "merchant_id", needed=1
)
LAST_SALE: Final = _layout("0250", "last sale", _TO_TERMINAL)
LAST_SALE_MULTI: Final = _layout("0280", "last sale, multi-merchant", _TO_TERMINAL, "flag")
VOID: Final = _layout("1200", "void", _TO_TERMINAL, "operation_number", needed=1)
CLOSE: Final = _layout("0500", "close batch", _TO_TERMINAL, "filler_1")
TOTALS: Final = _layout("0700", "totals", _TO_TERMINAL, "filler_1")
LIST: Final = _layout("0260", "list batch", _TO_TERMINAL, "flag", needed=1, variant="request")
LIST_MULTI: Final = _layout("0290", "list batch, multi-merchant", _TO_TERMINAL, "flag", needed=1)
LOAD_KEYS: Final = _layout("0800", "load keys", _TO_TERMINAL)
NORMAL_MODE: Final = _layout("0300", "back to stand-alone mode", _TO_TERMINAL)

SALE_RESULT: Final = _layout("0210", "sale result", _TO_ECR, *_RESULT, needed=1)
SALE_RESULT_MULTI: Final = _layout(
    "0271", "sale result, multi-merchant", _TO_ECR, *_RESULT_MULTI, needed=1
)
LAST_SALE_RESULT: Final = _layout(
    "0260", "last sale result", _TO_ECR, *_RESULT, needed=1, variant="reply"
)
LAST_SALE_RESULT_MULTI: Final = _layout(
    "0281", "last sale result, multi-merchant", _TO_ECR, *_RESULT_MULTI, needed=1
)
VOID_RESULT: Final = _layout(
    "1210", "void result", _TO_ECR, *_HEAD, "auth_code", "operation_number", needed=1
)
CLOSE_RESULT: Final = _layout("0510", "close result", _TO_ECR, *_HEAD, needed=1)
TOTALS_RESULT: Final = _layout(
    "0710", "totals", _TO_ECR, "result_code", "count", "amount", needed=1
)
BATCH_LINE: Final = _layout("0261", "batch line", _TO_ECR, *_LINE, needed=1)
KEYS_RESULT: Final = _layout("0810", "load keys result", _TO_ECR, *_HEAD, needed=1)
PROGRESS: Final = _layout("0900", "progress", _TO_ECR, "progress", needed=1)

MESSAGES: Final = (
    POLL,
    SALE,
    SALE_MULTI,
    LAST_SALE,
    LAST_SALE_MULTI,
    VOID,
    CLOSE,
    TOTALS,
    LIST,
    LIST_MULTI,
    LOAD_KEYS,
    NORMAL_MODE,
    SALE_RESULT,
    SALE_RESULT_MULTI,
    LAST_SALE_RESULT,
    LAST_SALE_RESULT_MULTI,
    VOID_RESULT,
    CLOSE_RESULT,
    TOTALS_RESULT,
    BATCH_LINE,
    KEYS_RESULT,
    PROGRESS,
)
