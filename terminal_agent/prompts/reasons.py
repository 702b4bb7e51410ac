"""Why money is returned; the values are stable: journal and record table store them."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """The reasons a cashier chooses from; the text of each is `reason.<value>`."""

    WRONG_AMOUNT = "wrong_amount"
    CHARGED_TWICE = "charged_twice"
    COMPLAINT = "complaint"
    OUTCOME_UNKNOWN = "outcome_unknown"
    OTHER = "other"  # wants a sentence of its own

    @property
    def text_key(self) -> str:
        """The key of its words."""
        return f"reason.{self.value}"
