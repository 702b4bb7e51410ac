"""Two people decide what no machine can; their word is checked against numbers, never erased."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from terminal_agent.journal.errors import refusal
from terminal_agent.prompts.questions import same_person
from terminal_agent.refund.events import UnknownReason
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import (
    AttemptParked,
    Correction,
    Fact,
    HumanVerdict,
    QuarantineReleased,
    QuarantineStarted,
    RecoveryStarted,
)
from terminal_agent.refund.numbers import number as number_of
from terminal_agent.refund.states import AttemptState
from terminal_agent.runtime.attempts import prints_due, sale_of, slip_id
from terminal_agent.runtime.recovery import LOOK_FOR

if TYPE_CHECKING:
    from datetime import datetime

    from terminal_agent.journal.store import Journal
    from terminal_agent.journal.witness import Witness
    from terminal_agent.refund.nouns import Attempt, RefundCase


# A number this little below the baseline's was booked before it; one far below began anew.
NEAR = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What two people say: booked or not, the receipt number they read, and where they saw it."""

    booked: bool
    number: str
    evidence: str
    people: tuple[str, str]

    @property
    def verdict(self) -> PersonVerdict:
        """The word for the journal."""
        return PersonVerdict.BOOKED if self.booked else PersonVerdict.NOT_BOOKED


def undecided(case: RefundCase) -> bool:
    """Whether people may decide: a parked attempt, or a terminal that could not be asked."""
    return bool(case.open_attempts) and all(_parked_or_stuck(a) for a in case.open_attempts)


def correctable(case: RefundCase) -> bool:
    """Whether an earlier verdict of people may be corrected."""
    return case.by_people is not None and not case.open_attempts


def give(journal: Journal, case: RefundCase, word: Word, at: datetime) -> RefundCase:
    """Write the verdict, or its correction. Raises JournalRefusal when it cannot be true."""
    if same_person(*word.people):
        raise refusal("refusal.same_people", "a verdict needs two different people", "")
    word = replace(word, number=_as_printed(journal, case, word.number))
    if correctable(case):
        facts = _correction(journal, case, word, at)
    elif undecided(case):
        facts = _verdict(journal, case, word, at)
    else:
        code = "refusal.recover_first" if case.open_attempts else "refusal.not_parked"
        raise refusal(code, f"{case.case_id} is not for people to decide", "", case=case.case_id)
    journal.append(*facts)
    return journal.case(case.case_id)


def blocked(journal: Journal) -> bool:
    """Whether refunds wait for people: in quarantine, or withheld by the file of anchors."""
    return journal.quarantine() is not None or journal.withheld is not None


def release(
    journal: Journal,
    people: tuple[str, str],
    evidence: str,
    at: datetime,
    witness: Witness | None = None,
) -> None:
    """End the quarantine; from now on the journal as it is counts, also for its anchors.

    Raises JournalRefusal where nothing is blocked or one person is both, OSError where the new
    anchor cannot be kept: the next start would doubt again, so nothing is released.
    """
    if not blocked(journal):
        raise refusal("refusal.no_quarantine", "nothing is in quarantine", "")
    if same_person(*people):
        raise refusal("refusal.same_people", "a release needs two different people", "")
    if journal.quarantine() is None and journal.withheld is not None:
        # Durable first: with the new anchor kept and no release yet, it must still block.
        journal.append(QuarantineStarted(at=at, why=journal.withheld.why))
    if witness is not None:
        witness.keep(journal.anchor(at))
    journal.append(QuarantineReleased(at=at, people=people, evidence_text=evidence))


def _parked_or_stuck(attempt: Attempt) -> bool:
    if attempt.state is AttemptState.PARKED:
        return True
    reason = attempt.unknown.reason if attempt.unknown is not None else None
    stuck = reason is UnknownReason.RECOVERY_INTERRUPTED
    return attempt.state is AttemptState.UNKNOWN and stuck


def _verdict(journal: Journal, case: RefundCase, word: Word, at: datetime) -> list[Fact]:
    newest = case.open_attempts[-1]
    _check_number(journal, case, newest, word)
    facts: list[Fact] = []
    for attempt in case.open_attempts:
        if attempt.state is AttemptState.UNKNOWN:
            facts += _park(case, attempt, at)
        # Of a commit-once chain only the newest attempt can carry the booking.
        verdict = word.verdict if attempt is newest else PersonVerdict.NOT_BOOKED
        facts.append(
            HumanVerdict(
                at=at,
                case_id=case.case_id,
                attempt=attempt.number,
                people=word.people,
                verdict=verdict,
                evidence_text=word.evidence,
                number_typed=word.number or None,
            )
        )
    if word.booked:
        facts += prints_due(case.case_id, slip_id(case.case_id, newest.number), at)
    return facts


def _park(case: RefundCase, attempt: Attempt, at: datetime) -> list[Fact]:
    """The terminal could not be asked, so the case waits for people."""
    return [
        RecoveryStarted(at=at, case_id=case.case_id, attempt=attempt.number),
        AttemptParked(
            at=at,
            case_id=case.case_id,
            attempt=attempt.number,
            reasons=("doubt.terminal_unreachable",),
            look_for=LOOK_FOR,
        ),
    ]


def _correction(journal: Journal, case: RefundCase, word: Word, at: datetime) -> list[Fact]:
    assert case.by_people is not None, "only a verdict of people is corrected"
    if case.by_people.verdict is word.verdict:
        raise refusal(
            "refusal.same_verdict", "the case is decided like that already", "", case=case.case_id
        )
    newest = case.attempts[-1]
    _check_number(journal, case, newest, word)
    correction = Correction(
        at=at,
        case_id=case.case_id,
        people=word.people,
        verdict=word.verdict,
        evidence_text=word.evidence,
        number_typed=word.number or None,
    )
    slip = slip_id(case.case_id, newest.number)
    printed_before = any(known.slip_id == slip for known in case.slips)
    due = word.booked and not printed_before
    return [correction, *(prints_due(case.case_id, slip, at) if due else ())]


def _as_printed(journal: Journal, case: RefundCase, number: str) -> str:
    """The number with the zeros that the terminal puts in front; people leave them out."""
    baseline = case.attempts[-1].start.baseline if case.attempts else None
    like = baseline.receipt_number if baseline is not None else None
    like = like or sale_of(journal, case).receipt_number or ""
    return number.lstrip("0").rjust(len(like), "0") if number else ""


def _check_number(journal: Journal, case: RefundCase, attempt: Attempt, word: Word) -> None:
    """A refund's number is newer than the baseline's, and proves no other case.

    Of a commit-once chain it is the first attempt's baseline: the repeats were armed after it, and
    the number may be of the booking that they asked about.
    """
    if not word.number:
        return
    first = attempt
    while first.start.repeats is not None:
        first = case.attempt(first.start.repeats)
    baseline = first.start.baseline
    before = number_of(baseline, "receipt_number") if baseline is not None else None
    if word.booked and before is not None and 0 <= before - int(word.number) < NEAR:
        raise refusal(
            "refusal.number_not_new",
            f"{word.number} was booked before the refund",
            "",
            number=word.number,
            before=str(baseline.receipt_number) if baseline else "",
        )
    other = journal.case_with_number(attempt.start.terminal, word.number)
    if word.booked and other is not None and other != case.case_id:
        raise refusal(
            "refusal.number_used",
            f"{word.number} proves case {other}",
            "",
            number=word.number,
            case=other,
        )
