"""The terminal's way to its host: what a terminal asks, and the shallow host that just decides.

A deep host (simulators/acquirer/deep.py) has the same interface and an acquirer behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from simulators.bank import Bank, HostAnswer
from simulators.memory import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulators.bank import BookingKind
    from simulators.memory import Transaction
    from simulators.steps import Plan


@dataclass(frozen=True, slots=True)
class HostRequest:
    """What the host is asked for. The numbers are those that the terminal will give it.

    `original` is the terminal's record of what a void or refund is about, where it has one.
    """

    kind: BookingKind
    amount_minor: int
    currency: str
    receipt_number: str
    trace_number: str
    original: Transaction | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class BatchSums:
    """What the terminal has in its batch: sales, and what was given back (voids and refunds)."""

    debit_minor: int
    debit_count: int
    credit_minor: int
    credit_count: int
    currency: str


class HostLine(Protocol):
    """One host. After `ask`, `reverse` and `start_up` the `answer` comes at once or by `tick`."""

    @property
    def answer(self) -> HostAnswer | None:
        """The end of what was begun last; None while it is under way."""

    @property
    def deadline(self) -> float | None:
        """When `tick` is due."""

    @property
    def owes(self) -> bool:
        """Whether a reversal waits to be delivered."""

    @property
    def played(self) -> Sequence[str]:
        """What went wrong behind the terminal, in order."""

    def ask(self, request: HostRequest, plan: Plan, now: float) -> None:
        """A sale, void or refund."""

    def ask_at_once(self, request: HostRequest) -> HostAnswer:
        """The same in no time of the terminal's: for what somebody does at its keypad."""

    def book(self, transaction: Transaction) -> None:
        """The terminal has taken an approval into its memory."""

    def can_reverse(self, kind: BookingKind) -> bool:
        """Whether the host can be made to undo what it approved."""

    def reverse(self, transaction: Transaction, now: float) -> None:
        """Undo an approved transaction whose result nobody took."""

    def unbook(self, undone: Transaction, reversal: Transaction) -> None:
        """The terminal has taken it out of its memory; `reversal` is what it shows for that."""

    def settle(self, sums: BatchSums) -> int | None:
        """Close the batch; gives the number of the new one where the host assigns it."""

    def tick(self, now: float) -> None:
        """Do what is due."""

    def power_lost(self) -> None:
        """The terminal is off."""

    def start_up(self, now: float) -> None:
        """The terminal is on again: deliver what is owed."""

    def saves_by(self, save: Callable[[], None]) -> None:
        """From now on this makes durable what it keeps."""

    def to_json(self) -> dict[str, object] | None:
        """What the state file has to keep of it; None where it keeps nothing of its own."""

    def close(self) -> None:
        """The simulator ends."""


class ShallowHost:
    """The bank itself: it decides when it is asked, and books what the terminal tells it."""

    deadline = None
    owes = False
    played = ()

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self.answer: HostAnswer | None = None

    def ask(self, request: HostRequest, plan: Plan, _now: float) -> None:
        """Decided at once."""
        self.answer = self._bank.decide(request.amount_minor, plan)

    def ask_at_once(self, request: HostRequest) -> HostAnswer:
        """Always approved."""
        return HostAnswer(Reason.APPROVED, request.amount_minor)

    def book(self, transaction: Transaction) -> None:
        """It stands from now on."""
        self._bank.book(
            transaction.kind,
            transaction.amount_minor,
            currency=transaction.currency,
            receipt_number=transaction.receipt_number,
            trace_number=transaction.trace_number,
            original_receipt_number=transaction.original_receipt_number,
            reference=transaction.reference,
        )

    def can_reverse(self, _kind: BookingKind) -> bool:
        """Everything."""
        return True

    def reverse(self, undone: Transaction, _now: float) -> None:
        """Booked when the terminal has done its part."""
        self.answer = HostAnswer(Reason.APPROVED, undone.amount_minor)

    def unbook(self, undone: Transaction, reversal: Transaction) -> None:
        """A booking of its own undoes it."""
        self._bank.book(
            "auto_reversal",
            undone.amount_minor,
            currency=undone.currency,
            receipt_number=reversal.receipt_number,
            trace_number=reversal.trace_number,
            original_receipt_number=undone.receipt_number,
            reference=undone.reference,
        )

    def settle(self, _sums: BatchSums) -> int | None:
        """The bank keeps no batches."""
        return None

    def tick(self, now: float) -> None:
        """Nothing is ever due."""

    def power_lost(self) -> None:
        """Nothing is under way."""

    def start_up(self, _now: float) -> None:
        """Nothing is owed."""
        self.answer = HostAnswer(Reason.APPROVED, 0)

    def saves_by(self, save: Callable[[], None]) -> None:
        """It keeps nothing of its own."""

    def to_json(self) -> dict[str, object] | None:
        """The bank is kept by itself."""
        return None

    def close(self) -> None:
        """Nothing is open."""
