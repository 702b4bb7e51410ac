"""Any sequence of facts: what is accepted comes back the same, and no guard can be got round."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminal_agent.journal import Journal, JournalRefusal
from terminal_agent.refund.case import RefundCase, apply
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.facts import AttemptBaselined, Fact
from terminal_agent.refund.states import CaseState
from tests.journal import shelf
from tests.refund import story as s

CASES = ("RF-20261124-0001", "RF-20261124-0002", "RF-20261124-0003")
AMOUNTS = (600, 500, 400)
SALE_MINOR = 1000
STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 200)), min_size=10, max_size=60)


def beginnings() -> list[Fact]:
    return [
        s.created(case_id, key=case_id, minor=minor)
        for case_id, minor in zip(CASES, AMOUNTS, strict=True)
    ]


def legal_choices(case: RefundCase) -> list[Fact]:
    """Facts that can follow in this case on its own; the guards between cases are not asked."""
    found = []
    for fact in s.everything_next(case):
        try:
            apply(case, fact)
        except IllegalFact:
            continue
        found.append(spread(fact))
    return found


def spread(fact: Fact) -> Fact:
    """Two of the three cases share a terminal."""
    if isinstance(fact, AttemptBaselined):
        return replace(fact, terminal="desk" if fact.case_id != CASES[2] else "bar")
    return fact


def accepts(journal: Journal, fact: Fact) -> bool:
    """Append it; False when a guard between the cases refuses, the only reason there may be."""
    before = journal.tail()
    try:
        journal.append(fact)
    except JournalRefusal as refusal:
        refused = refusal.code
    else:
        return True
    assert refused in {"refusal.duplicate", "refusal.open_case"}
    assert journal.tail() == before
    return False


def check_guards(cases: list[RefundCase]) -> None:
    held = sum(case.amount.minor for case in cases if case.holds)
    refunded = sum(case.amount.minor for case in cases if case.state is CaseState.REFUNDED)
    assert refunded <= held <= SALE_MINOR
    busy = Counter(
        terminal
        for case in cases
        for terminal in {attempt.start.terminal for attempt in case.open_attempts}
    )
    assert max(busy.values(), default=0) <= 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_any_story_is_kept_as_it_was_and_pays_no_more_than_the_sale(
    steps: list[tuple[int, int]],
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        with shelf.opened(path) as journal:
            journal.append(shelf.sale(minor=SALE_MINOR), *beginnings())
            accepted = 0
            for which, choice in steps:
                legal = legal_choices(journal.case(CASES[which]))
                if legal and accepts(journal, legal[choice % len(legal)]):
                    accepted += 1
                check_guards([journal.case(case_id) for case_id in CASES])
            live = [journal.case(case_id) for case_id in CASES]
            assert journal.verify() == 5 + accepted
        with shelf.opened(path) as journal:
            assert [journal.case(case_id) for case_id in CASES] == live
            journal.rebuild()
            assert journal.verify() == 5 + accepted
