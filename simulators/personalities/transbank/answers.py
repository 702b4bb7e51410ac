"""What the terminal says: results, lines of the batch and slips, built with the codec."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from protocols.transbank import layouts
from protocols.transbank.messages import build, serialise
from simulators.memory import Reason
from simulators.personalities.transbank.words import REASON_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocols.kit.messages import MessageLayout
    from simulators.memory import Transaction
    from simulators.settings import TerminalSettings

_NUMBER: Final = 6
_MERCHANT: Final = 12
_TITLES: Final = {
    "sale": "VENTA",
    "void": "ANULACION",
    "refund": "DEVOLUCION",
    "auto_reversal": "REVERSA",
}


def code_of(transaction: Transaction) -> str:
    """The result code of a record; one that was un-booked is no success any more."""
    reason = Reason(transaction.reason)
    if reason is Reason.APPROVED and transaction.unbooked:
        reason = Reason.UNACKNOWLEDGED
    return transaction.host_code or REASON_CODES[reason]


def operation_number(transaction: Transaction) -> str:
    """What vouchers and the list know a transaction by: a void by its original's number."""
    number = transaction.receipt_number
    if transaction.kind == "void":
        number = transaction.original_receipt_number or ""
    return number.zfill(_NUMBER) if number else ""


def _head(code: str, settings: TerminalSettings) -> dict[str, str]:
    return {
        "result_code": code,
        "merchant_id": settings.merchant_id.rjust(_MERCHANT, "0")[-_MERCHANT:],
        "terminal_id": settings.terminal_id,
    }


def _body(transaction: Transaction, ticket: str) -> dict[str, str]:
    at = datetime.fromisoformat(transaction.at)
    sign = "-" if transaction.kind in {"void", "refund"} else ""
    return {
        "ticket_number": ticket,
        "auth_code": transaction.auth_code or " " * _NUMBER,
        "amount": f"{sign}{transaction.amount_minor}",
        "last_four": transaction.masked_pan[-4:],
        "operation_number": operation_number(transaction),
        "card_type": "CR",
        "card_brand": "MC",
        "date": f"{at:%d%m%Y}",
        "time": f"{at:%H%M%S}",
        "employee": "0",
        "tip": "0",
        "instalments": "0",
    }


def _said(layout: MessageLayout, values: Mapping[str, str]) -> bytes:
    """All fields of a layout in their order; those that have no value are empty."""
    names = [part.name for part in layout.parts if part.name != "unnamed"]
    if "unnamed" in layout.names:
        names.remove("tail")
        names.append("unnamed")
    return serialise(build(layout, **{name: values.get(name, "") for name in names}))


def sale_result(
    layout: MessageLayout, transaction: Transaction, settings: TerminalSettings, ticket: str
) -> bytes:
    """0210, or 0260 for the last sale."""
    values = _head(code_of(transaction), settings) | _body(transaction, ticket)
    return _said(layout, values)


def void_result(code: str, number: str, auth_code: str, settings: TerminalSettings) -> bytes:
    """1210; it has no bar at its end."""
    values = _head(code, settings) | {"auth_code": auth_code, "operation_number": number}
    return serialise(build(layouts.VOID_RESULT, **values))


def line(transaction: Transaction, settings: TerminalSettings) -> bytes:
    """0261 of one transaction; of a void the amount is below zero."""
    values = _head("00", settings) | _body(transaction, "")
    return _said(layouts.BATCH_LINE, values)


def last_line(settings: TerminalSettings, code: str = "00") -> bytes:
    """0261 that ends the list: without an authorisation code."""
    return _said(layouts.BATCH_LINE, _head(code, settings))


def bare(layout: MessageLayout, code: str, settings: TerminalSettings, **more: str) -> bytes:
    """A reply with a code and what identifies the terminal, as far as the layout has room."""
    values = {**_head(code, settings), **more}
    if "ticket_number" in layout.names:  # clients count on every field of a sale, empty or not
        return _said(layout, values)
    known = {name: value for name, value in values.items() if name in layout.names}
    return serialise(build(layout, **known))


def progress(code: str) -> bytes:
    """0900."""
    return serialise(build(layouts.PROGRESS, progress=code, tail=""))


def slip(transaction: Transaction, settings: TerminalSettings) -> tuple[str, ...]:
    """A voucher; the terminal prints its own."""
    at = datetime.fromisoformat(transaction.at)
    code = code_of(transaction)
    return (
        _TITLES[transaction.kind],
        f"TERMINAL {settings.terminal_id}",
        f"OPERACION {operation_number(transaction) or '-'}",
        f"{transaction.card_name} ****{transaction.masked_pan[-4:]}",
        f"MONTO {transaction.amount_minor}",
        f"{at:%d/%m/%Y %H:%M:%S}",
        "APROBADA" if code == "00" else f"RECHAZADA {code}",
    )


def batch_slip(title: str, transactions: Iterable[Transaction]) -> tuple[str, ...]:
    """The list or the totals on paper."""
    rows = [f"{operation_number(row)} {row.kind} {row.amount_minor}" for row in transactions]
    return (title, *rows)
