"""The refund register as a CSV file that a spreadsheet opens without harm.

UTF-8 with a byte order mark, so that Chinese words survive; a cell that a spreadsheet would take
for a formula is made a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

from terminal_agent.journal.table import COLUMNS, RegisterRow

# What makes a spreadsheet compute rather than show, also behind blanks.
_FORMULA = ("=", "+", "-", "@")


def to_csv(rows: Iterable[RegisterRow], say: Callable[[str], str]) -> bytes:
    """The register. `say` gives the words of a text key in the reader's language."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(say(f"record.column.{name}")) for name in COLUMNS])
    for row in rows:
        writer.writerow([harmless(cell) for cell in cells(row, say)])
    return out.getvalue().encode("utf-8-sig", errors="replace")


def cells(row: RegisterRow, say: Callable[[str], str]) -> tuple[str, ...]:
    """The row as words, in the order of COLUMNS; also what a screen shows."""
    return (
        row.date.strftime("%Y-%m-%d %H:%M"),
        row.case,
        str(row.amount),
        _said(say, row.way),
        _with_text(_said(say, row.reason), row.reason_text),
        _with_text(row.result_code, _said(say, row.result_text)),
        _said(say, row.status),
        row.cashier,
        ", ".join(row.approvers),
        row.customer_contact,
        _with_text(_said(say, row.proof), row.evidence_text),
        row.reported,
        row.receipt_number,
        row.original_receipt_number,
        row.terminal,
        row.card,
    )


def harmless(cell: str) -> str:
    """The cell as a text: no control characters, and no formula."""
    shown = "".join(c if c.isprintable() else " " for c in cell)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def _said(say: Callable[[str], str], key: str) -> str:
    return say(key) if key else ""


def _with_text(word: str, text: str) -> str:
    return ": ".join(part for part in (word, text) if part)
