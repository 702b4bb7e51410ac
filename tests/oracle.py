"""The judge over agent and bank: P1 never twice, P2 never contrary, and every frame was armed.

It reads the bank's books and the agent's journal and trusts neither for the other's part.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocols.kit.vocabulary import Operation
from simulators.bank import Bank
from simulators.settings import MissingAckHabit
from terminal_agent.refund.facts import AttemptApproved
from terminal_agent.refund.states import AttemptState, CaseState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulators.bank import Booking
    from simulators.station import Station
    from terminal_agent.journal.replay import Reader
    from terminal_agent.refund.nouns import RefundCase

_KINDS = {Operation.VOID: "void", Operation.REFUND: "refund"}


class Broken(AssertionError):
    """A promise about money was broken; the text says which one and by what."""


@dataclass(frozen=True, slots=True)
class MoneyFrame:
    """One money message that the agent wrote, and how many bookings the bank had before it."""

    bookings_before: int
    case_id: str
    attempt: int


@dataclass(slots=True)
class Oracle:
    """What happened outside of the journal: who asked for which booking.

    `foreign` are the numbers of bookings that somebody made at the keypad. `votes` is False where
    the terminal completes without showing its result, or its wire has nothing to acknowledge one
    with, so that nobody is asked for a vote.
    """

    station: Station
    frames: list[MoneyFrame] = field(default_factory=list)
    foreign: set[int] = field(default_factory=set)
    votes: bool = True
    _known: tuple[tuple[int, bytes], list[RefundCase]] | None = None

    def cases(self, journal: Reader) -> list[RefundCase]:
        """All cases, newest first; read again only when the journal has grown."""
        tail = journal.tail()
        if self._known is None or self._known[0] != tail:
            self._known = (tail, journal.cases())
        return self._known[1]

    def owner(self, booking: Booking) -> str:
        """The case whose money frame came last before this booking."""
        for frame in reversed(self.frames):
            if frame.bookings_before < booking.seq:
                return frame.case_id
        raise Broken(f"nobody asked for {booking}")

    def ours(self, bookings: Sequence[Booking]) -> Mapping[str, list[Booking]]:
        """Refunds and voids that stand after these bookings, by the case that asked for them."""
        found: defaultdict[str, list[Booking]] = defaultdict(list)
        wall = self.station.terminal.wall
        for booking in Bank(wall=wall, bookings=bookings).standing_refunds():
            if booking.seq not in self.foreign:
                found[self.owner(booking)].append(booking)
        return found

    def check(self, journal: Reader, *, settled: bool) -> None:
        """Raise Broken for the first promise that does not hold.

        `settled`: the terminal has had time to end whatever it was at, so that verdicts must fit
        what stands now; without it only P1 and the frames are judged.
        """
        cases = self.cases(journal)
        self._never_twice()
        self._every_frame_was_armed(cases)
        self._never_more_than_the_sale(journal, cases)
        if settled:
            self._never_contrary(cases)

    def _never_twice(self) -> None:
        """P1, at every moment of the bank's history."""
        bookings = self.station.bank.bookings
        for end, last in enumerate(bookings, start=1):
            if last.kind not in {"void", "refund"}:
                continue
            for case_id, standing in self.ours(bookings[:end]).items():
                if len(standing) > 1:
                    raise Broken(f"P1: {case_id} was paid twice: {standing}")

    def _every_frame_was_armed(self, cases: Iterable[RefundCase]) -> None:
        armed = {
            (case.case_id, attempt.number)
            for case in cases
            for attempt in case.attempts
            if attempt.armed is not None
        }
        sent = Counter((frame.case_id, frame.attempt) for frame in self.frames)
        for frame, count in sent.items():
            if frame not in armed:
                raise Broken(f"a money frame was written without an armed attempt: {frame}")
            if count > 1:
                raise Broken(f"attempt {frame} was written {count} times")

    def _never_more_than_the_sale(self, journal: Reader, cases: Iterable[RefundCase]) -> None:
        standing = self.ours(self.station.bank.bookings)
        given: Counter[str] = Counter()
        for case in cases:
            for booking in standing.get(case.case_id, ()):
                given[case.created.sale_id] += booking.amount_minor
        for sale_id, minor in given.items():
            state = journal.sale(sale_id)
            if state is None or minor > state.sale.amount.minor:
                raise Broken(f"{minor} were given back of sale {sale_id}: {state}")

    def _never_contrary(self, cases: Iterable[RefundCase]) -> None:
        """P2: a closed verdict, and "dead, retry allowed", fit what stands."""
        standing = self.ours(self.station.bank.bookings)
        for case in cases:
            booked = standing.get(case.case_id, [])
            if case.state is CaseState.REFUNDED:
                self._fits(case, booked)
            elif case.state is not CaseState.ATTEMPTING and booked:
                raise Broken(f"P2: {case.case_id} is {case.state.value}, yet {booked} stands")
            if booked:
                self._vote_was_durable(case)

    def _fits(self, case: RefundCase, booked: Sequence[Booking]) -> None:
        if not booked:
            raise Broken(f"P2: {case.case_id} is refunded, yet nothing stands")
        (booking,) = booked
        assert case.operation is not None
        wanted = (_KINDS[case.operation], case.amount.minor)
        if (booking.kind, booking.amount_minor) != wanted:
            raise Broken(f"P2: {case.case_id} wanted {wanted}, yet {booking} stands")
        if case.corrections:  # the word of people, who have seen this booking
            return
        approved = next(a for a in case.attempts if a.state is AttemptState.APPROVED)
        verdict = approved.verdict
        told = verdict.record if isinstance(verdict, AttemptApproved) else None
        number = told.receipt_number if told is not None else None
        # Wires write one number with more zeros in front than others.
        if number is not None and number.lstrip("0") != booking.receipt_number.lstrip("0"):
            raise Broken(f"P2: {case.case_id} is proved by {told}, yet {booking} stands")

    def _vote_was_durable(self, case: RefundCase) -> None:
        """What stands on a terminal that un-books was acknowledged, so the result was on disk."""
        stays = self.station.terminal.settings.vote is MissingAckHabit.STAY
        if self.votes and not stays and all(attempt.seen is None for attempt in case.attempts):
            raise Broken(f"a result of {case.case_id} was acknowledged before it was durable")
