"""The commit-once repeat of a void proves only what it can: both rules were found by the world.

Its own answer is lost: its baseline was read after the first attempt and may show the very booking
that is asked about, so "nothing new since then" must bury the repeat alone. And it is refused: that
may mean that the batch was closed since, so that the terminal does not know the sale any more.
Before, both attempts were called dead while the void stood.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.capabilities import Capability
from protocols.kit.vocabulary import Operation
from simulators.scenario import Fault, Scenario
from simulators.settings import MissingAckHabit
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.states import AttemptState, CaseState
from tests.conformance.lives import SUBJECTS, Subject, opened, pressed
from tests.setting import Killed

# Longer than the horizon, so that the terminal has settled when the line is back.
_SILENCE_S = 30.0
# Without a query: that would settle it before anything is repeated.
_C = Capability
ONCE = [
    subject
    for subject in SUBJECTS
    if {_C.COMMIT_ONCE, _C.LAST, _C.NUMBERS} <= subject.capabilities.declared
    and _C.QUERY not in subject.capabilities.declared
]


def _lost(message: str, nth_money: int) -> Fault:
    """Behind that money message the line goes dumb at the first message of this name."""
    return Fault(
        direction="to_ecr",
        do="mute",
        message=message,
        after=("money",) * nth_money,
        seconds=_SILENCE_S,
    )


@pytest.mark.parametrize("subject", ONCE, ids=str)
def test_nothing_new_since_the_repeat_says_nothing_of_what_was_before(subject: Subject) -> None:
    scenario = Scenario(faults=(_lost("completion", 1), _lost("result", 2)))
    with opened(replace(subject.setting, exclusive=False, scenario=scenario)) as shop:
        pressed(shop, Operation.VOID)
        assert shop.case is not None
        assert [a.state for a in shop.case.attempts] == [AttemptState.UNKNOWN] * 2, "lost twice"
        shop.let_settle()
        shop.recover()
        shop.check(settled=True)
        case = shop.case
        assert case.state is CaseState.REFUNDED
        states = [attempt.state for attempt in case.attempts]
        assert states == [AttemptState.APPROVED, AttemptState.DEAD, AttemptState.DECLINED]
        buried, booked = case.attempts[1].verdict, case.attempts[0].verdict
        assert getattr(buried, "evidence", None) is Evidence.UNCHANGED
        assert getattr(booked, "evidence", None) is Evidence.BY_REFERENCE


@pytest.mark.parametrize("subject", ONCE, ids=str)
def test_a_refused_repeat_is_no_proof_after_the_batch_was_closed(subject: Subject) -> None:
    scenario = Scenario(faults=(_lost("completion", 1),), terminal={"vote": MissingAckHabit.STAY})
    setting = replace(subject.setting, exclusive=False, scenario=scenario)
    with opened(setting) as shop:
        sale = shop.sale()

        def strike(_moment: int, label: str) -> None:
            if label.startswith("before") and "AttemptUnknown" in label:
                raise Killed

        shop.strike = strike
        with pytest.raises(Killed):
            shop.refund(sale, Operation.VOID)
        shop.strike = None
        shop.restart_agent()
        shop.let_settle()
        shop.device.terminal.end_of_day()  # by hand, while nobody knows what became of the void
        shop.recover()
        shop.check(settled=True)
        assert shop.case is not None
        assert shop.parked, "it voided the sale, and does not know the sale any more"
        first = shop.case.attempts[0].parked
        assert first is not None
        assert first.reasons == ("doubt.repeat_refused",)
        assert shop.case.attempts[1].state is AttemptState.DECLINED
