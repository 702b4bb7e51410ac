"""What holds of every case after every legal history, and how a breach is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.vocabulary import Operation
from terminal_agent.refund import invariants
from terminal_agent.refund.case import RefundCase, apply, fold
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.facts import (
    Fact,
)
from terminal_agent.refund.states import AttemptState, CaseState
from tests.refund import story as s

VOID = Operation.VOID
TO_VOID: tuple[Fact, ...] = (
    s.created(),
    s.authorised(operation=VOID),
    s.baselined(operation=VOID),
    s.armed(),
    s.unknown(),
    s.recovery(),
)
REPEAT: tuple[Fact, ...] = (*TO_VOID, s.baselined(2, repeats=1, operation=VOID), s.armed(2))


def test_every_legal_history_keeps_every_invariant_and_every_other_is_refused() -> None:
    """All histories of up to seven facts, and all that continue a repeat by up to four."""
    seen: set[RefundCase] = set()
    for start, depth in (((s.created(),), 7), (REPEAT, 4), (s.TO_PARKED, 4)):
        layer = {fold(start)}
        for _ in range(depth):
            layer = {after for case in layer for after in _all_after(case)} - seen
            seen |= layer
    assert len(seen) > 2000
    assert {case.state for case in seen} == set(CaseState) - {CaseState.CREATED}
    assert {a.state for case in seen for a in case.attempts} == set(AttemptState)


def _all_after(case: RefundCase) -> list[RefundCase]:
    found = []
    for fact in s.everything_next(case):
        try:
            after = apply(case, fact)
        except IllegalFact:
            continue
        assert sum(a.state is AttemptState.APPROVED for a in after.attempts) <= 1
        found.append(after)
    return found


def test_a_broken_invariant_stops_the_agent_and_names_itself() -> None:
    good = s.case_of(*s.TO_REFUNDED)
    twice = replace(good, attempts=(*good.attempts, replace(good.attempts[0])))
    broken = [
        twice,
        replace(good, state=CaseState.AUTHORISED),
        replace(good, holds=False),
        replace(good, authorised=None),
        replace(good, authorised=replace(s.authorised(), approvers=("Anna",))),
        replace(good, attempts=(replace(good.attempts[0], verdict=None),)),
        replace(s.case_of(*s.TO_ARMED), state=CaseState.AUTHORISED),
        replace(s.case_of(s.created(), s.cancelled()), holds=True),
    ]
    for case in broken:
        with pytest.raises(AssertionError, match="not so"):
            invariants.check(case)


def test_each_invariant_alone_can_break() -> None:
    one = s.case_of(*s.TO_REFUNDED)
    two_open = s.case_of(*REPEAT)
    unchained = replace(
        two_open.attempts[1], start=replace(two_open.attempts[1].start, repeats=None)
    )
    first = one.attempts[0]
    second = replace(first, start=s.baselined(2))
    attempted = s.case_of(*s.TO_ARMED)
    cases = {
        "Attempts count": replace(one, attempts=(replace(first, start=s.baselined(2)),)),
        "At most one": replace(one, attempts=(first, second)),
        "A case is REFUNDED": replace(one, state=CaseState.AUTHORISED),
        "A case is ATTEMPTING": replace(attempted, state=CaseState.AUTHORISED),
        "Beside an open": replace(two_open, attempts=(two_open.attempts[0], unchained)),
        "An armed attempt": replace(one, attempts=(first, second)),
        "Nothing is sent": replace(one, authorised=None),
        "An approved attempt": replace(one, attempts=(replace(first, verdict=s.dead()),)),
        "The amount is reserved": replace(one, holds=False),
        "A case closed as": replace(s.case_of(s.created(), s.cancelled()), holds=True),
    }
    assert len(cases) == len(invariants.INVARIANTS)
    for rule, (begin, case) in zip(invariants.INVARIANTS, cases.items(), strict=True):
        assert rule.name.startswith(begin)
        assert not rule.holds(case), rule.name
        assert rule.holds(one)
