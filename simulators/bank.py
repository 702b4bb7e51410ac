"""The truth: what the acquirer really booked, and how its host decides.

Bookings are only ever added; undoing one is a booking of its own (`auto_reversal`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal

from simulators.errors import BadState
from simulators.memory import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from simulators.steps import Plan

BookingKind = Literal["sale", "void", "refund", "auto_reversal"]
KINDS: Final[tuple[BookingKind, ...]] = ("sale", "void", "refund", "auto_reversal")
LEDGER_VERSION: Final = 1
_NUMBERS: Final = frozenset({"seq", "amount_minor"})
_TEXTS: Final = frozenset({"currency", "receipt_number", "trace_number", "at"})
_OPTIONAL: Final = frozenset({"original_receipt_number", "reference"})


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of the ledger. `currency` is ISO numeric ("978"), `at` an ISO 8601 time.

    `original_receipt_number` names what a void or an auto_reversal undoes.
    """

    seq: int
    kind: BookingKind
    amount_minor: int
    currency: str
    receipt_number: str
    trace_number: str
    original_receipt_number: str | None
    reference: str | None
    at: str


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """The host's decision; `code` is its own code where it declines.

    A deep host also gives its own number of what it approved, and its authorisation code.
    """

    reason: Reason
    amount_minor: int
    code: str = ""
    rrn: str = ""
    auth_code: str = ""


class Bank:
    """The acquirer's books and its host. `wall` gives the time that is booked."""

    def __init__(self, *, wall: Callable[[], datetime], bookings: Iterable[Booking] = ()) -> None:
        self._wall = wall
        self._bookings = list(bookings)

    def decide(self, amount_minor: int, plan: Plan) -> HostAnswer:
        """What the host says to a request of this amount; it books nothing yet."""
        if "no_connection" in plan:
            return HostAnswer(Reason.NO_CONNECTION, amount_minor)
        declined = plan.get("decline")
        if declined is not None:
            return HostAnswer(Reason.DECLINED, amount_minor, declined.code)
        other = plan.get("approve")
        return HostAnswer(Reason.APPROVED, other.amount_minor if other else amount_minor)

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Everything that was ever booked, oldest first."""
        return tuple(self._bookings)

    def book(
        self,
        kind: BookingKind,
        amount_minor: int,
        *,
        currency: str,
        receipt_number: str,
        trace_number: str,
        original_receipt_number: str | None = None,
        reference: str | None = None,
    ) -> Booking:
        """Add one booking; it stands from now on."""
        assert amount_minor >= 0, "an amount is never negative"
        booking = Booking(
            seq=len(self._bookings) + 1,
            kind=kind,
            amount_minor=amount_minor,
            currency=currency,
            receipt_number=receipt_number,
            trace_number=trace_number,
            original_receipt_number=original_receipt_number,
            reference=reference,
            at=self._wall().isoformat(),
        )
        self._bookings.append(booking)
        return booking

    def standing(self, *kinds: BookingKind) -> tuple[Booking, ...]:
        """Bookings of these kinds (default: all) that no auto_reversal has undone.

        An auto_reversal undoes the newest standing booking with its original's receipt number.
        """
        standing: list[Booking] = []
        for booking in self._bookings:
            if booking.kind != "auto_reversal":
                standing.append(booking)
                continue
            for place in range(len(standing) - 1, -1, -1):
                if standing[place].receipt_number == booking.original_receipt_number:
                    del standing[place]
                    break
        return tuple(b for b in standing if not kinds or b.kind in kinds)

    def standing_refunds(self) -> tuple[Booking, ...]:
        """Refunds and voids that stand: money that was given back and not taken again."""
        return self.standing("refund", "void")

    def refunded_minor(self) -> int:
        """How much money was given back in all, in minor units."""
        return sum(booking.amount_minor for booking in self.standing_refunds())

    def ledger(self) -> dict[str, object]:
        """The ledger file's content."""
        return {"version": LEDGER_VERSION, "bookings": [asdict(b) for b in self._bookings]}


def bookings_from(stored: object) -> tuple[Booking, ...]:
    """The bookings of a ledger's content. Raises BadState where it is none."""
    if not isinstance(stored, dict) or stored.get("version") != LEDGER_VERSION:
        raise BadState("this is no ledger of version 1")
    rows = stored.get("bookings")
    if not isinstance(rows, list):
        raise BadState("a ledger without bookings")
    return tuple(_booking(row, seq) for seq, row in enumerate(rows, start=1))


def _booking(row: object, seq: int) -> Booking:
    if not isinstance(row, dict) or row.keys() != Booking.__dataclass_fields__.keys():
        raise BadState(f"booking {seq} has not the fields of a booking")
    good = (
        row["kind"] in KINDS
        and row["seq"] == seq
        and all(isinstance(row[name], int) for name in _NUMBERS)
        and all(isinstance(row[name], str) for name in _TEXTS)
        and all(row[name] is None or isinstance(row[name], str) for name in _OPTIONAL)
    )
    if not good:
        raise BadState(f"booking {seq} has a field of the wrong shape")
    return Booking(**row)
