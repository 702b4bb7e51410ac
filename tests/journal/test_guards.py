"""What would let money move twice is refused: keys, caps, terminals, references."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from protocols.kit.errors import MoneyMoved
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Operation
from terminal_agent.journal import (
    JournalRefusal,
)
from terminal_agent.refund.evidence import Evidence, PersonVerdict
from terminal_agent.refund.facts import (
    Fact,
)
from terminal_agent.refund.states import CaseState
from tests.journal import shelf
from tests.refund import story as s

# --- the key ---------------------------------------------------------------------------------


def test_the_same_key_with_the_same_content_is_the_same_case(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        first = journal.create_case(s.created())
        journal.append(s.authorised())
        again = journal.create_case(s.created("RF-20261124-0002"))
        assert (again.case_id, again.state) == (first.case_id, CaseState.AUTHORISED)
        assert len(journal.cases()) == 1


def test_the_same_key_with_another_content_is_refused(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        journal.create_case(s.created())
        with pytest.raises(JournalRefusal) as caught:
            journal.create_case(s.created("RF-20261124-0002", minor=5))
        assert caught.value.code == "refusal.key_reused"
        assert caught.value.details["case"] == s.CASE
        assert shelf.refused(journal, s.created("RF-20261124-0002")).code == "refusal.key_reused"
        assert journal.case_by_key("another") is None


# --- the cap ---------------------------------------------------------------------------------


def second(minor: int = 1000) -> tuple[str, Fact, Fact]:
    other = "RF-20261124-0002"
    return other, s.created(other, key="k2", minor=minor), s.authorised(other)


def test_no_two_cases_can_reserve_more_than_the_sale(path: Path) -> None:
    _, created, authorised = second()
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created(), created, s.authorised())
        error = shelf.refused(journal, authorised)
        assert (error.code, error.details["case"]) == ("refusal.duplicate", s.CASE)
        journal.append(s.cancelled())
        journal.append(authorised)
        state = journal.sale("s1")
        assert state is not None
        assert state.remaining == Amount(0, s.EUR)


def test_parts_of_a_sale_can_be_refunded_until_nothing_is_left(path: Path) -> None:
    _, created, authorised = second(400)
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created(minor=600), created, s.authorised(), authorised)
        state = journal.sale("s1")
        assert state is not None
        assert state.reserved_minor == 1000
        third = s.created("RF-20261124-0003", key="k3", minor=1)
        journal.append(third)
        assert shelf.refused(journal, s.authorised("RF-20261124-0003")).code == "refusal.duplicate"


def test_a_dead_attempt_gives_its_reservation_back_and_the_next_must_find_it_free(
    path: Path,
) -> None:
    other, created, authorised = second()
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), *s.TO_RESOLVING, s.dead())
        state = journal.sale("s1")
        assert state is not None
        assert state.reserved_minor == 0
        journal.append(created, authorised)
        error = shelf.refused(journal, s.baselined(2))
        assert (error.code, error.details["case"]) == ("refusal.duplicate", other)
        journal.append(s.cancelled(other))
        journal.append(s.baselined(2), s.armed(2))
        assert journal.case(s.CASE).holds


def test_the_table_itself_refuses_more_than_the_sale(path: Path) -> None:
    shelf.filled(path)
    with pytest.raises(sqlite3.IntegrityError):
        shelf.raw(path, "UPDATE sales SET reserved_minor = 1001")
    with pytest.raises(sqlite3.IntegrityError):
        shelf.raw(path, "UPDATE sales SET reserved_minor = -1")


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (s.created(minor=1001), "refusal.over_remaining"),
        (replace(s.created(), amount=Amount(1, Currency.of("CHF"))), "refusal.over_remaining"),
        (replace(s.created(), sale_id="s9"), "refusal.not_found"),
        (shelf.sale(), "refusal.sale_known"),
        (shelf.sale("s2", minor=0), "refusal.zero_amount"),
    ],
)
def test_what_cannot_be_in_the_book_is_refused(path: Path, fact: Fact, code: str) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        error = shelf.refused(journal, fact)
    assert error.code == code
    assert error.money is MoneyMoved.NO


def test_a_correction_must_find_the_amount_free(path: Path) -> None:
    other, created, authorised = second()
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), *s.TO_PARKED, s.verdict(PersonVerdict.NOT_BOOKED))
        journal.append(created, authorised)
        wrong = s.correction(PersonVerdict.BOOKED)
        assert shelf.refused(journal, wrong).details["case"] == other
        journal.append(s.cancelled(other))
        journal.append(replace(wrong, number_typed="0777"))
        assert journal.case(s.CASE).state is CaseState.REFUNDED
        assert journal.case_with_number("desk", "0777") == s.CASE


# --- one open attempt per terminal -------------------------------------------------------------


def test_a_terminal_has_one_open_attempt_at_a_time(path: Path) -> None:
    other, created, authorised = second(400)
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created(minor=600), *s.TO_ARMED[1:], created, authorised)
        error = shelf.refused(journal, s.baselined(1, other))
        assert (error.code, error.details["case"]) == ("refusal.open_case", s.CASE)
        journal.append(s.baselined(1, other, terminal="other desk"), s.armed(1, other))
        assert [case.case_id for case in journal.open_cases()] == [s.CASE, other]
        assert [case.case_id for case in journal.open_cases("desk")] == [s.CASE]
        journal.append(s.seen(), s.approved())
        assert journal.open_cases("desk") == []


def test_a_case_is_unsettled_until_it_is_closed(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created(minor=600))
        assert [case.case_id for case in journal.unsettled_cases()] == [s.CASE]
        assert journal.open_cases() == []  # nothing was sent for it yet
        journal.append(*s.TO_ARMED[1:])
        assert [case.case_id for case in journal.unsettled_cases()] == [s.CASE]
        journal.append(s.seen(), s.approved())
        assert journal.unsettled_cases() == []


def test_a_commit_once_repeat_stands_beside_the_attempt_it_settles(path: Path) -> None:
    void = Operation.VOID
    with shelf.opened(path) as journal:
        journal.append(
            shelf.sale(), s.created(), s.authorised(operation=void),
            s.baselined(operation=void), s.armed(), s.unknown(), s.recovery(),
            s.baselined(2, repeats=1, operation=void), s.armed(2),
        )  # fmt: skip
        assert len(journal.case(s.CASE).open_attempts) == 2
        journal.append(s.seen(2), s.dead(1, evidence=Evidence.BY_REFERENCE), s.approved(2))
        assert journal.open_cases() == []
        assert journal.verify() == 13


def test_no_reference_is_used_twice(path: Path) -> None:
    other, created, authorised = second(400)
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created(minor=600), *s.TO_ARMED[1:], created, authorised)
        taken = s.armed(1, other, reference=f"{s.CASE}-1")
        error = shelf.refused(journal, s.baselined(1, other, terminal="b"), taken)
        assert (error.code, error.details["case"]) == ("refusal.reference_used", s.CASE)
        assert journal.reference_is_ours(f"{s.CASE}-1")
        assert not journal.reference_is_ours("foreign")
        assert not journal.reference_is_ours(None)
