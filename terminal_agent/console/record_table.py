"""The refund register on the screen: rows come in as names and values, headings are texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.console.screen import COLUMNS, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from terminal_agent.console.screen import Screen
    from terminal_agent.prompts.catalog import Texts

# What a list shows; `show` and the export have every column a row gives.
LIST_COLUMNS = (
    "date",
    "case",
    "amount",
    "reason",
    "provider_response",
    "status",
    "cashier",
    "approver",
)
_NUMBERS = frozenset({"amount"})
# Never broken: the number that people copy into the next command, and the day.
_WHOLE = frozenset({"case", "date"})
# A list shows the day alone; the minute stands with the case.
_DAY = len("2026-11-24")

# Columns whose stored value is a stable word, and where its text stands.
_WORDS = {"status": "record.status", "reason": "reason", "way": "way", "evidence": "evidence"}


def list_lines(
    rows: Sequence[Mapping[str, str]],
    texts: Texts,
    *,
    names: Sequence[str] = LIST_COLUMNS,
    columns: int = COLUMNS,
) -> list[str]:
    """The register as a table; a name that a row lacks stays empty."""
    if not rows:
        return [texts.line("record.empty")]
    return table(
        [_heading(name, texts) for name in names],
        [[_listed(name, row.get(name, ""), texts) for name in names] for row in rows],
        columns=columns,
        to_right=frozenset(index for index, name in enumerate(names) if name in _NUMBERS),
        whole=frozenset(index for index, name in enumerate(names) if name in _WHOLE),
    )


def show_list(rows: Sequence[Mapping[str, str]], texts: Texts, screen: Screen) -> None:
    """The whole register on the screen."""
    screen.headline(texts.line("record.title"))
    screen.lines(list_lines(rows, texts, columns=screen.columns))


def show_row(row: Mapping[str, str], texts: Texts, screen: Screen) -> None:
    """One row with everything it gives, one value a line."""
    screen.pairs(
        [(_heading(name, texts), _shown(name, value, texts)) for name, value in row.items()]
    )


def _heading(name: str, texts: Texts) -> str:
    key = f"record.column.{name}"
    return texts.line(key) if key in texts else name


def _listed(name: str, value: str, texts: Texts) -> str:
    return value[:_DAY] if name == "date" else _shown(name, value, texts)


def _shown(name: str, value: str, texts: Texts) -> str:
    key = f"{_WORDS[name]}.{value}" if name in _WORDS and value else ""
    return texts.line(key) if key in texts else value
