"""The line is cut after every single byte, both ways: never two refunds, never a wrong verdict.

In `make test` each protocol is cut on each of its lines at every byte of an approved refund and of
an approved void (there from the money message on, as what comes before is the same); its other
profiles at the end of every message and at every third byte between; everything else at every few
bytes, and long messages (XML) too. `make sweep` cuts everything at every byte.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulators.scenario import Scenario
from simulators.settings import MissingAckHabit
from terminal_agent.refund.states import CaseState
from tests.conformance.lives import (
    DEFAULTS,
    FULL,
    LINES,
    SUBJECTS,
    WAYS,
    Measure,
    Subject,
    cut_at,
    life_with_cut,
    measure,
    opened,
    pressed,
    sample,
    sayable,
    stories,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.vocabulary import Operation

SHARDS = 4
# Of a profile beside the default one: its messages differ, the bytes inside of them are alike.
BETWEEN = 3
ENDS = {"approved": CaseState.REFUNDED, "declined": CaseState.NOT_REFUNDED}
# What a terminal does with a booking whose result nobody acknowledged; "ghost" is left out: it
# undoes and tells nobody, so no agent can be right about it.
HABITS = tuple(habit for habit in MissingAckHabit if habit is not MissingAckHabit.GHOST)

ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.value)


def _strides(way: Operation, story: str) -> tuple[int, int]:
    """Every how many bytes before and behind the money message; what comes before it is the same
    in every story, and a declined one differs only in its last messages."""
    return 1 if (way, story) == (WAYS[0], "approved") else 32, 1 if story == "approved" else 9


def _places(undisturbed: Measure, early: int, late: int) -> list[tuple[str, int]]:
    """Where the cable comes out: every so many bytes, message ends always where that is dense."""
    return [
        place
        for places, every in ((undisturbed.early_bytes, early), (undisturbed.money_bytes, late))
        for place in (undisturbed.swept if every <= BETWEEN else sample)(places, every)
    ]


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("story", ["approved", "declined"])
@ways
@pytest.mark.parametrize("subject", DEFAULTS, ids=str)
def test_a_cut_at_any_byte_ends_in_the_true_verdict(
    subject: Subject, way: Operation, story: str, shard: int, lives: Callable[[int], None]
) -> None:
    setting = replace(subject.setting, scenario=stories(subject.protocol)[story])
    undisturbed = measure(setting, way)
    places = _places(undisturbed, *_strides(way, story))[shard::SHARDS]
    for place in places:
        case = life_with_cut(setting, way, place)
        # With everything confirmed and nobody else at the keypad, a terminal that can prove enough
        # never needs a person.
        assert subject.ends_well(way, case, ENDS[story]), place
    lives(len(places))


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("story", ["approved", "declined"])
@ways
@pytest.mark.parametrize("subject", [s for s in SUBJECTS if not s.is_default], ids=str)
def test_every_profile_on_every_line_survives_cuts(
    subject: Subject, way: Operation, story: str, shard: int, lives: Callable[[int], None]
) -> None:
    setting = replace(subject.setting, scenario=stories(subject.protocol)[story])
    undisturbed = measure(setting, way)
    early, late = _strides(way, story)
    closer = 1 if subject in LINES else BETWEEN
    places = _places(undisturbed, early * closer, late * closer)[shard::SHARDS]
    for place in places:
        case = life_with_cut(setting, way, place)
        assert subject.ends_well(way, case, ENDS[story]), place
    lives(len(places))


# The longest that a terminal may need to undo, so that the horizon is needed to the end.
UNDOING_S = 55.0


@pytest.mark.parametrize("only_receipt", [False, True], ids=["all-numbers", "receipt-only"])
@pytest.mark.parametrize("busy", [True, False], ids=["busy-told", "idle-told"])
@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.value)
@pytest.mark.parametrize(
    ("subject", "way"),
    [(subject, way) for subject in (LINES if FULL else DEFAULTS) for way in subject.ways],
    ids=lambda value: value.value if value in WAYS else str(value),
)
def test_whatever_a_lost_vote_does_the_verdict_is_true(
    *,
    subject: Subject,
    way: Operation,
    habit: MissingAckHabit,
    busy: bool,
    only_receipt: bool,
    lives: Callable[[int], None],
) -> None:
    terminal = {"vote": habit, "busy_while_settling": busy, "reversal_s": UNDOING_S}
    setting = replace(subject.setting, scenario=Scenario(terminal=terminal))
    if not busy:
        # A terminal that calls itself idle while it undoes must not be trusted to tell busy.
        setting = replace(setting, capabilities=frozenset(setting.signs()) - {"B"})
    if only_receipt and not sayable(setting, way):
        pytest.skip("this wire needs more numbers of the sale than the receipt's")
    places = sample(measure(setting, way).money_bytes, 37)
    for place in places:
        case = life_with_cut(setting, way, place, only_receipt=only_receipt)
        assert subject.ends_well(way, case, CaseState.REFUNDED), place
    lives(len(places))


@pytest.mark.parametrize(
    ("capabilities", "exclusive"),
    [(frozenset(), True), (frozenset(), False), (frozenset("L"), True), (frozenset("LN"), False)],
    ids=["nothing-exclusive", "nothing-shared", "last-exclusive", "last-and-numbers-shared"],
)
@ways
@pytest.mark.parametrize("subject", LINES, ids=str)
def test_with_less_proof_the_agent_asks_people_and_never_guesses(
    subject: Subject,
    way: Operation,
    capabilities: frozenset[str],
    exclusive: bool,
    lives: Callable[[int], None],
) -> None:
    scenario = Scenario(terminal={"vote": MissingAckHabit.STAY})
    setting = replace(
        subject.setting, scenario=scenario, capabilities=capabilities, exclusive=exclusive
    )
    places = sample(measure(setting, way).money_bytes, 17)
    parked = 0
    told_apart = False  # a record that says sale or refund is not mistaken for another one
    for place in places:
        with opened(cut_at(setting, place)) as shop:
            pressed(shop, way)
            assert shop.case is not None
            baselines = [attempt.start.baseline for attempt in shop.case.attempts]
            told_apart |= any(record is not None and record.kind for record in baselines)
            lost = any(attempt.unknown is not None for attempt in shop.case.attempts)
            shop.to_the_end()
            parked += shop.parked
            if lost and not capabilities:
                assert shop.parked, f"{place}: decided without any proof"
    enough = told_apart and exclusive and "L" in capabilities
    assert parked or enough, "a booking that looks like the sale before it is for people"
    lives(len(places))


@ways
@pytest.mark.parametrize("subject", DEFAULTS, ids=str)
def test_a_share_of_the_cuts_runs_on_a_real_disk(
    subject: Subject, way: Operation, real_disk: None, lives: Callable[[int], None]
) -> None:
    setting = replace(subject.setting, durable=True)
    places = sample(measure(setting, way).money_bytes, 61)
    for place in places:
        case = life_with_cut(setting, way, place)
        assert subject.ends_well(way, case, CaseState.REFUNDED), place
    lives(len(places))
