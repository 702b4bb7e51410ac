"""Cashier, agent, terminal, bank and bad luck in any order: no money twice, no verdict that lies.

Hypothesis plays the days; when one goes wrong it shrinks it to the shortest story.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from simulators.scenario import Scenario, Step
from simulators.settings import MissingAckHabit
from terminal_agent.journal.errors import JournalRefusal
from terminal_agent.policy.decision import Refusal
from terminal_agent.runtime import verdicts
from tests.conformance.blows import At, Blow
from tests.conformance.lives import FULL, SUBJECTS, WAYS, Subject, always_declined, surviving
from tests.harness import Intent, Shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.vocabulary import Operation
    from simulators.bank import BookingKind
    from terminal_agent.refund.sale import Sale

# How a person can see a terminal's true books: where it undoes in secret nobody can.
HABITS = [habit for habit in MissingAckHabit if habit is not MissingAckHabit.GHOST]
# Few different amounts, so that bookings look like each other.
AMOUNTS = (500, 1250)
# A blow comes at one of the first so many moments of an action; an action has up to a hundred.
MOMENTS = st.integers(1, 130)


class Day(RuleBasedStateMachine):
    """One shop and its people; every step may be the one at which something breaks."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="day-"))
        self._sales: list[Sale] = []
        self._intents: list[Intent] = []

    @initialize(
        subject=st.sampled_from(SUBJECTS),
        habit=st.sampled_from(HABITS),
        signs=st.sampled_from(["all", "", "L", "LN"]),
        exclusive=st.booleans(),
    )
    def open_shop(
        self, subject: Subject, habit: MissingAckHabit, signs: str, exclusive: bool
    ) -> None:
        """The doors open; what kind of terminal stands there is decided."""
        played = habit if subject.has_habit(habit) else MissingAckHabit.STAY
        setting = replace(
            subject.setting, exclusive=exclusive, scenario=Scenario(terminal={"vote": played})
        )
        if signs != "all":
            setting = replace(setting, capabilities=frozenset(signs))
        self.shop = Shop(self._folder, setting)
        self.protocol = setting.protocol

    def teardown(self) -> None:
        """At closing time everything gets its end: proved, or decided by people who looked."""
        try:
            self._close_the_day()
        finally:
            self.shop.close()
            shutil.rmtree(self._folder)

    def _close_the_day(self) -> None:
        shop = self.shop
        shop.plug()
        shop.recover()
        shop.let_settle()
        shop.check(settled=True)
        for case in shop.journal.open_cases():
            assert verdicts.undecided(case), f"{case.case_id} is neither closed nor parked"
            shop.decide(case)
        assert not shop.journal.open_cases()
        shop.check(settled=True)

    # -- the people -----------------------------------------------------------------------------

    @precondition(lambda self: self.shop.device.terminal.deadline is None)
    @rule(amount=st.sampled_from(AMOUNTS), only_receipt=st.booleans())
    def sell(self, amount: int, only_receipt: bool) -> None:
        """A sale at the terminal; an exclusive one is nobody's while a case on it is open."""
        shop = self.shop
        taken = shop.setting.exclusive and shop.journal.open_cases()
        if taken or shop.device.terminal.says_busy or not shop.device.terminal.powered:
            return
        self._sales.append(self.shop.sale(amount, only_receipt=only_receipt))

    @precondition(lambda self: self._sales)
    @rule(
        data=st.data(),
        way=st.sampled_from(WAYS),
        part=st.sampled_from([1, 2]),
        blow=st.one_of(st.none(), st.tuples(MOMENTS, st.sampled_from(Blow))),
    )
    def give_back(
        self, data: st.DataObject, way: Operation, part: int, blow: tuple[int, Blow] | None
    ) -> None:
        """A new wish, and perhaps bad luck while it is carried out."""
        sale = data.draw(st.sampled_from(self._sales))
        amount = sale.amount.minor // part
        self._intents.append(Intent(sale, way, amount, f"press-{len(self._intents)}"))
        self._press(self._intents[-1], blow)

    @precondition(lambda self: self._intents)
    @rule(data=st.data(), blow=st.one_of(st.none(), st.tuples(MOMENTS, st.sampled_from(Blow))))
    def press_again(self, data: st.DataObject, blow: tuple[int, Blow] | None) -> None:
        """An earlier wish once more, with the same key."""
        self._press(data.draw(st.sampled_from(self._intents)), blow)

    def _press(self, intent: Intent, blow: tuple[int, Blow] | None) -> None:
        def action() -> None:
            frames = len(self.shop.oracle.frames)
            try:
                case = self.shop.submit(intent)
                if not isinstance(case, Refusal):
                    self.shop.carry_out(case)
            except JournalRefusal:
                # The sale is taken by another case: then nothing was sent for this one.
                assert len(self.shop.oracle.frames) == frames

        self._with(blow, action)

    @rule(blow=st.one_of(st.none(), st.tuples(MOMENTS, st.sampled_from(Blow))))
    def recover(self, blow: tuple[int, Blow] | None) -> None:
        """Somebody runs the recovery."""
        self._with(blow, self.shop.recover)

    @rule()
    def restart(self) -> None:
        """The agent's computer is switched off and on."""
        self.shop.restart_agent()

    @rule()
    def people_look(self) -> None:
        """Two honest people look at the terminal's own books and decide what waits for them."""
        self.shop.people_look()

    @rule()
    def end_the_day_at_the_till(self) -> None:
        """The agent's own end of day: refused while anything is open."""
        self._with(None, self.shop.end_of_day)

    # -- the world ------------------------------------------------------------------------------

    @precondition(lambda self: not self.shop.setting.exclusive)
    @rule(kind=st.sampled_from(["sale", "refund"]), amount=st.sampled_from(AMOUNTS))
    def somebody_else_books(self, kind: BookingKind, amount: int) -> None:
        """Where the terminal is shared, others use it."""
        self.shop.keypad(kind, amount)

    @rule()
    def plug_in(self) -> None:
        """The cable is put in again."""
        self.shop.plug()

    @rule(seconds=st.sampled_from([1.0, 20.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        """Nobody does anything."""
        self.shop.line.pass_time(seconds)

    @rule(for_s=st.sampled_from([1.0, 60.0]))
    def lights_out(self, for_s: float) -> None:
        """The terminal loses its power for a while."""
        self.shop.power_cut(for_s)

    @rule()
    def host_declines_next(self) -> None:
        """The next money command is declined."""
        (declined,) = always_declined(self.protocol).steps
        self.shop.device.terminal.script.add(Step(on="money", do="decline", code=declined.code))

    def _with(self, blow: tuple[int, Blow] | None, action: Callable[[], object]) -> None:
        self.shop.points.clear()
        self.shop.strike = None if blow is None else At(self.shop, *blow)
        surviving(self.shop, action)
        self.shop.strike = None

    @invariant()
    def no_money_twice_and_nothing_unasked(self) -> None:
        """P1, the frames and the sum of each sale, at every moment."""
        if hasattr(self, "shop"):
            self.shop.check()


def test_any_day_ends_with_the_truth() -> None:
    run_state_machine_as_test(
        Day,
        settings=settings(
            max_examples=2_000 if FULL else 60,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
