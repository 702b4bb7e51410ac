"""The dialogue's desk: sale book and policy of the agent behind the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.console.desk import Phrase, RefusalView, SaleView, WayView
from terminal_agent.policy.decision import Refusal, approvers_needed
from terminal_agent.runtime.sale_book import find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.money import Amount
    from protocols.kit.vocabulary import Operation
    from terminal_agent.journal.replay import SaleState
    from terminal_agent.policy.alike import Alike
    from terminal_agent.runtime.agent import Agent


def refusal_view(refusal: Refusal) -> RefusalView:
    """A refusal of the policy as the console shows it."""
    return RefusalView(refusal.code, dict(refusal.params))


# Whether the earlier case is settled -> what a person is asked, and what a script is told.
_ALIKE = {
    True: ("step.again_refunded", "refusal.again_refunded"),
    False: ("step.again_unknown", "refusal.again_unknown"),
}


def question_of(found: Alike) -> Phrase:
    """What a person is asked about an earlier refund of the same amount."""
    return Phrase(_ALIKE[found.settled][0], _params(found))


def refusal_of(found: Alike) -> RefusalView:
    """What a script is told that nobody can be asked for."""
    return RefusalView(_ALIKE[found.settled][1], _params(found))


def _params(found: Alike) -> dict[str, str]:
    when = f"{found.at:%Y-%m-%d %H:%M}"
    return {"amount": str(found.amount), "when": when, "case": found.case_id}


class PolicyDesk:
    """Answers from journal and policy.

    `asked` is a way that the command line demands; `key` is that of the refund; `again` that a
    second refund of the same amount is meant.
    """

    def __init__(
        self, agent: Agent, asked: Operation | None = None, *, key: str = "", again: bool = False
    ) -> None:
        self._agent = agent
        self._asked = asked
        self._key = key
        self._again = again

    def sales(self, search: str) -> Sequence[SaleView]:
        """Sales with this number, or the newest of this terminal that can still be refunded."""
        return [_view(s) for s in self.matching(search) if search or s.remaining.minor]

    def matching(self, number: str) -> list[SaleState]:
        """Sales by receipt number, trace number or RRN, however many zeros stand in front."""
        journal, terminal = self._agent.journal, self._agent.station.name
        if not number:
            day = self._agent.station.clock.wall().date()
            return journal.sales(terminal=terminal, on=day) or journal.sales(terminal=terminal)
        return find(journal, number, terminal)

    def decide(self, sale_id: str, amount: Amount) -> WayView | RefusalView:
        """The policy's choice."""
        decided = self._agent.decide(sale_id, amount, self._asked)
        if isinstance(decided, Refusal):
            return refusal_view(decided)
        return WayView(
            decided.operation,
            tuple(Phrase(key) for key in decided.why),
            approvers_needed(self._agent.rules, amount),
        )

    def alike(self, sale_id: str, amount: Amount) -> Phrase | None:
        """The earlier refund of the same amount that a person must know of."""
        found = None if self._again else self._agent.alike(sale_id, amount, self._key)
        return question_of(found) if found is not None else None

    def may_approve(
        self,
        sale_id: str,
        amount: Amount,
        *,
        cashier: str,
        approvers: tuple[str, ...],
    ) -> RefusalView | None:
        """Whether these people may approve."""
        refused = self._agent.check_people(cashier=cashier, approvers=approvers, amount=amount)
        return refusal_view(refused) if refused is not None else None


def _view(state: SaleState) -> SaleView:
    sale = state.sale
    return SaleView(
        sale_id=sale.sale_id,
        receipt_number=sale.receipt_number or "",
        trace_number=sale.trace_number or "",
        amount=sale.amount,
        remaining=state.remaining,
        when=sale.sold_at,
        masked_pan=sale.masked_pan or "",
        card_name=sale.card_name or "",
        terminal=sale.terminal,
    )
