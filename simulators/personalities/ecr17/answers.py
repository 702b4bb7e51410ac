"""What the terminal says: results, states, totals and slips, built with the codec."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from protocols.ecr17 import layouts
from protocols.ecr17.messages import build, serialise
from protocols.ecr17.printing import LAST, LINE_END
from protocols.ecr17.profiles import StanShown
from simulators.memory import Reason
from simulators.personalities.ecr17.words import (
    APPROVED,
    NOTHING_YET,
    REASON_CODES,
    REASON_TEXTS,
    REFUSED,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocols.kit.fields import Value
    from protocols.kit.messages import MessageLayout
    from simulators.books import Totals
    from simulators.memory import Transaction
    from simulators.settings import TerminalSettings

Form = tuple["MessageLayout", "MessageLayout"]
VERSION: Final = "SIM17 1.0"
RECEIPT_MAX: Final = 200  # letters of one frame
PROGRESS_SIZE: Final = 20
_ACQUIRER: Final = 11
_CREDIT: Final = "2"
_TITLES: Final = {
    "sale": "ACQUISTO",
    "void": "STORNO",
    "refund": "ACCREDITO",
    "auto_reversal": "STORNO AUTOMATICO",
}
# A sale made by hand is shown as one with extended result; nobody knows what real ones do.
_FORMS: Final = {"sale": layouts.EXTENDED_RESULT, "void": layouts.REVERSAL_RESULT}


def reason_of(transaction: Transaction) -> Reason:
    """Why a record ended as it did; one that was un-booked is no success any more."""
    reason = Reason(transaction.reason)
    undone = reason is Reason.APPROVED and transaction.unbooked
    return Reason.UNACKNOWLEDGED if undone else reason


def code_of(transaction: Transaction) -> str:
    """The result code of a record."""
    return transaction.host_code or REASON_CODES[reason_of(transaction)]


def form_of(transaction: Transaction) -> Form:
    """In which form a saved result is told again."""
    return _FORMS.get(transaction.kind, layouts.SHORT_RESULT)


def result(
    transaction: Transaction,
    settings: TerminalSettings,
    form: Form,
    *,
    shown: StanShown,
    code: str = "",
) -> bytes:
    """The result of one transaction; `code` where it is another than the record's."""
    code = code or code_of(transaction)
    void = form is layouts.REVERSAL_RESULT
    trace = transaction.trace_number
    if void and shown is StanShown.ORIGINAL and code == APPROVED:
        trace = transaction.original_trace_number or trace
    values: dict[str, Value] = {
        "terminal_id": settings.terminal_id,
        "result_code": code,
        "card_type": _CREDIT,
        "acquirer_id": settings.merchant_id[:_ACQUIRER],
        "trace_number": trace,
        "online_id": transaction.turnover_number,
    }
    if code == APPROVED:
        at = datetime.fromisoformat(transaction.at)
        values |= {
            "pan": transaction.masked_pan,
            "entry_mode": "ICC",
            "auth_code": "000000" if void else transaction.auth_code,
            "date": f"{at:%j}",
            "time": f"{at:%H%M}",
        }
    else:
        values["text"] = REASON_TEXTS[reason_of(transaction)]
    layout = form[0] if code == APPROVED else form[1]
    if "action_code" in layout.names:
        values["action_code"] = "000" if code == APPROVED else "100"
    if "amount_minor" in layout.names:
        values["amount_minor"] = transaction.amount_minor
    return serialise(build(layout, **values))


def nothing(settings: TerminalSettings) -> bytes:
    """The answer of a terminal that has no saved result: refused, without numbers."""
    refused = layouts.SHORT_RESULT[1]
    values = {"terminal_id": settings.terminal_id, "result_code": REFUSED, "text": NOTHING_YET}
    return serialise(build(refused, **values))


def status(settings: TerminalSettings, at: datetime, state: str) -> bytes:
    """What it is like."""
    return serialise(
        build(
            layouts.STATUS_ANSWER,
            terminal_id=settings.terminal_id,
            date_ddmmyy=f"{at:%d%m%y}",
            time=f"{at:%H%M}",
            terminal_state=state,
            version=VERSION,
        )
    )


def closed(settings: TerminalSettings, totals: Totals) -> bytes:
    """The batch was handed in; the host's total is the terminal's."""
    total = abs(totals.total_minor)
    return serialise(
        build(
            layouts.CLOSED[0],
            terminal_id=settings.terminal_id,
            terminal_total_minor=total,
            host_total_minor=total,
        )
    )


def totalled(settings: TerminalSettings, total_minor: int) -> bytes:
    """The batch as it stands."""
    layout = layouts.TOTALLED[0]
    values: dict[str, Value] = {"terminal_total_minor": abs(total_minor)}
    return serialise(build(layout, terminal_id=settings.terminal_id, **values))


def progress(text: str) -> bytes:
    """SOH and 20 letters."""
    return b"\x01" + text.ljust(PROGRESS_SIZE)[:PROGRESS_SIZE].encode("ascii")


def slip(transaction: Transaction, settings: TerminalSettings) -> tuple[str, ...]:
    """The lines of a receipt."""
    at = datetime.fromisoformat(transaction.at)
    amount = f"{transaction.amount_minor // 100},{transaction.amount_minor % 100:02d}"
    return (
        _TITLES[transaction.kind],
        f"TML {settings.terminal_id}",
        f"STAN {transaction.trace_number or '-'}",
        f"{transaction.card_name} {transaction.masked_pan}",
        f"EUR {amount}",
        f"{at:%d/%m/%Y %H:%M}",
        REASON_TEXTS[reason_of(transaction)],
    )


def receipt(lines: Sequence[str], settings: TerminalSettings) -> Iterator[bytes]:
    """A slip as frames of receipt text; the last one has the mark that ends it."""
    text = LINE_END.join(lines) + LAST
    # The mark at the end is never torn: what is in front of it is cut.
    body, end = text[: -len(LAST)], LAST
    pieces = [body[at : at + RECEIPT_MAX] for at in range(0, len(body), RECEIPT_MAX)]
    for piece in (*pieces, end):
        yield serialise(build(layouts.RECEIPT, terminal_id=settings.terminal_id, text=piece))
