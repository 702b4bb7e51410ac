"""Whatever happens around a carried message, the host never sees the same bytes twice.

The agent is killed, the cable comes out or the terminal loses power at every single moment of a
refund and a void whose terminal reaches its host through the till.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.vocabulary import Operation
from simulators.personality import Hosted
from simulators.scenario import Fault, Scenario, Step
from terminal_agent.refund.states import AttemptState, CaseState
from tests.conformance.blows import At, Blow
from tests.conformance.lives import WAYS, Subject, measure, opened, pressed
from tests.harness import Shop

RELAYED = Subject("aip", "relay", "serial")
ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.value)


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No commit waits for the disk."""
    monkeypatch.setattr("os.fsync", lambda _handle: None)


def carried(shop: Shop) -> list[bytes]:
    """Every message that reached the host."""
    personality = shop.device.personality
    assert isinstance(personality, Hosted)
    assert personality.host is not None
    return personality.host.carried


def never_twice(shop: Shop) -> None:
    """The promise."""
    messages = carried(shop)
    assert len(messages) == len(set(messages))
    # A further message belongs to a further attempt that was allowed, never to the same one.
    assert len(messages) <= len(shop.oracle.frames)


@pytest.mark.parametrize("blow", Blow, ids=lambda blow: blow.value)
@ways
def test_a_blow_at_any_moment_repeats_no_message_to_the_host(way: Operation, blow: Blow) -> None:
    moments = len(measure(RELAYED.setting, way).points)
    ends = set()
    for number in range(1, moments + 1):
        with opened(RELAYED.setting) as shop:
            pressed(shop, way, strike=At(shop, number, blow))
            never_twice(shop)
            case = shop.to_the_end()
            never_twice(shop)
            assert RELAYED.ends_well(way, case, CaseState.REFUNDED), number
            ends.add(case.state)
    assert CaseState.REFUNDED in ends


@ways
def test_killed_between_host_and_terminal_the_void_is_undone_and_the_refund_is_for_people(
    way: Operation,
) -> None:
    points = measure(RELAYED.setting, way).points
    number = points.index("heard host") + 1
    with opened(RELAYED.setting) as shop:
        pressed(shop, way, strike=At(shop, number, Blow.KILL))
        assert len(carried(shop)) == 1
        shop.let_settle()
        shop.recover()
        shop.check(settled=True)
        assert len(carried(shop)) == 1, "recovery carries nothing"
        assert shop.case is not None
        if way is Operation.VOID:
            assert shop.device.bank.standing_refunds() == ()
            assert [a.state for a in shop.case.attempts] == [AttemptState.DEAD]
        else:
            assert len(shop.device.bank.standing_refunds()) == 1
            assert shop.parked
            shop.decide(shop.case)
        shop.check(settled=True)


@ways
def test_a_request_that_the_line_doubles_is_carried_once(way: Operation) -> None:
    double = Fault(direction="to_ecr", do="duplicate", message="relay")
    with opened(replace(RELAYED.setting, scenario=Scenario(faults=(double,)))) as shop:
        pressed(shop, way)
        assert len(carried(shop)) == 1
        assert shop.case is not None
        assert shop.case.state is CaseState.REFUNDED
        shop.check()


@pytest.mark.parametrize("seconds", [14.0, 90.0])
@ways
def test_a_request_that_comes_late_moves_money_at_most_once(way: Operation, seconds: float) -> None:
    late = Fault(direction="to_ecr", do="delay", message="relay", seconds=seconds)
    with opened(replace(RELAYED.setting, scenario=Scenario(faults=(late,)))) as shop:
        pressed(shop, way)
        shop.to_the_end()
        never_twice(shop)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (Step(on="money", do="decline", code="51"), CaseState.NOT_REFUNDED),
        (Step(on="money", do="approve", amount_minor=100), CaseState.ATTEMPTING),
        (Step(on="money", do="no_connection"), CaseState.ATTEMPTING),
    ],
)
def test_what_the_host_says_is_what_becomes_of_it(step: Step, state: CaseState) -> None:
    with opened(replace(RELAYED.setting, scenario=Scenario(steps=(step,)))) as shop:
        pressed(shop, Operation.REFUND)
        assert shop.case is not None
        assert shop.case.state is state
        assert len(carried(shop)) == 1


@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
@ways
def test_power_lost_around_the_hosts_answer(way: Operation, when: str) -> None:
    step = Step(on="money", do="power_cut", when=when, seconds=2.0)
    with opened(replace(RELAYED.setting, scenario=Scenario(steps=(step,)))) as shop:
        pressed(shop, way)
        shop.to_the_end()
        never_twice(shop)


def test_hosts_that_nobody_named_are_not_reached_and_the_terminal_says_so() -> None:
    with opened(RELAYED.setting) as shop:
        shop._config = shop._config.model_copy(update={"relay_hosts": ()})
        shop.restart_agent()
        pressed(shop, Operation.REFUND)
        assert carried(shop) == []
        assert shop.case is not None
        assert shop.case.state is CaseState.NOT_REFUNDED
        assert shop.case.attempts[0].state is AttemptState.DECLINED
        shop.check(settled=True)
