"""Fills the {{slots}} of a page whose prose is written by people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER = Path(__file__).parent / "templates"


def filled(name: str, **slots: str) -> str:
    """The template of this name with every slot filled; a slot left over is an error."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    for slot, value in slots.items():
        text = text.replace("{{" + slot + "}}", value.rstrip("\n"))
    assert "{{" not in text, f"{name} has a slot that nothing fills"
    return text


def rows(cells: Sequence[tuple[str, ...]]) -> str:
    """Table rows."""
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)
