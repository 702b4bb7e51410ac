"""Short forms of the conformance sweeps, for mistakes that only a whole life of a refund shows.

They pass on the product as it is; what they must notice is in `seeds`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulators.scenario import Fault, Scenario, Step
from simulators.settings import MissingAckHabit
from terminal_agent.journal.errors import JournalRefusal
from terminal_agent.policy.decision import Refusal
from terminal_agent.refund.states import CaseState
from tests.conformance.blows import At, Blow
from tests.conformance.lives import DEFAULTS, life_with_cut, measure, opened, pressed
from tests.conformance.meant import meant, some, usual_way
from tests.harness import Intent
from tests.setting import FiledJournal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal_agent.refund.nouns import RefundCase
    from tests.conformance.lives import Subject
    from tests.setting import Setting

STAY, UNBOOKS = MissingAckHabit.STAY, MissingAckHabit.REC1
subjects = pytest.mark.parametrize("subject", DEFAULTS, ids=str)
habits = pytest.mark.parametrize("habit", [STAY, UNBOOKS], ids=lambda habit: habit.value)


def world(
    subject: Subject, habit: MissingAckHabit = STAY, *steps: Step, **terminal: object
) -> Setting:
    """The default terminal with this habit, and no filter against messages that come twice."""
    values: Mapping[str, object] = {"vote": habit, "duplicate_filter": False, **terminal}
    scenario = Scenario(steps=steps, terminal=values)
    return replace(subject.setting, scenario=scenario, journal=FiledJournal)


def well(subject: Subject, case: RefundCase, where: object) -> None:
    """The money is given back and the case says so, or people wait where they must."""
    good = subject.ends_well(usual_way(subject), case, CaseState.REFUNDED)
    assert good, f"{where}: {case.state}"


@subjects
@pytest.mark.parametrize("answer", ["silent", "nak_and_run"])
def test_a_money_message_without_a_good_answer_is_asked_about(
    subject: Subject, answer: str
) -> None:
    meant(subject, plays=answer)
    way = usual_way(subject)
    with opened(world(subject, STAY, Step(on="money", do=answer))) as shop:
        pressed(shop, way)
        case = shop.to_the_end()
        well(subject, case, answer)


@subjects
@habits
def test_a_cut_behind_the_intent_ends_in_the_truth(
    subject: Subject, habit: MissingAckHabit
) -> None:
    meant(subject, habit=habit)
    way, setting = usual_way(subject), world(subject, habit)
    for place in some(measure(setting, way).money_bytes, 19):
        case = life_with_cut(setting, way, place)
        well(subject, case, place)


@subjects
def test_a_terminal_that_undoes_late_and_says_idle_is_waited_for(subject: Subject) -> None:
    meant(subject, habit=UNBOOKS)
    way = usual_way(subject)
    setting = world(subject, UNBOOKS, busy_while_settling=False, reversal_s=55.0)
    setting = replace(setting, capabilities=frozenset(setting.signs()) - {"B"})
    for place in some(measure(setting, way).money_bytes, 29):
        case = life_with_cut(setting, way, place)
        well(subject, case, place)


@subjects
@habits
def test_an_agent_killed_behind_the_intent_ends_in_the_truth(
    subject: Subject, habit: MissingAckHabit
) -> None:
    meant(subject, habit=habit)
    way, setting = usual_way(subject), world(subject, habit)
    undisturbed = measure(setting, way)
    for number in range(undisturbed.points_before_money + 1, len(undisturbed.points) + 1):
        with opened(setting) as shop:
            pressed(shop, way, strike=At(shop, number, Blow.KILL))
            case = shop.to_the_end()
            well(subject, case, number)


@subjects
def test_a_sale_is_not_given_back_under_two_cases(subject: Subject) -> None:
    with opened(world(subject)) as shop:
        sale = shop.sale()
        way = usual_way(subject)
        assert shop.refund(sale, way).state is CaseState.REFUNDED
        second = shop.submit(Intent(sale, way, sale.amount.minor, "another key"))
        if not isinstance(second, Refusal):
            shop.carry_out(second)
        shop.let_settle()
        shop.check(settled=True)
        assert isinstance(second, Refusal)


@subjects
def test_an_unsettled_case_keeps_every_other_from_its_terminal(subject: Subject) -> None:
    lost = Fault(direction="to_terminal", do="cut", message="money")
    scenario = Scenario(faults=(lost,))
    setting = replace(subject.setting, scenario=scenario, journal=FiledJournal)
    with opened(setting) as shop:
        first, other = shop.sale(), shop.sale(900)
        way = usual_way(subject)
        assert shop.refund(first, way).open_attempts
        shop.plug()
        second = shop.submit(Intent(other, way, 900, "another key"))
        assert not isinstance(second, Refusal)
        with pytest.raises(JournalRefusal):
            shop.agent.carry_out(second)
        shop.check()
