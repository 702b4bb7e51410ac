"""Text on a terminal screen, measured in cells; 80 columns over SSH and no colour are enough.

Whatever is shown is made harmless first, and a stream that lacks a letter shows "?" instead of
stopping a refund half way. Meaning never hangs on emphasis: NO_COLOR switches it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from printing.grid import left, right, width, wrap
from printing.sanitise import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS = 80
# Narrower columns than this break every word; a table then grows over the edge instead.
NARROWEST = 6
_GAP = 2  # between a label and its value
_TABLE_GAP = 1  # eight columns of a register have to share 80 cells
_BOLD, _NORMAL = "\x1b[1m", "\x1b[0m"


class Screen:
    """Writes lines to one stream. `emphasis` makes headlines bold and changes nothing else."""

    def __init__(self, stream: TextIO, *, columns: int = COLUMNS, emphasis: bool = False) -> None:
        self.columns = columns
        self._stream = stream
        self._emphasis = emphasis

    @classmethod
    def on(cls, stream: TextIO, environment: Mapping[str, str]) -> Screen:
        """A screen with bold headlines where the stream is a terminal that knows them."""
        term = environment.get("TERM", "")
        able = stream.isatty() and term not in {"", "dumb"}
        return cls(stream, emphasis=able and not environment.get("NO_COLOR"))

    def say(self, text: str = "") -> None:
        """One text, in as many lines as it needs."""
        for line in wrap(text, self.columns):
            self._write(line + "\n")

    def headline(self, text: str) -> None:
        """A text that must not be overlooked."""
        for line in wrap(text, self.columns):
            self._write(f"{_BOLD}{line}{_NORMAL}\n" if self._emphasis else line + "\n")

    def prompt(self, text: str) -> None:
        """A question; the answer is typed behind it."""
        *full, last = wrap(text, self.columns)
        for line in full:
            self._write(line + "\n")
        self._write(last + " ")

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Labels and values, the values one under the other."""
        self.lines(pairs(rows, self.columns))

    def lines(self, lines: Sequence[str]) -> None:
        """Lines that are laid out already."""
        for line in lines:
            self._write(clean(line).rstrip() + "\n")

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()


def pairs(rows: Sequence[tuple[str, str]], columns: int = COLUMNS) -> list[str]:
    """Lines `label  value`; values start in one column and wrap. Empty values are left out."""
    shown = [(clean(label).strip(), value) for label, value in rows if value]
    label_width = min(max((width(label) for label, _ in shown), default=0), columns // 2)
    lines: list[str] = []
    for label, value in shown:
        labels = wrap(label, label_width)
        values = wrap(value, columns - label_width - _GAP)
        widths = [label_width, columns - label_width - _GAP]
        lines += _beside([labels, values], widths, gap=_GAP)
    return lines


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    columns: int = COLUMNS,
    to_right: frozenset[int] = frozenset(),
    whole: frozenset[int] = frozenset(),
) -> list[str]:
    """A table of at most `columns` cells; long cells wrap.

    `to_right` are columns of numbers; those in `whole` are never broken (numbers that people type).
    """
    cells = [[clean(cell).strip() for cell in row] for row in (headings, *rows)]
    widths = _fit(list(zip(*cells, strict=True)), columns, to_right, whole)
    lines: list[str] = []
    for index, row in enumerate(cells):
        wrapped = [wrap(cell, size) for cell, size in zip(row, widths, strict=True)]
        lines += _beside(wrapped, widths, gap=_TABLE_GAP, to_right=to_right)
        if index == 0:
            lines.append((" " * _TABLE_GAP).join("-" * size for size in widths))
    return lines


def _fit(
    cells: list[tuple[str, ...]], columns: int, numbers: frozenset[int], whole: frozenset[int]
) -> list[int]:
    """Take from the widest columns until the table fits: first blanks between words, then words.

    The columns in `numbers` are broken last, those in `whole` never; none gets under NARROWEST.
    """
    widths = [max(1, *(width(cell) for cell in column)) for column in cells]
    words = [
        widths[index] if index in numbers | whole else max(_longest_word(cell) for cell in column)
        for index, column in enumerate(cells)
    ]
    room = columns - _TABLE_GAP * (len(widths) - 1)
    last = [widths[index] if index in whole else NARROWEST for index in range(len(widths))]
    for least in (words, last):
        while sum(widths) > room and (index := _widest_above(widths, least)) is not None:
            widths[index] -= 1
    return widths


def _widest_above(widths: list[int], least: list[int]) -> int | None:
    """The widest column that may still give a cell away."""
    able = [index for index, size in enumerate(widths) if size > least[index]]
    return max(able, key=widths.__getitem__, default=None)


def _longest_word(cell: str) -> int:
    return max((width(word) for word in cell.split()), default=0)


def _beside(
    cells: list[list[str]], widths: list[int], *, gap: int, to_right: frozenset[int] = frozenset()
) -> list[str]:
    """Wrapped cells next to each other, as many lines as the tallest has."""
    lines = []
    for row in range(max(len(cell) for cell in cells)):
        parts = [
            (right if index in to_right else left)(cell[row] if row < len(cell) else "", size)
            for index, (cell, size) in enumerate(zip(cells, widths, strict=True))
        ]
        lines.append((" " * gap).join(parts).rstrip())
    return lines
