"""One look judges every open attempt of a commit-once chain; none hides what another has booked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.capabilities import Capability
from protocols.kit.vocabulary import Booking, Operation
from terminal_agent.refund.recovery import Question, Verdict, judge, judge_open
from tests.refund import world as w

SIGNS = frozenset({Capability.LAST, Capability.NUMBERS, Capability.COMMIT_ONCE})
BEFORE = w.record(Booking.APPROVED, 9, minor=77)
OURS = w.record(Booking.APPROVED, 10)
OTHER = w.record(Booking.APPROVED, 10, minor=77)


def asked(before: object, last: object, *, exclusive: bool = False) -> Question:
    """A void on a terminal with L, N and I1."""
    some = next(iter(w.histories(w.STAY, 0)))
    question = w.question(some, SIGNS, exclusive=exclusive, operation=Operation.VOID)
    return replace(question, baseline=before, last=last)  # type: ignore[arg-type]


def test_one_attempt_is_judged_as_ever() -> None:
    for last in (BEFORE, OURS, OTHER):
        assert judge_open([asked(BEFORE, last)]) == judge(asked(BEFORE, last))


def test_a_repeat_that_booked_nothing_does_not_bury_the_one_before_it() -> None:
    chain = [asked(BEFORE, OURS), asked(OURS, OURS)]
    assert judge(chain[1]).verdict is Verdict.NOT_BOOKED
    assert judge_open(chain).verdict is Verdict.TRY_COMMIT_ONCE


@pytest.mark.parametrize("turn", [1, -1])
def test_one_that_is_booked_settles_the_chain(turn: int) -> None:
    chain = [asked(BEFORE, OURS, exclusive=True), asked(OURS, OURS, exclusive=True)][::turn]
    assert judge_open(chain).verdict is Verdict.BOOKED


def test_nothing_is_booked_where_each_proves_it() -> None:
    chain = [asked(BEFORE, OTHER), asked(OTHER, OTHER)]
    found = judge_open(chain)
    assert found == judge(chain[1])
    assert found.verdict is Verdict.NOT_BOOKED
