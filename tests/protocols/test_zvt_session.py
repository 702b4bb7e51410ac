"""What the till's side of a ZVT conversation does, and what it never does."""

from __future__ import annotations

import pytest

from protocols.kit.errors import BadField
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Original,
    Progress,
    ReceiptText,
    Request,
    ResultSeen,
    SessionSettings,
)
from protocols.kit.tlv import Tlv, primitive
from protocols.kit.vocabulary import Operation, Outcome
from protocols.zvt.messages import build, serialise
from protocols.zvt.session import MESSAGES_MAX, ZvtSession
from tests.protocols.zvt_peer import (
    ABORTED,
    ACK,
    APPROVED,
    COMPLETED,
    EUR,
    NAK,
    OK,
    REFUND,
    REFUSED,
    Peer,
    apdu,
)

VOID = Request(
    Operation.VOID, Amount(1250, EUR), Original(receipt_number="0012", trace_number="000345")
)
STATUS = Request(Operation.STATUS)
LAST = Request(Operation.LAST_TRANSACTION)
BOTH = pytest.mark.parametrize("transport", ["serial", "tcp"])


def ended(peer: Peer) -> tuple[Outcome, str]:
    assert peer.result is not None
    return peer.result.outcome, peer.result.reason


@BOTH
def test_a_refund_is_approved_by_result_and_completion(transport: str) -> None:
    peer = Peer(transport=transport)
    peer.start()
    peer.say(bytes.fromhex("04FF010E"))
    peer.ack()
    peer.say(APPROVED)
    assert any(isinstance(item, ResultSeen) for item in peer.told)
    peer.durable()
    peer.say(COMPLETED)
    peer.ack()
    assert ended(peer) == (Outcome.APPROVED, "completed")
    assert peer.result
    assert peer.result.line_clean
    assert peer.result.record
    assert peer.result.record.receipt_number == "0012"
    assert [s.money for s in peer.sends].count(True) == 1


@BOTH
def test_the_vote_is_not_given_before_the_result_is_durable(transport: str) -> None:
    peer = Peer(transport=transport)
    peer.start()
    before = peer.heard.count(OK)
    peer.say(APPROVED)
    assert peer.heard.count(OK) == before
    peer.durable()
    assert peer.heard.count(OK) == before + 1


def test_a_refusing_result_and_an_abort_are_declined() -> None:
    peer = Peer()
    peer.start()
    peer.say(REFUSED)
    peer.durable()
    peer.say(ABORTED)
    peer.ack()
    assert ended(peer) == (Outcome.DECLINED, "refused")
    assert peer.result
    assert (peer.result.result_code, peer.result.result_text) == ("05", "zvt.result.host")


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ((COMPLETED,), "no_result"),
        ((ABORTED,), "abort_unconfirmed"),
        ((APPROVED, ABORTED), "contradiction"),
        ((REFUSED, COMPLETED), "contradiction"),
        ((APPROVED, REFUSED, ABORTED), "contradiction"),
        ((APPROVED, REFUSED, COMPLETED), "contradiction"),
        ((apdu("040F", amount_minor=1250), COMPLETED), "contradiction"),
        ((apdu("040F", result_code="00", amount_minor=1251), COMPLETED), "mismatch"),
        ((apdu("040F", result_code="00", currency="0756"), COMPLETED), "mismatch"),
        ((apdu("040F", result_code="00", original_trace_number="000001"), COMPLETED), "mismatch"),
    ],
)
def test_every_other_ending_of_a_money_request_is_unknown(
    messages: tuple[bytes, ...], reason: str
) -> None:
    peer = Peer()
    peer.start()
    for message in messages:
        peer.say(message)
        if message[:2] == b"\x04\x0f":
            peer.durable()
    peer.ack()
    assert ended(peer) == (Outcome.UNKNOWN, reason)


@pytest.mark.parametrize(
    ("original", "outcome"), [("000345", Outcome.APPROVED), ("000344", Outcome.UNKNOWN)]
)
def test_a_void_of_another_sale_is_not_approved(original: str, outcome: Outcome) -> None:
    peer = Peer()
    peer.start(VOID)
    assert b"\x87\x00\x12" in peer.written
    peer.say(apdu("040F", result_code="00", amount_minor=1250, original_trace_number=original))
    peer.durable()
    peer.say(COMPLETED)
    peer.ack()
    assert ended(peer)[0] is outcome


def test_already_reversed_is_told() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(apdu("040F", result_code="B4"))
    peer.durable()
    peer.say(bytes.fromhex("061E01B4"))
    peer.ack()
    assert peer.result
    assert peer.result.already_done


def test_a_void_without_a_usable_receipt_number_has_no_form_on_the_wire() -> None:
    for number in (None, "12345", "x"):
        with pytest.raises(BadField):
            Peer().begin(Request(Operation.VOID, Amount(1, EUR), Original(receipt_number=number)))
    with pytest.raises(BadField):
        Peer().begin(Request(Operation.VOID, Amount(1, EUR)))
    with pytest.raises(BadField):
        Peer().begin(Request(Operation.REFUND))
    with pytest.raises(BadField):
        Peer().begin(Request(Operation.REFUND, Amount(1, Currency.of("CHF"))))


@pytest.mark.parametrize("answer", ["849C00", "848300", "846600"])
def test_a_negative_answer_to_the_command_is_not_sent(answer: str) -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.ack()
    peer.say(bytes.fromhex(answer))
    assert ended(peer) == (Outcome.NOT_SENT, "not_started")
    assert peer.result
    assert peer.result.result_code == answer[2:4]
    assert peer.result.line_clean


def test_84_00_is_a_positive_answer() -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.ack()
    peer.say(bytes.fromhex("840000"))
    assert peer.result is None


def test_a_nak_ends_a_money_request_as_unknown_and_nothing_is_written_again() -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.raw(NAK)
    assert ended(peer) == (Outcome.UNKNOWN, "nak")
    assert len(peer.sends) == 1


def test_silence_ends_a_money_request_as_unknown_and_nothing_is_written_again() -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "no_answer")
    assert len(peer.sends) == 1


def test_a_harmless_command_is_repeated_twice() -> None:
    peer = Peer()
    peer.begin(STATUS)
    peer.raw(NAK)
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "no_answer")
    assert [s.data for s in peer.sends] == [peer.sends[0].data] * 3


def test_a_line_that_only_makes_noise_is_garbled() -> None:
    peer = Peer()
    peer.begin(STATUS)
    peer.raw(b"\x55\xaa\x55")
    peer.raw(bytes.fromhex("100280000010030000"))
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "garbled")


def test_noise_that_goes_on_is_garbled_when_the_time_is_over() -> None:
    peer = Peer(transport="tcp")
    peer.begin(STATUS)
    peer.raw(b"\xff" * 3)
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "garbled")
    assert peer.result
    assert not peer.result.line_clean


def test_another_protocol_that_happens_to_say_06_is_garbled_and_not_silent() -> None:
    peer = Peer()
    peer.begin(STATUS)
    peer.raw(b"\x06\x020|1|APP 1.0\x03\x5a")
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "garbled")


@pytest.mark.parametrize("request_", [STATUS, REFUND])
def test_an_older_message_in_place_of_the_acknowledgement_is_not_waited_on_for_ever(
    request_: Request,
) -> None:
    peer = Peer()
    peer.begin(request_)
    peer.say(COMPLETED)
    assert peer.session.deadline is not None
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "timeout")
    assert [s.data for s in peer.sends].count(peer.sends[0].data) == 1


def test_a_web_server_is_garbled_and_not_silent() -> None:
    peer = Peer(transport="tcp")
    peer.begin(STATUS)
    peer.raw(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" * 2)
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "garbled")


@BOTH
def test_no_answer_to_the_command_in_time_is_unknown(transport: str) -> None:
    peer = Peer(transport=transport)
    peer.begin(REFUND)
    peer.ack()
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "timeout")


def test_intermediate_states_start_the_long_timer_again_and_may_name_its_minutes() -> None:
    peer = Peer()
    peer.start()
    before = peer.session.deadline
    peer.say(bytes.fromhex("04FF020E05"))
    peer.ack()
    assert before is not None
    assert peer.session.deadline == pytest.approx(peer.now - 0.01 + 300.0)
    peer.say(bytes.fromhex("04FF020E00"))
    peer.ack()
    assert peer.session.deadline == pytest.approx(peer.now - 0.01 + 180.0)
    assert [i.key for i in peer.told if isinstance(i, Progress)] == ["zvt.intermediate.0E"] * 2
    peer.run_out()
    assert ended(peer) == (Outcome.UNKNOWN, "timeout")


def test_a_damaged_frame_is_answered_with_nak_and_its_repeat_is_taken() -> None:
    peer = Peer()
    peer.start()
    good = bytes.fromhex("1002") + b"\x04\xff\x01\x0e" + bytes.fromhex("10030000")
    peer.raw(good)
    assert peer.sends[-1].data == NAK
    peer.say(bytes.fromhex("04FF010E"))
    assert any(isinstance(i, Progress) for i in peer.told)


def test_a_gap_inside_a_frame_is_answered_with_nak() -> None:
    peer = Peer()
    peer.start()
    peer.raw(bytes.fromhex("100204FF"))
    peer.wait_out()
    assert peer.sends[-1].data == NAK
    for _ in range(10):
        peer.raw(bytes.fromhex("100204FF"))
        peer.wait_out()
    assert peer.written.count(NAK) < 10  # noise is not answered for ever


def test_a_repeated_frame_is_acknowledged_and_not_taken_twice() -> None:
    peer = Peer()
    peer.start()
    peer.say(APPROVED)
    peer.say(APPROVED)
    assert len([i for i in peer.told if isinstance(i, ResultSeen)]) == 1
    peer.do(peer.session.result_durable(peer.now))
    votes = peer.heard.count(OK)
    peer.say(APPROVED)  # the vote was lost on the line: it is given again
    assert peer.heard.count(OK) == votes + 1
    assert len([i for i in peer.told if isinstance(i, ResultSeen)]) == 1
    peer.ack()
    peer.say(COMPLETED)
    peer.ack()
    assert ended(peer) == (Outcome.APPROVED, "completed")
    assert peer.result
    assert not peer.result.line_clean


def test_an_equal_message_after_an_acknowledged_answer_is_a_new_one() -> None:
    peer = Peer()
    peer.start()
    for _ in range(2):
        peer.say(bytes.fromhex("06D10100"))
        peer.ack()
    assert len([i for i in peer.told if isinstance(i, ReceiptText)]) == 2


def test_a_result_before_the_answer_to_the_command_is_not_ours() -> None:
    peer = Peer()
    peer.begin(LAST)
    peer.ack()
    peer.say(APPROVED)
    assert peer.notes() == ["early_message"]
    peer.say(OK)
    peer.say(apdu("040F", result_code="00", amount_minor=5, receipt_number="0001"))
    peer.ack()
    peer.say(COMPLETED)
    peer.ack()
    assert peer.result
    assert peer.result.record
    assert peer.result.record.receipt_number == "0001"
    assert not peer.result.line_clean


def test_a_terminal_without_a_transaction_answers_the_enquiry_without_a_record() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(COMPLETED)
    peer.ack()
    assert ended(peer) == (Outcome.APPROVED, "completed")
    assert peer.result
    assert peer.result.record is None


def test_a_refused_enquiry_is_declined() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(ABORTED)
    peer.ack()
    assert ended(peer) == (Outcome.DECLINED, "refused")


def test_an_unreadable_result_is_never_refused_nor_acknowledged() -> None:
    peer = Peer()
    peer.start()
    before = len([a for a in peer.heard if len(a) > 1])
    peer.say(bytes.fromhex("040F02FFFF"))
    assert len([a for a in peer.heard if len(a) > 1]) == before
    assert peer.notes() == ["unreadable"]
    peer.run_out()
    assert ended(peer)[0] is Outcome.UNKNOWN


def test_unreadable_small_talk_is_taken_and_unknown_commands_are_refused() -> None:
    peer = Peer()
    peer.start()
    peer.say(bytes.fromhex("04FF00"))
    peer.ack()
    peer.say(bytes.fromhex("0F7700"))
    peer.ack()
    peer.say(apdu("06E0", text_1="hello"))
    peer.ack()
    assert [a for a in peer.heard if len(a) > 1][-3:] == [
        OK,
        bytes.fromhex("848300"),
        bytes.fromhex("848300"),
    ]
    assert peer.notes() == ["unreadable", "unreadable", "not_supported"]


def test_an_unreadable_message_before_the_answer_is_only_noted() -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.ack()
    peer.say(bytes.fromhex("04FF00"))
    peer.say(bytes.fromhex("80000106"))
    assert peer.notes()[0] == "unreadable"


def test_the_terminal_may_set_our_clock_in_a_diagnosis() -> None:
    peer = Peer()
    peer.start(Request(Operation.DIAGNOSE))
    peer.say(apdu("0401", date_yymmdd="261124", time="101500"))
    peer.ack()
    peer.say(COMPLETED)
    peer.ack()
    assert ended(peer) == (Outcome.APPROVED, "completed")


def test_a_status_enquiry_tells_the_state() -> None:
    peer = Peer()
    peer.start(STATUS)
    peer.say(bytes.fromhex("060F07F0F0F3626C61") + b"\x9c")
    peer.ack()
    assert peer.result
    assert peer.result.status
    assert (peer.result.status.busy, peer.result.status.version) == (True, "bla")


@BOTH
def test_log_off_ends_with_its_answer(transport: str) -> None:
    peer = Peer(transport=transport)
    peer.start(Request(Operation.DISCONNECT))
    assert ended(peer) == (Outcome.APPROVED, "completed")


def test_receipts_come_as_lines_and_blocks() -> None:
    peer = Peer()
    peer.start(Request(Operation.REPRINT))
    block = Tlv.of(
        primitive(0x1F07, b"\x02"),
    )
    line = bytes.fromhex("06D1060048616C6C6F")
    feed = bytes.fromhex("06D102FF03")
    many = bytes.fromhex("06D102FFF0")
    last = bytes.fromhex("06D1028141")
    blocks = bytes.fromhex("06D315") + bytes.fromhex("06131F070101250B090100070248") + b"a"
    peer.say(line, feed, many, last, serialise(build("06D3", tlv=block)), b"\x06\xd3\x00")
    texts = [i for i in peer.told if isinstance(i, ReceiptText)]
    assert texts[0] == ReceiptText(("Hallo",))
    assert texts[1] == ReceiptText(("", "", ""))
    assert texts[2].lines == ("",)
    assert texts[3] == ReceiptText(("A",), last=True)
    assert texts[4] == ReceiptText((), "customer", last=True)
    assert texts[5] == ReceiptText((), last=True)
    assert blocks


def test_a_print_block_gives_its_lines_and_its_copy() -> None:
    peer = Peer(profile="card-complete")
    peer.start()
    from protocols.kit.tlv import constructed

    tlv = Tlv.of(
        primitive(0x1F07, b"\x01"),
        constructed(0x25, primitive(0x09, b"\x00"), primitive(0x07, b"Gr\xfc\xdfe")),
    )
    peer.say(serialise(build("06D3", tlv=tlv)))
    assert peer.told == [ReceiptText(("Grüße",), "merchant", last=True)]


def test_a_display_text_comes_with_the_state() -> None:
    peer = Peer()
    peer.start()
    from protocols.kit.tlv import constructed

    tlv = Tlv.of(constructed(0x24, primitive(0x07, b"Bitte\nwarten")))
    message = build("04FF", intermediate_status="0E", timeout_minutes="01", tlv=tlv)
    peer.say(serialise(message))
    assert peer.told == [Progress("zvt.intermediate.0E", "Bitte warten")]


# -- losing the line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nothing", "outcome"), [(True, Outcome.NOT_SENT), (False, Outcome.UNKNOWN)]
)
def test_a_dead_line_is_not_sent_only_when_nothing_was_written(
    nothing: bool, outcome: Outcome
) -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.do(peer.session.link_lost(peer.now, nothing_written=nothing))
    assert ended(peer)[0] is outcome


def test_nothing_written_counts_only_for_the_first_write() -> None:
    peer = Peer()
    peer.start()
    peer.do(peer.session.link_lost(peer.now, nothing_written=True))
    assert ended(peer) == (Outcome.UNKNOWN, "line_lost")


def test_a_line_that_dies_behind_the_completion_keeps_the_verdict() -> None:
    peer = Peer()
    peer.start()
    peer.say(APPROVED)
    peer.durable()
    peer.say(COMPLETED)
    assert peer.result is None  # the acknowledgement byte is still due
    peer.do(peer.session.link_lost(peer.now))
    assert ended(peer) == (Outcome.APPROVED, "completed")
    assert peer.result is not None
    assert not peer.result.line_clean


def test_a_completion_whose_answer_is_never_acknowledged_ends_unclean() -> None:
    peer = Peer()
    peer.start()
    peer.say(APPROVED)
    peer.durable()
    peer.say(COMPLETED)
    peer.raw(NAK)
    peer.run_out()
    assert ended(peer) == (Outcome.APPROVED, "completed")
    assert peer.result is not None
    assert not peer.result.line_clean


def test_nothing_runs_so_a_dead_line_says_nothing() -> None:
    peer = Peer()
    assert list(peer.session.link_lost(0.0)) == []
    assert peer.session.deadline is None
    peer.say(APPROVED)
    assert peer.notes() == ["late_message"]
    peer.raw(NAK)
    peer.do(peer.session.tick(1.0))


def test_a_flood_of_messages_is_not_taken_for_ever() -> None:
    peer = Peer(transport="tcp")
    peer.start()
    for _ in range(MESSAGES_MAX + 5):
        peer.say(bytes.fromhex("04FF010E"))
    assert "late_message" in peer.notes()


# -- aborting -----------------------------------------------------------------------------------


def test_an_abort_is_sent_once_the_line_is_free_and_proves_nothing() -> None:
    peer = Peer()
    peer.begin(REFUND)
    peer.do(peer.session.abort(peer.now))
    assert peer.heard[-1][:2] == b"\x06\x31"
    peer.ack()
    peer.say(OK)
    assert peer.heard[-1] == bytes.fromhex("06B000") or peer.heard[-1][:2] == b"\x06\xb0"
    peer.ack()
    peer.do(peer.session.abort(peer.now))
    assert sum(a[:2] == b"\x06\xb0" for a in peer.heard) == 1
    peer.say(bytes.fromhex("848300"))
    assert peer.notes() == ["abort_refused"]
    peer.say(APPROVED)
    peer.durable()
    peer.say(COMPLETED)
    peer.ack()
    assert ended(peer)[0] is Outcome.APPROVED


def test_an_aborted_request_still_ends_by_its_own_messages() -> None:
    peer = Peer()
    peer.start()
    peer.do(peer.session.abort(peer.now))
    peer.ack()
    peer.say(OK)
    peer.say(apdu("040F", result_code="6C"))
    peer.durable()
    peer.say(bytes.fromhex("061E016C"))
    peer.ack()
    assert ended(peer) == (Outcome.DECLINED, "refused")


def test_no_abort_once_a_result_was_seen() -> None:
    peer = Peer()
    peer.start()
    peer.say(APPROVED)
    peer.do(peer.session.abort(peer.now))
    peer.durable()
    assert not any(a[:2] == b"\x06\xb0" for a in peer.heard)


def test_an_answer_nobody_asked_for_is_noted() -> None:
    peer = Peer(transport="tcp")
    peer.start()
    peer.say(OK)
    assert peer.notes() == ["answer_without_question"]


# -- registration and message ids ---------------------------------------------------------------


def _with_id(code: str, number: str, **values: str | int) -> bytes:
    tlv = Tlv.of(primitive(0x1F73, bytes.fromhex(number)))
    return serialise(build(code, tlv=tlv, **values))


def test_registration_says_who_prints() -> None:
    ours, theirs = Peer(profile="card-complete"), Peer(profile="card-complete", printer="terminal")
    ours.begin(Request(Operation.CONNECT))
    theirs.begin(Request(Operation.CONNECT))
    assert ours.heard[0][6] == 0xBE
    assert theirs.heard[0][6] == 0x38


def test_message_ids_are_used_when_the_terminal_echoes_them() -> None:
    peer = Peer()
    peer.start(Request(Operation.CONNECT))
    peer.say(_with_id("060F", "000000", currency="0978"))
    peer.ack()
    assert peer.result
    assert peer.result.details["currency"] == "0978"
    peer.begin(REFUND)
    assert bytes.fromhex("1F7303000001") in peer.heard[-1]
    peer.ack()
    peer.say(_with_id("8000", "000009"))
    assert peer.notes() == ["stale_message"]
    peer.say(_with_id("8000", "000001"))
    status = _with_id("04FF", "000002", intermediate_status="0E", timeout_minutes="01")
    peer.say(status)
    peer.ack()
    assert bytes.fromhex("1F7303000002") in peer.heard[-1]
    other = _with_id("04FF", "000002", intermediate_status="17", timeout_minutes="01")
    peer.say(other)
    assert peer.notes() == ["stale_message", "stale_message"]
    peer.say(bytes.fromhex("04FF010E"))  # without an id nothing can be compared
    assert len([i for i in peer.told if isinstance(i, Progress)]) == 2


def test_message_ids_stay_off_when_they_are_not_echoed() -> None:
    peer = Peer()
    peer.start(Request(Operation.CONNECT))
    peer.say(COMPLETED)
    peer.ack()
    peer.begin(REFUND)
    assert b"\x1f\x73" not in peer.heard[-1]


def test_error_texts_of_the_terminal_are_kept_for_the_technician() -> None:
    peer = Peer()
    peer.start(STATUS)
    tlv = Tlv.of(primitive(0x1F16, b"\x01"), primitive(0x1F17, b"defekt"))
    peer.say(serialise(build("061E", result_code="9A", tlv=tlv)))
    peer.ack()
    assert peer.result
    assert peer.result.details["error_text"] == "defekt"


def test_a_long_trace_number_stands_in_a_tag() -> None:
    peer = Peer()
    peer.start(LAST)
    tlv = Tlv.of(primitive(0x1F2B, bytes.fromhex("10016005")))
    peer.say(serialise(build("040F", result_code="00", trace_number="000000", tlv=tlv)))
    peer.ack()
    peer.say(COMPLETED)
    peer.ack()
    assert peer.result
    assert peer.result.record
    assert peer.result.record.trace_number == "10016005"


def test_a_trace_number_of_zeros_without_the_tag_stays() -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(apdu("040F", result_code="00", trace_number="000000"))
    peer.ack()
    peer.say(COMPLETED)
    peer.ack()
    assert peer.result
    assert peer.result.record
    assert peer.result.record.trace_number == "000000"


def test_the_end_of_day_is_written_once() -> None:
    peer = Peer()
    peer.begin(Request(Operation.END_OF_DAY))
    peer.raw(NAK)
    assert ended(peer) == (Outcome.UNKNOWN, "nak")
    assert len(peer.sends) == 1
    assert peer.heard[0] != ACK


def test_an_acknowledgement_nobody_waits_for_is_nothing() -> None:
    peer = Peer()
    peer.start()
    peer.raw(NAK + ACK)
    assert peer.result is None


def test_the_earlier_of_the_line_timers_counts() -> None:
    peer = Peer()
    peer.begin(STATUS)
    peer.raw(bytes.fromhex("1002"))
    deadline = peer.session.deadline
    assert deadline == pytest.approx(peer.now + 0.2)


def test_a_late_result_is_not_acknowledged_by_a_request_that_has_none() -> None:
    peer = Peer()
    peer.start(STATUS)
    votes = peer.heard.count(OK)
    peer.say(APPROVED)
    assert peer.heard.count(OK) == votes
    assert peer.notes() == ["late_result"]
    peer.say(bytes.fromhex("060F0100"))
    peer.ack()
    assert peer.result
    assert not peer.result.line_clean


def test_zvt_has_no_question_after_one_attempt() -> None:
    session = ZvtSession(SessionSettings("generic", "serial"))
    with pytest.raises(BadField, match="query"):
        session.begin(Request(Operation.QUERY), 0.0)
