"""Slips: at least once, every further copy marked, and never a word about the money."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal_agent.refund.case import apply, fold
from terminal_agent.refund.effects import Effect
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.events import SlipEvent
from terminal_agent.refund.evidence import PrintProof
from terminal_agent.refund.machine import Refused, step_slip
from terminal_agent.refund.slip_code import LENGTH, SIGNS, slip_code, typed_code
from terminal_agent.refund.slips import may_reprint
from terminal_agent.refund.states import CaseState, SlipState
from terminal_agent.refund.table import ATTEMPT_TABLE, CASE_TABLE, SLIP_TABLE
from tests.refund import story as s

if TYPE_CHECKING:
    from terminal_agent.refund.facts import Fact
    from terminal_agent.refund.nouns import RefundCase, Slip

ECHO, PERSON = PrintProof.ECHO, PrintProof.PERSON
# A case in every money state that a slip can be due in, and what the facts are that led there.
MONEY = {
    "armed": s.TO_ARMED,
    "parked": s.TO_PARKED,
    "refunded": s.TO_REFUNDED,
    "declined": (*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined()),
}


def slip_of(*facts: Fact) -> Slip:
    """The only slip of a refunded case."""
    (slip,) = fold((*s.TO_REFUNDED, *facts)).slips
    return slip


def refused(*facts: Fact) -> str:
    """What the last of these facts is refused with."""
    before = fold((*s.TO_REFUNDED, *facts[:-1]))
    with pytest.raises(IllegalFact) as error:
        apply(before, facts[-1])
    assert error.value.details == {"case": s.CASE}
    return error.value.what_happened


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((s.print_due(),), SlipState.PRINT_DUE),
        ((s.print_due(), s.printed()), SlipState.CONFIRMED),
        ((s.print_due(), s.print_started()), SlipState.PRINTING),
        ((s.print_due(), s.print_not_sent()), SlipState.NOT_SENT),
        ((s.print_due(), s.print_not_sent(), s.printed()), SlipState.CONFIRMED),
        ((s.print_due(), s.print_started(), s.print_not_sent()), SlipState.NOT_SENT),
        ((s.print_due(), s.print_started(), s.print_uncertain()), SlipState.UNCERTAIN),
        ((s.print_due(), s.print_started(), s.printed(proof=ECHO)), SlipState.CONFIRMED),
        ((s.print_due(), s.print_failed()), SlipState.UNCERTAIN),
    ],
)
def test_a_copy_stands_where_its_facts_have_left_it(
    facts: tuple[Fact, ...], state: SlipState
) -> None:
    slip = slip_of(*facts)
    assert (slip.state, slip.reprint, slip.last) == (state, 0, facts[-1])
    assert slip.waiting == (state is not SlipState.CONFIRMED)


def test_what_the_printer_never_got_is_sent_again_under_the_same_number() -> None:
    tried = (s.print_due(), s.print_started(), s.print_not_sent())
    again = slip_of(*tried, s.print_started(process_id="0002"))
    assert (again.state, again.reprint, again.jobs) == (SlipState.PRINTING, 0, ("0001", "0002"))
    assert "again of a slip that is not_sent" in refused(*tried, s.print_due(reprint=1))


def test_behind_a_doubt_only_a_marked_copy_or_a_person_follows() -> None:
    doubt = (s.print_due(), s.print_started(), s.print_uncertain())
    assert "started of a slip that is uncertain" in refused(
        *doubt, s.print_started(process_id="0002")
    )
    assert "echoed of a slip that is uncertain" in refused(*doubt, s.printed(proof=ECHO))
    assert "kept of a slip that is uncertain" in refused(*doubt, s.printed())
    assert slip_of(*doubt, s.printed(proof=PERSON)).state is SlipState.CONFIRMED
    marked = slip_of(*doubt, s.print_due(reprint=1))
    assert (marked.state, marked.reprint) == (SlipState.PRINT_DUE, 1)


def test_a_person_is_believed_only_where_the_printer_cannot_tell() -> None:
    for before in ((), (s.print_started(),), (s.print_not_sent(),), (s.printed(),)):
        assert "person_saw" in refused(s.print_due(), *before, s.printed(proof=PERSON))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ((s.print_due(reprint=1),), "copy 1 of a slip, not 0"),
        ((s.printed(),), "a print that was not due"),
        ((s.print_due(), s.print_due()), "copy 0 of a slip, not 1"),
        ((s.print_due(), s.printed(), s.print_due(reprint=2)), "copy 2 of a slip, not 1"),
        ((s.print_due(), s.print_started(reprint=1)), "copy 1 of a slip, not 0"),
        ((s.print_due(), s.printed(), s.printed()), "kept of a slip that is confirmed"),
        ((s.print_due(), s.print_uncertain()), "lost_sight of a slip that is print_due"),
        ((s.print_due(), s.print_started(), s.print_due(reprint=1)), "again of a slip"),
        ((s.print_due(), s.print_started(process_id="12345")), "that no printer echoes"),
        ((s.print_due(), s.print_started(process_id="12\n4")), "that no printer echoes"),
        ((s.print_due(), s.print_started(process_id="12ä4")), "that no printer echoes"),
        (
            (s.print_due(), s.print_started(), s.print_not_sent(), s.print_started()),
            "was used before",
        ),
    ],
)
def test_a_slip_cannot_be_printed_out_of_order(facts: tuple[Fact, ...], why: str) -> None:
    assert why in refused(*facts)


def test_an_old_journal_may_mark_a_copy_that_it_never_printed() -> None:
    assert slip_of(s.print_due(), s.print_due(reprint=1)).reprint == 1


# --- the table -------------------------------------------------------------------------------


def test_paper_goes_to_the_printer_only_where_nothing_of_this_copy_can_be_on_paper() -> None:
    sending = {row.state for row in SLIP_TABLE if Effect.SEND_SLIP in row.effects}
    assert sending == {SlipState.PRINT_DUE, SlipState.NOT_SENT}
    into = {(row.state, row.event) for row in SLIP_TABLE if row.target in sending}
    for state, event in into:
        marks = event is SlipEvent.AGAIN
        proved = event is SlipEvent.NOTHING_LEFT
        assert marks or proved, (state, event)


def test_a_copy_is_confirmed_by_proof_alone() -> None:
    proofs = {row.event for row in SLIP_TABLE if row.target is SlipState.CONFIRMED}
    assert proofs == {SlipEvent.KEPT, SlipEvent.ECHOED, SlipEvent.PERSON_SAW}
    assert {row.state for row in SLIP_TABLE if row.event is SlipEvent.ECHOED} == {
        SlipState.PRINTING
    }


def test_every_state_and_event_of_a_slip_is_used_once_and_says_why() -> None:
    pairs = [(row.state, row.event) for row in SLIP_TABLE]
    assert len(set(pairs)) == len(pairs)
    assert {row.event for row in SLIP_TABLE} == set(SlipEvent)
    assert {row.state for row in SLIP_TABLE} == set(SlipState)
    assert {row.target for row in SLIP_TABLE} == set(SlipState)
    assert all(row.why.endswith(".") and len(row.why) > 15 for row in SLIP_TABLE)
    for state, event in product(SlipState, SlipEvent):
        assert isinstance(step_slip(state, event), Refused) == ((state, event) not in pairs)


def test_the_tables_of_money_and_of_paper_share_no_state_and_no_effect_but_telling() -> None:
    money = {effect for row in ATTEMPT_TABLE for effect in row.effects}
    money |= {effect for row in CASE_TABLE for effect in row.effects}
    paper = {effect for row in SLIP_TABLE for effect in row.effects}
    assert money & paper == {Effect.TELL}


def test_a_further_copy_is_marked_wherever_one_may_have_come_out() -> None:
    marked = {
        state for state in SlipState if may_reprint(replace(slip_of(s.print_due()), state=state))
    }
    assert marked == {SlipState.PRINT_DUE, SlipState.UNCERTAIN, SlipState.CONFIRMED}


# --- money -----------------------------------------------------------------------------------


def facts_of(reprint: int, job: int) -> tuple[Fact, ...]:
    """Every fact that a slip may have, for this copy."""
    return (
        s.print_due(reprint=reprint),
        s.print_started(reprint=reprint, process_id=f"{job:04}"),
        *(s.printed(reprint=reprint, proof=proof) for proof in PrintProof),
        s.print_not_sent(reprint=reprint),
        s.print_uncertain(reprint=reprint),
        s.print_failed(reprint=reprint),
    )


def money_of(case: RefundCase) -> tuple[object, ...]:
    return (case.state, case.holds, case.attempts, case.by_people, case.corrections, case.refusals)


@given(st.sampled_from(sorted(MONEY)), st.lists(st.integers(0, 15), max_size=12))
def test_no_order_of_prints_touches_the_money_and_marks_only_go_up(
    money: str, picks: list[int]
) -> None:
    case = fold(MONEY[money])
    before = money_of(case)
    papers: list[int] = []  # numbers under which something may be on paper
    was = None
    for job, pick in enumerate(picks):
        reprint = case.slips[0].reprint if case.slips else 0
        facts = (*facts_of(reprint, job), *facts_of(reprint + bool(case.slips), job))
        try:
            case = apply(case, facts[pick])
        except IllegalFact:
            continue
        finally:
            assert money_of(case) == before
        slip = case.slips[0]
        if slip.state is SlipState.PRINTING:
            assert slip.reprint not in papers
        elif was is SlipState.PRINTING and slip.state is not SlipState.NOT_SENT:
            papers.append(slip.reprint)
        was = slip.state
    assert papers == sorted(set(papers))


def test_a_slip_of_a_closed_case_leaves_it_closed() -> None:
    case = fold((*s.TO_REFUNDED, s.print_due(), s.print_started(), s.print_uncertain()))
    assert (case.state, case.holds) == (CaseState.REFUNDED, True)


# --- the code --------------------------------------------------------------------------------


def test_every_copy_and_every_reprint_has_another_code() -> None:
    ids = (f"RF-20261124-{n:04}-1" for n in range(1, 40))
    codes = [slip_code(i, c, r) for i in ids for c in ("merchant", "customer") for r in (0, 1)]
    assert all(len(code) == LENGTH and set(code) <= set(SIGNS) for code in codes)
    assert len(set(codes)) == len(codes)


def test_the_code_of_a_copy_never_changes() -> None:
    """It stands on paper: another way to make it would send people looking for another slip."""
    assert slip_code("RF-20261124-0001-1", "customer", 0) == "7DA4"
    assert slip_of(s.print_due()).code == slip_code("slip", "merchant", 0)


@pytest.mark.parametrize("typed", ["k7mr", " K7-MR ", "Ｋ７ＭＲ", "K 7 M R"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert typed_code(typed) == "K7MR"
