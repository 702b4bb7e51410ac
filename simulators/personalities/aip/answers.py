"""What an AIP terminal says: records, refusals and slips, built with the codec."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from protocols.aip.messages import build, on_wire
from protocols.aip.tags import REFUND, SALE, VOID
from simulators.memory import Reason, Transaction
from simulators.personalities.aip.words import OTHER_TEXT, REASON_CODES, TEXTS

if TYPE_CHECKING:
    from protocols.aip.profiles import AipProfile
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message
    from simulators.terminal import SimTerminal

# A terminal shows its own undoing as the void of what it undid.
TYPES: Final = {"sale": SALE, "void": VOID, "refund": REFUND, "auto_reversal": VOID}
_TITLES: Final = {"sale": "消费", "void": "消费撤销", "refund": "退货", "auto_reversal": "冲正"}
_MERCHANT: Final = "测试商户"
_BANK: Final = "测试银行"
_OPERATOR: Final = "01"
_VOUCHER_DIGITS: Final = 6
_BATCH_DIGITS: Final = 6


def code_of(transaction: Transaction) -> str:
    """The result code of a record; one that was un-booked is no success any more."""
    reason = Reason(transaction.reason)
    if reason is Reason.APPROVED and transaction.unbooked:
        reason = Reason.UNACKNOWLEDGED
    return transaction.host_code or REASON_CODES[reason]


def plain(terminal: SimTerminal, request: Message, profile: AipProfile, code: str) -> Message:
    """An answer that tells of no transaction."""
    number = request.number("trans_type")
    assert number is not None
    return _answer(terminal, request, profile, number, result_code=code)


def told(
    terminal: SimTerminal,
    request: Message,
    profile: AipProfile,
    transaction: Transaction,
    *,
    number: int | None = None,
    lines: bool = False,
) -> Message:
    """An answer that tells of a transaction, under the transaction's own type or this one.

    Numbers that it never got are left out.
    """
    booked = bool(transaction.receipt_number)
    original = transaction.original_receipt_number
    at = datetime.fromisoformat(transaction.at)
    return _answer(
        terminal,
        request,
        profile,
        TYPES[transaction.kind] if number is None else number,
        amount_minor=transaction.amount_minor,
        result_code=code_of(transaction),
        card_name=on_wire(_BANK) if booked else None,
        pan=transaction.masked_pan or None,
        batch_number=_batch(terminal, transaction) if booked else None,
        trace_number=_voucher(transaction.receipt_number) if booked else None,
        auth_code=transaction.auth_code or None,
        rrn=transaction.rrn or None,
        date=f"{at:%Y%m%d}",
        time=f"{at:%H%M%S}",
        original_trace_number=_voucher(original) if original and booked else None,
        print_content=on_wire("\n".join(slip(transaction))) if lines else None,
        order_number=transaction.reference if profile.echoes_check != "no" else None,
    )


def _answer(
    terminal: SimTerminal, request: Message, profile: AipProfile, number: int, **more: Value | None
) -> Message:
    code = more["result_code"]
    settings = terminal.settings
    return build(
        number,
        app_name=request.text("app_name"),
        merchant_name=on_wire(_MERCHANT),
        merchant_id=settings.merchant_id,
        terminal_id=settings.terminal_id,
        operator=_OPERATOR,
        result_text=on_wire(TEXTS.get(str(code), OTHER_TEXT)),
        **more,
        check=request.text("check") if profile.echoes_check != "no" else None,
    )


def slip(transaction: Transaction) -> tuple[str, ...]:
    """The lines of a slip, as short as they can be."""
    yuan, fen = divmod(transaction.amount_minor, 100)
    return (
        _TITLES[transaction.kind],
        f"凭证号 {_voucher(transaction.receipt_number)}",
        f"金额 {yuan}.{fen:02d}",
    )


def _voucher(receipt_number: str) -> str:
    return receipt_number.rjust(_VOUCHER_DIGITS, "0")


def _batch(terminal: SimTerminal, transaction: Transaction) -> str:
    """The batch it was booked in, which the host's number begins with."""
    present = f"{terminal.memory.counters.batch:0{_BATCH_DIGITS}d}"
    return transaction.rrn[:_BATCH_DIGITS] or present
