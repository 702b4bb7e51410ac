"""Odd Caisse-AP and Concert V2 terminals under the whole agent: true verdicts, or people's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit import registry
from protocols.kit.vocabulary import Operation
from simulators.personalities.caisse_ap.words import ODD as ODD_CAISSE_AP
from simulators.personalities.concert.words import ODD as ODD_CONCERT
from simulators.scenario import Fault, Scenario, Step
from terminal_agent.refund.states import AttemptState, CaseState
from tests.conformance.lives import Subject, opened, pressed

CAISSE_AP = Subject("caisse-ap", "generic", "tcp")
CONCERT = Subject("concert", "generic", "serial")
WAYS = (Operation.REFUND, Operation.VOID)
# Odd, and yet nothing that a verdict needs is missing.
HARMLESS = frozenset({"amount_stays", "hang_up", "newcomer", "no_reason", "report", "again"})
ODD = [
    *((CAISSE_AP, way) for way in sorted(ODD_CAISSE_AP)),
    *((CONCERT, way) for way in sorted(ODD_CONCERT)),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.value)
@pytest.mark.parametrize(("subject", "odd"), ODD, ids=str)
def test_an_odd_answer_is_believed_only_where_it_says_everything(
    subject: Subject, odd: str, way: Operation
) -> None:
    scenario = Scenario(steps=(Step(on="money", do="odd", code=odd),))
    with opened(replace(subject.setting, scenario=scenario)) as shop:
        pressed(shop, way)
        case = shop.to_the_end()
        if odd in HARMLESS:
            assert case.state is CaseState.REFUNDED
        else:
            (attempt,) = case.open_attempts
            assert attempt.state is AttemptState.PARKED
            decided = shop.decide(case)
            assert decided.state is CaseState.REFUNDED
        assert len(shop.oracle.frames) == 1
        shop.check(settled=True)


@pytest.mark.parametrize("profile", ["no-echo", "blank-echo"])
def test_a_terminal_that_gives_nothing_back_is_believed_where_the_profile_says_so(
    profile: str,
) -> None:
    subject = replace(CAISSE_AP if profile == "no-echo" else CONCERT, profile=profile)
    assert profile in registry.load(subject.protocol).profiles
    with opened(subject.setting) as shop:
        pressed(shop, Operation.REFUND)
        assert shop.to_the_end().state is CaseState.REFUNDED


@pytest.mark.parametrize("delay_s", [5.0, 100.0, 170.0])
def test_a_late_answer_over_the_next_connection_is_not_taken_for_another(delay_s: float) -> None:
    """The line dies behind the request; the answer comes over whatever connection is there then."""
    scenario = Scenario(
        steps=(
            Step(on="money", do="host_delay", seconds=delay_s),
            Step(on="money", do="odd", code="newcomer"),
        ),
        faults=(Fault("to_terminal", "cut", message="money", keep=1_000, seconds=1.0),),
    )
    with opened(replace(CAISSE_AP.setting, scenario=scenario)) as shop:
        pressed(shop, Operation.REFUND)
        case = shop.to_the_end()
        assert shop.parked
        assert shop.decide(case).state in {CaseState.REFUNDED, CaseState.AUTHORISED}
        shop.check(settled=True)
