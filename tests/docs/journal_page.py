"""Writes docs/reference/journal.md: the kinds of records come from the journal itself."""

from __future__ import annotations

from dataclasses import fields

from terminal_agent.journal.records import KINDS
from tests.docs.template import filled, rows


def render() -> str:
    """The whole page."""
    schemas = "".join(f", `{kind.name}` at {kind.schema}" for kind in KINDS if kind.schema > 1)
    found: list[tuple[str, ...]] = []
    for kind in KINDS:
        said = (kind.fact.__doc__ or "").splitlines()[0]
        names = ", ".join(f"`{field.name}`" for field in fields(kind.fact))
        found.append((f"`{kind.name}`", said, names))
    return filled("journal.md", schemas=schemas, kinds=rows(found))
