"""Text on a terminal screen, measured in cells; 80 columns over SSH and no colour are enough.

Whatever is shown is made harmless first, and a stream that lacks a letter shows "?" instead of
stopping a refund half way. Meaning never hangs on emphasis: NO_COLOR switches it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from terminal_agent.slips.grid import left, right, width, wrap
from terminal_agent.slips.sanitise import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS = 80
# Narrower columns than this break every word; a table then grows over the edge instead.
NARROWEST = 6
_GAP = 2
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
        lines += _beside([labels, values], [label_width, columns - label_width - _GAP], set())
    return lines


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    columns: int = COLUMNS,
    to_right: frozenset[int] = frozenset(),
) -> list[str]:
    """A table of at most `columns` cells; long cells wrap. `to_right` are columns of numbers."""
    cells = [[clean(cell).strip() for cell in row] for row in (headings, *rows)]
    widths = _fit(
        [max(width(cell) for cell in column) for column in zip(*cells, strict=True)], columns
    )
    lines: list[str] = []
    for index, row in enumerate(cells):
        wrapped = [wrap(cell, size) for cell, size in zip(row, widths, strict=True)]
        lines += _beside(wrapped, widths, set(to_right))
        if index == 0:
            lines.append((" " * _GAP).join("-" * size for size in widths))
    return lines


def _fit(natural: list[int], columns: int) -> list[int]:
    """Take cells from the widest columns until the table fits; none gets under NARROWEST."""
    widths = [max(size, 1) for size in natural]
    room = columns - _GAP * (len(widths) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _beside(cells: list[list[str]], widths: list[int], to_right: set[int]) -> list[str]:
    """Wrapped cells next to each other, as many lines as the tallest has."""
    lines = []
    for row in range(max(len(cell) for cell in cells)):
        parts = [
            (right if index in to_right else left)(cell[row] if row < len(cell) else "", size)
            for index, (cell, size) in enumerate(zip(cells, widths, strict=True))
        ]
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines
