"""The cashier's dialogue, from the reason to the last confirmation; it sends nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from protocols.kit.vocabulary import Operation
from terminal_agent.console.asker import Cancelled
from terminal_agent.console.desk import Intent, RefusalView
from terminal_agent.console.outcome import show_message
from terminal_agent.prompts.questions import (
    AmountQuestion,
    Choice,
    Confirm,
    Digits,
    FreeText,
    Option,
    Person,
)
from terminal_agent.prompts.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.money import Amount
    from terminal_agent.console.asker import Asker
    from terminal_agent.console.desk import Desk, SaleView, WayView
    from terminal_agent.prompts.catalog import Texts
    from terminal_agent.prompts.questions import Question

T = TypeVar("T")

# Lines of a list that fit a screen of 24 lines with the question below.
LISTED = 20
# Longest receipt number of any terminal we speak to.
RECEIPT_DIGITS = 12
# How often the original is looked for before the dialogue gives up.
SEARCHES = 5
# What the cashier types instead of a receipt number to see the list.
SHOW_LIST = "0"
_WHEN = "%Y-%m-%d %H:%M"


def lead(
    desk: Desk, asker: Asker, texts: Texts, *, cashier: str = ""
) -> Intent | Cancelled | RefusalView:
    """Ask everything a refund needs.

    `cashier` is who is signed on; empty asks for it. A refusal has been shown when it comes back.
    """
    try:
        return _Dialogue(desk, asker, texts).run(cashier)
    except _Left as left:
        return left.why


class _Left(Exception):
    """The dialogue ends here, without an intent."""

    def __init__(self, why: Cancelled | RefusalView) -> None:
        super().__init__(why)
        self.why = why


class _Dialogue:
    def __init__(self, desk: Desk, asker: Asker, texts: Texts) -> None:
        self._desk = desk
        self._asker = asker
        self._texts = texts
        self._screen = asker.screen

    def run(self, cashier: str) -> Intent:
        self._screen.headline(self._texts.line("step.title"))
        self._screen.say(self._texts.line("ask.how_to_leave"))
        who = cashier or self._ask(Person(key="step.cashier"))
        reason = self._ask(_reasons())
        reason_text = self._ask(FreeText(key="step.reason_text")) if reason is Reason.OTHER else ""
        sale = self._original()
        amount = self._amount(sale)
        way = self._way(sale, amount)
        before = self._desk.alike(sale.sale_id, amount)
        if before is not None:
            self._agree(Confirm(key=before.key, params=before.params))
        approvers = self._approvers(way, sale, amount, who)
        self._agree(final_question(way.way, amount, sale.masked_pan, sale.receipt_number))
        return Intent(
            sale_id=sale.sale_id,
            amount=amount,
            way=way.way,
            reason=reason,
            reason_text=reason_text,
            cashier=who,
            approvers=approvers,
        )

    def _original(self) -> SaleView:
        for _ in range(SEARCHES):
            sale = self._find()
            if sale is None:
                continue
            self._show(sale)
            if self._ask(Confirm(key="step.verify_record")):
                return sale
        raise _Left(Cancelled("step.find_original"))

    def _find(self) -> SaleView | None:
        typed = self._ask(Digits(key="step.find_original", longest=RECEIPT_DIGITS))
        if typed == SHOW_LIST:
            found = self._desk.sales("")
            if not found:
                self._screen.say(self._texts.line("step.no_sales"))
        else:
            found = self._desk.sales(typed)
            if not found:
                self._screen.say(self._texts.line("step.no_such_sale", receipt=typed))
            if len(found) == 1:
                return found[0]
        return self._choose(found) if found else None

    def _choose(self, sales: Sequence[SaleView]) -> SaleView:
        options = tuple(Option(sale, "sale.line", _sale_line(sale)) for sale in sales[:LISTED])
        return self._ask(Choice(key="step.choose_original", options=options))

    def _show(self, sale: SaleView) -> None:
        self._screen.say(self._texts.line("step.show_original"))
        rows = (
            ("sale.when", sale.when.strftime(_WHEN)),
            ("sale.receipt", sale.receipt_number),
            ("sale.trace", sale.trace_number),
            ("sale.card", _card(sale)),
            ("sale.amount", str(sale.amount)),
            ("sale.rest", str(sale.remaining)),
            ("sale.terminal", sale.terminal),
        )
        self._screen.pairs([(self._texts.line(key), value) for key, value in rows])

    def _amount(self, sale: SaleView) -> Amount:
        if not sale.remaining.minor:
            params = {"amount": sale.amount, "rest": sale.remaining}
            raise self._refused(RefusalView("refusal.over_remaining", params))
        question = AmountQuestion(key="step.amount", most=sale.remaining, default=sale.remaining)
        amount = self._ask(question)
        self._agree(Confirm(key="step.confirm_customer", params={"amount": amount}))
        return amount

    def _way(self, sale: SaleView, amount: Amount) -> WayView:
        decided = self._desk.decide(sale.sale_id, amount)
        if isinstance(decided, RefusalView):
            raise self._refused(decided)
        self._screen.headline(self._texts.line(f"step.way_{decided.way.value}", amount=amount))
        for phrase in decided.why:
            self._screen.say(self._texts.line(phrase.key, **phrase.params))
        return decided

    def _approvers(
        self, way: WayView, sale: SaleView, amount: Amount, cashier: str
    ) -> tuple[str, ...]:
        approvers: tuple[str, ...] = ()
        for number in range(1, way.approvals + 1):
            key = "step.approver" if number == 1 else "step.next_approver"
            question = Person(key=key, params={"n": number}, other_than=(cashier, *approvers))
            approvers = (*approvers, self._ask(question))
        refusal = self._desk.may_approve(sale.sale_id, amount, cashier=cashier, approvers=approvers)
        if refusal is not None:
            raise self._refused(refusal)
        return approvers

    def _refused(self, refusal: RefusalView) -> _Left:
        show_message(self._texts.message(refusal.key, refusal.params), self._texts, self._screen)
        return _Left(refusal)

    def _ask(self, question: Question[T]) -> T:
        answer = self._asker.ask(question)
        if isinstance(answer, Cancelled):
            raise _Left(answer)
        return answer

    def _agree(self, question: Confirm) -> None:
        if not self._ask(question):
            raise _Left(Cancelled(question.key))


def _reasons() -> Choice[Reason]:
    return Choice(
        key="step.reason",
        options=tuple(Option(reason, reason.text_key) for reason in Reason),
    )


def final_question(way: Operation, amount: Amount, pan: str, receipt: str) -> Confirm:
    """The last question before the terminal is asked; names the card, or else the receipt."""
    key = "step.final_confirm_void" if way is Operation.VOID else "step.final_confirm_refund"
    if not pan:
        return Confirm(key=f"{key}_of_receipt", params={"amount": amount, "receipt": receipt})
    return Confirm(key=key, params={"amount": amount, "pan": pan})


def _sale_line(sale: SaleView) -> dict[str, object]:
    return {
        "when": sale.when.strftime(_WHEN),
        "receipt": sale.receipt_number,
        "amount": sale.amount,
        "rest": sale.remaining,
        "card": _card(sale),
    }


def _card(sale: SaleView) -> str:
    return " ".join(part for part in (sale.card_name, sale.masked_pan) if part)
