"""What must hold of every case after every step; asserted in production too.

The fold refuses facts that cannot follow. What is asserted here must follow from that, so a breach
is a mistake of ours and stops the agent rather than let it guess about money.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import AttemptApproved, HumanVerdict
from terminal_agent.refund.states import AttemptState, CaseState

if TYPE_CHECKING:
    from terminal_agent.refund.nouns import Attempt, RefundCase


@dataclass(frozen=True, slots=True)
class Invariant:
    """One sentence that holds of every case, and the harm that it keeps away."""

    name: str
    reason: str
    holds: Callable[[RefundCase], bool]


def _booked(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.APPROVED


def _refunded(case: RefundCase) -> bool:
    if case.corrections:
        return case.corrections[-1].verdict is PersonVerdict.BOOKED
    return any(map(_booked, case.attempts))


def _chained(case: RefundCase) -> bool:
    return all(attempt.start.repeats is not None for attempt in case.open_attempts[1:])


def _proved(attempt: Attempt) -> bool:
    by_people = isinstance(attempt.verdict, HumanVerdict)
    return isinstance(attempt.verdict, AttemptApproved) or by_people


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "Attempts count from 1 without a gap.",
        "A verdict names its attempt by number; a gap would hide one that may have booked.",
        lambda case: [a.number for a in case.attempts] == list(range(1, len(case.attempts) + 1)),
    ),
    Invariant(
        "At most one attempt is approved.",
        "Two approved attempts are the same money paid twice.",
        lambda case: sum(map(_booked, case.attempts)) <= 1,
    ),
    Invariant(
        "A case is REFUNDED exactly when an attempt is approved or people corrected it so.",
        "The register must not contradict what was proved.",
        lambda case: (case.state is CaseState.REFUNDED) == _refunded(case),
    ),
    Invariant(
        "A case is ATTEMPTING exactly when an attempt is open.",
        "An open attempt may have booked: nothing may be cancelled or begun beside it.",
        lambda case: (case.state is CaseState.ATTEMPTING) == bool(case.open_attempts),
    ),
    Invariant(
        "Beside an open attempt only commit-once repeats are open.",
        "Without commit-once at the terminal a second message may pay twice.",
        _chained,
    ),
    Invariant(
        "An armed attempt has its reference, and no two share one.",
        "A shared reference would let one booking prove two attempts.",
        lambda case: (
            len({a.armed.reference for a in case.attempts if a.armed})
            == sum(a.armed is not None for a in case.attempts)
        ),
    ),
    Invariant(
        "Nothing is sent that others than the cashier did not approve.",
        "A cashier must not be able to pay himself.",
        lambda case: (
            not case.attempts
            or (
                case.authorised is not None
                and case.created.cashier not in case.authorised.approvers
            )
        ),
    ),
    Invariant(
        "An approved attempt says which proof it rests on.",
        "UNKNOWN changes by evidence only.",
        lambda case: all(_proved(a) for a in case.attempts if _booked(a)),
    ),
    Invariant(
        "The amount is reserved while an attempt is open and for ever once refunded.",
        "What is reserved cannot be refunded a second time under another case.",
        lambda case: case.holds or case.state not in {CaseState.ATTEMPTING, CaseState.REFUNDED},
    ),
    Invariant(
        "A case closed as NOT_REFUNDED reserves nothing.",
        "The sale must stay refundable.",
        lambda case: not (case.holds and case.state is CaseState.NOT_REFUNDED),
    ),
)


def check(case: RefundCase) -> None:
    """Assert every invariant; AssertionError names the one that broke."""
    for invariant in INVARIANTS:
        assert invariant.holds(case), f"{case.case_id}: not so: {invariant.name}"
