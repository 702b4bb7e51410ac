"""The list of the batch as an answer to "what became of this void?"."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.session import Original, Request
from protocols.kit.vocabulary import Booking, Operation, Outcome
from tests.protocols.transbank_peer import (
    ACK,
    END,
    HEAD,
    LINE,
    QUERY,
    VOID_LINE,
    Peer,
    frame,
)

OTHER = LINE.replace("000123", "000124")


def asked(*lines: str, request: Request = QUERY) -> Peer:
    peer = Peer()
    peer.start(request)
    peer.say(*lines)
    return peer


def test_the_list_is_asked_for_and_every_line_acknowledged() -> None:
    peer = asked(OTHER, LINE, END)
    assert peer.written == [frame("0260|1|"), ACK, ACK, ACK]
    assert peer.end.line_clean


def test_a_line_below_zero_with_the_number_is_the_void() -> None:
    record = asked(LINE, OTHER, VOID_LINE, END).end.record
    assert record is not None
    assert (record.kind, record.booking) == (Operation.VOID, Booking.APPROVED)
    assert (record.original_receipt_number, record.amount_minor) == ("000123", 25000)
    assert record.auth_code == "794981"


def test_the_sale_alone_is_attested_as_it_stands() -> None:
    record = asked(OTHER, LINE, END).end.record
    assert record is not None
    assert (record.kind, record.booking) == (Operation.SALE, Booking.APPROVED)
    assert record.receipt_number == "000123"


def test_a_repeated_line_counts_once() -> None:
    peer = asked(LINE, LINE, END)
    assert peer.end.record is not None
    assert peer.end.record.booking is Booking.APPROVED
    assert not peer.end.line_clean


@pytest.mark.parametrize("lines", [(END,), (OTHER, END), (f"0261|11|{HEAD}",)])
def test_a_number_that_is_not_in_the_list_is_not_found(lines: tuple[str, ...]) -> None:
    end = asked(*lines).end
    assert (end.outcome, end.reason, end.record) == (Outcome.APPROVED, "not_found", None)


@pytest.mark.parametrize(
    "stranger", [LINE.replace("252985", "252986"), LINE.replace("|25000|", "|26000|")]
)
def test_another_sale_under_the_number_is_shown_as_it_is(stranger: str) -> None:
    record = asked(VOID_LINE, stranger, END).end.record
    assert record is not None
    assert record.kind is Operation.SALE
    assert (record.auth_code, record.amount_minor) != ("252985", 25000)


def test_without_a_known_code_the_number_and_the_amount_decide() -> None:
    bare = replace(QUERY, original=Original(receipt_number="123"))
    record = asked(LINE.replace("252985", "252986"), END, request=bare).end.record
    assert record is not None
    assert record.booking is Booking.APPROVED


def test_a_sale_that_stands_there_twice_is_certain_to_nobody() -> None:
    record = asked(LINE, OTHER, LINE.replace("113748", "113749"), END).end.record
    assert record is not None
    assert record.booking is Booking.UNKNOWN


@pytest.mark.parametrize(
    ("line", "outcome", "reason"),
    [
        (LINE.replace("252985", "      "), Outcome.UNKNOWN, "unclear"),
        (f"0261|12|{HEAD}", Outcome.DECLINED, "refused"),
        (f"0261|02|{HEAD}", Outcome.UNKNOWN, "unclear"),
        (LINE.replace("25000", "2-5"), Outcome.UNKNOWN, "garbled"),
    ],
)
def test_a_list_that_ends_oddly_proves_nothing(line: str, outcome: Outcome, reason: str) -> None:
    end = asked(OTHER, line).end
    assert (end.outcome, end.reason, end.record) == (outcome, reason, None)


def test_a_list_without_an_end_is_waited_for_in_vain() -> None:
    peer = asked(LINE)
    peer.run_out()
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "timeout")
