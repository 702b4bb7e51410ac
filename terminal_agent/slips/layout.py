"""One slip as lines on a grid of cells: a pure function of its data.

The big title is how it ended. A slip whose outcome is not an approval never calls itself a refund:
it says in a sentence that it is not a refund receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from printing.grid import centre, pair, width, wrap
from printing.sanitise import clean
from protocols.kit.masking import mask_digits, mask_pan
from protocols.kit.vocabulary import Outcome
from terminal_agent.slips.model import SlipCopy
from terminal_agent.slips.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from terminal_agent.slips.model import OriginalSale, SlipData

# The card schemes allow the customer's copy nothing but these digits.
_CUSTOMER_PAN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line, at most `columns` cells wide; a `big` one wants the largest letters that fit."""

    text: str
    big: bool = False


def layout(slip: SlipData) -> tuple[Line, ...]:
    """The slip's lines, top to bottom. No line is wider than `slip.columns` cells."""
    say = words(slip.language)
    blocks = (
        _head(slip, say),
        _transaction(slip, say),
        _money(slip, say),
        _original(slip, say),
        _terminal_text(slip, say),
        _people(slip, say),
    )
    rule = Line("-" * slip.columns)
    lines: list[Line] = []
    for block in blocks:
        made = list(block)
        if made:
            lines += [rule, *made] if lines else made
    return (*lines, *_foot(slip, say))


def text_lines(slip: SlipData) -> tuple[str, ...]:
    """The slip as plain text: what is big on paper stands between double rules."""
    double = "=" * slip.columns
    shown: list[str] = []
    big = False
    for line in layout(slip):
        if line.big != big:
            shown.append(double)
        big = line.big
        shown.append(line.text.rstrip())
    return tuple(shown)


def _head(slip: SlipData, say: Mapping[str, str]) -> Iterator[Line]:
    for text in slip.merchant_lines:
        yield from _lines(centre(text, slip.columns))
    yield from _big(say[f"title_{slip.kind.value}"], slip.columns)
    yield from _lines(centre(say[f"copy_{slip.copy.value}"], slip.columns))
    if slip.reprint:
        marked = say["reprint"].replace("{n}", str(slip.reprint))
        yield from _lines(centre(marked, slip.columns))


def _transaction(slip: SlipData, say: Mapping[str, str]) -> Iterator[Line]:
    rows = [
        ("merchant_id", slip.merchant_id),
        ("terminal_id", slip.terminal_id),
        ("card", _card(slip)),
        ("when", _stamp(slip.when)),
        ("batch_number", slip.batch_number),
        ("receipt_number", slip.receipt_number),
        ("trace_number", slip.trace_number),
        ("rrn", slip.rrn),
        ("auth_code", slip.auth_code),
        ("result_code", " ".join(part for part in (slip.result_code, slip.result_text) if part)),
    ]
    return _rows(rows, say, slip.columns)


def _money(slip: SlipData, say: Mapping[str, str]) -> Iterator[Line]:
    if slip.outcome is Outcome.APPROVED:
        yield from _lines(wrap(say[f"amount_{slip.kind.value}"], slip.columns))
        yield from _big(str(slip.amount), slip.columns)
    else:
        asked = [
            ("asked_for", say[f"operation_{slip.operation.value}"]),
            ("amount_requested", str(slip.amount)),
        ]
        yield from _rows(asked, say, slip.columns)
    yield from _lines(wrap(say[f"statement_{slip.kind.value}"], slip.columns))


def _original(slip: SlipData, say: Mapping[str, str]) -> Iterator[Line]:
    approved = slip.outcome is Outcome.APPROVED  # before that nobody knows what remains
    rows = [
        *(_original_rows(slip.original) if slip.original else ()),
        ("remaining", str(slip.remaining) if slip.remaining and approved else ""),
        ("reason", mask_digits(slip.reason)),
    ]
    if slip.original:
        yield Line(say["original"])
    yield from _rows(rows, say, slip.columns)


def _original_rows(sale: OriginalSale) -> tuple[tuple[str, str], ...]:
    return (
        ("original_when", _stamp(sale.when) if sale.when else ""),
        ("original_receipt_number", sale.receipt_number),
        ("original_trace_number", sale.trace_number),
        ("original_rrn", sale.rrn),
        ("original_amount", str(sale.amount) if sale.amount else ""),
    )


def _terminal_text(slip: SlipData, say: Mapping[str, str]) -> Iterator[Line]:
    """The scheme's evidence as the terminal gave it: never re-ordered, indents kept.

    Not on a slip of an unknown outcome: half a receipt could pass for a refund receipt.
    """
    if not slip.terminal_lines or slip.outcome is Outcome.UNKNOWN:
        return
    yield Line(say["terminal_text"])
    for text in slip.terminal_lines:
        shown = clean(mask_digits(text)).rstrip()
        yield from _lines([shown] if width(shown) <= slip.columns else wrap(shown, slip.columns))


def _people(slip: SlipData, say: Mapping[str, str]) -> Iterator[Line]:
    rows = [
        ("cashier", mask_digits(slip.cashier)),
        ("approver", mask_digits(slip.approver)),
        ("case_number", slip.case_number),
        ("slip_id", slip.slip_id),
    ]
    return _rows(rows, say, slip.columns)


def _foot(slip: SlipData, say: Mapping[str, str]) -> Iterator[Line]:
    if slip.copy is SlipCopy.MERCHANT and slip.outcome is Outcome.APPROVED:
        yield from (Line(""), Line(say["signature"]), Line(""), Line("_" * slip.columns))
    yield from _lines(centre(say["keep"], slip.columns))


def _card(slip: SlipData) -> str:
    pan = mask_pan(slip.masked_pan)
    if slip.copy is SlipCopy.CUSTOMER:
        hidden = max(len(pan) - _CUSTOMER_PAN_DIGITS, 0)
        pan = "*" * hidden + pan[hidden:]
    return " ".join(part for part in (mask_digits(slip.card_name), pan) if part)


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S")


def _big(text: str, columns: int) -> Iterator[Line]:
    return (Line(line, big=True) for line in centre(text, columns))


def _rows(rows: Iterable[tuple[str, str]], say: Mapping[str, str], columns: int) -> Iterator[Line]:
    for key, value in rows:
        if value:
            yield from _lines(pair(say[key], value, columns))


def _lines(texts: Iterable[str]) -> Iterator[Line]:
    return (Line(text) for text in texts)
