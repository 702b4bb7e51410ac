"""What the till's side of an ECR17 conversation does, and what it never does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.ecr17 import layouts
from protocols.ecr17.framing import MODES
from protocols.ecr17.profiles import StanShown
from protocols.ecr17.session import MESSAGES_MAX
from protocols.kit.errors import BadField
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Original, Progress, ReceiptText, Request, ResultSeen
from protocols.kit.stx import ACK, NAK, StxFramer
from protocols.kit.vocabulary import Booking, Operation
from tests.protocols.ecr17_peer import (
    CLOSE,
    CONNECT,
    LAST,
    REPRINT,
    SALE,
    STATUS,
    VOID,
    Peer,
    body,
    receipt,
    refused,
    sold,
    state,
    voided,
)

# -- the way of a reversal ---------------------------------------------------------------------


def test_a_void_is_approved_by_its_result_and_the_receipt_behind_our_acknowledgement() -> None:
    peer = Peer()
    peer.start()
    peer.say(b"\x01ATTENDERE PREGO     ", voided())
    assert [item.text for item in peer.told if isinstance(item, Progress)] == ["ATTENDERE PREGO"]
    assert any(isinstance(item, ResultSeen) for item in peer.told)
    assert peer.heard == ["E", "S"], "not acknowledged before it is durable"
    peer.durable()
    assert peer.heard == ["E", "S", "A"]
    assert peer.result is None
    peer.say(receipt("STORNO\x7d\x7fEUR 12,50", last=False), receipt(""))
    assert peer.ended == ("approved", "completed", True)
    assert [s.money for s in peer.sends].count(True) == 1
    texts = [item for item in peer.told if isinstance(item, ReceiptText)]
    assert [(t.lines, t.last) for t in texts] == [(("STORNO", "EUR 12,50"), False), (("",), True)]
    assert peer.result
    assert peer.result.record
    assert peer.result.record.kind is Operation.VOID
    assert peer.result.record.turnover_number == "000043"
    assert peer.asked.text("trace_number") == "000042"


def test_the_acknowledgement_goes_out_only_once_the_result_is_durable() -> None:
    peer = Peer(profile="stays-booked", printer="terminal", lrc="std", mode="std")
    peer.start(STATUS)
    peer.say(state())
    peer.start(LAST)
    peer.say(sold())
    peer.start()
    before = peer.heard.count("A")
    peer.say(voided(), voided())
    assert peer.heard.count("A") == before, "not even when the terminal says it again"
    peer.durable()
    assert peer.heard.count("A") == before + 1
    assert peer.ended == ("approved", "completed", False)


@pytest.mark.parametrize("code", ["01", "05"])
def test_a_refusing_result_is_declined_whether_or_not_a_receipt_comes(code: str) -> None:
    peer = Peer()
    peer.start()
    peer.say(refused(code))
    peer.durable()
    peer.run_out()
    assert peer.ended == ("declined", "refused", False)
    assert peer.result
    assert (peer.result.result_code, peer.result.result_text) == (code, f"ecr17.result.{code}")
    peer.start()
    peer.say(refused("01" if code == "05" else "05"))
    peer.durable()
    peer.say(receipt("RIFIUTATA"))
    assert peer.ended == ("declined", "refused", True)


@pytest.mark.parametrize("code", ["09", "02", "99"])
def test_a_code_that_is_not_certain_ends_unclear(code: str) -> None:
    peer = Peer()
    peer.start()
    peer.say(refused(code))
    (seen,) = [item for item in peer.told if isinstance(item, ResultSeen)]
    assert seen.record.booking is Booking.UNKNOWN
    peer.durable()
    peer.run_out()
    assert peer.ended == ("unknown", "unclear", False)


def test_without_a_receipt_nothing_proves_that_our_acknowledgement_arrived() -> None:
    peer = Peer()
    peer.start()
    peer.say(voided())
    peer.durable()
    peer.run_out()
    assert peer.ended == ("unknown", "timeout", False)
    assert peer.now > 15.0, "longer than the terminal repeats a result"


def test_a_line_lost_behind_the_acknowledgement_decides_by_the_profile() -> None:
    for profile, ended in (("hangs-up", "unknown"), ("stays-booked", "approved")):
        peer = Peer(profile=profile)
        peer.start(CONNECT)
        peer.say(state())
        peer.start(LAST)
        peer.say(sold())
        peer.start()
        peer.say(voided())
        peer.durable()
        peer.lose()
        assert peer.ended[0] == ended
        assert not peer.ended[2]


def test_a_line_lost_between_result_and_journal_is_unknown() -> None:
    peer = Peer()
    peer.start()
    peer.say(voided())
    peer.lose()
    assert peer.ended == ("unknown", "line_lost", False)
    assert peer.result
    assert peer.result.record


def test_a_line_lost_among_the_receipts_loses_no_booking() -> None:
    peer = Peer()
    peer.start()
    peer.say(voided())
    peer.durable()
    peer.say(receipt(last=False))
    peer.lose()
    assert peer.ended == ("approved", "completed", False)
    assert peer.session.link_lost(peer.now) == []


# -- what is never done ------------------------------------------------------------------------


@pytest.mark.parametrize("request_", [VOID, SALE], ids=["void", "sale"])
def test_money_is_written_once_on_nak(request_: Request) -> None:
    peer = Peer()
    peer.begin(request_)
    peer.ack()
    peer.nak()
    assert peer.ended == ("unknown", "nak", False)
    assert [s.money for s in peer.sends].count(True) == 1


def test_money_is_written_once_on_silence_and_its_result_is_still_waited_for() -> None:
    peer = Peer()
    peer.begin(VOID)
    peer.ack()
    peer.wait_out()
    assert peer.result is None
    assert "no_acknowledgement" in peer.notes()
    peer.say(voided())
    peer.durable()
    peer.say(receipt())
    assert peer.ended == ("approved", "completed", False)
    assert peer.heard.count("S") == 1


def test_silence_for_ever_ends_as_timed_out() -> None:
    peer = Peer()
    peer.begin(VOID)
    peer.ack()
    peer.run_out()
    assert peer.ended == ("unknown", "timeout", False)
    assert peer.heard == ["E", "S"]


@pytest.mark.parametrize("answer", ["nak", "silence", "lost"])
def test_a_step_before_the_money_that_fails_sends_no_money(answer: str) -> None:
    peer = Peer()
    peer.begin(VOID)
    for _ in range(3):
        if answer == "nak":
            peer.nak()
        elif answer == "silence":
            peer.wait_out()
    if answer == "lost":
        peer.lose()
    assert peer.ended == ("not_sent", "nothing_written", False)
    assert not any(send.money for send in peer.sends)
    assert peer.heard == ["E"] * (1 if answer == "lost" else 3)


def test_a_terminal_that_keeps_bookings_may_refuse_the_routing() -> None:
    peer = Peer(profile="stays-booked")
    peer.start(CONNECT)
    peer.say(state())
    peer.start(LAST)
    peer.say(sold())
    peer.begin(VOID)
    for _ in range(3):
        peer.nak()
    assert "routing_refused" in peer.notes()
    peer.ack()
    peer.say(voided())
    peer.durable()
    assert peer.ended == ("approved", "completed", True)


@pytest.mark.parametrize(
    "stranger",
    [sold(), voided(auth_code="123456"), body(layouts.SHORT_RESULT[0], result_code="00"), state()],
    ids=["a-sale", "with-auth-code", "a-payment", "a-status"],
)
def test_what_cannot_answer_the_void_is_neither_taken_nor_acknowledged(stranger: bytes) -> None:
    peer = Peer()
    peer.start()
    peer.say(stranger)
    assert peer.heard == ["E", "S"]
    assert "late_message" in peer.notes()
    peer.say(voided())
    peer.durable()
    peer.say(receipt())
    assert peer.ended == ("approved", "completed", False)


@pytest.mark.parametrize(("amount", "taken"), [(1250, True), (1251, False)])
def test_a_payment_is_matched_by_its_amount(amount: int, taken: bool) -> None:
    peer = Peer()
    peer.start(SALE)
    assert peer.asked.number("amount_minor") == 1250
    peer.say(sold("000044", amount))
    assert any(isinstance(item, ResultSeen) for item in peer.told) is taken


def test_a_result_that_this_conversation_has_heard_before_is_no_answer() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(voided("000041"))
    peer.start()
    peer.say(voided("000041"))
    assert "late_message" in peer.notes()
    assert peer.heard[-1] == "S"
    peer.say(voided("000043"))
    peer.durable()
    peer.say(receipt())
    assert peer.ended[0] == "approved"


@pytest.mark.parametrize(
    ("shown", "trace", "taken"),
    [
        (StanShown.OWN, "000043", True),
        (StanShown.OWN, "000042", False),
        (StanShown.ORIGINAL, "000042", True),
        (StanShown.ORIGINAL, "000043", False),
        (StanShown.UNKNOWN, "000042", True),
        (StanShown.UNKNOWN, "000043", True),
    ],
)
def test_which_trace_number_a_reversal_shows(shown: StanShown, trace: str, taken: bool) -> None:
    peer = Peer(stan_shown=shown)
    peer.start()
    peer.say(voided(trace))
    seen = [item.record for item in peer.told if isinstance(item, ResultSeen)]
    assert bool(seen) is taken
    if seen:
        original = trace == "000042"
        assert seen[0].original_trace_number == ("000042" if original else None)
        assert seen[0].trace_number == (None if original else "000043")


@pytest.mark.parametrize(
    "request_",
    [
        Request(Operation.VOID, VOID.amount),
        replace(VOID, original=Original(receipt_number="0012")),
        replace(VOID, original=Original(trace_number="000000")),
        replace(VOID, original=Original(trace_number="1234567")),
        replace(VOID, original=Original(trace_number="12a")),
        Request(Operation.REFUND, VOID.amount),
        Request(Operation.SALE),
        Request(Operation.SALE, Amount(1250, Currency.of("CHF"))),
        Request(Operation.SALE, Amount(100_000_000, Currency.of("EUR"))),
    ],
)
def test_money_without_a_form_is_refused_before_anything_is_written(request_: Request) -> None:
    with pytest.raises(BadField):
        Peer().begin(request_)


def test_a_booking_that_could_not_be_proved_is_refused_before_anything_is_written() -> None:
    with pytest.raises(BadField, match="printer = ecr"):
        Peer(printer="terminal").begin(VOID)


# -- what the check value covers ---------------------------------------------------------------


@pytest.mark.parametrize("mode", ["std", "stx", "noext", "stx_noext"])
@pytest.mark.parametrize("how", ["nak", "silence"])
def test_the_mode_is_found_with_status_questions_alone(mode: str, how: str) -> None:
    peer = Peer(profile="generic", mode=mode)
    peer.begin(CONNECT)
    reading = StxFramer(peer.shape)
    while True:
        sent = peer.sends[-1].data
        if any(piece.data[:1] == b"1" or piece.data[9:] == b"s" for piece in reading.pieces(sent)):
            break
        if how == "nak":
            peer.nak()
        else:
            peer.wait_out()
    peer.ack()
    peer.say(state())
    assert peer.ended == ("approved", "completed", True)
    assert peer.result
    assert peer.result.status
    assert (peer.result.status.ready, peer.result.status.version) == (True, "V1")
    assert peer.result.details["terminal_id"] == "12345678"
    assert set(peer.heard[:-1]) == {"s"}
    peer.start(LAST)
    peer.say(sold())
    assert peer.ended == ("approved", "completed", True)


@pytest.mark.parametrize(
    ("how", "reason"), [("nak", "no_answer"), ("garbled", "garbled"), ("silence", "no_answer")]
)
def test_a_terminal_that_likes_no_mode_is_given_up_after_two_rounds(how: str, reason: str) -> None:
    peer = Peer(profile="generic")
    peer.begin(CONNECT)
    while peer.result is None:
        if how == "silence":
            peer.wait_out()
        else:
            # NAK in the very mode that is tried, or one whose check value is of none.
            tried = list(MODES.values())[(len(peer.sends) - 1) % 4]
            peer.raw(tried.control(NAK) if how == "nak" else b"\x15\x03\x00")
    assert peer.ended == ("unknown", reason, False)
    assert peer.heard == ["s"] * 8
    assert peer.session.receive(b"\x15\x03\x6a", peer.now) == []


def test_damage_while_the_mode_is_sought_is_not_answered_with_nak() -> None:
    peer = Peer(profile="generic")
    peer.begin(CONNECT)
    peer.raw(peer.frame(state())[:-1] + b"\x00" + peer.shape.control(ACK))
    assert peer.heard == ["s", "s"]


def test_money_without_a_known_mode_asks_first_and_sends_nothing_when_nobody_answers() -> None:
    peer = Peer(profile="generic")
    peer.begin(VOID)
    peer.run_out()
    assert peer.ended == ("not_sent", "nothing_written", False)
    assert set(peer.heard) == {"s"}


def test_money_over_a_new_line_goes_through_mode_baseline_and_routing() -> None:
    peer = Peer(profile="generic")
    peer.begin(VOID)
    peer.ack()
    peer.say(sold(), state())
    assert "late_message" in peer.notes()
    peer.ack()
    peer.say(state(), sold())
    peer.ack()
    assert peer.asked.layout is layouts.REVERSAL
    assert peer.heard == ["s", "A", "G", "A", "E", "S"]


def test_a_mode_answer_that_never_comes_ends_the_question() -> None:
    peer = Peer(profile="generic")
    peer.begin(STATUS)
    peer.ack()
    peer.run_out()
    assert peer.ended == ("unknown", "timeout", False)


def test_acknowledgements_of_one_byte_count_where_the_profile_says_so() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(sold())
    assert peer.ended[2]
    with_lone = Peer()
    with_lone.session._profile = replace(with_lone.session._profile, lone_ack=True)
    with_lone.session._line = with_lone.session._new_line()
    with_lone.begin(LAST)
    with_lone.raw(b"\x06")
    with_lone.raw(with_lone.frame(sold()))
    assert with_lone.ended == ("approved", "completed", True)
    with_lone.begin(LAST)
    with_lone.raw(b"\x06")
    with_lone.wait_out()
    assert not with_lone.session._line.waiting, "the byte timer makes it an acknowledgement"
    without = Peer()
    without.begin(LAST)
    without.raw(b"\x06")
    without.raw(without.frame(sold()))
    assert not without.session._clean


# -- answers that come before their acknowledgement --------------------------------------------


def test_an_acknowledgement_may_come_behind_the_answer() -> None:
    peer = Peer()
    peer.begin(LAST)
    peer.say(sold())
    assert peer.result is None
    peer.ack()
    assert peer.ended == ("approved", "completed", True)
    peer.begin(LAST)
    peer.raw(peer.frame(sold("000050")) + peer.shape.control(ACK))
    assert peer.ended == ("approved", "completed", True)


def test_one_that_never_comes_makes_the_line_not_clean() -> None:
    peer = Peer()
    peer.begin(LAST)
    peer.say(sold())
    peer.wait_out()
    assert peer.ended == ("approved", "completed", False)


def test_a_late_acknowledgement_is_not_taken_for_the_one_of_the_next_step() -> None:
    peer = Peer(profile="stays-booked")
    peer.start(CONNECT)
    peer.say(state())
    peer.begin(VOID)
    peer.raw(peer.frame(sold()))
    assert peer.heard[-1] == "A", "the next step waits for what is owed"
    peer.ack()
    assert peer.heard[-2:] == ["A", "E"]
    other = Peer(profile="stays-booked")
    other.start(CONNECT)
    other.say(state())
    other.begin(VOID)
    other.raw(other.frame(sold()) + other.shape.control(ACK))
    assert other.heard[-2:] == ["A", "E"]
    third = Peer(profile="stays-booked")
    third.start(CONNECT)
    third.say(state())
    third.begin(VOID)
    third.raw(third.frame(sold()))
    third.say(refused())
    assert "late_message" in third.notes()
    third.wait_out()
    assert third.heard[-1] == "E", "it never came; the line is not clean, the step goes on"
    fourth = Peer(profile="stays-booked")
    fourth.start(CONNECT)
    fourth.say(state())
    fourth.begin(VOID)
    fourth.raw(fourth.frame(sold()))
    fourth.lose()
    assert fourth.ended == ("not_sent", "nothing_written", False)


def test_a_result_before_its_acknowledgement_is_held_all_the_same() -> None:
    peer = Peer()
    peer.begin(VOID)
    peer.ack()
    peer.say(voided())
    peer.durable()
    peer.ack()
    peer.say(receipt())
    assert peer.ended == ("approved", "completed", True)


# -- harmless requests -------------------------------------------------------------------------


def test_the_last_transaction_is_told_with_numbers_amount_and_masked_card() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(sold())
    assert peer.ended == ("approved", "completed", True)
    assert peer.result
    record = peer.result.record
    assert record
    assert (record.kind, record.amount_minor, record.currency) == (Operation.SALE, 1250, "978")
    assert (record.trace_number, record.turnover_number) == ("000042", "000042")
    assert (record.date, record.time, record.auth_code) == ("329", "0930", "123456")
    assert record.masked_pan == "541333******0018"
    assert record.merchant_id == "ACQ"


def test_a_terminal_without_a_last_transaction_says_so_with_a_refusal_without_numbers() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(body(layouts.SHORT_RESULT[1], result_code="01", text="NESSUNA"))
    assert peer.ended == ("approved", "completed", True)
    assert peer.result
    assert peer.result.record is None


@pytest.mark.parametrize(("request_", "letter"), [(STATUS, "s"), (LAST, "G"), (REPRINT, "R")])
def test_harmless_requests_are_repeated_and_then_given_up(request_: Request, letter: str) -> None:
    peer = Peer()
    peer.begin(request_)
    peer.run_out()
    assert peer.ended == ("unknown", "no_answer", False)
    assert peer.heard == [letter] * 3
    again = Peer()
    again.begin(request_)
    for _ in range(3):
        again.nak()
    assert again.ended == ("unknown", "nak", False)


def test_noise_alone_is_another_protocol() -> None:
    peer = Peer()
    peer.begin(LAST)
    peer.raw(b"\x02hello\x03\x00")
    peer.run_out()
    assert peer.ended == ("unknown", "garbled", False)
    taken = Peer()
    taken.start(LAST)
    taken.raw(b"\x02hello\x03\x00")
    taken.run_out()
    assert taken.ended == ("unknown", "garbled", False)


@pytest.mark.parametrize(
    ("code", "ready", "advice"),
    [("2", True, ""), ("0", False, "configure"), ("9", False, "check_terminal")],
)
def test_the_state_of_a_terminal(code: str, ready: bool, advice: str) -> None:
    peer = Peer()
    peer.start(STATUS)
    peer.say(state(code))
    assert peer.result
    assert peer.result.status
    assert (peer.result.status.ready, peer.result.status.busy) == (ready, False)
    assert peer.result.status.advice == (f"ecr17.advice.{advice}" if advice else "")


def test_an_end_of_day_is_written_once_and_told_with_its_totals() -> None:
    peer = Peer()
    peer.start(CLOSE)
    good = body(
        layouts.CLOSED[0], result_code="00", terminal_total_minor=1250, host_total_minor=1250
    )
    peer.say(good, receipt("CHIUSURA"))
    assert peer.ended == ("approved", "completed", True)
    assert peer.result
    assert peer.result.details["host_total_minor"] == "1250"
    silent = Peer(printer="terminal")
    silent.begin(CLOSE)
    silent.wait_out()
    assert "no_acknowledgement" in silent.notes()
    silent.say(body(layouts.CLOSED[1], result_code="01", text="SBILANCIO", action_code="100"))
    assert silent.ended == ("declined", "refused", False)
    assert silent.heard == ["C", "A"]
    unrouted = Peer()
    unrouted.begin(CLOSE)
    unrouted.run_out()
    assert unrouted.ended == ("unknown", "no_answer", False)


def test_a_reprint_ends_with_its_receipts_or_with_its_acknowledgement() -> None:
    peer = Peer()
    peer.start(REPRINT)
    peer.say(b"\x01STAMPA              ", receipt("COPIA"))
    assert peer.ended == ("approved", "completed", True)
    there = Peer(printer="terminal")
    there.start(REPRINT)
    assert there.asked.text("to_ecr") == "0"
    assert there.ended == ("approved", "completed", True)
    nothing = Peer()
    nothing.start(REPRINT)
    nothing.run_out()
    assert nothing.ended == ("unknown", "timeout", False)
    half = Peer()
    half.start(REPRINT)
    half.say(receipt(last=False))
    half.run_out()
    assert half.ended == ("approved", "completed", False)


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (Operation.DISCONNECT, "approved"),
        (Operation.INITIALISE, "approved"),
        (Operation.DIAGNOSE, "declined"),
        (Operation.ABORT, "declined"),
        (Operation.QUERY, "declined"),
    ],
)
def test_what_the_wire_has_no_form_for_ends_at_once(operation: Operation, outcome: str) -> None:
    peer = Peer()
    peer.begin(Request(operation))
    assert peer.ended == (outcome, "not_offered", True)
    assert peer.sends == []
    assert peer.session.deadline is None


# -- the line ----------------------------------------------------------------------------------


def test_nothing_written_is_not_sent_and_anything_else_is_not() -> None:
    peer = Peer()
    peer.begin(LAST)
    peer.lose(nothing_written=True)
    assert peer.ended == ("not_sent", "nothing_written", False)
    peer.begin(LAST)
    peer.ack()
    peer.lose(nothing_written=True)
    assert peer.ended == ("unknown", "line_lost", False)
    peer.start()
    peer.lose()
    assert peer.ended == ("unknown", "line_lost", False)


def test_a_line_that_dies_while_all_is_known_changes_nothing() -> None:
    peer = Peer()
    peer.begin(LAST)
    peer.say(sold())
    peer.lose()
    assert peer.ended == ("approved", "completed", False)


def test_an_abort_is_not_offered_and_changes_nothing() -> None:
    peer = Peer()
    peer.start()
    peer.do(peer.session.abort(peer.now))
    assert peer.notes() == ["abort_not_offered"]
    assert peer.heard == ["E", "S"]


def test_what_cannot_be_read_is_neither_taken_nor_refused() -> None:
    peer = Peer()
    peer.start()
    peer.say(b"12345678" + b"0Z" + b"12345", voided()[:-1], voided())
    assert peer.notes() == ["unreadable", "unreadable"]
    assert peer.heard == ["E", "S"]
    peer.durable()
    peer.say(voided("000099"))
    assert peer.notes()[-1] == "late_message"
    peer.say(receipt())
    assert peer.ended == ("approved", "completed", False)


def test_damage_is_refused_on_the_line_and_said_again() -> None:
    peer = Peer()
    peer.start()
    frame = peer.frame(voided())
    peer.raw(frame[:-1] + bytes((frame[-1] ^ 0x55,)))
    assert peer.heard == ["E", "S", "N"]
    peer.raw(frame)
    peer.durable()
    peer.raw(frame)
    assert peer.heard == ["E", "S", "N", "A", "A"], "said again: acknowledged again, and dropped"
    peer.say(receipt())
    assert peer.ended == ("approved", "completed", False)


def test_receipt_text_of_something_older_is_acknowledged_and_dropped() -> None:
    peer = Peer()
    peer.start()
    peer.say(receipt("OLD"), voided())
    assert "late_receipt" in peer.notes()
    assert peer.heard == ["E", "S", "A"]
    assert not [item for item in peer.told if isinstance(item, ReceiptText)]


def test_answers_to_another_question_are_nothing() -> None:
    while_routing = Peer()
    while_routing.begin(VOID)
    while_routing.say(sold())
    assert while_routing.notes() == ["late_message"]
    closing = Peer()
    closing.start(CLOSE)
    closing.say(sold())
    assert closing.notes() == ["late_message"]
    baseline = Peer(profile="stays-booked")
    baseline.start(CONNECT)
    baseline.say(state())
    baseline.begin(VOID)
    baseline.ack()
    baseline.say(state())
    assert baseline.notes() == ["late_message"]
    assert baseline.heard[-1] == "G"


def test_a_nak_in_one_breath_with_the_result_does_not_undo_it() -> None:
    peer = Peer()
    peer.begin(VOID)
    peer.ack()
    peer.raw(peer.frame(voided()) + peer.shape.control(NAK))
    peer.durable()
    peer.say(receipt())
    assert peer.ended == ("approved", "completed", False)


def test_a_stray_acknowledgement_and_noise_make_the_line_not_clean() -> None:
    for noise in (b"hum", b"\x06\x03\x79", b"\x15\x03\x6a"):
        peer = Peer()
        peer.start(LAST)
        peer.raw(noise)
        peer.say(sold())
        assert peer.ended == ("approved", "completed", False)


def test_bytes_without_a_request_are_noise() -> None:
    peer = Peer()
    peer.raw(peer.frame(voided()) + b"\x06\x03\x79")
    assert peer.notes() == ["late_message"]
    assert peer.session.deadline is None
    assert peer.session.tick(5.0) == []


def test_a_terminal_that_only_chatters_comes_to_an_end() -> None:
    peer = Peer()
    peer.start()
    for _ in range(MESSAGES_MAX + 5):
        peer.say(b"\x01ATTENDERE           ")
    assert peer.result is None
    due = peer.session.deadline
    peer.say(b"\x01ATTENDERE           ")
    assert peer.session.deadline == due
    peer.run_out()
    assert peer.ended == ("unknown", "timeout", False)


def test_progress_before_the_acknowledgement_does_not_stop_the_clock() -> None:
    peer = Peer()
    peer.begin(LAST)
    due = peer.session.deadline
    peer.say(b"\x01ATTENDERE           ")
    assert peer.session.deadline == due


def test_a_nak_that_comes_while_receipts_are_awaited_is_noise() -> None:
    peer = Peer()
    peer.start()
    peer.say(voided())
    peer.durable()
    peer.nak()
    peer.say(receipt())
    assert peer.ended == ("approved", "completed", False)
