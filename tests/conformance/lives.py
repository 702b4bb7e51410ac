"""What the sweeps share: which terminals there are, and one life of a case from press to verdict.

`SWEEP` in the environment says how many lives: "few" (coverage runs), nothing (`make test`),
"pairs" (`.ci/run`: a spread sample of two faults, on each line of each protocol), or "full"
(`make sweep`: every life).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from protocols.kit import registry
from protocols.kit.capabilities import MissingAck
from protocols.kit.errors import BadField
from protocols.kit.session import Request, Send, SessionSettings
from protocols.kit.vocabulary import Operation, Outcome
from simulators import personality
from simulators.cable import Way
from simulators.scenario import Scenario, Step
from simulators.settings import MissingAckHabit
from terminal_agent.refund.states import AttemptState
from terminal_agent.runtime.attempts import original_of
from terminal_agent.runtime.station import POLL_S
from tests.harness import Shop
from tests.setting import Killed, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocols.kit.capabilities import Capabilities
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.refund.states import CaseState

WAYS: Final = (Operation.REFUND, Operation.VOID)
# How long the cable stays out: back at once, while the terminal still repeats, while it undoes what
# nobody acknowledged; 0.0: until a person plugs it in, long after everything has settled.
CUT_FOR_S: Final = (0.2, 3.0, 17.0, 0.0)
FULL: Final = os.environ.get("SWEEP") == "full"
PAIRS: Final = FULL or os.environ.get("SWEEP") == "pairs"
# Beyond this horizon the terminal is asked as seldom as counts for unbroken idle.
LONG_S: Final = 100.0
LONG_POLL_S: Final = 4.9
_FEW: Final = os.environ.get("SWEEP") == "few"


Item = TypeVar("Item")
Strike = Callable[[int, str], None]


# Where only every so many are taken, a wire with long messages is not to have many more of them.
_SAMPLE_MAX: Final = 45
# A sweep of a wire with long messages (XML) skips bytes: neighbours in one value tell the same.
_DENSE_MAX: Final = 1_000
_LONG_MAX: Final = 240


def sample(items: Sequence[Item], every: int, *, most: int | None = None) -> Sequence[Item]:
    """Which of them a sweep takes: every so many, at least a handful; all of them when full."""
    if FULL:
        return items
    most = most or (len(items) if every == 1 else _SAMPLE_MAX)
    stride = min(every * (8 if _FEW else 1), len(items) // 3)
    return items[:: max(1, stride, len(items) // max(1, most))]


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of terminal on one kind of line."""

    protocol: str
    profile: str
    transport: str

    def __str__(self) -> str:
        return f"{self.protocol}-{self.profile}-{self.transport}"

    @property
    def setting(self) -> Setting:
        """A shop with it; capabilities confirmed, nobody else books at it.

        Over a long horizon the terminal is asked less often whether it is idle: most of these
        questions are answered alike.
        """
        long = self.capabilities.vote.horizon_s > LONG_S
        poll_s = LONG_POLL_S if long else POLL_S
        return Setting(
            protocol=self.protocol, profile=self.profile, transport=self.transport, poll_s=poll_s
        )

    @property
    def capabilities(self) -> Capabilities:
        """What the profile declares."""
        return registry.load(self.protocol).profiles[self.profile].capabilities

    @property
    def ways(self) -> tuple[Operation, ...]:
        """How this terminal can give money back."""
        can = {
            Operation.REFUND: self.capabilities.can_refund,
            Operation.VOID: self.capabilities.can_void,
        }
        return tuple(way for way in WAYS if can[way])

    @property
    def plays(self) -> frozenset[str]:
        """The steps of a scenario that this kind of terminal can do."""
        return personality.load(self.protocol).plays

    @property
    def votes(self) -> bool:
        """Whether its wire has an acknowledgement of results, so that somebody votes."""
        return personality.load(self.protocol).votes

    def has_habit(self, habit: MissingAckHabit) -> bool:
        """Whether this kind of terminal may do that with a booking that nobody acknowledged."""
        stays = self.capabilities.vote.missing_ack is MissingAck.STAYS_BOOKED
        return habit is MissingAckHabit.STAY or not stays

    def needs_nobody(self, way: Operation) -> bool:
        """Whether no person is needed after a lost answer, where all that is declared is confirmed
        and nobody else books: the table of docs/reference/capabilities.md."""
        void = way is Operation.VOID
        return self.capabilities.needs_nobody(self.capabilities.declared, void=void)

    def offers(self, operation: Operation) -> bool:
        """Whether its wire has a form for a request that moves no money."""
        spec = registry.load(self.protocol)
        session = spec.session(SessionSettings(self.profile, self.transport))
        return any(isinstance(action, Send) for action in session.begin(Request(operation), 0.0))

    def ends_well(self, way: Operation, case: RefundCase, wanted: CaseState) -> bool:
        """The true verdict, or people wait for it where this terminal can prove too little."""
        parked = [attempt.state is AttemptState.PARKED for attempt in case.open_attempts]
        return case.state is wanted or (not self.needs_nobody(way) and bool(parked) and all(parked))

    @property
    def is_default(self) -> bool:
        """The one that is swept byte by byte: default profile, first line of its protocol."""
        spec = registry.load(self.protocol)
        return (self.profile, self.transport) == (spec.default_profile, next(iter(spec.framers)))


SUBJECTS: Final = tuple(
    Subject(name, profile, transport)
    for name, spec in registry.installed().items()
    for profile in spec.profiles
    for transport in spec.framers
)
DEFAULTS: Final = tuple(subject for subject in SUBJECTS if subject.is_default)
# One profile of each protocol on each of its lines.
LINES: Final = tuple(
    subject
    for subject in SUBJECTS
    if subject.profile == registry.load(subject.protocol).default_profile
)
# Terminals that wait for a vote and can prove everything: every mistake of ours shows at them.
TELLING: Final = tuple(
    subject
    for subject in DEFAULTS
    if subject.has_habit(MissingAckHabit.REC1)
    and Operation.REFUND in subject.ways
    and subject.needs_nobody(Operation.REFUND)
    and {"nak_and_run", "silent"} <= subject.plays
)


def always_declined(protocol: str) -> Scenario:
    """The host says no, each time."""
    judge = personality.load(protocol)
    code = next(
        code
        for code, meaning in sorted(registry.load(protocol).results.items())
        if meaning.outcome is Outcome.DECLINED and not meaning.already_done and judge.is_code(code)
    )
    return Scenario(steps=(Step(on="money", do="decline", nth=None, code=code),))


def stories(protocol: str) -> dict[str, Scenario]:
    """What the host says."""
    return {"approved": Scenario(), "declined": always_declined(protocol)}


@contextmanager
def opened(setting: Setting) -> Iterator[Shop]:
    """A shop, and no trace of it afterwards; a folder only where its journal is a file."""
    folder = Path(tempfile.mkdtemp(prefix="shop-")) if setting.on_file else Path(os.devnull)
    shop = Shop(folder, setting)
    try:
        yield shop
    finally:
        shop.close()
        if setting.on_file:
            shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Measure:
    """One undisturbed life: bytes on the cable and moments in it; `money` is where money begins.

    `ends` are the places on the cable at which a message had just gone through.
    """

    ends: frozenset[tuple[str, int]]
    bytes: dict[Way, int]
    bytes_before_money: dict[Way, int]
    points: Sequence[str]
    points_before_money: int

    @property
    def money_bytes(self) -> list[tuple[str, int]]:
        """Every place on the cable from the money message on: direction and bytes before it."""
        return [
            (way.value, byte)
            for way in Way
            for byte in range(self.bytes_before_money[way], self.bytes[way] + 1)
        ]

    def swept(self, places: Sequence[tuple[str, int]], every: int) -> Sequence[tuple[str, int]]:
        """Every so many of the places, and where that skips some, each at the end of a message.

        In the middle of one only part of it came, which means nothing yet on every wire.
        """
        count = len(places)
        chosen = sample(places, every, most=count if count <= _DENSE_MAX else _LONG_MAX // every)
        if len(chosen) == len(places):
            return places
        kept = {*chosen, *(place for place in places if self._at_an_end(place))}
        return [place for place in places if place in kept]

    def _at_an_end(self, place: tuple[str, int]) -> bool:
        way, byte = place
        return any((way, byte + aside) in self.ends for aside in (-1, 0, 1))

    @property
    def early_bytes(self) -> list[tuple[str, int]]:
        """Every place before it: sign-on, status, baseline."""
        return [(way.value, byte) for way in Way for byte in range(self.bytes_before_money[way])]


def measure(setting: Setting, way: Operation) -> Measure:
    """Live once without a fault."""
    ends: set[tuple[str, int]] = set()
    with opened(setting) as shop:
        counts = shop.device.cable.counts

        def note(_number: int, _label: str) -> None:
            ends.update((way.value, count) for way, count in counts.items())

        pressed(shop, way, strike=note)
        assert shop.case is not None
        points = tuple(shop.points)
        assert shop.case.closed, "an undisturbed life ends with a verdict"
        shop.let_settle()
        shop.check(settled=True)
        return Measure(
            ends=frozenset(ends),
            bytes=dict(shop.device.cable.counts),
            bytes_before_money=shop.counts_at_money,
            points=points,
            points_before_money=next(
                place for place, label in enumerate(points) if "AttemptArmed" in label
            ),
        )


def sayable(setting: Setting, way: Operation) -> bool:
    """Whether a sale of which only the receipt number is known can be given back on this wire."""
    with opened(setting) as shop:
        sale = shop.sale(only_receipt=True)
        request = Request(way, sale.amount, original_of(sale), reference="A" * 10)
        try:
            shop.station.terminal.check(request)
        except BadField:
            return False
    return True


def pressed(
    shop: Shop, way: Operation, *, strike: Strike | None = None, only_receipt: bool = False
) -> None:
    """A sale, and the refund of it; where the agent is killed, it is started again.

    `strike` is told every moment, counted from 1 at the press.
    """
    sale = shop.sale(only_receipt=only_receipt)
    shop.points.clear()
    shop.strike = strike
    surviving(shop, lambda: shop.refund(sale, way))
    shop.strike = None
    shop.check()


def surviving(shop: Shop, action: Callable[[], object]) -> None:
    """Do it; a kill is followed by a new process."""
    try:
        action()
    except Killed:
        shop.restart_agent()


def cut_at(setting: Setting, place: tuple[str, int]) -> Setting:
    """The same shop with a cable that comes out there; how long it stays out varies by place."""
    return replace(setting, cut_after=place, cut_for_s=CUT_FOR_S[place[1] % len(CUT_FOR_S)])


def life_with_cut(
    setting: Setting, way: Operation, place: tuple[str, int], *, only_receipt: bool = False
) -> RefundCase:
    """Press, the line is cut at that byte and comes back, recover, try again."""
    with opened(cut_at(setting, place)) as shop:
        pressed(shop, way, only_receipt=only_receipt)
        return shop.to_the_end()
