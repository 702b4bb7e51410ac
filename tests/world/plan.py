"""What a history is made of, as data: the shop, what people do, and what goes wrong.

`draw` makes a plan from a seed; the same seed and options give the same plan. Every part has a
number, so that a failing plan can be made shorter by leaving parts out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from drivers.terminal import PumpLimits
from protocols.kit import registry
from protocols.kit.capabilities import MissingAck
from protocols.kit.vocabulary import Operation, Outcome
from simulators import personality
from simulators.acquirer.settings import HostFault, HostSettings
from simulators.cable import Way
from simulators.scenario import Fault, Scenario, Step
from simulators.settings import MissingAckHabit, Shown
from tests.disk import Sickness
from tests.setting import ALL, Setting
from tests.world.kinds import Do, Hit
from tests.world.options import Options

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

T = TypeVar("T")

# Few different amounts, so that bookings look like each other.
AMOUNTS: Final = (500, 1250)
_NOBODY_ASKS_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Blow:
    """One hit at one moment. Moments count from the act's begin, or from the armed intent.

    `seconds`: how long cable or power stay out (0.0: until somebody helps), or the clock's step.
    """

    hit: Hit
    moment: int
    armed: bool
    seconds: float = 0.0
    minor: int = 0
    sickness: Sickness | None = None
    survives: bool = False
    mid: bool = False  # a kill before a commit comes in the middle of it

    def __str__(self) -> str:
        where = "after the intent" if self.armed else "of the act"
        more = f" ({self.sickness.value})" if self.sickness else ""
        return f"{self.hit.value}{more} at moment {self.moment} {where}"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does, and what goes wrong meanwhile."""

    do: Do
    sale: int = 0
    way: Operation = Operation.REFUND
    part: int = 1
    minor: int = 0
    seconds: float = 0.0
    blows: tuple[Blow, ...] = ()

    def __str__(self) -> str:
        wishes = {Do.PRESS, Do.WALK_AWAY, Do.SELF_APPROVED}
        more = f": {self.way.value} of sale {self.sale}" if self.do in wishes else ""
        return f"{self.do.value}{more}"


@dataclass(frozen=True, slots=True)
class Plan:
    """One history before it is lived."""

    seed: int
    setting: Setting
    sqlite: bool
    sales: tuple[int, ...]  # amounts in minor units
    wraps: bool  # the terminal's numbers begin anew within the history
    acts: tuple[Act, ...]
    prints: bool = False  # the slips go to a printer in the end

    def parts(self) -> list[str]:
        """Every part that can be left out, in order: acts, then blows, faults and steps."""
        scenario = self.setting.scenario
        blows = [f"{blow} of “{act}”" for act in self.acts for blow in act.blows]
        return [
            *(f"act: {act}" for act in self.acts),
            *(f"blow: {blow}" for blow in blows),
            *(f"cable: {_fault_words(fault)}" for fault in scenario.faults),
            *(f"terminal: {step.do} on {step.on}" for step in scenario.steps),
            *(f"acquirer: {fault.do} on {fault.on}" for fault in scenario.host.faults),
        ]

    def without(self, left_out: Collection[int]) -> Plan:
        """The same plan without the parts of these numbers (places in `parts`)."""
        blow_at = len(self.acts)
        fault_at = blow_at + sum(len(act.blows) for act in self.acts)
        scenario = self.setting.scenario
        step_at = fault_at + len(scenario.faults)
        host_at = step_at + len(scenario.steps)
        host = scenario.host
        acts = []
        for place, act in enumerate(self.acts):
            kept = _kept(act.blows, blow_at, left_out)
            blow_at += len(act.blows)
            if place not in left_out:
                acts.append(replace(act, blows=tuple(kept)))
        played = replace(
            scenario,
            faults=tuple(_kept(scenario.faults, fault_at, left_out)),
            steps=tuple(_kept(scenario.steps, step_at, left_out)),
            host=replace(host, faults=tuple(_kept(host.faults, host_at, left_out))),
        )
        return replace(self, acts=tuple(acts), setting=replace(self.setting, scenario=played))


def _kept(items: Sequence[T], first: int, left_out: Collection[int]) -> Iterable[T]:
    return [item for place, item in enumerate(items, start=first) if place not in left_out]


def _fault_words(fault: Fault) -> str:
    where = f"byte {fault.byte}" if fault.byte is not None else f"message {fault.message}"
    return f"{fault.do} at {where} {fault.direction}"


def draw(seed: int, options: Options) -> Plan:
    """The plan of a seed."""
    rng = random.Random(seed)
    name = rng.choice(options.protocols or tuple(registry.installed()))
    setting = _setting(rng, options, name, seed)
    acts = _acts(rng, options, setting)
    if all(act.do is not Do.WALK_AWAY for act in acts):
        # Nobody wants to stop, so nobody has to be asked all the time.
        setting = replace(setting, limits=PumpLimits(poll_s=_NOBODY_ASKS_S))
    return Plan(
        seed=seed,
        setting=setting,
        sqlite=rng.random() < options.sqlite,
        sales=tuple(rng.choice(AMOUNTS) for _ in range(rng.choice((1, 1, 1, 2)))),
        wraps=rng.random() < options.wraps,
        acts=acts,
        # A chance of its own, so that it moves no other.
        prints=random.Random(f"prints {seed}").random() < options.printer,
    )


# --- the shop ----------------------------------------------------------------------------------


def _setting(rng: random.Random, options: Options, name: str, seed: int) -> Setting:
    spec = registry.load(name)
    profile = rng.choice(tuple(spec.profiles))
    stays = spec.profiles[profile].capabilities.vote.missing_ack is MissingAck.STAYS_BOOKED
    habits = [habit for habit in MissingAckHabit if habit.value in options.habits]
    terminal: dict[str, object] = {
        "vote": MissingAckHabit.STAY if stays else rng.choice(habits),
        "busy_while_settling": rng.random() < 0.5,
        "duplicate_filter": rng.random() < 0.5,
        "store_declines": rng.random() < 0.5,
        "shows": Shown.LAST_POSITIVE if rng.random() < 0.1 else Shown.LAST,
        "void_needs_card": rng.random() < 0.3,
        "reversal_s": rng.choice((1.0, 4.0, 30.0)),
        "host_s": rng.choice((0.5, 1.5, 8.0)),
        "boot_s": rng.choice((5.0, 20.0, 60.0)),
    }
    transport = rng.choice(tuple(spec.framers))
    scenario = Scenario(
        name="the world",
        terminal=terminal,
        steps=_steps(rng, options, name),
        faults=_faults(rng, options, name, transport),
        host=_host(seed, options, terminal),
    )
    signs = rng.choice(options.signs)
    setting = Setting(
        protocol=name,
        profile=profile,
        transport=transport,
        capabilities=ALL if signs == "all" else frozenset(signs),
        exclusive=rng.random() < options.exclusive,
        scenario=scenario,
        seed=seed,
        poll_s=rng.choice(options.polls_s),
    )
    if "B" in setting.signs():  # what a technician has confirmed of a terminal is so
        terminal["busy_while_settling"] = True
    return setting


def _host(seed: int, options: Options, terminal: dict[str, object]) -> HostSettings:
    """The acquirer of a deep terminal; its chances are its own, so that they move no others."""
    rng = random.Random(f"acquirer {seed}")
    if rng.random() >= options.deep:
        return HostSettings()
    terminal["deep"] = True
    # A terminal that un-books can do so with its acquirer's help only.
    undoes = terminal["vote"] is not MissingAckHabit.STAY
    faults: list[HostFault] = []
    while len(faults) < options.faults_most and rng.random() < options.terminal:
        do = rng.choice(options.deep_faults)
        on = rng.choice(("void", "refund") if undoes else ("void",))
        faults.append(
            HostFault(on, do, nth=rng.choice((1, 1, 2)), seconds=rng.choice((5.0, 90.0)), code="96")
        )
    return HostSettings(refund_reversal=undoes, faults=tuple(faults))


def _faults(rng: random.Random, options: Options, name: str, transport: str) -> tuple[Fault, ...]:
    # A network carries bytes whole or not at all, and so the protocols have no check of their own.
    whole = transport == "tcp"
    found: list[Fault] = []
    while len(found) < options.faults_most and rng.random() < options.line:
        do = rng.choice(options.line_kinds)
        if whole and do in _DAMAGES:
            continue
        fault = Fault(
            direction=rng.choice(tuple(Way)).value,
            do=do,
            seconds=rng.choice((0.2, 1.0, 3.0, 6.0, 17.0, 90.0)) if do in _TIMED else 0.0,
            count=rng.randint(1, 3) if do != "split" else rng.randint(2, 5),
        )
        if do == "cut":
            fault = replace(fault, seconds=rng.choice((0.0, fault.seconds)))
        if rng.random() < options.at_message or (whole and do not in _TIMED):
            words = [word for word in _MESSAGES if personality.load(name).knows(word)]
            nth = rng.choice((1, 1, 1, 2, 3, None))
            fault = replace(fault, message=rng.choice(words), nth=nth)
        else:
            fault = replace(fault, byte=rng.randint(1, options.bytes_most))
        found.append(fault)
    return tuple(found)


_DAMAGES: Final = frozenset({"garble", "noise", "echo"})
_TIMED: Final = frozenset({"cut", "mute", "delay", "split"})
_MESSAGES: Final = ("money", "result", "completion", "answer", "enquiry", "status", "progress")


def _steps(rng: random.Random, options: Options, name: str) -> tuple[Step, ...]:
    found: list[Step] = []
    while len(found) < options.faults_most and rng.random() < options.terminal:
        on, do = rng.choice(_kinds(options.terminal_kinds, name))
        step = Step(on=on, do=do, nth=rng.choice((1, 1, 1, 2, 3)))
        match do:
            case "decline" | "refuse" | "abort":
                step = replace(step, code=rng.choice(_codes(name)))
            case "host_delay" | "card_abort":
                step = replace(step, seconds=rng.choice((1.0, 20.0, 100.0)))
            case "power_cut":
                when = rng.choice(("before_commit", "after_commit"))
                step = replace(step, when=when, seconds=rng.choice((0.5, 20.0, 200.0)))
            case "keypad":
                step = replace(step, kind="sale", amount_minor=rng.choice(AMOUNTS))
        found.append(step)
    return tuple(found)


@cache
def _kinds(kinds: Iterable[tuple[str, str]], name: str) -> tuple[tuple[str, str], ...]:
    """What this kind of terminal can do, at messages that its protocol has."""
    twin = personality.load(name)
    return tuple((on, do) for on, do in kinds if do in twin.plays and twin.knows(on))


def _codes(name: str) -> list[str]:
    judge = personality.load(name)
    return [
        code
        for code, meaning in sorted(registry.load(name).results.items())
        if meaning.outcome is Outcome.DECLINED and not meaning.already_done and judge.is_code(code)
    ]


# --- the people --------------------------------------------------------------------------------


def _acts(rng: random.Random, options: Options, setting: Setting) -> tuple[Act, ...]:
    ways = _ways(setting)
    first = _act(rng, options, Do.PRESS, ways)
    kinds = [do for do in options.acts if not setting.exclusive or do not in _SHARED_ONLY]
    weights = [options.acts[do] for do in kinds]
    count = rng.randint(0, options.acts_most - 1)
    rest = rng.choices(kinds, weights, k=count)
    return (first, *(_act(rng, options, do, ways) for do in rest))


def _ways(setting: Setting) -> tuple[Operation, ...]:
    """How this terminal can give money back; another way is refused before anything is sent."""
    can = registry.load(setting.protocol).profiles[setting.profile].capabilities
    ways = ((Operation.REFUND, can.can_refund), (Operation.VOID, can.can_void))
    return tuple(way for way, possible in ways if possible)


_SHARED_ONLY: Final = frozenset({Do.KEYPAD})


def _act(rng: random.Random, options: Options, do: Do, ways: Sequence[Operation]) -> Act:
    act = Act(
        do=do,
        sale=rng.randrange(2),
        way=rng.choice(ways),
        part=rng.choice((1, 1, 2)),
        minor=rng.choice(AMOUNTS),
        seconds=rng.choice((1.0, 20.0, 200.0)),
    )
    if do is Do.CLOCK:
        act = replace(act, seconds=rng.choice((-86_400.0, -3_600.0, 3_600.0)))
    if do not in _ACTIONS:
        return act
    blows: list[Blow] = []
    while len(blows) < options.faults_most and rng.random() < options.blow:
        blows.append(_blow(rng, options))
    return replace(act, blows=tuple(blows))


_ACTIONS: Final = frozenset({Do.PRESS, Do.AGAIN, Do.RECOVER, Do.END_OF_DAY, Do.WALK_AWAY})


def _blow(rng: random.Random, options: Options) -> Blow:
    hits = list(options.hits)
    hit = rng.choices(hits, [options.hits[h] for h in hits])[0]
    armed = rng.random() < 0.6
    blow = Blow(
        hit=hit,
        moment=rng.randint(1, 30 if armed else 70),
        armed=armed,
        survives=rng.random() < 0.5,
        mid=rng.random() < 0.5,
    )
    match hit:
        case Hit.PULL:
            return replace(blow, seconds=rng.choice((0.0, 0.2, 3.0, 17.0)))
        case Hit.POWER:
            return replace(blow, seconds=rng.choice((0.5, 5.0, 100.0)))
        case Hit.KEYPAD:
            return replace(blow, minor=rng.choice(AMOUNTS))
        case Hit.DISK:
            sickness = rng.choice(tuple(Sickness))
            return replace(blow, sickness=sickness, seconds=rng.choice((0.5, 4.0, 30.0)))
        case Hit.CLOCK:
            return replace(blow, seconds=rng.choice((-86_400.0, -60.0, 3_600.0)))
    return blow
