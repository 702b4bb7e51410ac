"""One copy of the slip of a refund or void.

The big title is how it ended. A slip whose outcome is not an approval never calls itself a refund:
it says in a sentence that it is not a refund receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from printing.grid import width, wrap
from printing.sheet import Row
from protocols.kit.masking import mask_pan
from protocols.kit.vocabulary import Outcome
from terminal_agent.slips.model import SlipCopy
from terminal_agent.slips.paper import (
    big,
    centred,
    heading,
    labelled,
    marks,
    original_rows,
    plain,
    qr,
    shown,
    stamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from printing.sheet import Block
    from terminal_agent.slips.model import SlipData
    from terminal_agent.slips.paper import Parts

# The card schemes allow the customer's copy nothing but these digits.
_CUSTOMER_PAN_DIGITS = 4


def parts(slip: SlipData, say: Mapping[str, str]) -> Parts:
    """The slip from its top to its signature and QR code."""
    return (
        _head(slip, say),
        _transaction(slip, say),
        _money(slip, say),
        _original(slip, say),
        _terminal_text(slip, say),
        _people(slip, say),
    )


def _head(slip: SlipData, say: Mapping[str, str]) -> Iterator[Block]:
    yield from heading(slip)
    yield from big(say[f"title_{slip.kind.value}"], slip.columns)
    yield from centred(say[f"copy_{slip.copy.value}"], slip.columns)
    yield from marks(slip, say)


def _transaction(slip: SlipData, say: Mapping[str, str]) -> Iterator[Block]:
    rows = [
        ("merchant_id", slip.merchant_id),
        ("terminal_id", slip.terminal_id),
        ("card", _card(slip)),
        ("when", stamp(slip.when)),
        ("batch_number", slip.batch_number),
        ("receipt_number", slip.receipt_number),
        ("trace_number", slip.trace_number),
        ("rrn", slip.rrn),
        ("auth_code", slip.auth_code),
        ("result_code", " ".join(filter(None, (slip.result_code, shown(slip.result_text))))),
    ]
    return labelled(rows, say, slip.columns)


def _money(slip: SlipData, say: Mapping[str, str]) -> Iterator[Block]:
    approved = slip.outcome is Outcome.APPROVED
    if approved:
        yield from plain(say[f"amount_{slip.kind.value}"], slip.columns, bold=True)
        yield from big(str(slip.amount), slip.columns)
    else:
        asked = [
            ("asked_for", say[f"operation_{slip.operation.value}"]),
            ("amount_requested", str(slip.amount)),
        ]
        yield from labelled(asked, say, slip.columns)
    yield from plain(say[f"statement_{slip.kind.value}"], slip.columns, bold=True)


def _original(slip: SlipData, say: Mapping[str, str]) -> Iterator[Block]:
    approved = slip.outcome is Outcome.APPROVED  # before that nobody knows what remains
    rows = [
        *(original_rows(slip.original) if slip.original else ()),
        ("remaining", str(slip.remaining) if slip.remaining and approved else ""),
        ("reason", shown(slip.reason)),
    ]
    if slip.original:
        yield Row(say["original"], bold=True)
    yield from labelled(rows, say, slip.columns)


def _terminal_text(slip: SlipData, say: Mapping[str, str]) -> Iterator[Block]:
    """The scheme's evidence as the terminal gave it: never re-ordered, indents kept.

    Not on a slip of an unknown outcome: half a receipt could pass for a refund receipt. Where the
    terminal has a printer of its own, that paper is the evidence and is not repeated.
    """
    if slip.outcome is Outcome.UNKNOWN:
        return
    if slip.terminal_prints:
        if slip.outcome is not Outcome.NOT_SENT:
            yield from plain(say["terminal_prints"], slip.columns)
        return
    if slip.terminal_lines:
        yield Row(say["terminal_text"], bold=True)
    for text in slip.terminal_lines:
        line = shown(text).rstrip()
        fits = width(line) <= slip.columns
        yield from (Row(piece) for piece in ([line] if fits else wrap(line, slip.columns)))


def _people(slip: SlipData, say: Mapping[str, str]) -> Iterator[Block]:
    rows = [
        ("cashier", shown(slip.cashier)),
        ("approver", shown(slip.approver)),
        ("case_number", slip.case_number),
        ("slip_id", slip.slip_id),
    ]
    yield from labelled(rows, say, slip.columns)
    yield from labelled([("slip_code", slip.code)], say, slip.columns, bold=True)
    if slip.copy is SlipCopy.MERCHANT and slip.outcome is Outcome.APPROVED:
        yield from (Row(), Row(say["signature"]), Row(), Row("_" * slip.columns))
    yield from qr(slip.case_number)
    yield from centred(say["keep"], slip.columns)


def _card(slip: SlipData) -> str:
    pan = mask_pan(slip.masked_pan)
    if slip.copy is SlipCopy.CUSTOMER:
        hidden = max(len(pan) - _CUSTOMER_PAN_DIGITS, 0)
        pan = "*" * hidden + pan[hidden:]
    return " ".join(filter(None, (shown(slip.card_name), pan)))
