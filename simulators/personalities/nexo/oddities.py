"""Odd answers to a money request: what the step "odd" of a scenario makes of the right one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.nexo.framing import LENGTH_SIZE

if TYPE_CHECKING:
    from protocols.kit.fields import Value

    Values = dict[str, Value | None]

_HTML: Final = b"<html><body>502 Bad Gateway</body></html>"
_HUGE: Final = 1 << 31
_OTHER: Final[dict[str, Values]] = {
    "wrong_currency": {"currency": "USD"},
    "wrong_amount": {"authorized_amount": "0.01", "reversed_amount": "0.01"},
    "wrong_type": {"payment_type": "Normal", "original_transaction_id": "0"},
    "wrong_sale": {"sale_transaction_id": "another"},
    "partial": {"result": "Partial", "authorized_amount": "0.01", "reversed_amount": "0.01"},
    "unknown_result": {"result": "Maybe"},
    "unknown_condition": {"result": "Failure", "error_condition": "Tuesday"},
}


def values(odd: str, right: Values) -> Values:
    """The members of the answer, some of them wrong; only what stands in it can be wrong."""
    changed = _OTHER.get(odd, {})
    always = {"result", "error_condition"}
    return right | {
        name: value for name, value in changed.items() if name in right or name in always
    }


def bytes_of(odd: str, payload: bytes) -> bytes:
    """The bytes on the line: the message behind its length, one of both not as it should be."""
    length = len(payload)
    match odd:
        case "truncated":
            payload = payload[: length // 2]
            length = len(payload)
        case "length_long":
            length += 7
        case "length_short":
            length -= 7
        case "length_zero":
            length = 0
        case "length_huge":
            length = _HUGE
        case "html":
            payload = _HTML
            length = len(payload)
        case _:
            pass
    return length.to_bytes(LENGTH_SIZE, "big") + payload
