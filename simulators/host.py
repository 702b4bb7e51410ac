"""A host that is reached through the till: it books what it is told, each time it is told.

The messages are opaque: their bytes name an order that the terminal has announced here. Whoever
brings the same bytes twice gets two bookings, so that a till that repeats them is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulators.memory import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.bank import Bank
    from simulators.memory import Transaction
    from simulators.steps import Plan

HOST: Final = "127.0.0.1"
PORT: Final = 10_004
ADDRESS: Final = f"{HOST}:{PORT}"
DONE: Final = "00"
NOT_FOUND: Final = "25"
_LENGTH_SIZE: Final = 2


@dataclass(slots=True)
class Announced:
    """An order under way: its record at the terminal, and what the scenario wants for it."""

    transaction: Transaction
    plan: Plan
    booked_minor: int | None = None
    reversed: bool = False


def framed(data: bytes) -> bytes:
    """A message with its length in front."""
    return len(data).to_bytes(_LENGTH_SIZE, "big") + data


class RelayHost:
    """The host of one terminal. `carried` is every message that ever reached it."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self.address = (HOST, PORT)  # where the terminal believes it to be
        self._announced: dict[bytes, Announced] = {}
        self.carried: list[bytes] = []

    def announce(self, transaction: Transaction, plan: Plan) -> bytes:
        """The message of an order, for the till to carry."""
        words = (transaction.kind, transaction.trace_number, transaction.at)
        message = framed(" ".join(words).encode("ascii"))
        self._announced[message] = Announced(transaction, plan)
        return message

    def takes_s(self, data: bytes) -> float:
        """How long it works on a message."""
        order = self._announced.get(data)
        slow = order.plan.get("host_delay") if order is not None else None
        return slow.seconds if slow is not None else 0.0

    def answer(self, data: bytes) -> bytes | None:
        """What the host says to a message: a code of two letters, and perhaps an amount."""
        self.carried.append(data)
        order = self._announced.get(data)
        if order is None or order.reversed:
            return framed(NOT_FOUND.encode("ascii"))
        told = self._bank.decide(order.transaction.amount_minor, order.plan)
        if told.reason is Reason.NO_CONNECTION:
            return None
        if told.reason is not Reason.APPROVED:
            return framed(told.code.encode("ascii"))
        order.booked_minor = told.amount_minor
        self._book(order)
        return framed(f"{DONE}{told.amount_minor}".encode("ascii"))

    def reverse(self, message: bytes) -> None:
        """The terminal's own word that an order is not to stand; the order may come after it."""
        order = self._announced[message]
        order.reversed = True
        transaction = order.transaction
        if order.booked_minor is not None:
            self._bank.book(
                "auto_reversal",
                order.booked_minor,
                currency=transaction.currency,
                receipt_number=transaction.receipt_number,
                trace_number=transaction.trace_number,
                original_receipt_number=transaction.receipt_number,
                reference=transaction.reference,
            )

    def _book(self, order: Announced) -> None:
        transaction = order.transaction
        assert transaction.kind != "auto_reversal", "an undoing is no order"
        self._bank.book(
            transaction.kind,
            order.booked_minor or 0,
            currency=transaction.currency,
            receipt_number=transaction.receipt_number,
            trace_number=transaction.trace_number,
            original_receipt_number=transaction.original_receipt_number,
            reference=transaction.reference,
        )


@dataclass(frozen=True, slots=True)
class KeptHost:
    """The same host for callers from outside: what it booked is kept before they hear of it."""

    host: RelayHost
    save: Callable[[], None]

    def takes_s(self, data: bytes) -> float:
        """As the host."""
        return self.host.takes_s(data)

    def answer(self, data: bytes) -> bytes | None:
        """As the host."""
        said = self.host.answer(data)
        self.save()
        return said
