"""What the till's side of an AIP line does, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from protocols.aip.framing import SerialFramer, with_length
from protocols.aip.messages import build, on_wire, parse, serialise
from protocols.kit.errors import BadField
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Original, ReceiptText, Request, ResultSeen
from protocols.kit.vocabulary import Booking, Operation
from tests.protocols.aip_peer import AMOUNT, CHECK, REFUND, SALE, VOID, Peer, framed
from tests.protocols.aip_vectors import BY_ID

if TYPE_CHECKING:
    from protocols.kit.fields import Value

STATUS = Request(Operation.STATUS)
LAST = Request(Operation.LAST_TRANSACTION)
OK: Final[dict[str, Value | None]] = {
    "result_code": "00",
    "amount_minor": 3550,
    "trace_number": "000124",
    "check": CHECK,
}


# -- what is sent --------------------------------------------------------------------------------


def test_a_refund_carries_amount_reference_date_and_our_numbers() -> None:
    sent = Peer().start(REFUND)
    assert sent is not None
    assert dict(sent.values) == {
        "app_name": "APP01",
        "trans_type": 4,
        "amount_minor": 3550,
        "rrn": "093112345678",
        "date": "1120",
        "order_number": "0000000042",
        "check": CHECK,
    }


def test_a_void_carries_amount_and_voucher_number() -> None:
    sent = Peer().start(VOID)
    assert sent is not None
    assert sent.number("trans_type") == 3
    assert sent.text("original_trace_number") == "000123"
    assert "rrn" not in sent.values
    trace_only = replace(VOID, original=Original(trace_number="123"))
    sent = Peer().start(trace_only)
    assert sent is not None
    assert sent.text("original_trace_number") == "000123"


def test_a_sale_carries_the_amount_alone() -> None:
    sent = Peer().start(Request(Operation.SALE, AMOUNT))
    assert sent is not None
    assert list(sent.values) == ["app_name", "trans_type", "amount_minor", "check"]


@pytest.mark.parametrize(
    ("operation", "app_name", "number"),
    [
        (Operation.CONNECT, "MANAGER", 7),
        (Operation.INITIALISE, "APP01", 1),
        (Operation.STATUS, "MANAGER", 7),
        (Operation.END_OF_DAY, "APP01", 14),
        (Operation.LAST_TRANSACTION, "APP01", 15),
        (Operation.REPRINT, "APP01", 16),
        (Operation.DIAGNOSE, "APP01", 20),
    ],
)
def test_a_question_carries_its_type_and_a_check_number(
    operation: Operation, app_name: str, number: int
) -> None:
    peer = Peer(opened=1_000)
    sent = peer.start(Request(operation))
    assert sent is not None
    assert dict(sent.values) == {"app_name": app_name, "trans_type": number, "check": "002002"}
    assert [send.money for send in peer.sends] == [False]


@pytest.mark.parametrize(
    "request_",
    [
        replace(REFUND, amount=None),
        replace(REFUND, amount=Amount(1, Currency.of("EUR"))),
        replace(REFUND, original=None),
        replace(REFUND, original=replace(SALE, rrn="1234567890123")),
        replace(REFUND, original=replace(SALE, rrn="")),
        replace(REFUND, original=replace(SALE, date=None)),
        replace(REFUND, original=replace(SALE, date="20.11.")),
        replace(VOID, original=None),
        replace(VOID, original=replace(SALE, receipt_number="1234567")),
        replace(VOID, original=replace(SALE, receipt_number="12A")),
    ],
)
def test_what_has_no_form_is_refused_before_a_byte_is_written(request_: Request) -> None:
    peer = Peer()
    with pytest.raises(BadField):
        peer.start(request_)
    assert peer.sends == []
    peer.start(STATUS)  # and the session is free


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [(Operation.DISCONNECT, "approved"), (Operation.ABORT, "declined")],
)
def test_what_the_wire_does_not_offer_ends_at_once(operation: Operation, outcome: str) -> None:
    peer = Peer()
    assert peer.start(Request(operation)) is None
    assert peer.ended == (outcome, "not_offered", True)
    assert peer.session.deadline is None


def test_no_two_requests_of_a_line_have_one_check_number() -> None:
    peer = Peer(opened=1_796_000_000_000)
    seen = set()
    for number in range(40):
        request = STATUS if number % 2 else replace(REFUND, reference=f"{number:010d}")
        sent = peer.start(request)
        assert sent is not None
        seen.add(sent.text("check"))
        peer.do(peer.session.link_lost(peer.now))
    assert len(seen) == 40
    sent = peer.start(replace(REFUND, reference=None))
    assert sent is not None
    assert "order_number" not in sent.values


def test_our_bytes_are_those_of_the_original_encoder() -> None:
    for name, message in (
        ("aip-login", build(1, app_name="APP01")),
        ("aip-querylast", build(15, app_name="APP01", check="000777")),
    ):
        assert SerialFramer().frame(serialise(message)) == BY_ID[name].data
    peer = Peer()
    peer.start(REFUND)
    sent = list(peer.sent().values)
    # The encoder's order of items, whatever is left out.
    order = ["app_name", "trans_type", "amount_minor", "rrn", "date", "order_number", "check"]
    assert sent == order
    sale = list(parse(BY_ID["aip-sale"].payload).values)
    assert [name for name in sale if name in sent] == [name for name in sent if name in sale]


# -- money ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["00", "11", "A2", "A4", "A5", "A6", "10"])
def test_an_approval_of_the_amount_is_approved_once_it_is_durable(code: str) -> None:
    peer = Peer()
    peer.start()
    peer.say(4, **{**OK, "result_code": code})
    assert peer.result is None
    assert peer.session.deadline is None
    peer.durable()
    assert peer.ended == ("approved", "completed", True)
    assert peer.result
    assert peer.result.record
    assert peer.result.record.trace_number == peer.result.record.receipt_number == "000124"
    assert peer.result.record.kind is Operation.REFUND
    assert [send.money for send in peer.sends] == [True]


@pytest.mark.parametrize(
    ("values", "outcome", "reason"),
    [
        ({"result_code": "51"}, "declined", "refused"),
        ({"result_code": "25", "amount_minor": 3550}, "declined", "refused"),
        ({"result_code": "X0", "check": CHECK}, "declined", "refused"),
        ({**OK, "result_code": "94"}, "unknown", "unclear"),
        ({**OK, "result_code": "98"}, "unknown", "unclear"),
        ({**OK, "result_code": "X6"}, "unknown", "unclear"),
        ({**OK, "result_code": "Q5"}, "unknown", "unclear"),
        ({**OK, "result_code": None}, "unknown", "unclear"),
        ({**OK, "result_code": ""}, "unknown", "unclear"),
        ({**OK, "amount_minor": 3549}, "unknown", "mismatch"),
        ({**OK, "result_code": "10", "amount_minor": 100}, "unknown", "mismatch"),
        ({**OK, "amount_minor": None}, "unknown", "mismatch"),
        ({**OK, "original_trace_number": "000123"}, "unknown", "mismatch"),
    ],
)
def test_every_other_answer_is_what_its_code_and_content_allow(
    values: dict[str, Value | None], outcome: str, reason: str
) -> None:
    peer = Peer()
    peer.start()
    peer.say(4, **values)
    (seen,) = [item for item in peer.told if isinstance(item, ResultSeen)]
    peer.durable()
    assert peer.ended == (outcome, reason, True)
    assert peer.result
    assert not peer.result.already_done
    assert (seen.record.booking is Booking.DECLINED) == (outcome == "declined")


@pytest.mark.parametrize(
    ("original", "ended"),
    [
        ("000123", ("approved", "completed")),
        (None, ("approved", "completed")),
        ("000122", ("unknown", "mismatch")),
    ],
)
def test_a_void_of_another_sale_is_not_approved(
    original: str | None, ended: tuple[str, str]
) -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(3, **OK, original_trace_number=original)
    peer.durable()
    assert peer.ended[:2] == ended


def test_a_void_that_is_suspected_to_be_done_is_declined_and_proves_nothing() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say(3, result_code="22", check=CHECK)
    peer.durable()
    assert peer.ended == ("declined", "refused", True)
    assert peer.result
    assert not peer.result.already_done
    assert peer.result.result_text == "aip.result.22"


@pytest.mark.parametrize(
    "wrong",
    [
        framed(4, **{**OK, "check": "000087"}),  # echoes another check number
        framed(4, **OK, order_number="0000000041"),
        framed(3, **OK),
        framed(15, **OK),
        framed(7, app_name="MANAGER", result_code="00"),
    ],
)
def test_an_answer_to_something_older_is_passed_over(wrong: bytes) -> None:
    peer = Peer()
    peer.start()
    peer.hear(wrong)
    assert peer.result is None
    assert peer.notes() == ["stale_message"]
    peer.say(4, **OK)
    peer.durable()
    assert peer.ended == ("approved", "completed", False)


def test_without_an_echo_the_voucher_number_that_was_shown_before_is_not_ours() -> None:
    peer = Peer("bare")
    peer.start(LAST)
    peer.say(4, result_code="00", amount_minor=3550, batch_number="000017", trace_number="000123")
    assert peer.ended == ("approved", "completed", True)
    peer.start()
    old: dict[str, Value | None] = {
        "result_code": "00",
        "amount_minor": 3550,
        "batch_number": "000017",
    }
    peer.say(4, **old, trace_number="000123")
    assert peer.notes() == ["stale_message"]
    peer.say(4, **old, trace_number="000124")
    peer.durable()
    assert peer.ended == ("approved", "completed", False)
    peer.start(LAST)
    peer.say(15, result_code="X2")
    peer.start()
    peer.say(4, **old, trace_number="000123")
    assert isinstance(peer.told[-1], ResultSeen)


def test_silence_is_unknown_and_nothing_is_written_again() -> None:
    peer = Peer()
    peer.start()
    peer.wait()
    assert peer.ended == ("unknown", "timeout", False)
    assert peer.now == 180.0
    assert len(peer.sends) == 1
    assert list(peer.session.tick(500.0)) == []
    assert list(peer.session.receive(framed(4, **OK), 501.0)) == []


@pytest.mark.parametrize("data", [framed(4, **OK)[:-1] + b"\x00", framed(4, **OK)[:-4]])
def test_a_damaged_answer_is_garbled(data: bytes) -> None:
    peer = Peer()
    peer.start()
    peer.hear(data)
    while peer.result is None:
        peer.wait()
    assert peer.ended[0] == "unknown"
    assert peer.ended[2] is False
    assert len(peer.sends) == 1


def test_a_frame_that_ends_with_the_waiting_is_garbled() -> None:
    peer = Peer()
    peer.start()
    peer.now = 179.0
    peer.hear(framed(4, **OK)[:-4])
    peer.now = 180.0
    peer.do(peer.session.tick(180.0))
    assert peer.ended == ("unknown", "garbled", False)


def test_items_that_make_no_sense_are_garbled() -> None:
    peer = Peer()
    peer.start()
    body = bytes.fromhex("9F01000104 9F02000C") + b"       35.50"
    peer.hear(SerialFramer().frame(with_length(body)))
    assert peer.notes() == ["unreadable"]
    peer.wait()
    assert peer.ended == ("unknown", "garbled", False)


def test_an_answer_behind_a_false_start_is_found_when_the_line_is_quiet() -> None:
    peer = Peer()
    peer.start()
    peer.hear(bytes.fromhex("0290009F011004") + framed(4, **OK))
    peer.wait()
    assert peer.now < 5.0
    peer.durable()
    assert peer.ended == ("approved", "completed", False)


def test_our_own_words_are_no_answer() -> None:
    peer = Peer()
    for request in (REFUND, STATUS):
        peer.start(request)
        peer.hear(peer.sends[-1].data)
        peer.wait()
        assert peer.ended == ("unknown", "timeout", False)
    assert peer.notes() == ["echo", "echo"]


def test_bytes_behind_the_answer_leave_the_line_unclean() -> None:
    peer = Peer()
    peer.start()
    peer.hear(framed(4, **OK) + b"\x00")
    peer.durable()
    assert peer.ended == ("approved", "completed", False)
    peer.start()
    peer.say(4, **OK)
    peer.hear(framed(4, **OK))
    peer.hear(b"\x02")
    peer.durable()
    assert peer.ended == ("approved", "completed", False)
    peer.start(STATUS)
    peer.hear(framed(7, result_code="00") * 2)
    assert peer.ended == ("approved", "completed", False)


def test_a_dead_line_is_unknown_unless_nothing_was_written() -> None:
    peer = Peer()
    peer.start()
    peer.do(peer.session.link_lost(1.0))
    assert peer.ended == ("unknown", "line_lost", False)
    peer.start()
    peer.do(peer.session.link_lost(1.0, nothing_written=True))
    assert peer.ended == ("not_sent", "nothing_written", False)
    peer.start()
    peer.hear(b"\x55")
    peer.do(peer.session.link_lost(1.0, nothing_written=True))
    assert peer.ended == ("unknown", "line_lost", False)
    peer.start()
    peer.say(4, **OK)
    peer.do(peer.session.link_lost(1.0))
    assert peer.ended == ("unknown", "line_lost", False)
    assert peer.result
    assert peer.result.record is not None
    assert list(peer.session.link_lost(2.0)) == []


def test_it_cannot_be_stopped_from_here() -> None:
    peer = Peer()
    peer.start()
    peer.do(peer.session.abort(1.0))
    assert peer.notes() == ["abort_not_offered"]
    assert peer.result is None


# -- questions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "ready", "busy", "advice"),
    [
        (None, True, False, ""),
        ("00", True, False, ""),
        ("09", False, True, "aip.advice.query"),
        ("77", False, False, "aip.advice.sign_on"),
    ],
)
def test_a_line_test_says_ready_busy_or_a_code(
    code: str | None, ready: bool, busy: bool, advice: str
) -> None:
    peer = Peer()
    peer.start(STATUS)
    peer.say(7, result_code=code, terminal_id="12345678")
    assert peer.ended == ("approved", "completed", True)
    assert peer.result
    status = peer.result.status
    assert status
    assert (status.ready, status.busy, status.code, status.advice) == (
        ready,
        busy,
        code or "",
        advice,
    )


def test_a_line_test_waits_five_seconds_and_a_query_sixty() -> None:
    peer = Peer()
    peer.start(STATUS)
    peer.wait()
    assert peer.now == 5.0
    peer.start(LAST)
    peer.wait()
    assert peer.now == 65.0
    peer.start(Request(Operation.END_OF_DAY))
    peer.wait()
    assert peer.now == 245.0


@pytest.mark.parametrize(
    ("number", "more", "kind"),
    [
        (4, {}, Operation.REFUND),
        (2, {}, Operation.SALE),
        (15, {}, None),
        (15, {"original_trace_number": "000001"}, Operation.VOID),
        (6, {}, None),
    ],
)
def test_a_query_tells_the_last_record_under_its_own_type_or_the_querys(
    number: int, more: dict[str, Value | None], kind: Operation | None
) -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(number, result_code="00", amount_minor=5, trace_number="000009", **more)
    assert peer.ended == ("approved", "completed", True)
    assert peer.result
    assert peer.result.record
    assert peer.result.record.kind is kind


@pytest.mark.parametrize(
    ("values", "outcome", "booking"),
    [
        ({"result_code": "X2", "amount_minor": 0}, "approved", None),
        ({"result_code": "X3"}, "approved", None),
        ({"result_code": "00"}, "approved", None),
        ({"result_code": "XA"}, "declined", None),
        ({"result_code": "96"}, "declined", None),
        ({"result_code": "51", "trace_number": "000009"}, "approved", Booking.DECLINED),
        ({"result_code": "98", "trace_number": "000009"}, "approved", Booking.UNKNOWN),
        ({"trace_number": "000009"}, "approved", Booking.UNKNOWN),
    ],
)
def test_a_query_without_a_voucher_number_has_no_record(
    values: dict[str, Value | None], outcome: str, booking: Booking | None
) -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say(15, **values)
    assert peer.result
    assert peer.result.outcome.value == outcome
    assert (peer.result.record.booking if peer.result.record else None) is booking


def test_a_reprint_brings_lines_without_a_card_number() -> None:
    peer = Peer()
    peer.start(Request(Operation.REPRINT))
    lines = "签购单\n卡号 4761739001010119"
    peer.say(4, result_code="00", trace_number="000009", print_content=on_wire(lines))
    assert peer.ended == ("approved", "completed", True)
    (text,) = [item for item in peer.told if isinstance(item, ReceiptText)]
    assert text == ReceiptText(("签购单", "卡号 476173******0119"), last=True)
    assert peer.result
    assert peer.result.record


@pytest.mark.parametrize(
    ("operation", "number", "code", "ended"),
    [
        (Operation.CONNECT, 7, "00", ("approved", "completed")),
        (Operation.CONNECT, 7, "09", ("approved", "completed")),
        (Operation.INITIALISE, 1, "00", ("approved", "completed")),
        (Operation.INITIALISE, 1, "97", ("declined", "refused")),
        (Operation.INITIALISE, 1, "96", ("declined", "refused")),
        (Operation.END_OF_DAY, 14, "00", ("approved", "completed")),
        (Operation.END_OF_DAY, 14, "95", ("unknown", "unclear")),
        (Operation.DIAGNOSE, 20, "XA", ("declined", "refused")),
    ],
)
def test_other_requests_end_with_their_code(
    operation: Operation, number: int, code: str, ended: tuple[str, str]
) -> None:
    peer = Peer()
    peer.start(Request(operation))
    card = on_wire("卡 4761739001010119")
    peer.say(number, result_code=code, terminal_id="12345678", result_text=card)
    assert peer.ended == (*ended, True)
    assert peer.result
    assert peer.result.details["terminal_id"] == "12345678"
    assert "4761739001010119" not in peer.result.details["result_text"]
    assert peer.result.record is None


def test_a_pan_of_blanks_is_none_and_one_in_clear_is_masked() -> None:
    peer = Peer()
    for pan, shown in (("   ", None), ("4761739001010119", "476173******0119"), (None, None)):
        peer.start(LAST)
        peer.say(15, result_code="00", trace_number="000009", pan=pan)
        assert peer.result
        assert peer.result.record
        assert peer.result.record.masked_pan == shown


def test_time_is_scaled_but_a_pause_inside_a_frame_only_so_far() -> None:
    peer = Peer()
    fast = replace(peer.session._settings, time_scale=100.0)
    session = type(peer.session)(fast)
    session.begin(STATUS, 0.0)
    assert session.deadline == pytest.approx(0.05)
    session.receive(b"\x02", 0.0)
    assert session._byte_gap_s == 0.1
