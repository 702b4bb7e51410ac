"""The device: numbers, store, and what it does when nobody acknowledges its result."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.errors import BadState
from simulators.memory import memory_from
from simulators.scenario import Step
from simulators.settings import MissingAckHabit, Shown, TerminalSettings
from simulators.steps import NO_PLAN, Plan
from simulators.terminal import Order, Phase, SimTerminal
from tests.simulators.device import REFUND, a_terminal, booked, wall

HABITS = tuple(MissingAckHabit)


def given_up(habit: MissingAckHabit, order: Order = REFUND) -> SimTerminal:
    """A terminal whose result nobody took, after it has settled."""
    terminal = a_terminal(TerminalSettings(vote=habit))
    now = booked(terminal, order)
    assert len(terminal.bank.standing_refunds()) == 1
    terminal.no_vote(now)
    terminal.tick(now + 100)
    terminal.finish()
    assert terminal.phase is Phase.IDLE
    return terminal


def numbers(terminal: SimTerminal) -> tuple[int, int]:
    return terminal.memory.counters.receipt, terminal.memory.counters.trace


def test_an_acknowledged_result_stands_and_is_the_last_record() -> None:
    terminal = a_terminal()
    booked(terminal)
    terminal.vote()
    terminal.finish()
    shown = terminal.last_shown
    assert shown is not None
    assert (shown.kind, shown.receipt_number, shown.approved) == ("refund", "0003", True)
    assert [b.amount_minor for b in terminal.bank.standing_refunds()] == [500]


@pytest.mark.parametrize("habit", [habit for habit in HABITS if habit is not MissingAckHabit.STAY])
def test_an_unacknowledged_result_is_un_booked_except_where_it_stays(
    habit: MissingAckHabit,
) -> None:
    assert given_up(habit).bank.standing_refunds() == ()


def test_stay_keeps_the_booking() -> None:
    terminal = given_up(MissingAckHabit.STAY)
    assert len(terminal.bank.standing_refunds()) == 1
    assert terminal.memory.vote is None


@pytest.mark.parametrize(
    ("habit", "receipt", "shown_receipt", "shown_kind", "shown_approved"),
    [
        (MissingAckHabit.STAY, 3, "0003", "refund", True),
        (MissingAckHabit.SAME, 2, "0002", "sale", True),
        (MissingAckHabit.REC1, 3, "0003", "refund", False),
        (MissingAckHabit.REC2, 4, "0004", "auto_reversal", True),
        (MissingAckHabit.OLD1, 3, "0002", "sale", True),
        (MissingAckHabit.GHOST, 3, "0003", "refund", True),
    ],
)
def test_each_habit_leaves_its_own_numbers_and_record(
    habit: MissingAckHabit,
    receipt: int,
    shown_receipt: str,
    shown_kind: str,
    *,
    shown_approved: bool,
) -> None:
    terminal = given_up(habit)
    shown = terminal.last_shown
    assert shown is not None
    assert terminal.memory.counters.receipt == receipt
    assert (shown.receipt_number, shown.kind, shown.approved) == (
        shown_receipt,
        shown_kind,
        shown_approved,
    )


def test_a_number_that_was_given_back_is_used_again_and_the_books_still_tell_them_apart() -> None:
    terminal = given_up(MissingAckHabit.SAME)
    booked(terminal)
    terminal.vote()
    assert [b.receipt_number for b in terminal.bank.standing_refunds()] == ["0003"]
    assert [b.kind for b in terminal.bank.bookings[2:]] == ["refund", "auto_reversal", "refund"]


@pytest.mark.parametrize("habit", HABITS)
def test_a_void_that_was_un_booked_can_be_made_again_and_one_that_stands_cannot(
    habit: MissingAckHabit,
) -> None:
    void = Order("void", None, "978", "0001")
    terminal = given_up(habit, void)
    booked(terminal, void)
    assert terminal.decided is not None
    stands = habit in {MissingAckHabit.STAY, MissingAckHabit.GHOST}
    assert terminal.decided.reason == ("already_reversed" if stands else "approved")


@pytest.mark.parametrize("habit", HABITS)
def test_only_the_last_positive_record_is_shown_where_the_device_does_so(
    habit: MissingAckHabit,
) -> None:
    terminal = given_up(habit)
    terminal.settings = replace(terminal.settings, shows=Shown.LAST_POSITIVE)
    shown = terminal.last_shown
    assert shown is not None
    stands = habit in {MissingAckHabit.STAY, MissingAckHabit.GHOST}
    assert shown.receipt_number == ("0003" if stands else "0002")


@pytest.mark.parametrize("habit", HABITS)
def test_memory_reads_back_with_an_open_vote_and_settles_at_the_next_start(
    habit: MissingAckHabit,
) -> None:
    before = a_terminal(TerminalSettings(vote=habit))
    booked(before)
    memory = memory_from(json.loads(json.dumps(before.memory.to_json())))
    after = SimTerminal(bank=before.bank, wall=wall, settings=before.settings, memory=memory)
    assert not after.powered
    after.tick(0.0)
    after.tick(1_000.0)
    after.finish()
    assert after.phase is Phase.IDLE
    assert after.memory.vote is None
    stands = habit is MissingAckHabit.STAY
    assert bool(after.bank.standing_refunds()) == stands
    assert after.memory.to_json() == given_up(habit).memory.to_json()


@pytest.mark.parametrize(
    "stored", [[], {"version": 3}, {"version": 2}, {"version": 2, "counters": {"x": 1}}]
)
def test_a_memory_of_another_shape_is_refused(stored: object) -> None:
    with pytest.raises(BadState):
        memory_from(stored)


def test_a_stored_transaction_without_all_fields_is_refused() -> None:
    stored = json.loads(json.dumps(a_terminal().memory.to_json()))
    del stored["store"][0]["at"]
    with pytest.raises(BadState, match="fields"):
        memory_from(stored)


def test_an_open_vote_without_its_transaction_is_refused() -> None:
    terminal = a_terminal()
    booked(terminal)
    stored = json.loads(json.dumps(terminal.memory.to_json()))
    stored["vote"]["transaction"] = None
    with pytest.raises(BadState, match="vote"):
        memory_from(stored)


@given(
    st.lists(st.sampled_from(["vote", "no_vote", "decline"]), max_size=12), st.sampled_from(HABITS)
)
def test_numbers_never_repeat_while_a_booking_stands(
    fates: list[str], habit: MissingAckHabit
) -> None:
    terminal = a_terminal(TerminalSettings(vote=habit))
    now = 0.0
    for fate in fates:
        plan = Plan([Step("money", "decline", code="05")]) if fate == "decline" else NO_PLAN
        terminal.start(REFUND, now, plan)
        terminal.tick(now + 1.0)
        now += 50
        terminal.tick(now)
        if fate == "vote":
            terminal.vote()
        terminal.no_vote(now)
        now += 50
        terminal.tick(now)
        terminal.finish()
    standing = [booking.receipt_number for booking in terminal.bank.standing()]
    assert len(standing) == len(set(standing))


def test_numbers_wrap_behind_their_last_digit_and_leave_zero_out() -> None:
    terminal = a_terminal()
    terminal.memory.counters.receipt = 9_999
    terminal.memory.counters.trace = 999_999
    transaction = terminal.keypad("sale", 100)
    assert transaction is not None
    assert (transaction.receipt_number, transaction.trace_number) == ("0001", "000001")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (Order("void", None, "978", "0001"), "approved"),
        (Order("void", 1234, "978", "0001"), "approved"),
        (Order("void", 1233, "978", "0001"), "amount_differs"),
        (Order("void", None, "978", "0009"), "not_found"),
        (Order("void", None, "978", "FFFF"), "not_found"),
    ],
)
def test_a_void_needs_a_sale_of_the_open_batch_and_its_amount(order: Order, reason: str) -> None:
    terminal = a_terminal()
    booked(terminal, order)
    assert terminal.decided is not None
    assert terminal.decided.reason == reason


def test_after_the_end_of_day_nothing_can_be_voided_but_the_last_record_stays() -> None:
    terminal = a_terminal()
    totals = terminal.end_of_day()
    assert (totals.first_receipt, totals.last_receipt) == ("0001", "0002")
    assert (totals.count, totals.total_minor) == (2, 6234)
    booked(terminal, Order("void", None, "978", "0001"))
    assert terminal.decided is not None
    assert terminal.decided.reason == "not_found"
    assert terminal.last_shown is not None
    assert terminal.end_of_day().count == 0


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (TerminalSettings(locked=True), "locked"),
        (TerminalSettings(end_of_day_pending=True), "end_of_day_pending"),
        (TerminalSettings(store_max=2), "store_full"),
        (TerminalSettings(own_printer=True, paper=False), "no_paper"),
    ],
)
def test_a_terminal_that_cannot_book_says_why_and_uses_no_number(
    settings: TerminalSettings, reason: str
) -> None:
    terminal = a_terminal(settings)
    before = numbers(terminal)
    booked(terminal)
    assert terminal.decided is not None
    assert (terminal.decided.reason, terminal.decided.receipt_number) == (reason, "")
    assert numbers(terminal) == before


@pytest.mark.parametrize(("stores", "shown"), [(True, "0003"), (False, "0002")])
def test_a_decline_is_a_record_only_where_the_device_stores_it(*, stores: bool, shown: str) -> None:
    terminal = a_terminal(TerminalSettings(store_declines=stores))
    terminal.start(REFUND, 0.0, Plan([Step("money", "decline", code="05")]))
    terminal.tick(1.0)
    terminal.tick(5.0)
    terminal.finish()
    last = terminal.last_shown
    assert last is not None
    assert last.receipt_number == shown
    assert terminal.bank.standing_refunds() == ()
