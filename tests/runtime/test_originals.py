"""A void names its sale by a number: where the terminal shows that sale, it is looked at first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError
from protocols.kit import registry
from protocols.kit.money import Amount
from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Operation, Outcome, TerminalStatus
from simulators import books
from simulators.books import Order
from terminal_agent.journal.errors import JournalRefusal
from terminal_agent.refund.sale import Sale, SaleSource
from terminal_agent.refund.states import CaseState
from terminal_agent.runtime import sale_book
from terminal_agent.runtime.attempts import original_of
from terminal_agent.runtime.conversation import Conversation
from tests.harness import EUR, TILL, Shop
from tests.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOWING = [
    name
    for name, spec in registry.installed().items()
    if spec.profiles[spec.default_profile].capabilities.shows_originals
]
VOID = Operation.VOID


@pytest.fixture(params=SHOWING)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    spec = registry.load(request.param)
    opened = Shop(tmp_path, Setting(protocol=spec.name, transport=next(iter(spec.framers))))
    yield opened
    opened.check(settled=True)
    opened.close()


def sold(shop: Shop, minor: int, **wrong: object) -> Sale:
    """A sale at the terminal, which the sale book may have otherwise."""
    booked = shop.device.terminal.keypad("sale", minor)
    assert booked is not None
    sale = Sale(
        sale_id="typed",
        terminal=TILL,
        amount=Amount(minor, EUR),
        sold_at=shop.clock.wall(),
        source=SaleSource.IMPORT,
        receipt_number=booked.receipt_number,
        auth_code=booked.auth_code,
    )
    book = replace(sale, **wrong)  # type: ignore[arg-type]
    sale_book.add(shop.journal, [book], shop.clock.wall())
    return book


def refused(shop: Shop, sale: Sale) -> str:
    """The code of the refusal; nothing was written."""
    try:
        shop.refund(sale, VOID)
        trouble = shop.trouble
    except JournalRefusal as error:
        trouble = error
    assert trouble is not None
    assert shop.oracle.frames == []
    assert shop.case is not None
    assert shop.case.state is CaseState.AUTHORISED
    assert shop.case.attempts == ()
    return trouble.code


def test_a_terminal_is_told_the_day_of_the_shop_and_the_moment_of_everybody() -> None:
    summer = timezone(timedelta(hours=2))
    sale = Sale(
        sale_id="late",
        terminal=TILL,
        amount=Amount(100, EUR),
        sold_at=datetime(2026, 7, 2, 0, 30, 1, 41_000, tzinfo=summer),
        source=SaleSource.IMPORT,
        receipt_number="7",
    )
    original = original_of(sale)
    assert (original.date, original.sold_ms) == ("0702", 1_782_945_001_041)
    assert datetime.fromtimestamp(1_782_945_001, UTC) == datetime(2026, 7, 1, 22, 30, 1, tzinfo=UTC)


def test_there_is_a_terminal_that_shows_originals() -> None:
    assert SHOWING


def test_the_right_sale_is_voided(shop: Shop) -> None:
    assert shop.refund(shop.sale(), VOID).state is CaseState.REFUNDED


@pytest.mark.parametrize(
    "wrong", [{"amount": Amount(1250, EUR), "auth_code": None}, {"auth_code": "999999"}]
)
def test_another_customers_sale_is_not_voided(shop: Shop, wrong: dict[str, object]) -> None:
    assert refused(shop, sold(shop, 222, **wrong)) == "refusal.original_differs"


def test_a_sale_that_the_terminal_does_not_know_goes_to_the_bank(shop: Shop) -> None:
    sale = shop.sale()
    shop.device.terminal.end_of_day()
    assert refused(shop, sale) == "refusal.original_unknown"


def test_a_sale_that_was_voided_at_the_keypad_is_not_voided_again(shop: Shop) -> None:
    sale = sold(shop, 1250)
    by_hand = Order("void", 1250, EUR.numeric, sale.receipt_number)
    books.commit(shop.device.terminal, by_hand, 1250, voting=False)
    shop.oracle.foreign.add(len(shop.device.bank.bookings))
    assert refused(shop, sale) == "refusal.already_voided"


def test_a_terminal_that_is_busy_is_asked_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = TerminalStatus(ready=False, busy=True, code="")
    at_it = ExchangeResult(Outcome.APPROVED, "in_progress", status=busy, line_clean=True)
    monkeypatch.setattr(Conversation, "query", lambda _self, _request: at_it)
    shop.refund(shop.sale(), VOID)
    assert isinstance(shop.trouble, LinkError)
    assert shop.trouble.code == "link.busy"
    assert shop.oracle.frames == []
