"""Numbers count only within one batch, and only when all of them advanced alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.vocabulary import Booking, TransactionRecord
from terminal_agent.refund.numbers import advance, number, same_number

FIELDS = ("receipt_number", "trace_number", "turnover_number")


def told(
    receipt: str | None,
    trace: str | None = None,
    turnover: str | None = None,
    *,
    batch: str | None = None,
    date: str | None = "1124",
    time: str | None = "100000",
) -> TransactionRecord:
    return TransactionRecord(
        Booking.APPROVED,
        receipt_number=receipt,
        trace_number=trace,
        turnover_number=turnover,
        batch_number=batch,
        date=date,
        time=time,
    )


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        (told("0009", "000019"), told("0010", "000020"), 1),
        (told("0009", "000019"), told("0009", "000019"), 0),
        (told("0009", "000019"), told("0008", "000018"), -1),
        (told("0009", "000019", "000100"), told("0011", "000021", "000102"), 2),
        (told("0009", "000019"), told("0010", "000021"), None),  # not all alike
        (told("0009", "000019", "000100"), told("0010", "000020"), None),  # one is gone
        (told("0009"), told("0010", "000020"), None),  # one came
        (told(None), told(None), None),
        (told("FFFF"), told("0010"), None),  # the sentinel is no number
        (told("9999", "009999"), told("0001", "010000"), None),  # wrapped
        (told("0009"), told("0010", time="095959"), None),  # went back
        (told("0009"), told("0010", date="1123"), None),
        (told("0009", date="1231"), told("0010", date="0101"), 1),  # New Year
        (told("0009", date=None), told("0010"), None),
        (told("0009"), told("0010", time=None), None),
        (told("0009", batch="7", date=None), told("0010", batch="7", time=None), 1),
        (told("0009", batch="7"), told("0010", batch="8"), None),
        (told("0009", batch="7"), told("0010"), None),
        (told("1" * 5000), told("1" * 5000), None),  # no terminal counts so far
        (told("0009"), told("0010", batch="7"), None),
    ],
)
def test_steps_between_two_records(
    before: TransactionRecord, after: TransactionRecord, steps: int | None
) -> None:
    assert advance(before, after, FIELDS) == steps


def test_a_profile_without_numbers_has_no_steps() -> None:
    assert advance(told("0009"), told("0010"), ()) is None


@given(st.integers(0, 9000), st.integers(0, 900), st.integers(0, 900000))
def test_equal_steps_of_all_numbers_are_found_whatever_the_numbers(
    receipt: int, steps: int, trace: int
) -> None:
    before = told(f"{receipt:04d}", f"{trace:06d}")
    after = replace(
        before, receipt_number=f"{receipt + steps:04d}", trace_number=f"{trace + steps:06d}"
    )
    assert advance(before, after, FIELDS) == steps


def test_people_may_leave_leading_zeros_away() -> None:
    assert same_number("000606", " 606")
    assert not same_number("606", "607")


@pytest.mark.parametrize(("digits", "counts"), [(40, True), (41, False)])
def test_endless_digits_are_no_number(digits: int, counts: bool) -> None:
    text = "1" * digits
    record = TransactionRecord(Booking.APPROVED, trace_number=text)
    assert number(record, "trace_number") == (int(text) if counts else None)
