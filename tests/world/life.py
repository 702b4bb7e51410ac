"""Lives a plan: the acts in order, then everything gets its end; the oracle judges throughout."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter as Tally
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from protocols.kit.money import Amount
from simulators.settings import NUMBER_DIGITS_RECEIPT, NUMBER_DIGITS_TRACE
from simulators.terminal import Phase
from terminal_agent.policy.decision import Refusal
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.facts import AttemptApproved, HumanVerdict
from terminal_agent.refund.states import AttemptState
from terminal_agent.runtime import verdicts
from terminal_agent.runtime.agent import Wish
from tests.harness import EUR, SETTLING_S, Intent
from tests.world.counter import Counter
from tests.world.kinds import Do
from tests.world.paper import Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.refund.sale import Sale
    from tests.world.plan import Act, Plan
    from tests.world.tale import Tale

# How often somebody comes back after the bad luck is over, until everything must have its end.
_ROUNDS: Final = 3
# A disk that is only simulated needs no real one below it.
_IN_MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None
# The longest that an end may take, in the shop's time: every round may fence, wait and ask.
END_MOST_S: Final = 3 * 3_600.0


class NotLive(AssertionError):
    """When nothing goes wrong any more, a case came to no end within bounded time."""


@dataclass(slots=True)
class Ending:
    """What came of one history: the shop's seconds in it, and how each case ended."""

    seconds: float = 0.0
    bookings: int = 0
    frames: int = 0
    ends: Tally[str] = field(default_factory=Tally)
    hits: Tally[str] = field(default_factory=Tally)


def live(plan: Plan, tale: Tale | None = None) -> Ending:
    """Live it. Raises Broken for a promise about money, NotLive, or what our own code raises."""
    folder = Path(tempfile.mkdtemp(prefix="world-", dir=_IN_MEMORY)) if plan.sqlite else Path()
    counter = Counter(folder, plan, tale)
    begun = counter.clock.monotonic()
    try:
        life = Life(counter, plan)
        for act in plan.acts:
            life.do(act)
        life.end()
        printed = _printed(counter, plan)
        cases = counter.oracle.cases(counter.journal)
        return Ending(
            seconds=counter.clock.monotonic() - begun,
            bookings=len(counter.device.bank.bookings),
            frames=len(counter.oracle.frames),
            ends=Tally(_end_of(case) for case in cases),
            hits=Tally(
                [
                    *counter.hits,
                    *printed,
                    *(line.split(" ")[0] for line in counter.device.cable.log),
                    *counter.device.terminal.script.played,
                    *(f"acquirer: {what}" for what in counter.device.terminal.host.played),
                ]
            ),
        )
    finally:
        counter.close()
        if plan.sqlite:
            shutil.rmtree(folder)


def _printed(counter: Counter, plan: Plan) -> list[str]:
    """Print every slip; what went wrong there. Whatever came of it, the money is where it was."""
    if not plan.prints:
        return []
    counter.journal.tap = None
    room = Room(counter, plan.seed)
    room.print_all()
    counter.check(settled=True)
    return list(room.hits.elements())


def _end_of(case: RefundCase) -> str:
    """How a case ended, in a word."""
    for attempt in reversed(case.attempts):
        verdict = attempt.verdict
        if isinstance(verdict, HumanVerdict):
            return f"{verdict.verdict.value} (people)"
        if isinstance(verdict, AttemptApproved):
            live_answer = verdict.evidence is Evidence.LIVE_ANSWER
            return "booked (live)" if live_answer else "booked (recovered)"
    if case.attempts:
        return "declined" if case.cancelled is None else "not booked (recovered)"
    return "never sent"


class Life:
    """The people of one history."""

    def __init__(self, counter: Counter, plan: Plan) -> None:
        self._shop = counter
        if plan.wraps:
            counters = counter.device.terminal.memory.counters
            counters.receipt = 10**NUMBER_DIGITS_RECEIPT - 2
            counters.trace = counters.turnover = 10**NUMBER_DIGITS_TRACE - 3
        self._sales: list[Sale] = [counter.sale(minor) for minor in plan.sales]
        self._intents: list[Intent] = []

    # -- acts -----------------------------------------------------------------------------------

    def do(self, act: Act) -> None:
        """One act, and the oracle's word on it."""
        shop = self._shop
        if shop.tale is not None:
            shop.tale.tell("people", str(act))
        shop.under(act)
        shop.quietly(lambda: self._ACTS[act.do](self, act))
        shop.peace()
        shop.patience.left = None
        shop.check()

    def _press(self, act: Act) -> None:
        sale = self._sales[act.sale % len(self._sales)]
        minor = sale.amount.minor // act.part
        self._intents.append(Intent(sale, act.way, minor, f"key-{len(self._intents)}"))
        self._carry_out(self._intents[-1])

    def _carry_out(self, intent: Intent) -> None:
        shop = self._shop
        case = shop.submit(intent)
        if not isinstance(case, Refusal):
            shop.carry_out(case)

    def _again(self, act: Act) -> None:
        if self._intents:
            self._carry_out(self._intents[act.sale % len(self._intents)])

    def _walk_away(self, act: Act) -> None:
        self._shop.patience.left = int(act.seconds) % 97
        self._press(act)

    def _self_approved(self, act: Act) -> None:
        shop, sale = self._shop, self._sales[act.sale % len(self._sales)]
        frames = len(shop.oracle.frames)
        answer = shop.agent.submit(
            Wish(
                key=f"own-{len(self._intents)}-{frames}",
                sale_id=sale.sale_id,
                amount=Amount(sale.amount.minor, EUR),
                reason="complaint",
                reason_text="",
                cashier="Lin",
                approvers=("Lin",),
                asked=act.way,
            )
        )
        assert isinstance(answer, Refusal), "nobody approves himself"
        assert len(shop.oracle.frames) == frames

    def _cancel(self, _act: Act) -> None:
        case = self._shop.case
        if case is None:
            return
        try:
            self._shop.agent.cancel(case, "Lin")
        except IllegalFact:
            assert case.open_attempts or case.closed, "what is not begun can be cancelled"

    def _recover(self, _act: Act) -> None:
        self._shop.recover()

    def _restart(self, _act: Act) -> None:
        self._shop.restart_agent_sick()

    def _end_of_day(self, _act: Act) -> None:
        self._shop.end_of_day()

    def _people(self, _act: Act) -> None:
        self._shop.people_look()

    def _sell(self, act: Act) -> None:
        shop = self._shop
        terminal = shop.device.terminal
        taken = shop.setting.exclusive and shop.journal.open_cases()
        busy = terminal.phase is not Phase.IDLE or terminal.deadline is not None
        if not taken and not busy:
            self._sales.append(shop.sale(act.minor))

    def _keypad(self, act: Act) -> None:
        terminal = self._shop.device.terminal
        if terminal.powered and terminal.deadline is None:
            self._shop.keypad("refund" if act.part == 1 else "sale", act.minor)

    def _hand_end(self, _act: Act) -> None:
        self._shop.hand_end()

    def _plug(self, _act: Act) -> None:
        self._shop.plug()

    def _wait(self, act: Act) -> None:
        self._shop.line.pass_time(act.seconds)

    def _power(self, act: Act) -> None:
        self._shop.power_cut(act.seconds)

    def _heal(self, _act: Act) -> None:
        self._shop.heal()

    def _clock(self, act: Act) -> None:
        self._shop.clock.step_wall(act.seconds)

    _ACTS: Final[dict[Do, Callable[[Life, Act], None]]] = {
        Do.PRESS: _press,
        Do.AGAIN: _again,
        Do.WALK_AWAY: _walk_away,
        Do.SELF_APPROVED: _self_approved,
        Do.CANCEL: _cancel,
        Do.RECOVER: _recover,
        Do.RESTART: _restart,
        Do.END_OF_DAY: _end_of_day,
        Do.PEOPLE: _people,
        Do.SELL: _sell,
        Do.KEYPAD: _keypad,
        Do.HAND_END: _hand_end,
        Do.PLUG: _plug,
        Do.WAIT: _wait,
        Do.POWER: _power,
        Do.HEAL: _heal,
        Do.CLOCK: _clock,
    }

    # -- the end --------------------------------------------------------------------------------

    def end(self) -> None:
        """Nothing goes wrong any more: every case gets its end within bounded time."""
        shop = self._shop
        if shop.tale is not None:
            shop.tale.tell("world", "nothing goes wrong any more")
        shop.device.cable.calm()
        shop.device.terminal.script.clear()
        begun = shop.clock.monotonic()
        for _ in range(_ROUNDS):
            shop.plug()
            shop.heal()
            shop.quietly(shop.recover)
            shop.check()
            if not self._waiting():
                break
        shop.line.pass_time(SETTLING_S)
        shop.check(settled=True)
        for case in shop.journal.open_cases():
            if not verdicts.undecided(case):
                raise NotLive(f"{case.case_id} is neither closed nor for people: {case.state}")
            shop.decide(case)
        for case in shop.journal.unsettled_cases():
            shop.agent.cancel(case, "Lin")
        shop.check(settled=True)
        took = shop.clock.monotonic() - begun
        if took > END_MOST_S:
            raise NotLive(f"the end took {took:.0f} s")

    def _waiting(self) -> bool:
        """Whether a case is open that no machine has called undecidable."""
        return any(
            attempt.state is not AttemptState.PARKED
            for case in self._shop.journal.open_cases()
            for attempt in case.open_attempts
        )
