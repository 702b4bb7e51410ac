"""Every code, refusal and reason that the product's source names has its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from terminal_agent.policy.rules import REASONS
from terminal_agent.prompts import Reason, Texts
from terminal_agent.refund.events import UnknownReason
from terminal_agent.refund.evidence import Evidence
from tests.docs import configuration_page

ROOT = Path(__file__).parents[2]
# The first part of a code or text key; the words of these are ours to give.
FAMILIES = (
    "anchor|case|config|doubt|installation|journal|link|outcome|printer|proof|quarantine|refusal|replay|slip"
    "|step|trace|usage|why"
)
LITERAL = re.compile(rf'"((?:{FAMILIES})\.[a-z_]+)"')
# Look like keys and are names of files, or of settings.
FILES = {"journal.db", "config.toml"}
SETTINGS = frozenset(name for name, _ in configuration_page.keys())  # noqa: SIM118 - no dict


def named_in_source() -> list[str]:
    """Every key that stands in the source of agent and drivers."""
    found: set[str] = set()
    for package in ("terminal_agent", "drivers"):
        for file in (ROOT / package).rglob("*.py"):
            found |= set(LITERAL.findall(file.read_text(encoding="utf-8")))
    return sorted(found - FILES - SETTINGS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_in_the_source_has_its_words(language: str) -> None:
    texts = Texts.load(language, strict=True)
    keys = named_in_source()
    assert len(keys) > 80
    assert [key for key in keys if key not in texts and not texts.is_message(key)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_evidence_reasons_and_doubts_have_their_words(language: str) -> None:
    texts = Texts.load(language, strict=True)
    assert all(f"evidence.{kind.value}" in texts for kind in Evidence)
    assert all(f"unknown_reason.{reason.value}" in texts for reason in UnknownReason)


def test_the_reasons_that_people_choose_from_are_those_of_the_policy() -> None:
    assert tuple(reason.value for reason in Reason) == REASONS
