"""How an exchange ended, in the words of the attempt's table."""

from __future__ import annotations

from itertools import product

import pytest

from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Booking, Outcome, TransactionRecord
from terminal_agent.refund.events import AttemptEvent, UnknownReason, end_of_exchange
from terminal_agent.refund.machine import Transition, step_attempt
from terminal_agent.refund.states import AttemptState

REASONS = (
    "completed", "refused", "not_started", "timeout", "nak", "line_lost", "garbled", "aborted",
    "nothing_written", "a word of a later version",
)  # fmt: skip
SEEN = [None, *(TransactionRecord(booking) for booking in Booking)]


@pytest.mark.parametrize("seen", SEEN)
def test_every_end_of_an_exchange_has_its_row(seen: TransactionRecord | None) -> None:
    state = AttemptState.ARMED if seen is None else AttemptState.RESULT_SEEN
    for outcome, reason in product(Outcome, REASONS):
        end = end_of_exchange(ExchangeResult(outcome, reason), seen)
        event = end.event if isinstance(end, UnknownReason) else end
        assert isinstance(step_attempt(state, event), Transition), (outcome, reason, seen)


def test_a_verdict_needs_a_result_of_the_same_meaning() -> None:
    clear = set()
    for outcome, reason, seen in product(Outcome, REASONS, SEEN):
        end = end_of_exchange(ExchangeResult(outcome, reason), seen)
        if not isinstance(end, UnknownReason):
            clear.add((outcome, seen.booking if seen else None, end))
    assert clear == {
        (Outcome.NOT_SENT, None, AttemptEvent.NOT_SENT),
        (Outcome.APPROVED, Booking.APPROVED, AttemptEvent.COMPLETED),
        (Outcome.DECLINED, Booking.DECLINED, AttemptEvent.REFUSED),
    }


@pytest.mark.parametrize(
    ("reason", "seen", "expected"),
    [
        ("timeout", None, UnknownReason.TIMED_OUT),
        ("nak", None, UnknownReason.NAK_READ),
        ("line_lost", SEEN[1], UnknownReason.LINE_LOST),
        ("aborted", SEEN[1], UnknownReason.ABORTED),
        ("garbled", None, UnknownReason.GARBLED),
        ("what is this", SEEN[1], UnknownReason.GARBLED),
        ("completed", None, UnknownReason.ENDED_WITHOUT_RESULT),
        ("refused", SEEN[1], UnknownReason.CONTRADICTED),
    ],
)
def test_a_lost_outcome_keeps_the_reason_why_it_was_lost(
    reason: str, seen: TransactionRecord | None, expected: UnknownReason
) -> None:
    assert end_of_exchange(ExchangeResult(Outcome.UNKNOWN, reason), seen) is expected
