"""Rows that slips of every kind are made of; card numbers in any text are hidden here.

What is big takes twice the width where it fits in one line, and otherwise only twice the height.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from printing.grid import centre, pair, right, width, wrap
from printing.sanitise import clean
from printing.sheet import Qr, Row
from protocols.kit.masking import mask_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from printing.sheet import Block
    from terminal_agent.slips.model import OriginalSale, SlipPaper

    Parts = tuple[Iterator[Block], ...]

_BIG = 2
_INDENT = 2
# A hash in groups that the eye can hold, so many as fill a line of the narrowest paper evenly.
_GROUP, _GROUPS = 4, 4
_CODE_MAX = 128  # characters in a QR code


def shown(text: str) -> str:
    """The text as it may stand on paper: made harmless first, for what has no width could part the
    digits of a card number, and masked after that, whatever script its digits have."""
    harmless = clean(text)
    digits = "".join(_digit(char) for char in harmless)
    masked = mask_digits(digits)
    return harmless if masked == digits else masked


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def stamp(when: datetime) -> str:
    """A moment with its seconds."""
    return when.strftime("%Y-%m-%d %H:%M:%S")


# -- rows ---------------------------------------------------------------------------------------


def rule(columns: int) -> Row:
    """A line across the paper."""
    return Row("-" * columns)


def plain(text: str, columns: int, *, bold: bool = False) -> Iterator[Row]:
    """The text from the left edge."""
    return (Row(line, bold=bold) for line in wrap(text, columns))


def centred(text: str, columns: int, *, bold: bool = False) -> Iterator[Row]:
    """The text in the middle."""
    return (Row(line, bold=bold) for line in centre(text, columns))


def hanging(head: str, text: str, columns: int) -> Iterator[Row]:
    """The text beside a head of single cells, and no line of it under the head."""
    for line in wrap(text, columns - len(head)):
        yield Row(head + line)
        head = " " * len(head)


def big(text: str, columns: int) -> Iterator[Row]:
    """The text in the middle, bold, and as large as one line of the paper allows."""
    wide = _BIG if width(clean(text).strip()) * _BIG <= columns else 1
    lines = centre(text, columns // wide)
    return (Row(line, bold=True, wide=wide, tall=_BIG) for line in lines)


def labelled(
    rows: Iterable[tuple[str, str]], say: Mapping[str, str], columns: int, *, bold: bool = False
) -> Iterator[Row]:
    """Label (a key of the words) and value; a pair without a value is left out."""
    for key, value in rows:
        if value:
            yield from (Row(line, bold=bold) for line in pair(say[key], value, columns))


def folded(text: str, columns: int) -> Iterator[Row]:
    """A code of groups joined by hyphens, at the right; a line that goes on ends with a hyphen."""
    line = ""
    for group in text.split("-"):
        longer = f"{line}-{group}" if line else group
        if line and len(longer) + len("-") > columns - _INDENT:
            yield Row(right(f"{line}-", columns), bold=True)
            longer = group
        line = longer
    yield Row(right(line, columns), bold=True)


def grouped(text: str, columns: int) -> Iterator[Row]:
    """A long hash in groups, a few on each line, at the right."""
    groups = [text[at : at + _GROUP] for at in range(0, len(text), _GROUP)]
    for at in range(0, len(groups), _GROUPS):
        yield Row(right(" ".join(groups[at : at + _GROUPS]), columns))


# -- parts that several kinds have --------------------------------------------------------------


def heading(slip: SlipPaper) -> Iterator[Row]:
    """The shop, its first line in bold."""
    for place, text in enumerate(slip.merchant_lines):
        yield from centred(shown(text), slip.columns, bold=place == 0)


def marks(slip: SlipPaper, say: Mapping[str, str]) -> Iterator[Row]:
    """What tells a further print, and a mere picture of a slip, from the slip."""
    if slip.reprint:
        marked = say["reprint"].replace("{n}", str(slip.reprint))
        yield from centred(marked, slip.columns, bold=True)
    if slip.preview:
        yield from centred(say["preview"], slip.columns, bold=True)


def original_rows(sale: OriginalSale) -> tuple[tuple[str, str], ...]:
    """The sale that all this is about."""
    return (
        ("original_when", stamp(sale.when) if sale.when else ""),
        ("original_receipt_number", sale.receipt_number),
        ("original_trace_number", sale.trace_number),
        ("original_rrn", sale.rrn),
        ("original_amount", str(sale.amount) if sale.amount else ""),
    )


def qr(number: str) -> Iterator[Qr]:
    """A number for a scanner; one that no QR code here can hold stands in letters only."""
    if number.isascii() and number.isprintable() and 0 < len(number) <= _CODE_MAX:
        yield Qr(number)
