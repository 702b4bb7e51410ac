"""From the model's records to the product's own, and the product's judge asked about them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from protocols.kit.capabilities import Capability
from protocols.kit.money import Amount, Currency
from protocols.kit.session import ExchangeResult, Original
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from terminal_agent.refund.recovery import Judgement, Question, judge, judge_open, judge_repeat
from tests.model.state import UNREAD, Look, Record
from tests.model.world import Reset

if TYPE_CHECKING:
    from tests.model.world import World

AMOUNT = Amount(1000, Currency.of("EUR"))
OTHER_MINOR = 77
ORIGINAL = Original(receipt_number="0700", trace_number="000700")
# Numbers of the model may begin below zero once they are counted from a baseline.
FIRST = 500


class Frame(NamedTuple):
    """What does not change during a search: the rest of every question."""

    proved: frozenset[Capability]
    exclusive: bool
    operation: Operation
    number_fields: tuple[str, ...]
    batch_shown: bool


class Asked(NamedTuple):
    """What one judgement looks at; `last` None where the terminal cannot be asked."""

    base: Record
    last: Record | None
    attempt: int


def frame_of(world: World, *, exclusive: bool, flags: frozenset[str] = frozenset()) -> Frame:
    """The signs and the configuration of that world. Commit-once is a thing of voids."""
    once = Capability.COMMIT_ONCE in world.proved
    return Frame(
        world.proved,
        exclusive,
        Operation.VOID if once else Operation.REFUND,
        ("receipt_number", "trace_number") if world.reset is Reset.UNEVEN else ("receipt_number",),
        world.reset in {Reset.NONE, Reset.BATCH} and "batch_ignored" not in flags,
    )


@cache
def product_record(record: Record, frame: Frame) -> TransactionRecord | None:
    """The record as the terminal would tell it with these signs."""
    if record.look == Look.NOTHING:
        return None
    numbered = Capability.NUMBERS in frame.proved
    booking, kind = _BOOKED_AS[Look(record.look)]
    uneven = len(frame.number_fields) > 1
    trace = record.num + (record.batch * 40 if uneven else 0)
    return TransactionRecord(
        booking,
        kind=kind or frame.operation,
        amount_minor=OTHER_MINOR if record.look == Look.OTHER else AMOUNT.minor,
        currency=AMOUNT.currency.numeric,
        receipt_number=f"{FIRST + record.num:04d}" if numbered else None,
        trace_number=f"{FIRST + trace:06d}" if numbered else None,
        original_trace_number=f"{FIRST + record.undone:06d}"
        if numbered and record.undone
        else None,
        batch_number=str(record.batch) if numbered and frame.batch_shown else None,
        reference=f"ours-{record.ref}" if record.ref else None,
        date=None if frame.batch_shown else "1124",
        time=None if frame.batch_shown else f"12{record.batch * 40 + record.num + 100:04d}",
    )


_BOOKED_AS: dict[Look, tuple[Booking, Operation | None]] = {
    Look.ALIKE: (Booking.APPROVED, None),
    Look.OTHER: (Booking.APPROVED, Operation.SALE),
    Look.REFUSED: (Booking.DECLINED, None),
    Look.REVERSED: (Booking.REVERSED, None),
    Look.UNDOING: (Booking.APPROVED, Operation.VOID),
}


def question(asked: Asked, frame: Frame) -> Question:
    """The product's question; a search only judges once the terminal has settled."""
    known = asked.base != UNREAD
    return Question(
        operation=frame.operation,
        amount=AMOUNT,
        original=ORIGINAL if frame.operation is Operation.VOID else None,
        baseline=product_record(asked.base, frame) if known else None,
        baseline_known=known,
        last=product_record(asked.last, frame) if asked.last is not None else None,
        last_known=asked.last is not None,
        settled=True,
        proved=frame.proved,
        exclusive=frame.exclusive,
        number_fields=frame.number_fields,
        reference=f"ours-{asked.attempt}" if Capability.REFERENCE in frame.proved else None,
        baseline_is_ours=known and asked.base.ref > 0,
    )


@cache
def judged(asked: tuple[Asked, ...], frame: Frame) -> Judgement:
    """What the product's judge says of the open attempts, oldest first."""
    return judge_open([question(one, frame) for one in asked])


@cache
def judged_query(frame: Frame, *, booked: bool) -> Judgement:
    """What the product's judge says of the terminal's answer to a query after one attempt."""
    told = TransactionRecord(
        Booking.APPROVED if booked else Booking.DECLINED,
        kind=frame.operation,
        amount_minor=AMOUNT.minor,
        currency=AMOUNT.currency.numeric,
    )
    unread = Asked(UNREAD, None, 1)
    return judge(replace(question(unread, frame), told=told))


@cache
def judged_repeat(*, done: bool) -> Judgement:
    """What the product's judge says of a commit-once repeat that was refused in a clean dialogue:
    because it had been done already, or for another reason."""
    return judge_repeat(
        ExchangeResult(Outcome.DECLINED, "refused", already_done=done, line_clean=True)
    )
