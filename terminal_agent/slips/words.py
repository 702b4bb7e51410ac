"""The words on slips, as data, one flat table per language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def words(language: str) -> Mapping[str, str]:
    """The words of a slip language; a test proves that no language lacks a key."""
    file = resources.files(__package__) / "texts" / f"{language}.toml"
    table: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(table)


def with_words(reason: str, text: str, say: Mapping[str, str]) -> str:
    """A reason that was chosen, with what the cashier wrote to it."""
    before, _, after = say["reason_in_words"].partition("{text}")
    return before.replace("{reason}", reason) + text + after
