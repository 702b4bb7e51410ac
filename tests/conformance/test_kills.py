"""Agent, cable or terminal fail at every moment, once or twice: the case still ends in the truth.

Moments are every append to the journal (before it, and when it is durable) and every message on
the line (before it leaves, when it has left, when it was heard).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from simulators.scenario import Scenario, Step
from simulators.settings import MissingAckHabit
from terminal_agent.refund.states import CaseState
from tests.conformance.blows import At, Blow, is_boundary, is_message
from tests.conformance.lives import (
    DEFAULTS,
    LINES,
    PAIRS,
    SUBJECTS,
    WAYS,
    Subject,
    measure,
    opened,
    pressed,
    sample,
    stories,
    surviving,
)
from tests.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.vocabulary import Operation
    from terminal_agent.refund.nouns import RefundCase

ENDS = {"approved": CaseState.REFUNDED, "declined": CaseState.NOT_REFUNDED}
# How many moments of a recovery are struck in a pair: its first and its last ones; between them
# lies only waiting, where each moment is like the one before.
EDGE = 12
# Of each of both faults in `.ci/run`; the product of them is the number of lives of one test.
PAIRS_MAX = 8

ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.value)
all_stories = pytest.mark.parametrize("story", ["approved", "declined"])


def life_with_blow(setting: Setting, way: Operation, number: int, blow: Blow) -> RefundCase:
    """Press, and at that moment it happens; then recover and try again."""
    with opened(setting) as shop:
        hit = At(shop, number, blow)
        pressed(shop, way, strike=hit)
        assert hit.came, "an undisturbed life has this moment"
        return shop.to_the_end()


@all_stories
@ways
@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_an_agent_killed_at_any_moment_finds_the_truth_again(
    subject: Subject, way: Operation, story: str, lives: Callable[[int], None]
) -> None:
    setting = replace(subject.setting, scenario=stories(subject.protocol)[story])
    moments = range(1, len(measure(setting, way).points) + 1)
    every = 1 if story == "approved" else 5
    for number in sample(moments, every):
        case = life_with_blow(setting, way, number, Blow.KILL)
        assert subject.ends_well(way, case, ENDS[story]), number
    lives(len(sample(moments, every)))


@ways
@pytest.mark.parametrize("subject", DEFAULTS, ids=str)
def test_no_write_to_the_journal_may_be_the_last_one(
    subject: Subject, way: Operation, lives: Callable[[int], None], real_disk: None
) -> None:
    """The moments of the journal alone, on a real disk."""
    setting = replace(subject.setting, durable=True)
    points = measure(setting, way).points
    moments = [at for at, label in enumerate(points, start=1) if not is_message(label)]
    assert len(moments) >= 2 * 5, "created, authorised, armed, seen, approved: before and after"
    for number in moments:
        case = life_with_blow(setting, way, number, Blow.KILL)
        assert subject.ends_well(way, case, CaseState.REFUNDED), points[number - 1]
    lives(len(moments))


@all_stories
@ways
@pytest.mark.parametrize("blow", [Blow.PULL, Blow.POWER], ids=lambda blow: blow.value)
@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_cable_or_terminal_fail_at_any_message(
    *, subject: Subject, way: Operation, story: str, blow: Blow, lives: Callable[[int], None]
) -> None:
    setting = replace(subject.setting, scenario=stories(subject.protocol)[story])
    points = measure(setting, way).points
    moments = [at for at, label in enumerate(points, start=1) if is_message(label)]
    every = 1 if story == "approved" else 7
    for number in sample(moments, every):
        case = life_with_blow(setting, way, number, blow)
        assert subject.ends_well(way, case, ENDS[story]), points[number - 1]
    lives(len(sample(moments, every)))


@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
@pytest.mark.parametrize("for_s", [0.5, 30.0, 200.0])
@pytest.mark.parametrize(
    "habit",
    [habit for habit in MissingAckHabit if habit is not MissingAckHabit.GHOST],
    ids=lambda habit: habit.value,
)
@ways
@pytest.mark.parametrize("subject", DEFAULTS, ids=str)
def test_power_lost_around_the_booking_ends_in_the_truth(
    *,
    subject: Subject,
    way: Operation,
    habit: MissingAckHabit,
    for_s: float,
    when: str,
    lives: Callable[[int], None],
) -> None:
    step = Step(on="money", do="power_cut", when=when, seconds=for_s)
    scenario = Scenario(steps=(step,), terminal={"vote": habit})
    with opened(replace(subject.setting, scenario=scenario)) as shop:
        pressed(shop, way)
        assert subject.ends_well(way, shop.to_the_end(), CaseState.REFUNDED)
    lives(1)


@pytest.mark.parametrize(
    ("first", "second"), list(product(Blow, Blow)), ids=lambda blow: getattr(blow, "value", "")
)
@ways
@pytest.mark.parametrize("subject", LINES if PAIRS else DEFAULTS, ids=str)
def test_a_second_fault_while_recovering_from_the_first(
    *, subject: Subject, way: Operation, first: Blow, second: Blow, lives: Callable[[int], None]
) -> None:
    """Both at message boundaries (a kill also at the journal's moments) from the intent on."""
    undisturbed = measure(subject.setting, way)
    firsts = [
        at
        for at, label in enumerate(undisturbed.points, start=1)
        if at > undisturbed.points_before_money and (first is Blow.KILL or is_boundary(label))
    ]
    count = 0
    # A spread sample of all pairs, as many for each kind of line; `make sweep` leads every life.
    most = PAIRS_MAX if PAIRS else len(firsts)
    for number in sample(firsts, 1 if PAIRS else 9, most=most):
        length = recovery_length(subject.setting, way, number, first)
        seconds = [at for at in range(1, length + 1) if at <= EDGE or at > length - EDGE]
        for place in sample(seconds, 1 if PAIRS else 6, most=most):
            case = life_with_two(subject.setting, way, (number, first), (place, second))
            assert subject.ends_well(way, case, CaseState.REFUNDED), (number, place)
            count += 1
    lives(count)


def recovery_length(setting: Setting, way: Operation, number: int, blow: Blow) -> int:
    """How many moments the recovery after this blow has."""
    with opened(setting) as shop:
        pressed(shop, way, strike=At(shop, number, blow))
        shop.plug()
        shop.points.clear()
        shop.recover()
        return len(shop.points)


def life_with_two(
    setting: Setting, way: Operation, first: tuple[int, Blow], second: tuple[int, Blow]
) -> RefundCase:
    """One blow while it is sent, another one while it is recovered."""
    with opened(setting) as shop:
        pressed(shop, way, strike=At(shop, *first))
        shop.plug()
        shop.points.clear()
        shop.strike = At(shop, *second)
        surviving(shop, shop.recover)
        shop.check()
        shop.strike = None
        return shop.to_the_end()
