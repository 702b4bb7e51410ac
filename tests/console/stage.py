"""A keyboard that types a script, a screen that is read back, and a desk with three sales."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Operation
from terminal_agent.console.asker import Asker
from terminal_agent.console.desk import Phrase, RefusalView, SaleView, WayView
from terminal_agent.console.screen import Screen
from terminal_agent.prompts import Texts

EUR = Currency.of("EUR")
TEXTS = {language: Texts.load(language, strict=True) for language in ("en", "zh")}


def sale(receipt: str, minor: int, remaining: int, day: int = 24) -> SaleView:
    """A sale of `minor` cents of which `remaining` can still be refunded."""
    return SaleView(
        sale_id=f"S-{receipt}-{day}",
        receipt_number=receipt,
        trace_number=f"00{receipt}",
        amount=Amount(minor, EUR),
        remaining=Amount(remaining, EUR),
        when=datetime(2026, 11, day, 10, 31, tzinfo=UTC),
        masked_pan="476173******0119",
        card_name="VISA",
        terminal="till-1",
    )


WHOLE = sale("0017", 2000, 2000)
SPENT = sale("0018", 500, 0)
WHOLE_AS_VOID = WayView(Operation.VOID, (Phrase("why.full_amount"),))
TWICE = (sale("0019", 700, 700), sale("0019", 900, 900, day=23))


@dataclass
class SmallDesk:
    """Knows the sales above; remembers what it was asked."""

    listed: Sequence[SaleView] = (WHOLE, SPENT, *TWICE)
    answer: WayView | RefusalView = WHOLE_AS_VOID
    objection: RefusalView | None = None
    before: Phrase | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def sales(self, search: str) -> Sequence[SaleView]:
        wanted = search.lstrip("0")
        return [
            one for one in self.listed if not search or one.receipt_number.lstrip("0") == wanted
        ]

    def decide(self, sale_id: str, amount: Amount) -> WayView | RefusalView:
        self.asked.append(("decide", sale_id, amount.minor))
        return self.answer

    def alike(self, sale_id: str, amount: Amount) -> Phrase | None:
        self.asked.append(("alike", sale_id, amount.minor))
        return self.before

    def may_approve(
        self, sale_id: str, amount: Amount, *, cashier: str, approvers: tuple[str, ...]
    ) -> RefusalView | None:
        self.asked.append(("may_approve", sale_id, amount.minor, cashier, approvers))
        return self.objection


class Stage:
    """One dialogue: `typed` goes in line by line, `shown` is what the person saw."""

    def __init__(self, *typed: str, language: str = "en") -> None:
        self.output = io.StringIO()
        self.texts = TEXTS[language]
        lines = "".join(f"{line}\n" for line in typed)
        self.asker = Asker(io.StringIO(lines), self.output, self.texts)

    @property
    def screen(self) -> Screen:
        """Where the dialogue writes."""
        return self.asker.screen

    @property
    def shown(self) -> str:
        """Everything on the screen so far."""
        return self.output.getvalue()
