"""The till's side of Concert V2: the line is asked for, a request written once, an answer ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.concert.session import FLOOR_S
from protocols.kit.errors import BadField
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Note, Request
from protocols.kit.vocabulary import Booking, Operation, Outcome
from tests.protocols.concert_peer import (
    ACK,
    ENQ,
    EOT,
    EUR,
    NAK,
    OURS,
    REFUND,
    VOID,
    Peer,
    answer,
    framed,
)

REPRINT = Request(Operation.REPRINT)


def end(peer: Peer) -> tuple[Outcome, str]:
    assert peer.result is not None
    return peer.result.outcome, peer.result.reason


def clean(peer: Peer) -> bool:
    assert peer.result is not None
    return peer.result.line_clean


# --- what goes out -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "kind"),
    [(REFUND, b"1"), (VOID, b"2"), (replace(REFUND, operation=Operation.SALE), b"0")],
    ids=["refund", "void", "sale"],
)
def test_a_request_goes_out_once_behind_a_granted_enquiry(request_: Request, kind: bytes) -> None:
    peer = Peer()
    peer.begin(request_)
    assert [(send.data, send.money) for send in peer.sends] == [(ENQ, False)]
    peer.wrote()
    peer.hear(ACK)
    body = b"010000125001" + kind + b"978" + OURS.encode() + b"A010B010"
    assert [(send.data, send.money) for send in peer.sends] == [(framed(body), True)]
    peer.wrote()
    peer.hear(ACK)
    assert peer.wrote() == [EOT]


@pytest.mark.parametrize(
    "request_",
    [
        replace(REFUND, amount=None),
        replace(REFUND, amount=Amount(1250, Currency.of("USD"))),
        replace(REFUND, amount=Amount(10**8, EUR)),
        replace(REFUND, reference="A0000000011"),
        replace(REFUND, reference=" A00000001"),
    ],
)
def test_what_has_no_place_on_the_wire_is_refused_before_anything_is_written(
    request_: Request,
) -> None:
    peer = Peer()
    with pytest.raises(BadField):
        peer.begin(request_)
    peer.begin()
    assert peer.wrote() == [ENQ]


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (Operation.CONNECT, Outcome.APPROVED),
        (Operation.STATUS, Outcome.APPROVED),
        (Operation.END_OF_DAY, Outcome.DECLINED),
        (Operation.QUERY, Outcome.DECLINED),
    ],
)
def test_what_the_protocol_has_no_form_for_ends_at_once(
    operation: Operation, outcome: Outcome
) -> None:
    peer = Peer()
    peer.begin(Request(operation))
    assert end(peer) == (outcome, "not_offered")
    assert peer.wrote() == []
    assert peer.session.deadline is None


# --- the line ----------------------------------------------------------------------------------


@pytest.mark.parametrize("refused", [True, False], ids=["nak", "silence"])
def test_an_enquiry_that_nobody_grants_is_tried_again_and_then_nothing_was_sent(
    *, refused: bool
) -> None:
    peer = Peer()
    peer.begin()
    for _ in range(3):
        assert peer.wrote() == [ENQ]
        if refused:
            peer.hear(NAK)
        else:
            peer.wait_out()
        assert peer.wrote() == [EOT]
        if peer.result is None:
            peer.wait_out()
    assert end(peer) == (Outcome.NOT_SENT, "not_started")
    assert not clean(peer)


def test_an_enquiry_granted_at_the_second_try_sends_the_request() -> None:
    peer = Peer()
    peer.begin()
    peer.wait_out()
    peer.wait_out()
    peer.wrote()
    peer.hear(ACK)
    (send,) = peer.sends
    assert send.money


def test_a_nak_behind_the_request_leaves_it_unknown() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(ACK)
    peer.wrote()
    peer.hear(NAK)
    assert peer.wrote() == [EOT]
    assert end(peer) == (Outcome.UNKNOWN, "nak")


def test_silence_behind_the_request_is_listened_through() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(ACK)
    peer.wrote()
    peer.wait_out()
    assert peer.result is None
    assert peer.wrote() == []
    peer.hear(ENQ, answer())
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


def test_a_request_that_is_never_answered_is_unknown_after_180_seconds() -> None:
    peer = Peer()
    peer.start()
    assert peer.session.deadline == pytest.approx(180.0, abs=0.1)
    peer.do(peer.session.tick(100.0))
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "timeout")
    assert not clean(peer)
    assert sum(send.money for send in peer.sends) == 1


def test_timers_of_bytes_are_not_scaled_to_nothing() -> None:
    peer = Peer(scale=1000.0)
    peer.begin()
    assert peer.session.deadline == pytest.approx(FLOOR_S)


# --- the answer --------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [True, False])
def test_an_acknowledgement_that_the_line_brings_behind_the_answer_changes_nothing(
    apart: bool,
) -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.hear(ACK)
    portions = [answer(), ACK] if apart else [answer() + ACK]
    peer.hear(*portions)
    assert len(peer.seen) == 1
    peer.wrote()
    peer.durable()
    assert peer.wrote() == [ACK]
    peer.hear(EOT)
    assert end(peer)[0] is Outcome.APPROVED
    assert not clean(peer)


def test_an_answer_is_acknowledged_when_it_is_durable_and_ends_with_eot() -> None:
    peer = Peer()
    peer.start()
    peer.wrote()
    peer.hear(ENQ)
    assert peer.wrote() == [ACK]
    peer.hear(answer())
    assert peer.wrote() == []
    (seen,) = peer.seen
    assert seen.record.booking is Booking.APPROVED
    assert (seen.record.amount_minor, seen.record.reference) == (1250, OURS)
    assert peer.session.deadline is None
    peer.durable()
    assert peer.wrote() == [ACK]
    assert peer.result is None
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert clean(peer)
    assert peer.notes == []


def test_an_answer_in_single_bytes_and_with_a_report_is_the_same() -> None:
    peer = Peer()
    peer.start()
    full = b"010000012501" + b"card".ljust(55) + b"978" + OURS.encode()
    for byte in ENQ + framed(full):
        peer.hear(bytes((byte,)))
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert clean(peer)


@pytest.mark.parametrize("amount", ["00001250", "00000000", "        "])
def test_a_refusal_may_leave_the_amount_out(amount: str) -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, answer("7", amount))
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.DECLINED, "refused")
    assert peer.result is not None
    assert (peer.result.result_code, peer.result.result_text) == ("7", "concert.result.7")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (answer("9"), "unclear"),
        (answer("1"), "unclear"),
        (answer("0", "00001251"), "mismatch"),
        (answer("0", "        "), "mismatch"),
        (answer("0", currency="840"), "mismatch"),
        (answer("7", "00001251"), "mismatch"),
        (answer("0", private=""), "unclear"),
        (answer("7", private=""), "unclear"),
    ],
)
def test_what_does_not_say_it_of_our_request_is_unknown(told: bytes, reason: str) -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, told)
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.UNKNOWN, reason)


@pytest.mark.parametrize(("code", "outcome"), [("0", Outcome.APPROVED), ("7", Outcome.DECLINED)])
def test_a_profile_may_allow_blank_private_bytes(code: str, outcome: Outcome) -> None:
    peer = Peer("blank-echo")
    peer.start()
    peer.hear(ENQ, answer(code, private=""))
    peer.durable()
    peer.hear(EOT)
    assert end(peer)[0] is outcome


@pytest.mark.parametrize("profile", ["generic", "blank-echo"])
def test_an_answer_with_other_private_bytes_is_left_alone(profile: str) -> None:
    peer = Peer(profile)
    peer.start()
    peer.wrote()
    peer.hear(ENQ, answer("7", private="A000000010"), answer("7", private="A000000010"))
    assert peer.wrote() == [ACK]
    assert peer.seen == []
    peer.hear(EOT, ENQ, answer())
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


def test_without_a_reference_any_private_bytes_are_anothers() -> None:
    peer = Peer()
    peer.start(replace(REFUND, reference=None))
    peer.hear(ENQ, answer())
    assert peer.seen == []
    peer.hear(answer(private=""))
    assert [seen.record.booking for seen in peer.seen] == [Booking.APPROVED]


def test_a_damaged_answer_is_refused_on_the_line_and_heard_again() -> None:
    peer = Peer()
    peer.start()
    peer.wrote()
    peer.hear(ENQ, answer()[:-1] + b"\x00")
    assert peer.wrote() == [ACK, NAK]
    peer.hear(answer())
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


def test_an_answer_that_nobody_can_read_leaves_it_unknown() -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, framed(b"what"))
    assert peer.notes == ["unreadable"]
    peer.run_out()
    assert end(peer) == (Outcome.UNKNOWN, "garbled")


def test_our_own_request_come_back_is_no_answer() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(ACK)
    echo = peer.sends[-1].data
    peer.hear(echo, ACK)
    assert peer.seen == []
    peer.hear(ENQ, answer())
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


# --- the end of an answer ----------------------------------------------------------------------


def test_the_terminal_may_not_have_heard_our_acknowledgement() -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, answer())
    peer.durable()
    peer.wrote()
    peer.hear(answer())
    assert peer.wrote() == [ACK]
    peer.hear(ENQ)
    assert peer.wrote() == [ACK]
    peer.hear(answer())
    assert peer.wrote() == [ACK]
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


def test_a_missing_eot_changes_nothing_but_the_cleanness() -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, answer())
    peer.durable()
    peer.wait_out()
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


def test_a_second_answer_of_another_meaning_decides_nothing() -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, answer())
    peer.hear(answer("7"))
    peer.hear(ENQ)
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.UNKNOWN, "contradiction")
    assert peer.notes == ["second_answer", "late_message"]


def test_what_comes_behind_the_end_makes_the_line_unclean() -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, answer())
    peer.durable()
    peer.hear(EOT + ENQ)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


# --- late answers of something older -----------------------------------------------------------


def test_a_terminal_that_wants_to_speak_before_our_request_is_not_listened_to() -> None:
    peer = Peer()
    peer.begin()
    peer.wrote()
    peer.hear(ENQ, answer(private="A000000010"))
    assert peer.wrote() == []
    assert peer.notes == ["late_message", "late_message"]
    peer.hear(ACK + ENQ + answer())
    (send,) = peer.sends
    assert send.money
    assert peer.seen == []


def test_an_enquiry_in_place_of_the_acknowledgement_says_that_the_request_arrived() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(ACK)
    peer.wrote()
    peer.hear(ENQ)
    assert peer.wrote() == [ACK]
    peer.hear(answer())
    peer.durable()
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")


def test_an_answer_in_place_of_the_acknowledgement_is_heard() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(ACK, answer())
    assert len(peer.seen) == 1


# --- loss --------------------------------------------------------------------------------------


def test_a_line_that_dies_before_the_request_has_sent_nothing() -> None:
    peer = Peer()
    peer.begin()
    peer.hang_up()
    assert end(peer) == (Outcome.NOT_SENT, "nothing_written")
    peer.begin()
    peer.hear(ACK)
    peer.hang_up(nothing_written=True)
    assert end(peer) == (Outcome.NOT_SENT, "nothing_written")


def test_a_line_that_dies_behind_the_request_leaves_it_unknown() -> None:
    for heard in ([ACK], [ACK, ACK], [ACK, ACK, ENQ]):
        peer = Peer()
        peer.begin()
        peer.hear(*heard)
        peer.hang_up()
        assert end(peer) == (Outcome.UNKNOWN, "line_lost")
        assert not clean(peer)


def test_a_line_that_dies_before_the_answer_is_durable_leaves_it_unknown() -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, answer())
    peer.hang_up()
    assert end(peer) == (Outcome.UNKNOWN, "line_lost")


def test_a_line_that_dies_behind_the_acknowledgement_changes_nothing() -> None:
    peer = Peer()
    peer.start()
    peer.hear(ENQ, answer())
    peer.durable()
    peer.hang_up()
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert not clean(peer)


def test_between_requests_nothing_happens() -> None:
    peer = Peer()
    peer.hear(ENQ)
    peer.do(peer.session.tick(5.0))
    peer.hang_up()
    assert peer.result is None
    assert peer.wrote() == []


def test_an_abort_has_no_form() -> None:
    peer = Peer()
    peer.start()
    peer.do(peer.session.abort(1.0))
    assert [type(told) for told in peer.told] == [Note]


# --- the duplicate -----------------------------------------------------------------------------


def test_a_duplicate_is_printed_and_shows_an_amount_that_proves_nothing() -> None:
    peer = Peer()
    peer.begin(REPRINT)
    peer.hear(ACK)
    (_, send) = peer.sends
    assert not send.money
    assert send.data == framed(b"0100000000013978" + b" " * 10 + b"A010B010")
    peer.hear(ACK)
    peer.wrote()
    peer.hear(ENQ, answer(private=""))
    assert peer.seen == []
    assert peer.wrote() == [ACK, ACK]
    peer.hear(EOT)
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert clean(peer)
    assert peer.result is not None
    assert peer.result.record is not None
    assert peer.result.record.booking is Booking.UNKNOWN
    assert peer.result.record.amount_minor == 1250


def test_no_duplicate_is_an_answer_too_and_the_result_of_a_booking_is_none() -> None:
    peer = Peer()
    peer.start(REPRINT)
    peer.hear(ENQ, answer())
    assert peer.result is None
    peer.hear(answer("7", private=""))
    peer.hear(EOT)
    assert end(peer) == (Outcome.DECLINED, "refused")
    assert peer.result is not None
    assert peer.result.record is None


@pytest.mark.parametrize(("noise", "reason"), [(b"", "no_answer"), (b"\x02\x03\x00", "garbled")])
def test_a_terminal_that_does_not_hear_is_no_answer(noise: bytes, reason: str) -> None:
    peer = Peer()
    peer.begin(REPRINT)
    if noise:
        peer.hear(noise)
    peer.run_out()
    assert end(peer) == (Outcome.UNKNOWN, reason)


def test_a_duplicate_on_a_line_that_dies_is_lost() -> None:
    peer = Peer()
    peer.begin(REPRINT)
    peer.hang_up()
    assert end(peer) == (Outcome.UNKNOWN, "line_lost")
