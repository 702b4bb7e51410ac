"""Attempt, slip and case as their facts leave them; they only hold, `case.py` moves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.facts import AttemptApproved, AttemptDeclined
from terminal_agent.refund.slip_code import slip_code
from terminal_agent.refund.states import (
    CLOSED_CASE,
    FINAL_ATTEMPT,
    AttemptState,
    CaseState,
    SlipState,
)

if TYPE_CHECKING:
    from datetime import date

    from protocols.kit.money import Amount
    from protocols.kit.vocabulary import Operation, TransactionRecord
    from terminal_agent.refund.facts import (
        AttemptArmed,
        AttemptBaselined,
        AttemptDead,
        AttemptParked,
        AttemptUnknown,
        CaseAuthorised,
        CaseCancelled,
        CaseCreated,
        CaseNoted,
        Correction,
        HumanVerdict,
        ReceiptKept,
        RefusalNoted,
        SlipFact,
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as its facts leave it; `verdict` is the fact that closed it."""

    start: AttemptBaselined
    state: AttemptState = AttemptState.BASELINED
    armed: AttemptArmed | None = None
    seen: TransactionRecord | None = None
    unknown: AttemptUnknown | None = None
    parked: AttemptParked | None = None
    verdict: AttemptApproved | AttemptDeclined | AttemptDead | HumanVerdict | None = None
    receipts: tuple[ReceiptKept, ...] = ()

    @property
    def number(self) -> int:
        """Attempts of a case count from 1."""
        return self.start.attempt

    @property
    def live(self) -> bool:
        """Whether it may still turn out to have booked."""
        return self.state not in FINAL_ATTEMPT

    @property
    def record(self) -> TransactionRecord | None:
        """The best record of what the terminal booked or refused, where there is one."""
        told = self.verdict
        if isinstance(told, AttemptApproved | AttemptDeclined) and told.record is not None:
            return told.record
        return self.seen


@dataclass(frozen=True, slots=True)
class Slip:
    """One copy of one slip; `last` is the fact that speaks of its last print.

    `jobs` are the process ids under which a printer was ever given this slip.
    """

    slip_id: str
    copy: str
    state: SlipState
    reprint: int
    last: SlipFact
    jobs: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The code on the paper of this copy."""
        return slip_code(self.slip_id, self.copy, self.reprint)

    @property
    def waiting(self) -> bool:
        """Whether this copy still has to come out, or nobody knows that it did."""
        return self.state is not SlipState.CONFIRMED


@dataclass(frozen=True, slots=True)
class RefundCase:
    """One case as its facts leave it.

    `holds` says whether its amount is reserved on the sale. `by_people` is the last fact in which
    people, not a machine, told what was booked; only such a verdict may be corrected.
    """

    created: CaseCreated
    state: CaseState = CaseState.CREATED
    holds: bool = False
    authorised: CaseAuthorised | None = None
    cancelled: CaseCancelled | None = None
    attempts: tuple[Attempt, ...] = ()
    slips: tuple[Slip, ...] = ()
    notes: tuple[CaseNoted, ...] = ()
    corrections: tuple[Correction, ...] = ()
    refusals: tuple[RefusalNoted, ...] = ()
    by_people: HumanVerdict | Correction | None = None

    @property
    def case_id(self) -> str:
        """The number that people read to each other over the phone."""
        return self.created.case_id

    @property
    def amount(self) -> Amount:
        """What is to be given back."""
        return self.created.amount

    @property
    def operation(self) -> Operation | None:
        """The way that was authorised."""
        return self.authorised.operation if self.authorised else None

    @property
    def last_attempt(self) -> Attempt | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def open_attempts(self) -> tuple[Attempt, ...]:
        """Attempts that may still turn out to have booked; more than one only with commit-once."""
        return tuple(attempt for attempt in self.attempts if attempt.live)

    @property
    def closed(self) -> bool:
        """Whether the verdict is in."""
        return self.state in CLOSED_CASE

    def attempt(self, number: int) -> Attempt:
        """The attempt of that number; raises IllegalFact where there is none."""
        if not 1 <= number <= len(self.attempts):
            raise IllegalFact(f"there is no attempt {number}", case_id=self.case_id)
        return self.attempts[number - 1]


def case_number(day: date, sequence: int) -> str:
    """A number that can be read over the phone: RF-20261124-0007. `sequence` counts from 1."""
    assert sequence > 0, "the sequence of a day counts from 1"
    return f"RF-{day:%Y%m%d}-{sequence:04d}"
