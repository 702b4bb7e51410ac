"""A chain of commit-once attempts is judged as a whole: what one proves of itself is not enough.

Found by the search of tests/model, on a shared terminal with L, N and I1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal_agent.policy.rules import PolicyRules
from terminal_agent.refund.states import AttemptState, CaseState
from terminal_agent.runtime.agent import Agent
from tests.runtime.floor import Floor
from tests.runtime.test_recovering import LOST, money, states

if TYPE_CHECKING:
    from pathlib import Path


def test_a_lost_repeat_does_not_bury_the_attempt_before_it(tmp_path: Path) -> None:
    """The void is booked and its result lost; the repeat that was to settle it is lost as well.

    The repeat's baseline shows the void already, so an unchanged record proves only that the repeat
    booked nothing. The case must not come to say that nothing was booked.
    """
    floor = Floor(tmp_path, scenario=LOST + money(2, "silent"), proved=("L", "N", "I1"))
    shared = replace(floor.station, exclusive=False)
    floor.agent = Agent(floor.journal, shared, PolicyRules(), floor.reporter)
    done = floor.refund()
    assert done.case.state is CaseState.ATTEMPTING
    assert states(floor)[0] is AttemptState.UNKNOWN
    (settled,) = floor.agent.finish_open()
    assert floor.bookings == [("void", 1234)]
    assert settled.case.state is CaseState.REFUNDED
    assert states(floor)[-1] is AttemptState.DECLINED  # told: done already
    assert states(floor).count(AttemptState.APPROVED) == 1
