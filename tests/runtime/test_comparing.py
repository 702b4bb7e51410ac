"""What our journal knows last of a terminal, and how the terminal's last record differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.runtime.comparing import Difference, Known, difference, last_known
from tests.journal import shelf
from tests.refund import story as s

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal_agent.journal import Journal
    from terminal_agent.refund.facts import Fact

RECORD = TransactionRecord(
    Booking.APPROVED,
    kind=Operation.REFUND,
    amount_minor=1000,
    receipt_number="0042",
    trace_number="000142",
    terminal_id="T1",
    date="1124",
    time="100000",
)
OURS = Known(s.AT, "quarantine.from_case", s.CASE, RECORD)
OTHER = "RF-20261124-0002"


@pytest.mark.parametrize(
    ("theirs", "wanted"),
    [
        (RECORD, Difference("quarantine.same")),
        (replace(RECORD, kind=None, time=None), Difference("quarantine.same")),
        (replace(RECORD, receipt_number="42"), Difference("quarantine.same")),
        (replace(RECORD, receipt_number="0043"), Difference("quarantine.further", 1)),
        (
            replace(RECORD, receipt_number="0057", amount_minor=5),
            Difference("quarantine.further", 15),
        ),
        (replace(RECORD, receipt_number="0041"), Difference("quarantine.began_anew")),
        (replace(RECORD, amount_minor=999), Difference("quarantine.differs")),
        (replace(RECORD, kind=Operation.SALE), Difference("quarantine.differs")),
        (replace(RECORD, date="1125"), Difference("quarantine.differs")),
        (replace(RECORD, time="100001"), Difference("quarantine.differs")),
        (replace(RECORD, terminal_id="T2"), Difference("quarantine.other_terminal")),
        (
            replace(RECORD, receipt_number=None, trace_number="000144"),
            Difference("quarantine.further", 2),
        ),
        (
            replace(RECORD, receipt_number=None, trace_number=None),
            Difference("quarantine.no_numbers"),
        ),
        (None, Difference("quarantine.they_nothing")),
    ],
)
def test_the_difference_in_one_word(theirs: TransactionRecord | None, wanted: Difference) -> None:
    assert difference(OURS, theirs) == wanted


def test_numbers_of_two_batches_are_not_compared() -> None:
    ours = replace(OURS, record=replace(RECORD, batch_number="7"))
    theirs = replace(RECORD, batch_number="8", receipt_number="0050")
    assert difference(ours, theirs) == Difference("quarantine.began_anew")
    assert difference(ours, replace(theirs, batch_number="7")) == Difference(
        "quarantine.further", 8
    )


def test_nothing_on_our_side_is_told() -> None:
    assert difference(None, RECORD) == Difference("quarantine.we_nothing")
    assert difference(None, None) == Difference("quarantine.both_nothing")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with shelf.opened(tmp_path / "journal.db") as opened:
        yield opened


def test_a_journal_that_begins_knows_nothing(journal: Journal) -> None:
    assert last_known(journal, "desk") is None


def test_before_any_attempt_the_newest_sale_is_known(journal: Journal) -> None:
    journal.append(shelf.sale(), shelf.sale("s2", receipt="0051"), s.created(), s.authorised())
    known = last_known(journal, "desk")
    assert known is not None
    assert (known.source, known.name) == ("quarantine.from_sale", "s2")
    assert known.record.receipt_number == "0051"
    assert last_known(journal, "bar") is None


def test_a_booking_is_known_from_its_case(journal: Journal) -> None:
    journal.append(shelf.sale(), *s.TO_REFUNDED)
    assert last_known(journal, "desk") == Known(s.AT, "quarantine.from_case", s.CASE, s.BOOKED)
    assert last_known(journal, "bar") is None


@pytest.mark.parametrize("ending", [(s.seen(record=s.REFUSED), s.declined()), (s.unknown(),)])
def test_of_what_was_not_booked_the_record_before_it_is_known(
    journal: Journal, ending: tuple[Fact, ...]
) -> None:
    journal.append(shelf.sale(), *s.TO_ARMED, *ending)
    known = last_known(journal, "desk")
    assert known is not None
    assert (known.source, known.record.receipt_number) == ("quarantine.from_before", "0001")


def test_a_result_that_was_seen_is_known_although_nobody_knows_yet_what_it_means(
    journal: Journal,
) -> None:
    journal.append(shelf.sale(), *s.TO_ARMED, s.seen())
    known = last_known(journal, "desk")
    assert known is not None
    assert (known.source, known.record) == ("quarantine.from_case", s.BOOKED)


def test_an_older_case_that_was_tried_again_later_tells_the_newest(journal: Journal) -> None:
    later = s.AT + timedelta(hours=1)
    newer = replace(s.BOOKED, receipt_number="0003")
    journal.append(shelf.sale(), s.created(minor=400), s.authorised(), s.baselined(), s.armed())
    journal.append(s.unknown(), s.recovery(), s.dead())
    journal.append(
        s.created(OTHER, key="k2", minor=300),
        s.authorised(OTHER),
        s.baselined(case_id=OTHER),
        s.armed(case_id=OTHER),
        s.seen(case_id=OTHER),
        s.approved(case_id=OTHER),
    )
    known = last_known(journal, "desk")
    assert known is not None
    assert known.name == OTHER
    journal.append(replace(s.baselined(2), at=later), replace(s.armed(2), at=later))
    journal.append(replace(s.seen(2, record=newer), at=later))
    known = last_known(journal, "desk")
    assert known is not None
    assert (known.name, known.record) == (s.CASE, newer)


def test_an_attempt_before_which_nothing_was_shown_tells_nothing(journal: Journal) -> None:
    blind = replace(s.baselined(), baseline=None, baseline_known=False)
    journal.append(shelf.sale(), s.created(), s.authorised(), blind, s.armed(), s.unknown())
    known = last_known(journal, "desk")
    assert known is not None
    assert known.source == "quarantine.from_sale"
