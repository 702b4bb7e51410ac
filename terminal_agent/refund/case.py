"""A case is the fold of its facts; a fact that cannot follow raises IllegalFact, never guesses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from protocols.kit.vocabulary import Booking
from terminal_agent.refund import invariants
from terminal_agent.refund.effects import Effect
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.events import AttemptEvent, CaseEvent
from terminal_agent.refund.evidence import Evidence, PersonVerdict
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptArmed,
    AttemptBaselined,
    AttemptDead,
    AttemptDeclined,
    AttemptFact,
    AttemptParked,
    AttemptUnknown,
    CaseAuthorised,
    CaseCancelled,
    CaseCreated,
    CaseFact,
    CaseNoted,
    Correction,
    Fact,
    HumanVerdict,
    PrintDue,
    Printed,
    PrintFailed,
    PrintNotSent,
    PrintStarted,
    PrintUncertain,
    ReceiptKept,
    RecoveryStarted,
    RefusalNoted,
    ResultSeenFact,
    SlipFact,
)
from terminal_agent.refund.machine import Refused, step_attempt, step_case
from terminal_agent.refund.nouns import Attempt, RefundCase, Slip, case_number
from terminal_agent.refund.slips import slips_after
from terminal_agent.refund.states import AttemptState

__all__ = ["Attempt", "RefundCase", "Slip", "apply", "case_number", "fold"]


def fold(facts: Iterable[Fact]) -> RefundCase:
    """The case that these facts make. Raises IllegalFact where they cannot follow each other."""
    case: RefundCase | None = None
    for fact in facts:
        case = apply(case, fact)
    if case is None:
        raise IllegalFact("a case without any fact", case_id="")
    return case


def apply(case: RefundCase | None, fact: Fact) -> RefundCase:
    """The case after one more of its facts; every invariant holds on what is given back."""
    if isinstance(fact, CaseCreated):
        if case is not None:
            raise IllegalFact("the case exists already", case_id=fact.case_id)
        if fact.amount.minor == 0:
            raise IllegalFact("a case of nothing", case_id=fact.case_id)
        return RefundCase(fact)
    if not isinstance(fact, CaseFact | RefusalNoted) or fact.case_id is None:
        raise IllegalFact(f"{type(fact).__name__} is no fact of a case", case_id="")
    if case is None:
        raise IllegalFact(f"{type(fact).__name__} of no case", case_id=fact.case_id)
    if fact.case_id != case.case_id:
        raise IllegalFact(f"a fact of {fact.case_id} in {case.case_id}", case_id=case.case_id)
    after = _APPLY[type(fact)](case, fact)
    invariants.check(after)
    return after


# --- facts of the case -----------------------------------------------------------------------


def _authorised(case: RefundCase, fact: CaseAuthorised) -> RefundCase:
    people = fact.approvers
    _demand(bool(people), case, "nobody approved")
    _demand(len(set(people)) == len(people), case, "one approver stands there twice")
    _demand(case.created.cashier not in people, case, "the cashier approved himself")
    return replace(_case_step(case, CaseEvent.APPROVED_BY_PEOPLE), authorised=fact)


def _cancelled(case: RefundCase, fact: CaseCancelled) -> RefundCase:
    return replace(_case_step(case, CaseEvent.CANCELLED), cancelled=fact)


def _noted(case: RefundCase, fact: CaseNoted) -> RefundCase:
    return replace(case, notes=(*case.notes, fact))


def _refusal(case: RefundCase, fact: RefusalNoted) -> RefundCase:
    return replace(case, refusals=(*case.refusals, fact))


def _corrected(case: RefundCase, fact: Correction) -> RefundCase:
    _two_people(case, fact.people)
    before = case.by_people
    open_to_it = before is not None and before.verdict is not fact.verdict
    _demand(open_to_it, case, "no other verdict of people is there to be corrected")
    booked = fact.verdict is PersonVerdict.BOOKED
    event = CaseEvent.CORRECTED_REFUNDED if booked else CaseEvent.CORRECTED_NOT_REFUNDED
    moved = _case_step(case, event)
    return replace(moved, corrections=(*case.corrections, fact), by_people=fact)


# --- facts of an attempt ---------------------------------------------------------------------


def _baselined(case: RefundCase, fact: AttemptBaselined) -> RefundCase:
    _demand(fact.attempt == len(case.attempts) + 1, case, "attempts count from 1 without a gap")
    wanted = case.operation
    _demand(wanted is fact.operation, case, f"{fact.operation.value} was not authorised")
    event = CaseEvent.ATTEMPT_BEGUN
    if fact.repeats is not None:
        event = CaseEvent.REPEAT_BEGUN
        before = case.attempt(fact.repeats)
        _demand(
            case.open_attempts[-1:] == (before,) and before.state is AttemptState.RESOLVING,
            case,
            "a repeat settles the newest open attempt while the terminal is being asked about it",
        )
        _demand(before.start.terminal == fact.terminal, case, "a repeat on another terminal")
    moved = _case_step(case, event)
    return replace(moved, attempts=(*case.attempts, Attempt(fact)))


def _armed(case: RefundCase, fact: AttemptArmed) -> RefundCase:
    used = {attempt.armed.reference for attempt in case.attempts if attempt.armed}
    _demand(fact.reference not in used, case, f"the reference {fact.reference} was used before")
    attempt = _attempt_step(case, fact, AttemptEvent.INTENT_DURABLE)
    return _with(case, replace(attempt, armed=fact))


def _result_seen(case: RefundCase, fact: ResultSeenFact) -> RefundCase:
    attempt = _attempt_step(case, fact, AttemptEvent.RESULT_READ)
    return _with(case, replace(attempt, seen=fact.record))


def _approved(case: RefundCase, fact: AttemptApproved) -> RefundCase:
    live = fact.evidence is Evidence.LIVE_ANSWER
    event = AttemptEvent.COMPLETED if live else AttemptEvent.PROVED_BOOKED
    seen = case.attempt(fact.attempt).seen
    if live and seen is not None:
        _demand(seen.booking is Booking.APPROVED, case, "approved after a result that is not")
    attempt = _attempt_step(case, fact, event)
    _demand(len(case.open_attempts) == 1, case, "approved while another attempt is open")
    case = _with(case, replace(attempt, verdict=fact))
    return _case_step(case, CaseEvent.ATTEMPT_APPROVED)


def _declined(case: RefundCase, fact: AttemptDeclined) -> RefundCase:
    seen = case.attempt(fact.attempt).seen
    if seen is not None:
        _demand(seen.booking is Booking.DECLINED, case, "declined after a result that is not")
    attempt = _attempt_step(case, fact, AttemptEvent.REFUSED)
    case = _with(case, replace(attempt, verdict=fact))
    event = CaseEvent.ATTEMPT_CLOSED if case.open_attempts else CaseEvent.ATTEMPT_DECLINED
    return _case_step(case, event)


def _unknown(case: RefundCase, fact: AttemptUnknown) -> RefundCase:
    attempt = _attempt_step(case, fact, fact.reason.event)
    return _with(case, replace(attempt, unknown=fact))


def _recovery_started(case: RefundCase, fact: RecoveryStarted) -> RefundCase:
    return _with(case, _attempt_step(case, fact, AttemptEvent.RECOVERY_STARTED))


def _dead(case: RefundCase, fact: AttemptDead) -> RefundCase:
    event = AttemptEvent.PROVED_NOT_BOOKED
    if fact.evidence is Evidence.NOT_STARTED:
        never_armed = case.attempt(fact.attempt).state is AttemptState.BASELINED
        event = AttemptEvent.NEVER_ARMED if never_armed else AttemptEvent.NOT_SENT
    attempt = _attempt_step(case, fact, event)
    return _bury(_with(case, replace(attempt, verdict=fact)))


def _parked(case: RefundCase, fact: AttemptParked) -> RefundCase:
    attempt = _attempt_step(case, fact, AttemptEvent.CANNOT_TELL)
    return _with(case, replace(attempt, parked=fact))


def _people(case: RefundCase, fact: HumanVerdict) -> RefundCase:
    _two_people(case, fact.people)
    booked = fact.verdict is PersonVerdict.BOOKED
    event = AttemptEvent.PERSON_SAYS_BOOKED if booked else AttemptEvent.PERSON_SAYS_NOT_BOOKED
    attempt = _attempt_step(case, fact, event)
    if booked:
        _demand(len(case.open_attempts) == 1, case, "approved while another attempt is open")
    case = replace(_with(case, replace(attempt, verdict=fact)), by_people=fact)
    return _case_step(case, CaseEvent.ATTEMPT_APPROVED) if booked else _bury(case)


def _receipt(case: RefundCase, fact: ReceiptKept) -> RefundCase:
    attempt = case.attempt(fact.attempt)
    _demand(attempt.armed is not None, case, "a receipt of an attempt that was never armed")
    return _with(case, replace(attempt, receipts=(*attempt.receipts, fact)))


# --- facts of a slip -------------------------------------------------------------------------


def _slip_moved(case: RefundCase, fact: SlipFact) -> RefundCase:
    """Paper moves paper only: nothing else of the case is touched."""
    return replace(case, slips=slips_after(case.slips, fact))


# --- small helpers ---------------------------------------------------------------------------


def _demand(held: bool, case: RefundCase, otherwise: str) -> None:
    if not held:
        raise IllegalFact(otherwise, case_id=case.case_id)


def _two_people(case: RefundCase, people: tuple[str, str]) -> None:
    first, second = people
    _demand(bool(first and second) and first != second, case, "a verdict needs two people")


def _case_step(case: RefundCase, event: CaseEvent) -> RefundCase:
    step = step_case(case.state, event)
    if isinstance(step, Refused):
        raise IllegalFact(f"{event.value} in {case.state.value}", case_id=case.case_id)
    holds = case.holds
    if Effect.RESERVE in step.effects:
        holds = True
    if Effect.RELEASE in step.effects:
        holds = False
    return replace(case, state=step.target, holds=holds)


def _attempt_step(case: RefundCase, fact: AttemptFact, event: AttemptEvent) -> Attempt:
    attempt = case.attempt(fact.attempt)
    step = step_attempt(attempt.state, event)
    if isinstance(step, Refused):
        raise IllegalFact(
            f"{event.value} in {attempt.state.value} (attempt {attempt.number})",
            case_id=case.case_id,
        )
    return replace(attempt, state=step.target)


def _bury(case: RefundCase) -> RefundCase:
    event = CaseEvent.ATTEMPT_CLOSED if case.open_attempts else CaseEvent.ATTEMPT_DEAD
    return _case_step(case, event)


def _with(case: RefundCase, attempt: Attempt) -> RefundCase:
    place = attempt.number - 1
    return replace(case, attempts=(*case.attempts[:place], attempt, *case.attempts[place + 1 :]))


F = TypeVar("F", bound=CaseFact | RefusalNoted)


def _row(
    kind: type[F], apply_it: Callable[[RefundCase, F], RefundCase]
) -> tuple[type[object], Callable[[RefundCase, object], RefundCase]]:
    def checked(case: RefundCase, fact: object) -> RefundCase:
        assert isinstance(fact, kind), f"{type(fact).__name__} under {kind.__name__}"
        return apply_it(case, fact)

    return kind, checked


_APPLY: dict[type[object], Callable[[RefundCase, object], RefundCase]] = dict(
    (
        _row(CaseAuthorised, _authorised),
        _row(CaseCancelled, _cancelled),
        _row(CaseNoted, _noted),
        _row(Correction, _corrected),
        _row(RefusalNoted, _refusal),
        _row(AttemptBaselined, _baselined),
        _row(AttemptArmed, _armed),
        _row(ResultSeenFact, _result_seen),
        _row(AttemptApproved, _approved),
        _row(AttemptDeclined, _declined),
        _row(AttemptUnknown, _unknown),
        _row(RecoveryStarted, _recovery_started),
        _row(AttemptDead, _dead),
        _row(AttemptParked, _parked),
        _row(HumanVerdict, _people),
        _row(ReceiptKept, _receipt),
        _row(PrintDue, _slip_moved),
        _row(PrintStarted, _slip_moved),
        _row(Printed, _slip_moved),
        _row(PrintNotSent, _slip_moved),
        _row(PrintUncertain, _slip_moved),
        _row(PrintFailed, _slip_moved),
    )
)
