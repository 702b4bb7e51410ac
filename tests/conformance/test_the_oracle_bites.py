"""The sweeps can fail: each of these mistakes, planted for a moment, is caught by their oracle.

The same lives pass without the mistake: that is what the sweeps themselves show.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError, LinkLost
from drivers.exchange import Exchange
from protocols.kit.capabilities import CommitVote
from protocols.kit.session import ExchangeResult, Send
from protocols.kit.vocabulary import Booking, Outcome, TransactionRecord
from simulators.cable import Way
from simulators.scenario import Scenario, Step
from simulators.settings import MissingAckHabit
from terminal_agent.journal.errors import JournalRefusal
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.facts import AttemptApproved, AttemptDead, ResultSeenFact
from terminal_agent.refund.recovery import Judgement, Verdict
from terminal_agent.refund.states import AttemptState
from terminal_agent.runtime.agent import Agent, Done
from terminal_agent.runtime.attempts import AttemptRunner, Ending, MoneyListener
from terminal_agent.runtime.conversation import Conversation
from terminal_agent.runtime.recovery import Look, Recovered, Recoverer
from tests.conformance.blows import At, Blow
from tests.conformance.lives import DEFAULTS, Subject, life_with_cut, measure, opened, pressed
from tests.conformance.meant import meant, some, usual_way
from tests.oracle import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from protocols.kit.session import Action
    from terminal_agent.refund.nouns import RefundCase
    from tests.setting import Setting

STAY, UNBOOKS = MissingAckHabit.STAY, MissingAckHabit.REC1

_LAST_WORDS = 10  # bytes: the acknowledgements of a result and of two receipts behind it

subjects = pytest.mark.parametrize("subject", DEFAULTS, ids=str)
patches = pytest.MonkeyPatch


def world(subject: Subject, habit: MissingAckHabit, *steps: Step) -> Setting:
    """The default terminal with this habit."""
    scenario = Scenario(steps=steps, terminal={"vote": habit, "duplicate_filter": False})
    return replace(subject.setting, scenario=scenario)


def verdict_of(lives: Iterable[Callable[[], object]]) -> str:
    """What the oracle says first; fails where every life passes."""
    for live in lives:
        try:
            live()
        except Broken as broken:
            return str(broken)
    pytest.fail("the mistake was not caught")


def cuts(subject: Subject, setting: Setting, every: int = 7) -> list[Callable[[], object]]:
    """Lives with a cut somewhere behind the money message, and at every byte of the last words of
    the till, which may be an acknowledgement."""
    way = usual_way(subject)
    places = measure(setting, way).money_bytes
    last_words = [place for place in places if place[0] == Way.TO_TERMINAL.value][-_LAST_WORDS:]
    places = [*some(places, every), *last_words]
    return [partial(life_with_cut, setting, way, place) for place in places]


def kills(subject: Subject, setting: Setting) -> list[Callable[[], object]]:
    """Lives in which the agent is killed somewhere behind the intent."""
    way = usual_way(subject)
    undisturbed = measure(setting, way)
    moments = range(undisturbed.points_before_money + 1, len(undisturbed.points) + 1)

    def live(number: int) -> None:
        with opened(setting) as shop:
            pressed(shop, way, strike=At(shop, number, Blow.KILL))
            shop.to_the_end()

    return [partial(live, number) for number in moments]


@subjects
@pytest.mark.parametrize("habit", [STAY, UNBOOKS], ids=lambda habit: habit.value)
def test_without_a_mistake_the_same_lives_pass(subject: Subject, habit: MissingAckHabit) -> None:
    meant(subject, habit=habit)
    setting = world(subject, habit)
    for live in (*cuts(subject, setting, 61), *kills(subject, setting)[::7]):
        live()


@subjects
def test_a_lost_line_taken_for_not_sent_is_caught(subject: Subject, monkeypatch: patches) -> None:
    noted = AttemptRunner._note_end

    def mistaken(
        self: AttemptRunner,
        case: RefundCase,
        number: int,
        listener: MoneyListener,
        result: ExchangeResult,
    ) -> Ending:
        if result.outcome is Outcome.UNKNOWN and listener.seen is None:
            result = replace(result, outcome=Outcome.NOT_SENT, reason="nothing_written")
        return noted(self, case, number, listener, result)

    lives = cuts(subject, world(subject, STAY))
    monkeypatch.setattr(AttemptRunner, "_note_end", mistaken)
    assert verdict_of(lives).startswith("P")


@subjects
def test_approved_at_the_sight_of_a_result_is_caught(
    subject: Subject, monkeypatch: patches
) -> None:
    meant(subject, habit=UNBOOKS)
    seen, noted = MoneyListener.result_seen, AttemptRunner._note_end

    def hasty(self: MoneyListener, record: TransactionRecord) -> None:
        seen(self, record)
        if record.booking is Booking.APPROVED:
            at = self._station.clock.wall()
            approved = AttemptApproved(
                at=at,
                case_id=self._case_id,
                attempt=self._attempt,
                evidence=Evidence.LIVE_ANSWER,
                record=record,
            )
            self._journal.append(approved)

    def closed_already(
        self: AttemptRunner,
        case: RefundCase,
        number: int,
        listener: MoneyListener,
        result: ExchangeResult,
    ) -> Ending:
        case = self._journal.case(case.case_id)
        return Ending(case, result) if case.closed else noted(self, case, number, listener, result)

    lives = cuts(subject, world(subject, UNBOOKS))
    monkeypatch.setattr(MoneyListener, "result_seen", hasty)
    monkeypatch.setattr(AttemptRunner, "_note_end", closed_already)
    assert verdict_of(lives).startswith("P2")


@subjects
def test_a_money_frame_sent_again_on_nak_is_caught(subject: Subject, monkeypatch: patches) -> None:
    meant(subject, plays="nak_and_run")
    ran, wrote = Exchange.run, Exchange._write
    money: list[bytes] = []

    def remembered(self: Exchange, send: Send) -> LinkLost | None:
        money[:] = [send.data] if send.money else money
        return wrote(self, send)

    def stubborn(self: Exchange, actions: Iterable[Action]) -> ExchangeResult:
        money.clear()
        result = ran(self, actions)
        if money and result.outcome is Outcome.UNKNOWN:
            self._link.write(money[0])
        return result

    setting = world(subject, STAY, Step(on="money", do="nak_and_run"))
    lives = [partial(pressed_once, subject, setting)]
    lives[0]()
    monkeypatch.setattr(Exchange, "_write", remembered)
    monkeypatch.setattr(Exchange, "run", stubborn)
    assert "written 2 times" in verdict_of(lives)


def pressed_once(subject: Subject, setting: Setting) -> None:
    with opened(setting) as shop:
        pressed(shop, usual_way(subject))
        shop.to_the_end()


@subjects
def test_an_armed_attempt_sent_again_after_a_restart_is_caught(
    subject: Subject, monkeypatch: patches
) -> None:
    finished = Agent.finish_open

    def forgetful(self: Agent) -> list[Done]:
        for case in self.journal.open_cases(self.station.name):
            attempt = case.open_attempts[-1]
            if attempt.state is AttemptState.ARMED:
                dead = AttemptDead(
                    at=self.station.clock.wall(),
                    case_id=case.case_id,
                    attempt=attempt.number,
                    evidence=Evidence.NOT_STARTED,
                )
                self.journal.append(dead)
                with suppress(LinkError, JournalRefusal):
                    self.carry_out(self.journal.case(case.case_id))
        return finished(self)

    lives = kills(subject, world(subject, STAY))
    monkeypatch.setattr(Agent, "finish_open", forgetful)
    assert verdict_of(lives).startswith("P")


def early_vote(monkeypatch: patches) -> None:
    """The result is acknowledged at once and written down only when the dialogue is over."""
    noted = AttemptRunner._note_end

    def remembered(self: MoneyListener, record: TransactionRecord) -> None:
        self.seen = record

    def late(
        self: AttemptRunner,
        case: RefundCase,
        number: int,
        listener: MoneyListener,
        result: ExchangeResult,
    ) -> Ending:
        if listener.seen is not None:
            at = self._station.clock.wall()
            self._journal.append(
                ResultSeenFact(at=at, case_id=case.case_id, attempt=number, record=listener.seen)
            )
        return noted(self, case, number, listener, result)

    monkeypatch.setattr(MoneyListener, "result_seen", remembered)
    monkeypatch.setattr(AttemptRunner, "_note_end", late)


def absence_is_death(monkeypatch: patches) -> None:
    """No result was written down, so no vote was given, so the terminal has undone it."""
    judged = Recoverer._judge_all

    def confident(self: Recoverer, case: RefundCase, talk: Conversation, look: Look) -> Recovered:
        if all(attempt.seen is None for attempt in case.open_attempts):
            proof = Judgement(Verdict.NOT_BOOKED, Evidence.UNCHANGED, ("proof.unchanged",))
            return Recovered(self._write(case, proof, look.last.record))
        return judged(self, case, talk, look)

    monkeypatch.setattr(Recoverer, "_judge_all", confident)


@subjects
def test_a_vote_given_before_the_result_is_durable_is_caught(
    subject: Subject, monkeypatch: patches
) -> None:
    meant(subject, habit=UNBOOKS)
    lives = kills(subject, world(subject, UNBOOKS))
    early_vote(monkeypatch)
    assert "before it was durable" in verdict_of(lives)


@subjects
def test_an_early_vote_with_absence_taken_for_death_is_caught(
    subject: Subject, monkeypatch: patches
) -> None:
    meant(subject, habit=UNBOOKS)
    lives = kills(subject, world(subject, UNBOOKS))
    absence_is_death(monkeypatch)
    for live in lives[::7]:
        live()  # with the vote given in time the conclusion is right on a terminal that un-books
    early_vote(monkeypatch)
    assert verdict_of(lives).startswith("P2")


@subjects
def test_absence_taken_for_death_on_a_terminal_that_stays_booked_is_caught(
    subject: Subject, monkeypatch: patches
) -> None:
    lives = kills(subject, world(subject, STAY))
    absence_is_death(monkeypatch)
    assert verdict_of(lives).startswith("P")


@subjects
def test_evidence_before_the_horizon_is_caught(subject: Subject, monkeypatch: patches) -> None:
    meant(subject, habit=UNBOOKS, decides=True)
    setting = world(subject, UNBOOKS)
    slow = replace(
        setting.scenario,
        terminal={**setting.scenario.terminal, "busy_while_settling": False, "reversal_s": 55.0},
    )
    signs = frozenset(setting.signs()) - {"B"}
    lives = cuts(subject, replace(setting, scenario=slow, capabilities=signs))

    def at_once(_self: CommitVote, _proved: Sequence[object]) -> float:
        return 0.0

    monkeypatch.setattr(CommitVote, "wait_s", at_once)
    assert verdict_of(lives).startswith("P2")


@subjects
def test_a_terminal_that_undoes_in_secret_is_seen_through_by_the_oracle(subject: Subject) -> None:
    """No agent can be right about it; the oracle reads the bank and is not deceived."""
    meant(subject, habit=MissingAckHabit.GHOST, decides=True)
    lives = cuts(subject, world(subject, MissingAckHabit.GHOST))
    assert verdict_of(lives).startswith("P2")
