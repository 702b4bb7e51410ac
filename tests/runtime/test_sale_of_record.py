"""The terminal's last record as a sale, and a file as a sale book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from protocols.kit.money import Currency
from protocols.kit.vocabulary import Booking, TransactionRecord
from terminal_agent.runtime import sale_book
from terminal_agent.runtime.sale_book import BadSaleBook, read_csv, sale_from_record

EUR = Currency.of("EUR")
NOW = datetime(2028, 2, 27, 12, 0, tzinfo=UTC)
RECORD = TransactionRecord(
    Booking.APPROVED, amount_minor=500, receipt_number="0007", date="0226", time="101112"
)


def moment_of(date: str | None, time: str | None, now: datetime = NOW) -> datetime:
    """When the sale of such a record was."""
    record = replace(RECORD, date=date, time=time)
    sale = sale_from_record(record, terminal="till", currency=EUR, now=now)
    assert sale is not None
    return sale.sold_at


def test_a_record_without_a_year_is_of_the_last_such_day() -> None:
    assert moment_of("0226", "101112") == datetime(2028, 2, 26, 10, 11, 12, tzinfo=UTC)
    assert moment_of("1231", "101112") == datetime(2027, 12, 31, 10, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "time"), [(None, "101112"), ("0226", None), ("1399", "101112"), ("0226", "996112")]
)
def test_a_record_without_a_usable_time_is_of_now(date: str | None, time: str | None) -> None:
    assert moment_of(date, time) == NOW


def test_a_leap_day_that_last_year_had_not_is_of_now() -> None:
    assert moment_of("0229", "101112") == NOW
    later = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    assert moment_of("0229", "101112", later) == later.replace(hour=10, minute=11, second=12)


@pytest.mark.parametrize(
    "record",
    [
        replace(RECORD, booking=Booking.DECLINED),
        replace(RECORD, booking=Booking.REVERSED),
        replace(RECORD, amount_minor=None),
        replace(RECORD, amount_minor=0),
        replace(RECORD, original_trace_number="000001"),
        replace(RECORD, receipt_number=None),
    ],
)
def test_what_cannot_be_a_sale_is_none(record: TransactionRecord) -> None:
    assert sale_from_record(record, terminal="till", currency=EUR, now=NOW) is None


def test_the_currency_of_the_record_counts_before_the_terminals() -> None:
    for told, alpha in ((None, "EUR"), ("756", "CHF")):
        sale = sale_from_record(
            replace(RECORD, currency=told), terminal="till", currency=EUR, now=NOW
        )
        assert sale is not None
        assert sale.amount.currency.alpha == alpha


def test_a_file_without_end_is_no_sale_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sale_book, "ROWS_MAX", 2)
    rows = [f"S{number},1.00,2028-02-26T09:00:00\n" for number in range(3)]
    lines = ["sale_id,amount,sold_at\n", *rows]
    with pytest.raises(BadSaleBook) as refused:
        read_csv(lines, path="book.csv", terminal="till", currency=EUR, now=NOW)
    assert "line 4: more than 2 rows" in refused.value.what_happened
    read = read_csv(lines[:3], path="book.csv", terminal="till", currency=EUR, now=NOW)
    assert [sale.sale_id for sale in read] == ["S0", "S1"]
