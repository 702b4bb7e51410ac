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
    """The words of "en" or "zh"; a missing key is a KeyError, and a test proves there is none."""
    file = resources.files(__package__) / "texts" / f"{language}.toml"
    table: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(table)
