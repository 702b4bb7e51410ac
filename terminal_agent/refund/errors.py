"""What can be wrong with a history of facts."""

from __future__ import annotations

from protocols.kit.errors import MoneyMoved, RefundAgentError


class IllegalFact(RefundAgentError):
    """A fact that cannot follow the facts before it: of a stored history, proof of damage."""

    def __init__(self, what_happened: str, *, case_id: str) -> None:
        super().__init__(
            "case.illegal_fact",
            what_happened,
            money=MoneyMoved.MAYBE,
            what_to_do="Do not repeat the refund. Keep a copy of the journal, call the technician.",
            details={"case": case_id},
        )
