"""What happens rarely at a counter, and has an answer: each ends in the truth or with people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from protocols.kit.capabilities import Capability
from protocols.kit.vocabulary import Operation
from simulators.scenario import Fault, Scenario
from simulators.settings import NUMBER_DIGITS_RECEIPT, NUMBER_DIGITS_TRACE
from terminal_agent.journal import JournalLocked
from terminal_agent.journal.table import register_row
from terminal_agent.policy.decision import Refusal
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import Correction, HumanVerdict
from terminal_agent.refund.states import AttemptState, CaseState
from terminal_agent.runtime import verdicts
from tests.conformance.lives import DEFAULTS, WAYS, Subject, opened
from tests.conformance.meant import STAY, lost_answer, meant, usual_way
from tests.harness import EUR, Intent
from tests.oracle import Broken
from tests.setting import FiledJournal

if TYPE_CHECKING:
    from pathlib import Path

    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.refund.sale import Sale
    from tests.harness import Shop
    from tests.setting import Setting

subjects = pytest.mark.parametrize("subject", DEFAULTS, ids=str)
ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.value)
# What asks a terminal after its last transaction, or after one attempt.
_ASKED = frozenset({Capability.LAST, Capability.QUERY})


def losing(subject: Subject, **more: object) -> Setting:
    """A shop whose first refund is booked and whose answer is lost."""
    scenario = Scenario(faults=(lost_answer(subject),), terminal=STAY)
    return replace(subject.setting, scenario=scenario, **more)  # type: ignore[arg-type]


def lost(shop: Shop, way: Operation) -> tuple[Sale, RefundCase]:
    """A sale, and a case of it that nobody knows the outcome of."""
    sale = shop.sale()
    case = shop.refund(sale, way)
    assert case.open_attempts, "the answer was lost"
    shop.plug()
    return sale, case


def swap_device(shop: Shop, terminal_id: str) -> None:
    """Another device of the same kind stands there."""
    terminal = shop.device.terminal
    terminal.settings = replace(terminal.settings, terminal_id=terminal_id)


# --- two agents --------------------------------------------------------------------------------


@subjects
def test_a_second_agent_on_the_same_journal_does_not_even_start(
    subject: Subject, tmp_path: Path
) -> None:
    with opened(replace(losing(subject), journal=FiledJournal)) as shop:
        lost(shop, usual_way(subject))
        frames = len(shop.oracle.frames)
        with pytest.raises(JournalLocked) as caught:
            shop.open_journal()
        assert "pid" in caught.value.details
        assert "Two agents may never drive one terminal" in caught.value.what_to_do
        assert len(shop.oracle.frames) == frames
        case = shop.to_the_end()
        assert subject.ends_well(usual_way(subject), case, CaseState.REFUNDED)


# --- another terminal --------------------------------------------------------------------------


@subjects
@ways
def test_a_terminal_that_was_swapped_says_nothing_about_the_open_case(
    subject: Subject, way: Operation
) -> None:
    meant(subject, way=way)
    if not subject.capabilities.declared & _ASKED:
        pytest.skip(f"{subject}: it shows nothing that could be another's")
    with opened(losing(subject)) as shop:
        lost(shop, way)
        mine = shop.device.terminal.settings.terminal_id
        swap_device(shop, "99999999")
        shop.recover()
        assert shop.parked, "what another device shows proves nothing"
        assert shop.case is not None
        parked = shop.case.open_attempts[0].parked
        assert parked is not None
        assert parked.reasons == ("doubt.other_terminal",)
        swap_device(shop, mine)
        shop.recover()
        shop.let_settle()
        shop.check(settled=True)
        assert subject.ends_well(way, shop.case, CaseState.REFUNDED), "with the right one back"


# --- clocks and numbers ------------------------------------------------------------------------


@subjects
@ways
@pytest.mark.parametrize("seconds", [-86_400.0, -3_600.0, 86_400.0])
def test_a_clock_that_is_set_leads_to_no_wrong_verdict(
    subject: Subject, way: Operation, seconds: float
) -> None:
    meant(subject, way=way)
    with opened(losing(subject)) as shop:
        lost(shop, way)
        shop.clock.step_wall(seconds)
        shop.restart_agent()
        case = shop.to_the_end()
        assert case.state is CaseState.REFUNDED or shop.parked
        assert len(shop.oracle.frames) == 1 or way is Operation.VOID, "nothing was sent again"


@subjects
@ways
@pytest.mark.parametrize("before", [0, 1, 2])
def test_numbers_that_begin_anew_lead_to_no_wrong_verdict(
    subject: Subject, way: Operation, before: int
) -> None:
    """Sale and refund stand on both sides of 9999 -> 0001, or right behind it."""
    meant(subject, way=way)
    with opened(losing(subject)) as shop:
        counters = shop.device.terminal.memory.counters
        counters.receipt = 10**NUMBER_DIGITS_RECEIPT - 1 - before
        counters.trace = counters.turnover = 10**NUMBER_DIGITS_TRACE - 1 - before
        lost(shop, way)
        case = shop.to_the_end()
        assert case.state is CaseState.REFUNDED or shop.parked


# --- at the terminal, past the agent -----------------------------------------------------------


@subjects
@ways
def test_an_end_of_day_by_hand_does_not_take_the_proof_away(
    subject: Subject, way: Operation
) -> None:
    meant(subject, way=way)
    with opened(losing(subject)) as shop:
        lost(shop, way)
        shop.let_settle()
        shop.device.terminal.end_of_day()
        shop.recover()
        shop.check(settled=True)
        assert shop.case is not None
        assert shop.case.state is CaseState.REFUNDED or shop.parked
        if shop.parked:
            assert shop.end_of_day() is False, "the agent's own is refused while a case is open"


@subjects
def test_a_refund_of_the_same_sale_at_the_keypad_is_never_taken_for_ours(
    subject: Subject,
) -> None:
    """The agent cannot keep people from it, and the bank pays twice; but it does not lie."""
    meant(subject, way=Operation.REFUND)
    with opened(losing(subject, exclusive=False)) as shop:
        sale, _ = lost(shop, Operation.REFUND)
        shop.let_settle()
        assert shop.keypad("refund", sale.amount.minor)
        shop.recover()
        shop.check(settled=True)
        assert shop.case is not None
        if Capability.QUERY in subject.capabilities.declared:
            assert shop.case.state is CaseState.REFUNDED, "it was asked after ours alone"
        else:
            assert shop.parked, "two bookings since, both look like ours: for people"
    with opened(replace(subject.setting, exclusive=False)) as shop:
        sale = shop.sale()
        assert shop.keypad("refund", sale.amount.minor)
        case = shop.refund(sale, Operation.REFUND)
        assert case.state is CaseState.REFUNDED
        given = sum(b.amount_minor for b in shop.device.bank.standing_refunds())
        assert given == 2 * sale.amount.minor, "what nobody can see from the till"
        shop.check(settled=True)


# --- people ------------------------------------------------------------------------------------


@subjects
def test_another_cashier_finds_the_open_case_and_cannot_pay_past_it(subject: Subject) -> None:
    with opened(losing(subject, capabilities=frozenset())) as shop:
        way = usual_way(subject)
        sale, case = lost(shop, way)
        shop.restart_agent()  # the next shift starts the program anew
        second = shop.submit(Intent(sale, way, sale.amount.minor, "of the next shift"))
        assert isinstance(second, Refusal)
        assert second.params["case"] == case.case_id, "the refusal names the case"
        (found,) = shop.journal.open_cases()
        assert found.case_id == case.case_id
        shop.recover()
        assert shop.parked
        other = shop.sale(900)
        third = shop.submit(Intent(other, way, 900, "another sale"))
        assert not isinstance(third, Refusal)
        frames = len(shop.oracle.frames)
        assert shop.carry_out(third).state is CaseState.AUTHORISED, "first the open one"
        assert len(shop.oracle.frames) == frames


@subjects
def test_a_wrong_verdict_of_people_is_corrected_by_adding(subject: Subject) -> None:
    with opened(losing(subject, capabilities=frozenset())) as shop:
        sale, _ = lost(shop, usual_way(subject))
        shop.recover()
        shop.let_settle()
        (case,) = shop.journal.open_cases()
        wrong = verdicts.Word(booked=False, number="", evidence="a glance", people=("A", "B"))
        case = verdicts.give(shop.journal, case, wrong, shop.clock.wall())
        assert case.state is CaseState.AUTHORISED
        with pytest.raises(Broken, match="P2"):
            shop.check(settled=True)
        facts = len(shop.disk.facts)
        booked = shop.oracle.ours(shop.device.bank.bookings)[case.case_id][0]
        right = verdicts.Word(
            booked=True,
            number=booked.receipt_number,
            evidence="the end-of-day list",
            people=("C", "D"),
        )
        case = verdicts.give(shop.journal, case, right, shop.clock.wall())
        assert case.state is CaseState.REFUNDED
        shop.check(settled=True)
        told = [f for f in shop.disk.facts if isinstance(f, HumanVerdict | Correction)]
        assert [fact.verdict for fact in told] == [
            PersonVerdict.NOT_BOOKED,
            PersonVerdict.BOOKED,
        ], "the wrong one still stands there"
        assert len(shop.disk.facts) > facts
        row = register_row(case, sale)
        assert row.status == "record.status.confirmed_done"
        assert "the end-of-day list" in row.evidence_text
        assert case.attempts[0].state is AttemptState.DEAD
        assert sale.amount.currency == EUR
        again = shop.submit(Intent(sale, usual_way(subject), sale.amount.minor, "once more"))
        assert isinstance(again, Refusal), "the money is given"


@subjects
def test_the_number_of_the_first_void_counts_although_its_repeat_came_later(
    subject: Subject,
) -> None:
    """Found by the world, seed 10036577: honest people's number was refused as not new."""
    meant(subject, way=Operation.VOID, sign=Capability.COMMIT_ONCE)
    meant(subject, sign=Capability.NUMBERS)
    lost_too = Fault(direction="to_ecr", do="cut", message="result", after=("money", "money"))
    scenario = Scenario(
        faults=(replace(lost_answer(subject), seconds=1.0), lost_too), terminal=STAY
    )
    with opened(replace(subject.setting, scenario=scenario, exclusive=False)) as shop:
        shop.sale()
        sale = shop.sale()
        shop.refund(sale, Operation.VOID)
        shop.let_settle()
        shop.recover()  # the cable is still out: the terminal cannot be asked
        (case,) = shop.journal.open_cases()
        assert [a.start.repeats for a in case.open_attempts] == [None, 1]
        booked = shop.oracle.ours(shop.device.bank.bookings)[case.case_id][0]
        later = case.open_attempts[1].start.baseline
        assert later is not None
        assert later.receipt_number == booked.receipt_number, "the repeat's baseline shows it"
        word = verdicts.Word(
            booked=True, number=booked.receipt_number, evidence="its journal", people=("A", "B")
        )
        decided = verdicts.give(shop.journal, case, word, shop.clock.wall())
        assert decided.state is CaseState.REFUNDED
        shop.check(settled=True)
