"""A sheet as text: `to_text` shows everything that is on it, `to_plain` is for people's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from printing.grid import width
from printing.sheet import Cut, Qr, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from printing.sheet import Sheet


def to_text(sheet: Sheet) -> str:
    """One line for each block, each with its line end. A mark after the row tells how it looks:
    `<B>` bold, `<2x1>` twice as wide, `<B 2x2>` bold and twice as large each way."""
    return "".join(f"{_marked(block)}\n" for block in sheet.blocks)


def to_plain(sheet: Sheet) -> str:
    """Text that is no wider than the paper. High rows stand between double rules; a QR code, whose
    text stands beside it in letters, is left out, and so is the cut at the end."""
    return "".join(f"{line.rstrip()}\n" for line in _plain_lines(sheet))


def _marked(block: Row | Qr | Cut) -> str:
    match block:
        case Row():
            mark = _mark(block)
            return f"{block.text}   <{mark}>" if mark else block.text.rstrip()
        case Qr(data):
            return f"[QR {data}]"
        case Cut():
            return "[CUT]"
        case _:  # pragma: no cover
            assert_never(block)


def _mark(row: Row) -> str:
    size = f"{row.wide}x{row.tall}" if (row.wide, row.tall) != (1, 1) else ""
    return " ".join(part for part in ("B" if row.bold else "", size) if part)


def _plain_lines(sheet: Sheet) -> Iterator[str]:
    rule, cut = "=" * sheet.columns, "- " * (sheet.columns // 2)
    high = False
    for place, block in enumerate(sheet.blocks):
        if isinstance(block, Qr):
            continue
        if isinstance(block, Cut):
            if place + 1 < len(sheet.blocks):
                yield cut
            continue
        if (block.tall > 1) != high:
            yield rule
            high = not high
        yield _placed(block)


def _placed(row: Row) -> str:
    """The row in usual letters, its middle where it is on paper."""
    text = row.text.lstrip(" ")
    before = width(row.text) - width(text)
    shorter = (width(text) * row.wide - width(text)) // 2
    return " " * (before * row.wide + shorter) + text
