"""One sale stands in the sale book once, whoever named it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from protocols.kit.money import Amount, Currency
from terminal_agent.journal.store import Journal
from terminal_agent.refund.sale import Sale, SaleSource
from terminal_agent.runtime.sale_book import add

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SALE = Sale(
    sale_id="till-1003",
    terminal="front",
    amount=Amount(3000, Currency.of("EUR")),
    sold_at=datetime(2026, 11, 24, 10, 15, tzinfo=UTC),
    source=SaleSource.IMPORT,
    receipt_number="0003",
    trace_number="000003",
)
SEEN = replace(SALE, sale_id="front-0003", sold_at=SALE.sold_at + timedelta(minutes=3))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    path = tmp_path / "journal.db"
    with Journal.open(path, at=NOW, journal_id="twins", agent_version="0") as opened:
        yield opened


@pytest.mark.parametrize(
    "other",
    [
        SEEN,
        replace(SEEN, trace_number=None),
        replace(SEEN, receipt_number="3"),
        replace(SEEN, sold_at=datetime(2026, 11, 25, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_sale_known_from_the_till_is_known_when_the_terminal_shows_it(
    journal: Journal, other: Sale
) -> None:
    assert add(journal, [SALE], NOW) == (1, 0)
    assert add(journal, [other], NOW) == (0, 1)
    assert [state.sale.sale_id for state in journal.sales()] == ["till-1003"]


def test_the_same_sale_twice_in_one_file_is_one_sale(journal: Journal) -> None:
    assert add(journal, [SALE, SEEN], NOW) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        replace(SEEN, terminal="back"),
        replace(SEEN, receipt_number="0004"),
        replace(SEEN, trace_number="000004"),
        replace(SEEN, amount=Amount(2900, Currency.of("EUR"))),
        replace(SEEN, sold_at=SALE.sold_at + timedelta(days=2)),
        replace(SEEN, receipt_number=None),
        replace(SEEN, receipt_number="A-3"),
    ],
)
def test_another_sale_is_another_sale(journal: Journal, other: Sale) -> None:
    assert add(journal, [SALE], NOW) == (1, 0)
    assert add(journal, [other], NOW) == (1, 0)
