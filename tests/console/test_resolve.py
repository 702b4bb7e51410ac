"""Two different people decide a case, with a typed number and evidence; leaving keeps it open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.money import Amount
from terminal_agent.console.asker import Cancelled
from terminal_agent.console.resolve import UndecidedCase, Verdict, lead_verdict
from tests.console.stage import EUR, Stage

CASE = UndecidedCase(
    case_number="R-000042",
    amount=Amount(1250, EUR),
    facts=(("Terminal", "till-1"), ("Last receipt before", "0041")),
)
SCRIPT = ("Ann", "1", "0042", "terminal journal", "Bob", "y")
KEYS = (
    "resolve.first",
    "resolve.verdict",
    "resolve.number_done",
    "resolve.evidence",
    "resolve.second",
    "resolve.confirm_done",
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_people_decide_that_the_money_was_returned(language: str) -> None:
    stage = Stage(*SCRIPT, language=language)
    assert lead_verdict(CASE, stage.asker, stage.texts) == Verdict(
        done=True, number="0042", evidence="terminal journal", first="Ann", second="Bob"
    )
    assert "till-1" in stage.shown
    assert stage.texts.line("resolve.correction") not in stage.shown


def test_two_people_decide_that_nothing_was_returned() -> None:
    stage = Stage("Ann", "2", "0041", "call with the acquirer", "Bob", "y")
    verdict = lead_verdict(CASE, stage.asker, stage.texts)
    assert isinstance(verdict, Verdict)
    assert (verdict.done, verdict.number) == (False, "0041")
    assert "no money returned, last receipt 0041?" in stage.shown


@pytest.mark.parametrize("left_at", range(len(SCRIPT)))
def test_leaving_at_any_question_keeps_the_case_open(left_at: int) -> None:
    stage = Stage(*SCRIPT[:left_at])
    assert lead_verdict(CASE, stage.asker, stage.texts) == Cancelled(KEYS[left_at])


def test_a_no_at_the_end_keeps_the_case_open() -> None:
    stage = Stage(*SCRIPT[:-1], "n")
    assert lead_verdict(CASE, stage.asker, stage.texts) == Cancelled("resolve.confirm_done")


def test_one_person_cannot_decide_alone() -> None:
    stage = Stage(*SCRIPT[:4], "ANN", "ann ", "Bob", "y")
    verdict = lead_verdict(CASE, stage.asker, stage.texts)
    assert isinstance(verdict, Verdict)
    assert verdict.second == "Bob"
    assert stage.shown.count("Somebody else is needed.") == 2


def test_a_second_decision_is_announced_as_a_correction() -> None:
    stage = Stage()
    lead_verdict(replace(CASE, decided_before=True), stage.asker, stage.texts)
    assert "added as a correction" in stage.shown
