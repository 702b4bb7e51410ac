"""The bank's books are the truth, so they must be right."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.bank import KINDS, Bank, bookings_from
from simulators.errors import BadState
from simulators.files import replace_json
from simulators.scenario import Step
from simulators.steps import NO_PLAN, Plan

if TYPE_CHECKING:
    from pathlib import Path

    from simulators.bank import Booking, BookingKind


def a_bank() -> Bank:
    return Bank(wall=lambda: datetime(2026, 3, 2, tzinfo=UTC))


def book(bank: Bank, kind: BookingKind, receipt: str, original: str | None = None) -> Booking:
    return bank.book(
        kind,
        100,
        currency="978",
        receipt_number=receipt,
        trace_number=f"00{receipt}",
        original_receipt_number=original,
    )


def test_a_booking_has_exactly_the_fields_of_the_contract() -> None:
    bank = a_bank()
    book(bank, "refund", "0007")
    assert bank.ledger() == {
        "version": 1,
        "bookings": [
            {
                "seq": 1,
                "kind": "refund",
                "amount_minor": 100,
                "currency": "978",
                "receipt_number": "0007",
                "trace_number": "000007",
                "original_receipt_number": None,
                "reference": None,
                "at": "2026-03-02T00:00:00+00:00",
            }
        ],
    }


def test_an_auto_reversal_undoes_the_newest_booking_of_that_number() -> None:
    bank = a_bank()
    book(bank, "refund", "0007")
    book(bank, "auto_reversal", "0007", "0007")
    second = book(bank, "refund", "0007")
    assert bank.standing_refunds() == (second,)
    assert bank.refunded_minor() == 100


def test_of_two_bookings_with_one_number_the_newest_is_undone() -> None:
    bank = a_bank()
    first = book(bank, "refund", "0007")
    book(bank, "refund", "0007")
    book(bank, "auto_reversal", "0008", "0007")
    assert bank.standing_refunds() == (first,), "numbers wrap, so the same one may come again"


def test_a_void_and_a_refund_are_money_given_back_and_a_sale_is_not() -> None:
    bank = a_bank()
    book(bank, "sale", "0001")
    book(bank, "void", "0002", "0001")
    book(bank, "refund", "0003")
    assert [booking.kind for booking in bank.standing_refunds()] == ["void", "refund"]
    assert len(bank.standing()) == 3


@given(st.lists(st.sampled_from(KINDS), max_size=20))
def test_what_stands_is_never_more_than_what_was_booked(kinds: list[BookingKind]) -> None:
    bank = a_bank()
    for number, kind in enumerate(kinds, start=1):
        book(bank, kind, f"{number:04d}", f"{number - 1:04d}")
    undone = sum(kind == "auto_reversal" for kind in kinds)
    others = len(kinds) - undone
    assert others - undone <= len(bank.standing()) <= others
    assert all(booking.kind != "auto_reversal" for booking in bank.standing())


@given(st.lists(st.sampled_from(KINDS), max_size=10))
def test_a_ledger_reads_back_as_it_was_written(kinds: list[BookingKind]) -> None:
    bank = a_bank()
    for number, kind in enumerate(kinds, start=1):
        book(bank, kind, f"{number:04d}", "0001")
    assert bookings_from(json.loads(json.dumps(bank.ledger()))) == bank.bookings


@pytest.mark.parametrize(
    ("stored", "what"),
    [
        ([], "no ledger"),
        ({"version": 2, "bookings": []}, "no ledger"),
        ({"version": 1}, "without bookings"),
        ({"version": 1, "bookings": [{"seq": 1}]}, "fields"),
    ],
)
def test_something_else_than_a_ledger_is_refused(stored: object, what: str) -> None:
    with pytest.raises(BadState, match=what):
        bookings_from(stored)


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "gift"), ("seq", 2), ("amount_minor", "1"), ("at", None), ("reference", 3)],
)
def test_a_booking_with_a_wrong_value_is_refused(field: str, value: object) -> None:
    bank = a_bank()
    book(bank, "sale", "0001")
    stored = json.loads(json.dumps(bank.ledger()))
    stored["bookings"][0][field] = value
    with pytest.raises(BadState, match="wrong shape"):
        bookings_from(stored)


def test_the_host_decides_as_the_plan_says() -> None:
    bank = a_bank()
    assert bank.decide(500, NO_PLAN).reason.value == "approved"
    declined = bank.decide(500, Plan([Step("money", "decline", code="05")]))
    assert (declined.reason.value, declined.code) == ("declined", "05")
    assert bank.decide(500, Plan([Step("money", "no_connection")])).reason.value == "no_connection"
    assert bank.decide(500, Plan([Step("money", "approve", amount_minor=2)])).amount_minor == 2


def test_a_file_is_replaced_as_a_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    replace_json(path, {"a": 1})
    replace_json(path, {"a": 2})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 2}
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.json"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    replace_json(path, {"a": 1})
    with pytest.raises(TypeError):
        replace_json(path, {"a": object()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.json"]


def test_a_disk_that_refuses_leaves_no_half_written_file(tmp_path: Path) -> None:
    folder = tmp_path / "a folder where the file should be"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_json(folder, {"a": 1})
    assert [file.name for file in tmp_path.iterdir()] == [folder.name]
