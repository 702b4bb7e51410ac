"""The cashier at the keyboard, from the first question to the slip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.till import BOOK, SOLD, Till

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "Anna\n3\n1\ny\n12.34\ny\nBen\ny\n"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refund_is_led_from_the_cashier_to_the_slip(till: Till, language: str) -> None:
    ran = till.run("refund", typed=WHOLE, options=("--lang", language))
    assert ran.code == 0, ran
    assert till.bookings == [("void", 1234)]
    assert "[" not in ran.out.replace("[12.34]", "").replace("[EUR 12.34]", "")


def test_a_part_is_refunded_and_the_list_can_be_chosen_from(till: Till) -> None:
    ran = till.run("refund", typed="Anna\n3\n0\n1\ny\n5\ny\nBen\ny\n")
    assert ran.code == 0, ran.out
    assert till.bookings == [("refund", 500)]


def test_the_list_has_only_what_can_still_be_refunded(till: Till) -> None:
    till.refund()
    ran = till.run("refund", typed="Anna\n3\n0\nq\n")
    assert ran.code == 9
    assert "There is no sale that could be refunded." in ran.out
    ran = till.run("refund", typed="Anna\n3\n1\ny\n")
    assert ran.code == 6
    assert "more than can be refunded" in ran.said


def test_the_list_of_a_day_without_sales_shows_earlier_ones(tmp_path: Path) -> None:
    old = "S0,7.00,2026-11-20T09:00:00Z,0009,000009,\n"
    till = Till(tmp_path, sales=BOOK + old)
    ran = till.run("refund", "--cashier", "Anna", typed="3\n0\n1\ny\n\ny\nBen\ny\n")
    assert ran.code == 0, ran.out
    assert "The sale is not of today." in ran.out
    assert till.bookings == [("refund", 700)]


def test_leaving_anywhere_is_9_and_sends_nothing(till: Till) -> None:
    lines = WHOLE.splitlines(keepends=True)
    for stop in range(len(lines)):
        ran = till.run("refund", typed="".join(lines[:stop]) + "q\n")
        assert ran.code == 9, (stop, ran)
        assert "Nothing was sent" in ran.out
    assert till.opened == len(lines) + 0
    assert till.bookings == []
    assert till.run("cases", "list", "--json").out == ""


def test_a_void_asks_for_the_whole_sale_and_is_refused_for_a_part(till: Till) -> None:
    ran = till.run("void", typed="Anna\n3\n1\ny\n5\ny\n")
    assert ran.code == 6
    assert "A void is always the whole amount" in ran.out
    assert till.run("void", typed=WHOLE).code == 0


def test_two_approvers_are_asked_for_above_the_limit(tmp_path: Path) -> None:
    till = Till(tmp_path, config='[policy]\nsecond_approver_above = "10.00"\n', sales=BOOK + SOLD)
    typed = WHOLE.replace("Ben\n", "anna\nBen\nBEN\nCleo\n")
    ran = till.run("refund", typed=typed)
    assert ran.code == 0, ran.out
    assert ran.out.count("takes part in this already") == 2


def test_the_approver_is_checked_again_by_the_policy(till: Till) -> None:
    # The dialogue takes no second name for one person; the policy has the last word all the same.
    desk_says_yes = till.run("refund", typed=WHOLE.replace("Ben", "Ａｎｎａ"))
    assert desk_says_yes.code == 9
    assert till.bookings == []


def test_in_a_quarantine_nothing_is_asked(till: Till) -> None:
    till.refund("--amount", "1.00")
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (till.folder / name).unlink(missing_ok=True)
    ran = till.run("refund", typed=WHOLE)
    assert ran.code == 6
    assert "Refunds are blocked." in ran.said
    assert "Cashier" not in ran.out
