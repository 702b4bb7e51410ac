"""Judges what a terminal's last record proves about an attempt; where in doubt, it cannot tell.

The rules are those of the exactly-once analysis, section 4 step 5 and section 5a rule 4, with the
conditions on numbers that the contracts add. Nothing is read, written or waited for here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from protocols.kit.capabilities import Capability
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.numbers import advance, number, same_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.money import Amount
    from protocols.kit.session import ExchangeResult, Original


class Verdict(Enum):
    """What the evidence says."""

    BOOKED = "booked"
    NOT_BOOKED = "not_booked"
    CANNOT_TELL = "cannot_tell"
    TRY_COMMIT_ONCE = "try_commit_once"  # a new attempt at the same original settles it


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the kind of proof (None without one) and its reasons as text keys."""

    verdict: Verdict
    evidence: Evidence | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything that a judgement looks at.

    `baseline` and `last` are the terminal's last record before the attempt and now; None with
    `..._known` means that the terminal answered and had none. `told` is what it told when asked
    after this very attempt: its record of the attempt, or of the original as it stands; None where
    it cannot be asked so or does not know it. `settled`: the fence was reached and the terminal has
    been idle without a break for its horizon (IdleWatch); without it nothing that was read counts.
    `reference` is ours, if one travelled; `baseline_is_ours` says whether the baseline carries
    another reference of ours. `terminal_id` is what the terminal calls itself now, `home_id` what
    it did when the attempt was armed. `exclusive`, `proved` and `number_fields` are those of the
    moment of arming.
    """

    operation: Operation
    amount: Amount
    original: Original | None
    baseline: TransactionRecord | None
    baseline_known: bool
    last: TransactionRecord | None
    last_known: bool
    settled: bool
    told: TransactionRecord | None = None
    proved: frozenset[Capability]
    exclusive: bool
    number_fields: tuple[str, ...] = ()
    reference: str | None = None
    baseline_is_ours: bool = False
    terminal_id: str | None = None
    home_id: str | None = None


class Likeness(Enum):
    """Whether a record may be the booking of our attempt, by everything the record tells."""

    LIKE_OURS = "like_ours"
    UNLIKE = "unlike"
    UNSURE = "unsure"


def judge(question: Question) -> Judgement:
    """What the last record proves. Where both truths are possible it never decides."""
    found = _judge_last(question)
    once = question.operation is Operation.VOID and Capability.COMMIT_ONCE in question.proved
    # On another device the same number is another sale: it must not be voided there.
    home = not _other_terminal(question)
    # What it told of our sale is of another one: the same number was given anew since.
    known = question.told is None or Capability.QUERY not in question.proved
    same = known and not _numbers_begun_anew(question)
    tried = once and question.settled and home and same and not _voided_otherwise(question)
    if found.verdict is Verdict.CANNOT_TELL and tried:
        return Judgement(Verdict.TRY_COMMIT_ONCE, None, found.reasons)
    return found


def judge_open(questions: Sequence[Question]) -> Judgement:
    """What one look proves about all open attempts of a case, oldest first: a commit-once chain.

    One that is booked settles them all, as the terminal voids the original once only. That nothing
    is booked has to be proved of each with its own baseline: the baseline of a repeat may already
    show the booking of the attempt before it.
    """
    found = [judge(question) for question in reversed(questions)]
    assert found, "a case without an open attempt is not judged"
    for judgement in found:
        if judgement.verdict is Verdict.BOOKED:
            return judgement
    undecided = (told for told in found if told.verdict is not Verdict.NOT_BOOKED)
    return next(undecided, found[0])


def judge_repeat(result: ExchangeResult) -> Judgement:
    """What the answer to a commit-once repeat proves about the attempts before it.

    Done now or done already: the original is voided, once. A refusal proves nothing: the terminal
    may have closed its batch since then and not know the sale any more, although it voided it.
    """
    if result.already_done:
        return Judgement(Verdict.BOOKED, Evidence.BY_REFERENCE, ("proof.already_done",))
    if result.outcome is Outcome.APPROVED:
        return Judgement(Verdict.BOOKED, Evidence.BY_REFERENCE, ("proof.done_now",))
    if result.outcome is Outcome.DECLINED:
        return _cannot("doubt.repeat_refused")
    return _cannot("doubt.repeat_unclear")


def likeness(question: Question, record: TransactionRecord) -> Likeness:
    """Compare content only; whether it counts as booked is another matter.

    What a record does not tell can make it neither like nor unlike; without the amount it is not
    surely like ours. The number of the original comes from a sale book that people may have typed,
    so another number there makes the record doubtful, not surely foreign.
    """
    wanted = question.amount
    sure = (
        (record.amount_minor, wanted.minor),
        (record.currency, wanted.currency.numeric),
        (record.kind, question.operation),
    )
    if any(told is not None and told != want for told, want in sure):
        return Likeness.UNLIKE
    if record.amount_minor is None or _other_original(question, record):
        return Likeness.UNSURE
    return Likeness.LIKE_OURS


def _other_original(question: Question, record: TransactionRecord) -> bool:
    original = question.original
    if question.operation is not Operation.VOID or original is None:
        return False
    pairs = (
        (record.original_trace_number, original.trace_number),
        (record.original_receipt_number, original.receipt_number),
    )
    return any(told and want and not same_number(told, want) for told, want in pairs)


def _booked(evidence: Evidence, reason: str) -> Judgement:
    return Judgement(Verdict.BOOKED, evidence, (reason,))


def _not_booked(evidence: Evidence, reason: str) -> Judgement:
    return Judgement(Verdict.NOT_BOOKED, evidence, (reason,))


def _cannot(reason: str) -> Judgement:
    return Judgement(Verdict.CANNOT_TELL, None, (reason,))


def _judge_last(question: Question) -> Judgement:
    """Section 4 step 5, as far as the record itself can be trusted at all."""
    last = question.last
    if not question.settled:
        return _cannot("doubt.not_settled")
    if Capability.QUERY in question.proved and question.told is not None:
        return _by_query(question, question.told)
    if Capability.LAST not in question.proved or not question.last_known:
        return _cannot("doubt.no_enquiry")
    if last is None:
        return _cannot("doubt.no_record")
    if _other_terminal(question):
        return _cannot("doubt.other_terminal")
    if last.booking is Booking.UNKNOWN:
        return _cannot("doubt.record_unclear")
    if _original_undone(question, last):
        return _cannot("doubt.original_undone")
    if _voided_otherwise(question):
        return _cannot("doubt.reference_other_content")
    refers = Capability.REFERENCE in question.proved and question.reference is not None
    if refers and last.reference == question.reference:
        return _by_reference(question, last)
    if not question.baseline_known:
        return _cannot("doubt.no_baseline")
    steps = _steps(question, last)
    if steps is not None:
        return _by_number(question, last, steps, refers=refers)
    if refers:
        return _without_number(question, last)
    return _by_content(question, last)


def _other_terminal(question: Question) -> bool:
    """Another device's record says nothing about ours (security goal T15)."""
    records = (question.baseline, question.last, question.told)
    told = [record.terminal_id for record in records if record]
    known = {*told, question.terminal_id, question.home_id} - {None}
    return len(known) > 1


def _original_undone(question: Question, last: TransactionRecord) -> bool:
    """The sale itself, marked reversed: that may be the very void that we ask about."""
    if question.operation is not Operation.VOID or last.booking is not Booking.REVERSED:
        return False
    original = question.original
    wanted = original.receipt_number if original is not None else None
    told = last.receipt_number
    return wanted is None or told is None or same_number(told, wanted)


def _voided_otherwise(question: Question) -> bool:
    """Our sale, voided with another amount than asked for: neither ours as wanted nor nothing.

    A repeat would be told "done already", which would hide the amount.
    """
    last, original = question.last, question.original
    if question.operation is not Operation.VOID or last is None or original is None:
        return False
    told, wanted = last.original_trace_number, original.trace_number
    ours = told is not None and wanted is not None and same_number(told, wanted)
    return ours and last.booking is Booking.APPROVED and _amount_differs(question, last)


def _numbers_begun_anew(question: Question) -> bool:
    """Whether the sale's number may be another sale's by now, as far as the last record shows it.

    An end of day may let the numbers begin anew: then one fell, or all of them or the sale's own
    stand on a record that is not the one from before. A void by number would undo another's sale.
    """
    last, baseline, original = question.last, question.baseline, question.original
    if last is None:
        return False
    if baseline is not None:
        if replace(last, booking=baseline.booking) == baseline:
            return False
        pairs = ((number(baseline, name), number(last, name)) for name in question.number_fields)
        steps = [now - was for was, now in pairs if was is not None and now is not None]
        if steps and (min(steps) < 0 or not any(steps)):
            return True
    wanted = original.receipt_number if original is not None else None
    shown = last.receipt_number
    return wanted is not None and shown is not None and same_number(shown, wanted)


def _steps(question: Question, last: TransactionRecord) -> int | None:
    """By how much the numbers advanced; None where they may not be used."""
    if Capability.NUMBERS not in question.proved or question.baseline is None:
        return None
    return advance(question.baseline, last, question.number_fields)


def _by_query(question: Question, told: TransactionRecord) -> Judgement:
    """Q: the terminal was asked after this attempt and knows it, or knows how its original stands.

    That it does not know the attempt proves nothing: it may have forgotten it (nexo section 9).
    """
    if _other_terminal(question):
        return _cannot("doubt.other_terminal")
    if told.booking is Booking.UNKNOWN:
        return _cannot("doubt.record_unclear")
    if question.operation is Operation.VOID and told.kind is Operation.SALE:
        return _by_original(question, told)
    return _by_reference(question, told)


def _by_original(question: Question, sale: TransactionRecord) -> Judgement:
    """The sale that was to be voided, as it stands now; it can be voided once only."""
    original = question.original
    wanted = original.receipt_number if original is not None else None
    shown = sale.receipt_number
    other = wanted is not None and shown is not None and not same_number(shown, wanted)
    code = original.auth_code if original is not None else None
    other = other or (bool(code) and bool(sale.auth_code) and sale.auth_code != code)
    if other or _amount_differs(question, sale) or sale.booking is Booking.DECLINED:
        return _cannot("doubt.reference_other_content")
    if sale.booking is Booking.REVERSED:
        return _booked(Evidence.BY_REFERENCE, "proof.original_undone")
    return _not_booked(Evidence.BY_REFERENCE, "proof.original_stands")


def _by_reference(question: Question, last: TransactionRecord) -> Judgement:
    if last.booking is not Booking.APPROVED:
        return _not_booked(Evidence.BY_REFERENCE, "proof.reference_not_booked")
    if likeness(question, last) is Likeness.UNLIKE:
        return _cannot("doubt.reference_other_content")
    return _booked(Evidence.BY_REFERENCE, "proof.reference_booked")


def _by_number(
    question: Question, last: TransactionRecord, steps: int, *, refers: bool
) -> Judgement:
    """N: the number of the record itself against the number of the baseline's."""
    if steps == 0:
        if last == question.baseline:
            return _not_booked(Evidence.UNCHANGED, "proof.unchanged")
        return _cannot("doubt.number_same_record_other")
    if steps < 0:
        return _cannot("doubt.number_went_back")
    if steps == 1 and refers:
        return _not_booked(Evidence.ADVANCED, "proof.next_is_not_ours")
    if question.exclusive and steps > 1 and last.booking is Booking.DECLINED:
        # A refused record on top (an undoing that failed) hides what lies below it.
        return _cannot("doubt.several_since")
    if question.exclusive:
        return _only_ours(question, last)
    if steps > 1:
        return _cannot("doubt.several_since")
    if last.booking is not Booking.APPROVED or likeness(question, last) is Likeness.UNLIKE:
        return _not_booked(Evidence.ADVANCED, "proof.next_is_not_ours")
    return _cannot("doubt.shared_looks_like_ours")


def _only_ours(question: Question, last: TransactionRecord) -> Judgement:
    """Exclusive: any advance is ours, however many numbers an un-booking used (5a rule 4)."""
    if _amount_differs(question, last):
        return _cannot("doubt.not_exclusive")
    if _undoes_ours(question, last):
        return _not_booked(Evidence.ADVANCED, "proof.ours_undone")
    if last.booking is not Booking.APPROVED:
        return _not_booked(Evidence.ADVANCED, "proof.ours_not_booked")
    refers = Capability.REFERENCE in question.proved and question.reference is not None
    if refers or likeness(question, last) is not Likeness.LIKE_OURS:
        return _cannot("doubt.not_exclusive")
    return _booked(Evidence.ADVANCED, "proof.advanced_like_ours")


def _undoes_ours(question: Question, last: TransactionRecord) -> bool:
    """Whether the terminal shows its own undoing of the record that followed the baseline.

    A terminal that un-books with a record of its own (rec2 of section 5a) names what it undid by
    its number; on an exclusive terminal the one behind the baseline can only have been ours.
    """
    baseline, undone = question.baseline, number(last, "original_trace_number")
    assert baseline is not None, "whoever has nothing to compare with has been told so before"
    before = number(baseline, "trace_number")
    if last.booking is not Booking.APPROVED or last.kind is not Operation.VOID:
        return False
    return before is not None and undone == before + 1


def _amount_differs(question: Question, record: TransactionRecord) -> bool:
    return record.amount_minor not in {None, question.amount.minor}


def _without_number(question: Question, last: TransactionRecord) -> Judgement:
    """R without N: the last record is not ours, but what lies below it cannot be seen."""
    unchanged = last == question.baseline
    if question.exclusive:
        if unchanged or last.booking is not Booking.APPROVED:
            return _not_booked(Evidence.BY_REFERENCE, "proof.reference_absent")
        return _cannot("doubt.not_exclusive")
    if unchanged and question.baseline_is_ours:
        return _not_booked(Evidence.UNCHANGED, "proof.unchanged")
    return _cannot("doubt.shared_may_be_below")


def _by_content(question: Question, last: TransactionRecord) -> Judgement:
    """L alone: only an exclusive terminal whose baseline cannot be mistaken tells anything."""
    baseline = question.baseline
    if not question.exclusive:
        return _cannot("doubt.shared_no_number")
    if baseline is None:
        # "No record" may have been one that was lost on the line: what is there now may be old.
        return _cannot("doubt.empty_baseline")
    if last.booking is not Booking.APPROVED and last != baseline:
        if likeness(question, last) is Likeness.UNLIKE or _other_original(question, last):
            # Not ours by its own word (an undoing that failed): it hides what lies below it.
            return _cannot("doubt.not_exclusive")
        return _only_ours(question, last)
    if _mistakable(question, baseline):
        return _cannot("doubt.baseline_looks_like_ours")
    if last == baseline:
        return _not_booked(Evidence.UNCHANGED, "proof.unchanged")
    return _only_ours(question, last)


def _mistakable(question: Question, baseline: TransactionRecord) -> bool:
    """Whether the record from before could be taken for our booking."""
    not_standing = baseline.booking in {Booking.DECLINED, Booking.REVERSED}
    return not not_standing and likeness(question, baseline) is not Likeness.UNLIKE
