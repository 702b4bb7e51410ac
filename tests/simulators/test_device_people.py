"""The device: power, card, keys, and what people do at it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulators.bank import Bank
from simulators.scenario import Sale, Step
from simulators.settings import CardHabit, MissingAckHabit, TerminalSettings
from simulators.steps import Plan
from simulators.terminal import Happening, Phase, SimTerminal
from tests.simulators.device import REFUND, a_terminal, booked, wall


@pytest.mark.parametrize(("when", "standing"), [("before_commit", 0), ("after_commit", 1)])
def test_a_power_cut_falls_before_or_behind_the_booking(when: str, standing: int) -> None:
    terminal = a_terminal(TerminalSettings(vote=MissingAckHabit.STAY, boot_s=20.0))
    terminal.start(REFUND, 0.0, Plan([Step("money", "power_cut", seconds=30.0, when=when)]))
    terminal.tick(1.0)
    terminal.tick(2.5)
    assert not terminal.powered
    terminal.tick(32.5)
    assert not terminal.powered, "it boots"
    terminal.tick(52.5)
    assert terminal.powered
    assert len(terminal.bank.standing_refunds()) == standing
    assert list(terminal.happenings)[-1] is Happening.POWER_BACK


def test_without_power_it_stays_off_until_somebody_gives_it_some() -> None:
    terminal = a_terminal()
    terminal.power_off(0.0)
    terminal.tick(9_999.0)
    assert not terminal.powered
    terminal.power_on(9_999.0)
    terminal.tick(10_100.0)
    terminal.power_on(10_100.0)
    assert terminal.phase is Phase.IDLE


def test_a_card_by_hand_goes_on_when_it_is_put_in() -> None:
    terminal = a_terminal(TerminalSettings(card=CardHabit.ABSENT))
    terminal.start(REFUND, 0.0)
    assert terminal.deadline == 60.0
    terminal.card_present(7.0)
    assert terminal.display == "host"
    terminal.tick(10.0)
    assert terminal.phase is Phase.VOTE


def test_a_card_that_was_taken_out_must_be_put_in_again() -> None:
    terminal = a_terminal()
    terminal.card_present(0.0)
    terminal.card_remove()
    terminal.start(replace(REFUND, card_timeout_s=10.0), 0.0)
    terminal.tick(10.0)
    assert terminal.decided is not None
    assert terminal.decided.reason == "cardholder"


def test_a_card_that_stays_in_is_read_after_the_think_time() -> None:
    terminal = a_terminal(TerminalSettings(card=CardHabit.ABSENT))
    terminal.card_present(0.0)
    terminal.start(REFUND, 0.0)
    terminal.tick(1.0)
    assert terminal.phase is Phase.HOST


def test_stop_works_while_a_card_is_awaited_and_not_later() -> None:
    terminal = a_terminal()
    assert not terminal.press("stop")
    terminal.start(REFUND, 0.0)
    assert not terminal.press("5")
    assert terminal.press("stop")
    terminal.finish()
    terminal.start(REFUND, 0.0)
    terminal.tick(1.0)
    assert not terminal.press("stop")
    terminal.tick(5.0)
    assert len(terminal.bank.standing_refunds()) == 1


def test_the_keypad_books_at_once_but_not_into_a_running_order() -> None:
    terminal = a_terminal()
    terminal.start(REFUND, 0.0)
    assert terminal.keypad("sale", 100) is None
    terminal.abort()
    terminal.finish()
    assert terminal.keypad("sale", 100) is not None
    assert terminal.bank.standing("sale")[-1].amount_minor == 100


@pytest.mark.parametrize(("busy", "phase_says"), [(True, True), (False, False)])
def test_while_settling_it_is_busy_or_pretends_not_to_be(*, busy: bool, phase_says: bool) -> None:
    terminal = a_terminal(TerminalSettings(vote=MissingAckHabit.REC1, busy_while_settling=busy))
    now = booked(terminal)
    assert terminal.says_busy is phase_says
    terminal.no_vote(now)
    assert terminal.phase is Phase.REVERSING
    assert terminal.says_busy is phase_says


def test_a_vote_counts_only_while_it_is_open() -> None:
    terminal = a_terminal(TerminalSettings(vote=MissingAckHabit.REC1))
    now = booked(terminal)
    terminal.vote()
    terminal.no_vote(now)
    assert terminal.phase is Phase.CLOSING
    assert len(terminal.bank.standing_refunds()) == 1


def test_preloaded_sales_have_the_state_that_the_scenario_says() -> None:
    terminal = SimTerminal(bank=Bank(wall=wall), wall=wall)
    terminal.preload(
        [
            Sale(100, receipt_number="0020"),
            Sale(200, state="voided"),
            Sale(300, state="settled", currency="756"),
        ]
    )
    assert [(b.kind, b.receipt_number, b.currency) for b in terminal.bank.bookings] == [
        ("sale", "0020", "978"),
        ("sale", "0021", "978"),
        ("void", "0022", "978"),
        ("sale", "0023", "756"),
    ]
    assert terminal.memory.find("0023") is None
    voided = terminal.memory.find("0021")
    assert voided is not None
    assert voided.reversed_by == "0022"
