"""What the terminal says: answers, results, ends and slips, built with the codec."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from protocols.kit.tlv import Tlv, constructed, primitive
from protocols.zvt.layouts import REGISTERED
from protocols.zvt.messages import build
from simulators.memory import Reason, Transaction
from simulators.personalities.zvt.words import REASON_CODES, WRONG_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.messages import Message
    from simulators.books import Totals
    from simulators.settings import TerminalSettings

POSITIVE: Final = build("8000")
VERSION: Final = "SIMULATED TERMINAL 1"
MERCHANT_COPY: Final = 1
CUSTOMER_COPY: Final = 2
ADMINISTRATION: Final = 3
_MASTERCARD: Final = "06"
_ONLINE_PIN: Final = "70"
_LAST_LINE: Final = 0x81
_TAG_TEXT: Final = 0x07
_TAG_ATTRIBUTE: Final = 0x09
_TAG_TEXTS: Final = 0x25
_TAG_RECEIPT_TYPE: Final = 0x1F07
_TAG_CARD_TECHNOLOGY: Final = 0x1F12
_TITLES: Final = {
    "sale": "Zahlung",
    "void": "Storno Zahlung",
    "refund": "Gutschrift",
    "auto_reversal": "Autostorno",
}


def code_of(transaction: Transaction) -> str:
    """The result code of a record; one that was un-booked is no success any more."""
    reason = Reason(transaction.reason)
    if reason is Reason.APPROVED and transaction.unbooked:
        reason = Reason.UNACKNOWLEDGED
    return transaction.host_code or REASON_CODES[reason]


@lru_cache(maxsize=256)  # every code there is
def negative(code: str) -> Message:
    """84 xx."""
    return build(f"84{code}")


def wrong_currency(currency: str) -> Message:
    """84 1E with the reason and the currency that would be right (PA00P015, 06 00)."""
    return build("841E", data=bytes.fromhex(WRONG_CURRENCY + currency.rjust(4, "0")))


def status_information(
    transaction: Transaction, settings: TerminalSettings, *, tlv: bool
) -> Message:
    """04 0F of one transaction. Numbers it never got are left out, as is the kind: ZVT has none."""
    at = datetime.fromisoformat(transaction.at)
    approved = bool(transaction.auth_code)
    card = transaction.masked_pan
    container = Tlv.of(primitive(_TAG_CARD_TECHNOLOGY, b"\x01")) if tlv and card else None
    return build(
        "040F",
        result_code=code_of(transaction),
        amount_minor=transaction.amount_minor,
        currency=transaction.currency.rjust(4, "0"),
        trace_number=transaction.trace_number or None,
        time=at.strftime("%H%M%S"),
        date=at.strftime("%m%d"),
        payment_type=_ONLINE_PIN if card else None,
        pan=card.replace("*", "E") or None,
        terminal_id=settings.terminal_id,
        contract_number=settings.merchant_id,
        authorisation_attribute=transaction.auth_code if approved else None,
        original_trace_number=transaction.original_trace_number,
        receipt_number=transaction.receipt_number or None,
        turnover_number=transaction.turnover_number or None,
        card_type=_MASTERCARD if card else None,
        card_name=f"{transaction.card_name}\0" if card else None,
        tlv=container,
    )


def totals_information(totals: Totals, trace_number: str, at: datetime) -> Message:
    """04 0F of an end of day: BMP 60 counts everything under "others"."""
    others = bytes((min(totals.count, 255),)) + _bcd(abs(totals.total_minor))
    nothing = bytes(7)
    body = bytes.fromhex(totals.first_receipt + totals.last_receipt) + nothing * 6 + others
    return build(
        "040F",
        result_code="00",
        amount_minor=abs(totals.total_minor),
        trace_number=trace_number,
        time=at.strftime("%H%M%S"),
        date=at.strftime("%m%d"),
        totals=body.hex().upper(),
    )


def _bcd(amount_minor: int) -> bytes:
    return bytes.fromhex(f"{amount_minor:012d}")


@lru_cache(maxsize=256)
def progress(status: str, minutes: int | None = None) -> Message:
    """04 FF; `minutes` is the T4 that the till may wait now, and makes room for a container."""
    told = None if minutes is None else f"{minutes:02d}"
    return build("04FF", intermediate_status=status, timeout_minutes=told)


@cache
def completion() -> Message:
    """06 0F of a transaction."""
    return build("060F")


@lru_cache(maxsize=256)
def registered(terminal_id: str, currency: str, *, ids: bool) -> Message:
    """06 0F of a registration; echoes the offer of sequence ids where the terminal knows them."""
    return REGISTERED.message(
        status_byte="00",
        terminal_id=terminal_id,
        currency=currency.rjust(4, "0"),
        tlv=Tlv.of(primitive(0x1F73, bytes(3))) if ids else None,
    )


@lru_cache(maxsize=256)
def status(code: str, *, version: bool) -> Message:
    """06 0F of a status enquiry."""
    return build("060F", version=VERSION if version else None, terminal_status=code)


def abort(code: str, currency: str = "") -> Message:
    """06 1E; after a wrong currency with the right one."""
    if code == WRONG_CURRENCY and currency:
        return build("061E", result_code=code, currency=currency.rjust(4, "0"))
    return build("061E", result_code=code)


def set_clock(at: datetime) -> Message:
    """04 01: the terminal sets the till's clock."""
    return build("0401", date_yymmdd=at.strftime("%y%m%d"), time=at.strftime("%H%M%S"))


def slip(transaction: Transaction, settings: TerminalSettings, copy: int) -> tuple[str, ...]:
    """The lines of one copy of a receipt."""
    at = datetime.fromisoformat(transaction.at)
    code = code_of(transaction)
    amount = f"{transaction.amount_minor // 100},{transaction.amount_minor % 100:02d}"
    return (
        "Händlerbeleg" if copy == MERCHANT_COPY else "Kundenbeleg",
        f"Terminal-ID {settings.terminal_id}",
        f"TA-Nr {transaction.trace_number or '-'} Beleg-Nr {transaction.receipt_number or '-'}",
        _TITLES[transaction.kind],
        f"{transaction.card_name} {transaction.masked_pan}",
        f"Betrag {amount} ({transaction.currency})",
        f"{at:%d.%m.%Y %H:%M:%S}",
        "Zahlung erfolgt" if code == "00" else f"Abgelehnt, Code {code}",
    )


def lines(text: Sequence[str]) -> list[Message]:
    """A slip as print lines (06 D1), the last one marked."""
    last = len(text) - 1
    return [
        build("06D1", attribute=f"{_LAST_LINE if place == last else 0:02X}", text=line)
        for place, line in enumerate(text)
    ]


def block(text: Sequence[str], copy: int, charset: str) -> Message:
    """A slip as a text block (06 D3)."""
    texts = [primitive(_TAG_TEXT, line.encode(charset, "replace")) for line in text]
    end = primitive(_TAG_ATTRIBUTE, bytes((_LAST_LINE,)))
    kind = primitive(_TAG_RECEIPT_TYPE, bytes((copy,)))
    return build("06D3", tlv=Tlv.of(kind, constructed(_TAG_TEXTS, *texts, end)))
