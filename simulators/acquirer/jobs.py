"""What the terminal's end of the acquirer line can be asked for, and how that may end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from simulators.acquirer.messages import NO_ORIGINAL, NO_REFERENCE, Money

if TYPE_CHECKING:
    from simulators.acquirer.memory import LineMemory
    from simulators.acquirer.messages import Sums
    from simulators.bank import BookingKind

SIGN_ONS: Final = 2  # in one job: at its begin, and once more where the acquirer asks for it
NO_ANSWER: Final = "98"
TERMINAL_FAULT: Final = "96"
OTHER: Final = "06"


class End(Enum):
    """How a job ended, as the terminal believes."""

    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"  # nothing stands: it was never sent, or it was undone
    OWED = "owed"  # shown as failed; its reversal has not been delivered yet
    LOST = "lost"  # shown as failed; it cannot be undone, and nobody knows whether it was done


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a job; `amount_minor` is what was approved."""

    end: End
    amount_minor: int = 0
    code: str = ""
    rrn: str = ""
    auth_code: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request for money. `original_rrn` names what a void or a refund is about."""

    kind: BookingKind
    amount_minor: int
    currency: str
    original_rrn: str = ""
    note: str = ""


class Stage(Enum):
    """What the answer is awaited of."""

    SIGN_ON = "sign-on"
    REVERSAL = "reversal"
    MONEY = "money"
    SETTLEMENT = "settlement"


@dataclass(slots=True)
class Job:
    """What is being done. `money` and `sums` are still to be sent; `own` is what was."""

    money: Wanted | None = None
    sums: Sums | None = None
    currency: str = ""
    own: Money | None = None
    sign_ons: int = 0
    tries: int = 0
    outcome: Outcome = Outcome(End.FAILED)


def money_of(wanted: Wanted, memory: LineMemory) -> Money:
    """What is sent for a request: under a new trace, and with what is known of its original."""
    original = memory.done.get(wanted.original_rrn)
    sale = wanted.kind == "sale"
    linked = original.original if original is not None else NO_ORIGINAL
    return Money(
        kind=wanted.kind,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        batch=memory.batch,
        trace=memory.next_trace(),
        original="" if sale else linked,
        reference="" if sale else wanted.original_rrn or NO_REFERENCE,
        note=wanted.note,
    )
