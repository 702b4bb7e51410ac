"""What a terminal remembers by ServiceID: which numbers were used, and how each request ended."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulators.memory import Memory, Transaction

# How many numbers, and how many answers, are remembered.
HISTORY_MAX: Final = 200


class History:
    """Bookings outlive the power in the terminal's memory; the rest is forgotten with it."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, None] = OrderedDict()
        self._ended: OrderedDict[str, Transaction] = OrderedDict()

    def is_new(self, service_id: str | None) -> bool:
        """Whether a number comes for the first time; a request that was refused has used it."""
        number = service_id or ""
        new = number not in self._used
        self._used[number] = None
        _shorten(self._used)
        return new

    def keep(self, service_id: str | None, transaction: Transaction) -> None:
        """How a request ended, booked or not."""
        self._ended[service_id or ""] = transaction
        _shorten(self._ended)

    def find(self, service_id: str, memory: Memory) -> Transaction | None:
        """How the request of this number ended; None where nobody knows it any more."""
        last = [memory.last] if memory.last is not None else []
        booked = (each for each in reversed([*memory.store, *last]) if each.reference == service_id)
        return self._ended.get(service_id) or next(booked, None)

    def forget(self) -> None:
        """The power is gone."""
        self._used.clear()
        self._ended.clear()


def _shorten(known: OrderedDict[str, None] | OrderedDict[str, Transaction]) -> None:
    if len(known) > HISTORY_MAX:
        known.popitem(last=False)
