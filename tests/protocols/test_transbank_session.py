"""The till's side of Transbank, byte by byte: what is sent, what counts, and what is left open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.errors import BadField
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Original, Request
from protocols.kit.vocabulary import Booking, Operation, Outcome
from protocols.transbank.session import MESSAGES_MAX
from tests.protocols.transbank_peer import (
    ACK,
    HEAD,
    LAST,
    NAK,
    ORIGINAL,
    PESOS,
    SALE,
    SOLD,
    STATUS,
    VOID,
    VOIDED,
    Peer,
    frame,
)


def refused(code: str, number: str = "000123") -> str:
    return f"1210|{code}|{HEAD}||{number}"


# --- what is sent ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "body", "money"),
    [
        (STATUS, "0100", False),
        (LAST, "0250|", False),
        (Request(Operation.END_OF_DAY), "0500||", False),
        (Request(Operation.INITIALISE), "0800", False),
        (SALE, "0200|25000|400071|||1|", True),
        (VOID, "1200|000123|", True),
        (replace(SALE, reference=None), "0200|25000|0|||1|", True),
        (replace(VOID, original=Original(receipt_number="00000123")), "1200|123|", True),
    ],
)
def test_each_request_has_its_bytes(request_: Request, body: str, money: bool) -> None:
    peer = Peer()
    peer.begin(request_)
    assert peer.written == [frame(body)]
    assert peer.sends[0].money is money


@pytest.mark.parametrize(
    "request_",
    [
        Request(Operation.REFUND, PESOS),
        Request(Operation.VOID, PESOS),
        Request(Operation.VOID, PESOS, Original(receipt_number="1234567")),
        Request(Operation.VOID, PESOS, Original(receipt_number="12a")),
        Request(Operation.VOID, PESOS, Original(receipt_number="0000")),
        Request(Operation.VOID, None, ORIGINAL),
        Request(Operation.VOID, Amount(25000, Currency.of("EUR")), ORIGINAL),
        Request(Operation.SALE, Amount(1_000_000_000, PESOS.currency)),
        Request(Operation.QUERY, PESOS, ORIGINAL, about=Operation.REFUND),
        Request(Operation.QUERY, PESOS),
    ],
)
def test_what_has_no_form_on_this_wire_is_refused_before_anything_is_written(
    request_: Request,
) -> None:
    peer = Peer()
    with pytest.raises(BadField):
        peer.begin(request_)
    assert peer.session.deadline is None


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (Operation.CONNECT, Outcome.APPROVED),
        (Operation.DISCONNECT, Outcome.APPROVED),
        (Operation.REPRINT, Outcome.DECLINED),
        (Operation.DIAGNOSE, Outcome.DECLINED),
        (Operation.ABORT, Outcome.DECLINED),
    ],
)
def test_harmless_things_the_wire_does_not_know_end_at_once(
    operation: Operation, outcome: Outcome
) -> None:
    peer = Peer()
    peer.begin(Request(operation))
    assert (peer.end.outcome, peer.end.reason) == (outcome, "not_offered")
    assert peer.end.line_clean
    assert peer.written == []


def test_other_currencies_go_out_in_their_minor_units() -> None:
    peer = Peer(currency="978")
    peer.begin(Request(Operation.SALE, Amount(1250, Currency.of("EUR")), reference="x"))
    assert peer.written == [frame("0200|1250|x|||1|")]


# --- harmless requests -----------------------------------------------------------------------


def test_a_poll_that_is_acknowledged_tells_an_idle_terminal() -> None:
    peer = Peer()
    peer.start(STATUS)
    assert peer.end.outcome is Outcome.APPROVED
    assert peer.end.status is not None
    assert peer.end.status.ready
    assert peer.end.line_clean


def test_a_harmless_request_is_said_three_times_and_then_given_up() -> None:
    peer = Peer()
    peer.begin(STATUS)
    peer.run_out()
    assert peer.written == [frame("0100")] * 3
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "no_answer")
    peer.begin(LAST)
    for _ in range(3):
        peer.raw(NAK)
    assert peer.written[3:] == [frame("0250|")] * 3
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "nak")


def test_something_else_at_the_other_end_is_called_garbled() -> None:
    peer = Peer()
    peer.begin(STATUS)
    peer.raw(b"\x020101\x03\x55")
    peer.run_out()
    assert peer.end.reason == "garbled"


def test_the_last_sale_is_a_record() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(f"0260|00|{HEAD}|001234|252985|25000|0||0461|000123|CR|||  |26072023|113748|0|0||")
    record = peer.end.record
    assert record is not None
    assert (record.kind, record.booking) == (Operation.SALE, Booking.APPROVED)
    assert (record.amount_minor, record.receipt_number) == (25000, "000123")
    assert (record.date, record.time) == ("0726", "113748")
    assert record.masked_pan == "****0461"
    assert record.card_name is None
    assert peer.written[-1] == ACK
    assert peer.end.line_clean


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("11", Outcome.APPROVED, "completed"),
        ("12", Outcome.DECLINED, "refused"),
        ("02", Outcome.UNKNOWN, "unclear"),
    ],
)
def test_a_last_sale_without_a_sale(code: str, outcome: Outcome, reason: str) -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(f"0260|{code}|{HEAD}")
    assert (peer.end.outcome, peer.end.reason) == (outcome, reason)
    assert peer.end.record is None


def test_the_batch_is_closed_once_and_keys_are_loaded_once() -> None:
    for operation, reply in ((Operation.END_OF_DAY, "0510"), (Operation.INITIALISE, "0810")):
        peer = Peer()
        peer.begin(Request(operation))
        peer.run_out()
        assert len(peer.written) == 1
        peer.start(Request(operation))
        peer.say(f"{reply}|00|{HEAD}")
        assert peer.end.outcome is Outcome.APPROVED
        assert peer.end.result_code == "00"


def test_a_damaged_reply_is_refused_and_taken_when_it_comes_again() -> None:
    peer = Peer()
    peer.start(Request(Operation.END_OF_DAY))
    good = frame(f"0510|00|{HEAD}")
    peer.raw(good[:-1] + bytes((good[-1] ^ 1,)))
    assert peer.written[-1] == NAK
    peer.raw(good)
    assert peer.end.outcome is Outcome.APPROVED
    assert not peer.end.line_clean


def test_an_enquiry_is_not_answered_by_what_comes_before_its_acknowledgement() -> None:
    peer = Peer()
    peer.begin(LAST)
    peer.say(f"0260|11|{HEAD}")
    assert peer.result is None
    assert peer.notes() == ["stale_message"]
    assert len(peer.written) == 1, "an answer to something older is not acknowledged"


def test_an_unreadable_reply_ends_a_request_and_an_unreadable_stranger_does_not() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say("0999|x")
    assert peer.result is None
    peer.say("0260|1|")
    assert peer.result is None, "that is a request, nothing for us"
    peer.say(f"0260|00|{HEAD}|1|2|1-2")
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "garbled")


def test_progress_of_an_older_order_is_acknowledged_and_told_to_nobody() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say("0900|81|")
    assert peer.progress() == []
    assert peer.notes() == ["late_message"]
    assert peer.written[-1] == ACK


# --- money -----------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [True, False])
def test_an_acknowledgement_that_the_line_brings_behind_the_answer_changes_nothing(
    apart: bool,
) -> None:
    peer = Peer()
    peer.begin(VOID)
    portions = [frame(VOIDED), ACK] if apart else [frame(VOIDED) + ACK]
    for portion in portions:
        peer.raw(portion)
    assert len(peer.seen()) == 1
    peer.durable()
    assert peer.end.outcome is Outcome.APPROVED
    assert not peer.end.line_clean


def test_a_void_is_approved_when_its_result_is_durable() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(VOIDED)
    (seen,) = peer.seen()
    assert seen.record.booking is Booking.APPROVED
    assert (seen.record.kind, seen.record.original_receipt_number) == (Operation.VOID, "123")
    assert seen.record.amount_minor is None
    assert len(peer.written) == 1, "nothing is acknowledged before it is durable"
    peer.durable()
    assert peer.written[-1] == ACK
    assert (peer.end.outcome, peer.end.reason) == (Outcome.APPROVED, "completed")
    assert peer.end.record == seen.record
    assert peer.end.line_clean
    assert peer.session.deadline is None


def test_a_sale_is_approved_with_its_ticket_and_amount() -> None:
    peer = Peer()
    peer.start(SALE)
    peer.say("0900|78|", "0900|82|", SOLD)
    assert peer.progress() == ["transbank.progress.78", "transbank.progress.82"]
    peer.durable()
    assert peer.end.outcome is Outcome.APPROVED
    assert peer.end.record is not None
    assert peer.end.record.receipt_number == "000124"


def test_a_sale_of_another_amount_is_not_what_was_asked_for() -> None:
    peer = Peer()
    peer.start(SALE)
    peer.say(SOLD.replace("25000", "25001"))
    peer.durable()
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "mismatch")


@pytest.mark.parametrize("code", ["01", "05", "08", "21", "93"])
def test_a_certain_no_is_a_decline(code: str) -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(refused(code))
    peer.durable()
    assert (peer.end.outcome, peer.end.reason) == (Outcome.DECLINED, "refused")
    assert peer.end.result_text == f"transbank.result.{code}"
    assert not peer.end.already_done


def test_already_voided_proves_an_earlier_success() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(refused("04"))
    peer.durable()
    assert peer.end.outcome is Outcome.DECLINED
    assert peer.end.already_done


@pytest.mark.parametrize("code", ["02", "03", "16", "22", "65", "94", "99"])
def test_a_code_that_leaves_the_host_in_doubt_ends_unclear(code: str) -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(refused(code))
    peer.durable()
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "unclear")
    assert peer.end.result_code == code
    assert peer.end.line_clean


@pytest.mark.parametrize("request_", [VOID, SALE])
def test_a_money_message_is_written_once_on_nak_and_on_silence(request_: Request) -> None:
    peer = Peer()
    peer.begin(request_)
    peer.raw(NAK)
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "nak")
    assert not peer.end.line_clean
    peer.begin(request_)
    peer.run_out()
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "no_answer")
    assert peer.now == pytest.approx(2.0 + 31.0, abs=0.1)
    peer.start(request_)
    peer.run_out()
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "timeout")
    assert [send.money for send in peer.sends] == [True] * 3


def test_an_answer_is_heard_although_nobody_acknowledged_the_request() -> None:
    peer = Peer()
    peer.begin(VOID)
    peer.wait_out()
    peer.say(VOIDED)
    peer.durable()
    assert peer.end.outcome is Outcome.APPROVED
    assert not peer.end.line_clean


def test_before_the_acknowledgement_a_refusal_without_a_number_is_an_older_one() -> None:
    peer = Peer()
    peer.begin(VOID)
    peer.say("1210|01")
    assert peer.seen() == []
    peer.raw(ACK)
    peer.say("1210|05")
    peer.durable()
    assert peer.end.result_code == "05"


def test_the_answer_to_another_void_is_left_alone() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(VOIDED.replace("|123", "|122"), "1210|00", SOLD)
    assert peer.seen() == []
    assert peer.notes() == ["stale_message"] * 3
    assert len(peer.written) == 1
    peer.say(VOIDED)
    peer.durable()
    assert peer.end.outcome is Outcome.APPROVED
    assert not peer.end.line_clean


def test_a_repeat_of_the_result_before_is_acknowledged_and_dropped() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(VOIDED)
    peer.raw(frame(VOIDED))
    assert len(peer.seen()) == 1
    peer.durable()
    peer.start(STATUS)
    assert peer.end.outcome is Outcome.APPROVED
    peer.start(LAST)
    peer.say(VOIDED)
    assert peer.result is None
    assert peer.written[-1] == ACK
    assert "repeated_result" in peer.notes()


def test_an_unreadable_result_is_neither_acknowledged_nor_refused() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say("1210|xx")
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "garbled")
    assert len(peer.written) == 1


@pytest.mark.parametrize("rest", [b"noise", b"\x0202", frame(VOIDED), ACK, NAK])
def test_what_comes_behind_the_answer_makes_the_line_unclean(rest: bytes) -> None:
    peer = Peer()
    peer.begin(STATUS)
    peer.raw(ACK + rest)
    assert peer.end.outcome is Outcome.APPROVED
    assert not peer.end.line_clean
    assert peer.notes() == ["late_message"] * (rest == frame(VOIDED))


def test_chatter_and_progress_without_end_come_to_an_end() -> None:
    peer = Peer()
    peer.start(SALE)
    for at in range(MESSAGES_MAX + 5):
        peer.say(f"0900|{78 + at % 2}|")
    began = peer.now
    peer.run_out()
    assert peer.end.reason == "timeout"
    assert peer.now - began <= 150.0


def test_progress_starts_the_wait_anew_but_not_before_the_acknowledgement() -> None:
    peer = Peer()
    peer.begin(SALE)
    peer.say("0900|78|")
    due = peer.session.deadline
    assert due is not None
    assert due <= 2.0
    peer.raw(ACK)
    peer.now += 100.0
    peer.say("0900|82|")
    deadline = peer.session.deadline
    assert deadline is not None
    assert deadline - peer.now == pytest.approx(150.0)


def test_a_lost_line_decides_by_what_is_known() -> None:
    peer = Peer()
    peer.do(peer.session.link_lost(0.0))
    assert peer.result is None
    peer.begin(VOID)
    peer.do(peer.session.link_lost(0.0, nothing_written=True))
    assert (peer.end.outcome, peer.end.reason) == (Outcome.NOT_SENT, "nothing_written")
    peer.start(VOID)
    peer.do(peer.session.link_lost(0.0, nothing_written=True))
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "line_lost")
    peer.start(VOID)
    peer.say(VOIDED)
    peer.do(peer.session.link_lost(0.0))
    assert (peer.end.outcome, peer.end.reason) == (Outcome.UNKNOWN, "line_lost")
    assert peer.end.record is not None


def test_between_requests_nothing_is_done() -> None:
    peer = Peer()
    peer.raw(frame(VOIDED))
    peer.do(peer.session.tick(5.0))
    assert peer.told == []
    assert peer.written == []


def test_nothing_stops_a_running_request_from_the_till() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.do(peer.session.abort(peer.now))
    assert peer.notes() == ["abort_not_offered"]
    assert len(peer.written) == 1


def test_an_event_while_the_result_is_held_only_spoils_the_line() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.raw(frame(VOIDED) + NAK + ACK)
    peer.durable()
    assert peer.end.outcome is Outcome.APPROVED
    assert not peer.end.line_clean
