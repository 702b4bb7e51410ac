"""Whatever cable, host, terminal or another person do to one message, the verdict stays true."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from protocols.kit import registry
from protocols.kit.capabilities import Capability
from protocols.kit.vocabulary import Operation
from simulators import scenario as scenarios
from simulators.errors import BadScenario
from simulators.memory import Counters
from simulators.scenario import Fault, Scenario, Step
from simulators.settings import MissingAckHabit
from terminal_agent.refund.states import CaseState
from tests.conformance.lives import (
    DEFAULTS,
    FULL,
    LINES,
    SUBJECTS,
    WAYS,
    Subject,
    always_declined,
    measure,
    opened,
    pressed,
    sample,
)
from tests.harness import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulators.bank import BookingKind
    from terminal_agent.refund.nouns import RefundCase
    from tests.setting import Setting

ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.value)

# What a cable can do to one message. Delays: within the terminal's repeats, at the edge of the
# fence, and long after everybody gave up. A stream connection loses no single byte and changes
# none, so there only the first ones can happen.
STREAM_FAULTS: Final[tuple[tuple[str, dict[str, float]], ...]] = (
    ("delay", {"seconds": 3.0}),
    ("delay", {"seconds": 14.0}),
    ("delay", {"seconds": 90.0}),
    ("split", {"seconds": 0.05}),
    ("split", {"seconds": 2.0}),
    ("mute", {"seconds": 30.0}),
)
LINE_FAULTS: Final[tuple[tuple[str, dict[str, float]], ...]] = (
    *STREAM_FAULTS,
    ("drop", {}),
    ("duplicate", {}),
    ("garble", {}),
    ("noise", {"count": 5}),
    ("echo", {}),
    ("cut", {"keep": 1, "seconds": 1.0}),
)
# What a terminal can do with a message, beside what it should.
MISBEHAVIOURS: Final = ("ignore", "nak", "nak_and_run", "silent", "stale")


def messages_of(points: Sequence[str]) -> list[tuple[str, str, int]]:
    """Every message of a life: direction, name, and which one of that name it is."""
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for label in points:
        moment, _, name = label.partition(" ")
        if moment in {"left", "heard"}:
            key = ("to_terminal" if moment == "left" else "to_ecr", name)
            counts[key] += 1
            found.append((*key, counts[key]))
    return found


def life_in(setting: Setting, way: Operation, *, recoveries: int = 2) -> RefundCase:
    """Press in that world; recover; try again. Gives how it ended."""
    with opened(setting) as shop:
        pressed(shop, way)
        return shop.to_the_end(recoveries=recoveries)


def faults_of(subject: Subject) -> tuple[tuple[str, dict[str, float]], ...]:
    """What can happen on this kind of line."""
    spec = registry.load(subject.protocol)
    return LINE_FAULTS if subject.transport in spec.resynchronises else STREAM_FAULTS


@pytest.mark.parametrize(
    ("subject", "kind", "values"),
    [(subject, kind, values) for subject in LINES for kind, values in faults_of(subject)],
    ids=lambda value: (
        "-".join(f"{part:g}" for part in value.values()) if isinstance(value, dict) else str(value)
    ),
)
@ways
def test_a_fault_at_any_one_message_leaves_the_verdict_true(
    *,
    subject: Subject,
    way: Operation,
    kind: str,
    values: dict[str, float],
    lives: Callable[[int], None],
) -> None:
    undisturbed = measure(subject.setting, way)
    places = sample(messages_of(undisturbed.points), 5)
    for seed, (direction, name, nth) in enumerate(places):
        fault = Fault(
            direction=direction,
            do=kind,
            message=name,
            nth=nth,
            seconds=values.get("seconds", 0.0),
            count=int(values.get("count", 2)),
            keep=int(values.get("keep", 0)),
        )
        setting = replace(subject.setting, scenario=Scenario(faults=(fault,)), seed=seed)
        case = life_in(setting, way)
        assert subject.ends_well(way, case, CaseState.REFUNDED), (direction, name, nth)
    lives(len(places))


@pytest.mark.parametrize("filtering", [True, False], ids=["filter", "no-filter"])
@ways
@pytest.mark.parametrize(
    ("subject", "kind"),
    [(subject, kind) for subject in LINES for kind in MISBEHAVIOURS if kind in subject.plays],
    ids=str,
)
def test_a_terminal_that_misbehaves_at_any_one_command_is_not_believed(
    *, subject: Subject, way: Operation, kind: str, filtering: bool, lives: Callable[[int], None]
) -> None:
    undisturbed = measure(subject.setting, way)
    places = [
        (name, nth)
        for direction, name, nth in messages_of(undisturbed.points)
        if direction == "to_terminal"
    ]
    for name, nth in sample(places, 4):
        scenario = Scenario(
            steps=(Step(on=name, do=kind, nth=nth),),
            terminal={"duplicate_filter": filtering},
        )
        case = life_in(replace(subject.setting, scenario=scenario), way)
        assert subject.ends_well(way, case, CaseState.REFUNDED), (name, nth)
    lives(len(sample(places, 4)))


@pytest.mark.parametrize("name", scenarios.names())
@ways
@pytest.mark.parametrize("subject", SUBJECTS if FULL else LINES, ids=str)
def test_every_scenario_of_the_simulator_ends_in_the_truth(
    subject: Subject, way: Operation, name: str, lives: Callable[[int], None]
) -> None:
    scenario = scenarios.load(name)
    habit = scenario.terminal.get("vote")
    if isinstance(habit, MissingAckHabit) and not subject.has_habit(habit):
        pytest.skip("nothing is acknowledged on this wire, or nothing undone for want of it")
    setting = replace(subject.setting, scenario=scenario)
    try:
        with opened(setting) as shop:
            pressed(shop, way)
            shop.to_the_end(must_end=False)
    except BadScenario:
        pytest.skip("the scenario speaks of messages that this protocol has not")
    lives(1)


@pytest.mark.parametrize("seconds", [100.0, 900.0, 5_000.0], ids=lambda s: f"{s:g}s")
@ways
@pytest.mark.parametrize("subject", LINES, ids=str)
def test_a_slow_host_is_waited_for_or_asked_about_later(
    subject: Subject, way: Operation, seconds: float, lives: Callable[[int], None]
) -> None:
    slow = Step(on="money", do="host_delay", seconds=seconds)
    with opened(replace(subject.setting, scenario=Scenario(steps=(slow,)))) as shop:
        pressed(shop, way)
        if Capability.BUSY_TOLD not in subject.capabilities.declared:
            # A terminal that says nothing while it waits is asked again when the host has answered.
            shop.to_the_end(must_end=False)
            shop.line.pass_time(seconds)
        assert subject.ends_well(way, shop.to_the_end(), CaseState.REFUNDED)
    lives(1)


@ways
@pytest.mark.parametrize("subject", [s for s in LINES if "refuse" in s.plays], ids=str)
def test_a_refusal_to_start_is_not_sent_and_may_be_tried_again(
    subject: Subject, way: Operation
) -> None:
    (declined,) = always_declined(subject.protocol).steps
    refuse = Step(on="money", do="refuse", code=declined.code)
    with opened(replace(subject.setting, scenario=Scenario(steps=(refuse,)))) as shop:
        pressed(shop, way)
        assert shop.case is not None
        assert shop.case.state is CaseState.AUTHORISED
        assert not shop.journal.open_cases()
        assert shop.to_the_end().state is CaseState.REFUNDED
        assert len(shop.oracle.frames) == 2


HABITS: Final = (
    tuple(habit for habit in MissingAckHabit if habit is not MissingAckHabit.GHOST)
    if FULL
    else (MissingAckHabit.STAY, MissingAckHabit.REC1)
)
FOREIGN: Final[tuple[tuple[BookingKind, int], ...]] = (
    ("refund", 1250),
    ("refund", 1251),
    ("sale", 1250),
    ("sale", 99),
)


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.value)
@pytest.mark.parametrize("bookings", [1, 2])
@pytest.mark.parametrize(("kind", "amount"), FOREIGN)
@pytest.mark.parametrize("moment", ["before-money", "after-loss"])
@ways
@pytest.mark.parametrize("subject", DEFAULTS, ids=str)
def test_somebody_else_at_the_keypad_never_makes_a_verdict_wrong(
    *,
    subject: Subject,
    way: Operation,
    moment: str,
    kind: BookingKind,
    amount: int,
    bookings: int,
    habit: MissingAckHabit,
    lives: Callable[[int], None],
) -> None:
    """Ours is lost before or after it was booked; the other booking stands between."""
    setting = replace(subject.setting, exclusive=False, scenario=Scenario(terminal={"vote": habit}))
    places = sample(measure(setting, way).money_bytes, 1_000)
    for place in places:
        with opened(replace(setting, cut_after=place)) as shop:
            if moment == "before-money":
                foreign_before_money(shop, kind, amount, bookings)
            pressed(shop, way)
            if moment == "after-loss":
                shop.let_settle()
                for _ in range(bookings):
                    shop.keypad(kind, amount)
            shop.to_the_end()
    lives(len(places))


def foreign_before_money(shop: Shop, kind: BookingKind, amount: int, bookings: int) -> None:
    """Let somebody book just when the agent is about to write its money message."""
    shop.before_money = lambda: [shop.keypad(kind, amount) for _ in range(bookings)]


@pytest.mark.parametrize("reset", [True, False], ids=["numbers-reset", "numbers-go-on"])
@pytest.mark.parametrize(
    ("exclusive", "then_booked"),
    [(True, False), (False, False), (False, True)],
    ids=["exclusive", "shared", "shared-and-a-sale"],
)
@ways
@pytest.mark.parametrize("subject", DEFAULTS, ids=str)
def test_an_end_of_day_at_the_keypad_never_makes_a_verdict_wrong(
    *,
    subject: Subject,
    way: Operation,
    exclusive: bool,
    reset: bool,
    then_booked: bool,
    lives: Callable[[int], None],
) -> None:
    setting = replace(subject.setting, exclusive=exclusive)
    places = sample(measure(setting, way).money_bytes, 23)
    for place in places:
        with opened(replace(setting, cut_after=place)) as shop:
            pressed(shop, way)
            shop.let_settle()
            shop.device.terminal.end_of_day()
            if reset:
                shop.device.terminal.memory.counters = Counters(batch=2)
            if then_booked:
                shop.keypad("sale", 1250)
            shop.to_the_end(must_end=False)
    lives(len(places))


@ways
@pytest.mark.parametrize("subject", LINES, ids=str)
def test_the_agent_refuses_an_end_of_day_while_a_case_is_open(
    subject: Subject, way: Operation
) -> None:
    lost = Fault(direction="to_terminal", do="cut", message="money")
    with opened(replace(subject.setting, scenario=Scenario(faults=(lost,)))) as shop:
        pressed(shop, way)
        assert shop.journal.open_cases()
        assert not shop.end_of_day()
        assert shop.device.terminal.memory.counters.batch == 1
        case = shop.to_the_end()
        if case.open_attempts:
            shop.decide(case)
        assert shop.end_of_day()
        closes = subject.offers(Operation.END_OF_DAY)
        assert shop.device.terminal.memory.counters.batch == 1 + closes
