"""One page of a case for the shop's file: what was asked, what came of it, who, and the proof.

It is no receipt of any kind, and says so; the customer gets the slips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from printing.sheet import Row
from protocols.kit.masking import mask_pan
from terminal_agent.slips.paper import (
    big,
    centred,
    hanging,
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
    from terminal_agent.slips.model import CaseSheet
    from terminal_agent.slips.paper import Parts


def parts(sheet: CaseSheet, say: Mapping[str, str]) -> Parts:
    """The page from how the case stands to its timeline."""
    return (
        _head(sheet, say),
        _wish(sheet, say),
        _original(sheet, say),
        _answer(sheet, say),
        _people(sheet, say),
        _timeline(sheet, say),
        _foot(sheet, say),
    )


def _head(sheet: CaseSheet, say: Mapping[str, str]) -> Iterator[Block]:
    yield from heading(sheet)
    yield from centred(say["case_title"], sheet.columns, bold=True)
    yield from big(say[f"status_{sheet.status}"], sheet.columns)
    yield from marks(sheet, say)
    rows = [("case_number", sheet.case_number), ("case_as_of", stamp(sheet.when))]
    yield from labelled(rows, say, sheet.columns)


def _wish(sheet: CaseSheet, say: Mapping[str, str]) -> Iterator[Block]:
    asked = say[f"operation_{sheet.operation.value}"] if sheet.operation else ""
    rows = [
        ("asked_for", asked),
        ("amount_requested", str(sheet.amount)),
        ("reason", shown(sheet.reason)),
        ("case_terminal", shown(sheet.terminal)),
        ("terminal_id", sheet.terminal_id),
    ]
    return labelled(rows, say, sheet.columns)


def _original(sheet: CaseSheet, say: Mapping[str, str]) -> Iterator[Block]:
    yield Row(say["original"], bold=True)
    card = " ".join(filter(None, (shown(sheet.card_name), mask_pan(sheet.masked_pan))))
    rows = [
        *original_rows(sheet.original),
        ("card", card),
        ("case_source", say[f"source_{sheet.source}"]),
    ]
    yield from labelled(rows, say, sheet.columns)


def _answer(sheet: CaseSheet, say: Mapping[str, str]) -> Iterator[Block]:
    told = " ".join(filter(None, (sheet.result_code, shown(sheet.result_text))))
    rows = [
        ("result_code", told),
        ("receipt_number", sheet.receipt_number),
        ("trace_number", sheet.trace_number),
        ("rrn", sheet.rrn),
        ("auth_code", sheet.auth_code),
        ("case_proof", say[f"proof_{sheet.proof}"] if sheet.proof else ""),
        ("case_evidence", shown(sheet.evidence)),
    ]
    yield Row(say["case_answer"], bold=True)
    if any(value for _, value in rows):
        yield from labelled(rows, say, sheet.columns)
    else:
        yield from plain(say["case_no_answer"], sheet.columns)


def _people(sheet: CaseSheet, say: Mapping[str, str]) -> Iterator[Block]:
    rows = [
        ("cashier", shown(sheet.cashier)),
        ("approver", shown(sheet.approver)),
        ("case_deciders", shown(sheet.deciders)),
        ("case_contact", shown(sheet.contact)),
        ("case_reported", shown(sheet.reported)),
    ]
    return labelled(rows, say, sheet.columns)


def _timeline(sheet: CaseSheet, say: Mapping[str, str]) -> Iterator[Block]:
    """Under each day its moments; what happened hangs beside the time."""
    if sheet.timeline:
        yield Row(say["case_timeline"], bold=True)
    day = None
    for happening in sheet.timeline:
        if happening.when.date() != day:
            day = happening.when.date()
            yield Row(day.isoformat())
        time = happening.when.strftime("%H:%M:%S ")
        texts = (say[f"event_{happening.event}"], shown(happening.detail))
        for text in filter(None, texts):
            yield from hanging(time, text, sheet.columns)
            time = " " * len(time)


def _foot(sheet: CaseSheet, say: Mapping[str, str]) -> Iterator[Block]:
    yield from plain(say["case_no_receipt"], sheet.columns)
    yield from qr(sheet.case_number)
    yield from centred(say["case_keep"], sheet.columns)
