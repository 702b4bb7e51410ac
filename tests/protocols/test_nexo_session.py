"""What the till's side of a nexo conversation does, and what it never does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit.errors import BadField
from protocols.kit.fields import Value
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Note,
    Original,
    Progress,
    ReceiptText,
    Request,
    Send,
    SessionSettings,
)
from protocols.kit.vocabulary import Booking, Operation
from protocols.nexo.messages import parse
from protocols.nexo.session import MESSAGES_MAX, NexoSession
from tests.protocols.nexo_peer import (
    APPROVED,
    EUR,
    REFERENCE,
    REFUND,
    REVERSED,
    SOLD,
    VOID,
    Peer,
    failed,
)

BOTH = pytest.mark.parametrize("profile", ["xml-3.1", "json-local"])
STATUS = Request(Operation.STATUS)
LAST = Request(Operation.LAST_TRANSACTION)
QUERY = replace(REFUND, operation=Operation.QUERY, about=Operation.REFUND)


@BOTH
def test_a_refund_is_approved_by_its_answer(profile: str) -> None:
    peer = Peer(profile)
    sent = peer.start()
    assert sent is not None
    assert sent.layout.name == "PaymentRequest"
    assert {name: sent.values[name] for name in (
        "service_id", "sale_transaction_id", "sale_transaction_time", "currency",
        "requested_amount", "payment_type", "original_transaction_id", "original_transaction_time",
        "reuse_card_data",
    )} == {
        "service_id": REFERENCE,
        "sale_transaction_id": REFERENCE,
        "sale_transaction_time": "2026-03-02T09:00:00.000Z",
        "currency": "EUR",
        "requested_amount": "12.50",
        "payment_type": "Refund",
        "original_transaction_id": "0012",
        "original_transaction_time": "2026-03-01T00:00:00.000Z",
        "reuse_card_data": False,
    }  # fmt: skip
    assert ("original_sale_id" in sent.values) is (profile == "xml-3.1")
    peer.say("PaymentResponse", **APPROVED)
    assert peer.result is None, "it waits for the journal"
    assert len(peer.seen) == 1
    peer.durable()
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    assert peer.result.line_clean
    record = peer.result.record
    assert record is not None
    assert record == peer.seen[0].record
    assert record.to_json() == {
        "booking": "approved",
        "kind": "refund",
        "amount_minor": 1250,
        "currency": "978",
        "receipt_number": "0013",
        "merchant_id": "M1",
        "auth_code": "123456",
        "rrn": "RRN000000001",
        "reference": REFERENCE,
        "date": "0302",
        "time": "090005",
        "result_code": "Success",
        "masked_pan": "476173******0119",
        "card_name": "VISA",
    }
    assert ReceiptText(("REFUND", "EUR 12.50"), "merchant", last=True) in peer.told
    assert [send.money for send in peer.sends] == [True]


@BOTH
@pytest.mark.parametrize("asked", [REFUND, VOID], ids=["refund", "void"])
@pytest.mark.parametrize(
    ("sold_ms", "time"),
    [
        (None, "2026-03-01T00:00:00.000Z"),
        (1_772_405_999_000, "2026-03-01T22:59:59.000Z"),
        (1_772_405_999_041, "2026-03-01T22:59:59.041Z"),
    ],
)
def test_the_sale_is_named_with_its_moment_where_it_is_known(
    profile: str, asked: Request, sold_ms: int | None, time: str
) -> None:
    sent = Peer(profile).start(replace(asked, original=replace(SOLD, sold_ms=sold_ms)))
    assert sent is not None
    assert sent.text("original_transaction_id") == "0012"
    assert sent.text("original_transaction_time") == time


@BOTH
def test_a_void_is_a_reversal_of_the_sale_it_names(profile: str) -> None:
    peer = Peer(profile)
    sent = peer.start(VOID)
    assert sent is not None
    assert sent.layout.name == "ReversalRequest"
    assert sent.text("reversal_reason") == "MerchantCancel"
    assert sent.text("reversed_amount") == "12.50"
    assert sent.text("original_transaction_id") == "0012"
    wanted = "currency=EUR" if profile == "json-local" else None
    assert sent.text("acquirer_data") == wanted
    peer.say("ReversalResponse", **REVERSED)
    peer.durable()
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    assert peer.result.record is not None
    assert peer.result.record.kind is Operation.VOID
    assert peer.result.record.original_receipt_number == "0012"
    assert peer.result.record.amount_minor == 1250


def test_a_reversal_that_tells_less_does_not_contradict() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say("ReversalResponse", result="Success")
    peer.durable()
    assert peer.ended == ("approved", "completed")


WRONG_PAYMENTS: dict[str, dict[str, Value]] = {
    "amount": {"authorized_amount": "12.49"},
    "more decimals than the currency has": {"authorized_amount": "12.505"},
    "currency": {"currency": "USD"},
    "unknown currency": {"currency": "XXX"},
    "type": {"payment_type": "Normal"},
    "unknown type": {"payment_type": "Gift"},
    "sale transaction": {"sale_transaction_id": "another"},
}


@pytest.mark.parametrize("wrong", WRONG_PAYMENTS.values(), ids=WRONG_PAYMENTS)
def test_a_success_that_is_not_what_was_asked_for_is_unknown(wrong: dict[str, Value]) -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **{**APPROVED, **wrong})
    peer.durable()
    assert peer.ended == ("unknown", "mismatch")


@pytest.mark.parametrize("missing", ["payment_type", "currency", "authorized_amount"])
def test_a_payment_that_leaves_out_what_it_must_tell_is_unknown(missing: str) -> None:
    peer = Peer()
    peer.start()
    told = {name: value for name, value in APPROVED.items() if name != missing}
    peer.say("PaymentResponse", **told)
    peer.durable()
    assert peer.ended == ("unknown", "mismatch")


@pytest.mark.parametrize(
    "wrong", [{"reversed_amount": "5.00"}, {"original_transaction_id": "0011"}]
)
def test_a_reversal_of_something_else_is_unknown(wrong: dict[str, Value]) -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say("ReversalResponse", **{**REVERSED, **wrong})
    peer.durable()
    assert peer.ended == ("unknown", "mismatch")


DEFINITE = (
    "Aborted", "Cancel", "InvalidCard", "WrongPIN", "PaymentRestriction", "Refusal",
    "MessageFormat", "LoggedOut", "UnavailableService", "UnavailableDevice",
)  # fmt: skip


@pytest.mark.parametrize("condition", DEFINITE)
def test_a_definite_failure_is_declined(condition: str) -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **failed(condition))
    assert peer.seen[0].record.booking is Booking.DECLINED
    peer.durable()
    assert peer.ended == ("declined", "refused")
    assert peer.result is not None
    assert peer.result.result_code == condition
    assert peer.result.result_text == f"nexo.result.{condition}"
    assert peer.result.line_clean


@pytest.mark.parametrize("condition", ["Busy", "DeviceOut"])
@pytest.mark.parametrize(("request_", "answer"), [(REFUND, "Payment"), (VOID, "Reversal")])
def test_what_did_not_start_was_not_sent(request_: Request, answer: str, condition: str) -> None:
    peer = Peer()
    peer.start(request_)
    peer.say(f"{answer}Response", **failed(condition))
    assert not peer.seen
    assert peer.ended == ("not_sent", "not_started")
    assert peer.result is not None
    assert peer.result.line_clean


@pytest.mark.parametrize(
    "condition",
    ["InProgress", "NotAllowed", "UnreachableHost", "InsertedCard", "Tuesday", "NotFound"],
)
def test_what_is_not_certain_is_unknown(condition: str) -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **failed(condition))
    assert peer.seen[0].record.booking is Booking.UNKNOWN
    peer.durable()
    assert peer.ended == ("unknown", "unclear")


@pytest.mark.parametrize("result", ["Partial", "Maybe", "Failure"])
def test_a_result_that_is_neither_success_nor_a_known_failure_is_unknown(result: str) -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **{**APPROVED, "result": result})
    peer.durable()
    assert peer.ended == ("unknown", "unclear")


@pytest.mark.parametrize("condition", ["Refusal", "Busy"])
def test_a_failure_that_tells_an_amount_contradicts_itself(condition: str) -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **{**APPROVED, **failed(condition)})
    peer.durable()
    assert peer.ended == ("unknown", "contradiction")


def test_an_original_that_is_not_known_is_a_refusal_of_the_void() -> None:
    peer = Peer()
    peer.start(VOID)
    peer.say("ReversalResponse", **failed("NotFound"))
    peer.durable()
    assert peer.ended == ("declined", "refused")


def test_a_refused_copy_of_our_request_does_not_decide() -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **failed("MessageFormat", additional_response="Repeated Message"))
    peer.durable()
    assert peer.ended == ("unknown", "unclear")


FOREIGN: dict[str, dict[str, Value]] = {
    "an older request": {"service_id": "0A00000000"},
    "another till": {"sale_id": "LANE2"},
    "another terminal": {"poi_id": "POI2"},
}


@pytest.mark.parametrize("wrong", FOREIGN.values(), ids=FOREIGN)
def test_an_answer_to_somebody_else_decides_nothing(wrong: dict[str, Value]) -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **{**APPROVED, **wrong})
    assert not peer.seen
    assert peer.told == [Note("late_message", "PaymentResponse")]
    peer.say("PaymentResponse", **APPROVED)
    peer.durable()
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    assert not peer.result.line_clean


def test_an_answer_of_another_kind_or_syntax_decides_nothing() -> None:
    peer = Peer()
    peer.start()
    peer.say("ReversalResponse", **REVERSED)
    other = Peer("json-local")
    other.start()
    peer.raw(other._framer.frame(other.message("PaymentResponse", **APPROVED)))
    assert not peer.seen
    peer.wait(150.0)
    assert peer.ended == ("unknown", "timeout")


def test_silence_ends_a_request_and_a_scaled_one_sooner() -> None:
    for scale, patience_s in ((1.0, 150.0), (10.0, 15.0)):
        peer = Peer(scale=scale)
        peer.start()
        assert peer.session.deadline == peer.now + patience_s
        peer.wait(patience_s - 0.1)
        assert peer.result is None
        peer.wait(0.1)
        assert peer.ended == ("unknown", "timeout")
        assert peer.session.deadline is None
        peer.wait(1.0)


def test_what_cannot_be_read_is_noted_and_ends_as_garbled() -> None:
    peer = Peer()
    peer.start()
    peer.raw(peer._framer.frame(b"<html><body>502</body></html>"))
    assert isinstance(peer.told[0], Note)
    peer.wait(150.0)
    assert peer.ended == ("unknown", "garbled")


def test_half_an_answer_ends_as_garbled() -> None:
    peer = Peer()
    peer.start()
    peer.raw(b"\x00\x00\x01\x00<Sale")
    peer.wait(150.0)
    assert peer.ended == ("unknown", "garbled")
    assert peer.result is not None
    assert not peer.result.line_clean


@pytest.mark.parametrize("length", [b"\x00\x00\x00\x00", b"\x80\x00\x00\x00", b"HTTP"])
def test_a_wrong_length_ends_a_request_at_once(length: bytes) -> None:
    peer = Peer()
    peer.start()
    peer.raw(length)
    assert peer.ended == ("unknown", "garbled")
    peer.raw(b"more")
    assert peer.result is not None


def test_chatter_without_end_is_not_listened_to_forever() -> None:
    peer = Peer()
    peer.start()
    for _ in range(MESSAGES_MAX + 1):
        assert peer.result is None
        peer.say("EventNotification", event_time="now", event="KeyPressed")
    assert peer.ended == ("unknown", "timeout")


def test_what_comes_between_requests_and_behind_a_result_is_not_taken() -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **APPROVED)
    peer.say("PaymentResponse", **failed("Refusal"))
    peer.durable()
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    assert not peer.result.line_clean
    peer.say("PaymentResponse", **failed("Refusal"))
    assert len(peer.seen) == 1


def test_a_card_number_in_the_wrong_place_goes_no_further() -> None:
    card = "4761739001010119"
    peer = Peer()
    peer.start()
    peer.say("EventNotification", event_time="now", event="CardInserted", event_details=card)
    peer.say("PaymentResponse", **{**APPROVED, "card_name": card, "masked_pan": card})
    peer.durable()
    peer.start(Request(Operation.DIAGNOSE))
    peer.say("DiagnosisResponse", result="Success", additional_response=card)
    assert peer.result is not None
    assert card not in f"{peer.told} {peer.seen} {peer.result}"
    record = peer.seen[0].record
    assert record.card_name == record.masked_pan == "476173******0119"


# --- the line ------------------------------------------------------------------------------------


def test_a_dead_line_leaves_what_is_known() -> None:
    peer = Peer()
    peer.do(peer.session.link_lost(peer.now))
    assert peer.result is None
    peer.start()
    peer.do(peer.session.link_lost(peer.now, nothing_written=True))
    assert peer.ended == ("not_sent", "nothing_written")
    peer.start()
    peer.do(peer.session.link_lost(peer.now))
    assert peer.ended == ("unknown", "line_lost")


def test_a_line_that_died_behind_a_word_of_the_terminal_was_written_to() -> None:
    peer = Peer()
    peer.start()
    peer.say("EventNotification", event_time="now", event="CardInserted")
    peer.do(peer.session.link_lost(peer.now, nothing_written=True))
    assert peer.ended == ("unknown", "line_lost")


def test_a_result_that_was_not_durable_is_no_approval() -> None:
    peer = Peer()
    peer.start()
    peer.say("PaymentResponse", **APPROVED)
    assert peer.session.deadline is None
    peer.do(peer.session.link_lost(peer.now))
    assert peer.ended == ("unknown", "line_lost")
    assert peer.result is not None
    assert peer.result.record == peer.seen[0].record


# --- what the terminal asks ----------------------------------------------------------------------


def test_a_display_is_answered_where_an_answer_is_wanted() -> None:
    peer = Peer()
    peer.start()
    show: dict[str, Value] = {
        "device_id": "8",
        "display_1_device": "CashierDisplay",
        "display_1_info": "Status",
        "display_1_lines": "Insert\ncard 4761739001010119",
    }
    peer.wait(100.0)
    peer.say("DisplayRequest", **show)
    answer = peer.heard[-1]
    assert answer.layout.name == "DisplayResponse"
    assert answer.text("device_id") == "8"
    assert answer.text("service_id") == REFERENCE
    assert answer.text("display_1_result") == "Success"
    assert peer.told == [Progress("nexo.display", "Insert card 476173******0119")]
    assert peer.session.deadline == peer.now + 150.0, "the terminal is at work"
    count = len(peer.sends)
    peer.say("DisplayRequest", **show, display_1_answer=False)
    peer.say("DisplayRequest", device_id="9")
    assert len(peer.sends) == count
    assert not any(send.money for send in peer.sends[1:])


@BOTH
def test_an_input_is_refused_at_once(profile: str) -> None:
    peer = Peer(profile)
    peer.start()
    peer.say(
        "InputRequest",
        device_id="8",
        display_1_lines="Password?",
        input_device="CustomerInput",
        input_info="Input",
        input_command="Password",
    )
    answer = peer.heard[-1]
    assert answer.layout.name == "InputResponse"
    assert answer.text("input_device") == "CustomerInput"
    assert answer.text("input_error_condition") == "UnavailableDevice"
    assert peer.told == [Progress("nexo.input", "Password?")]
    peer.say("InputRequest", device_id="9")
    assert peer.heard[-1].text("input_device") == "CashierInput"


@BOTH
def test_words_that_nobody_knows_are_answered_with_the_same_words(profile: str) -> None:
    peer = Peer(profile)
    peer.start()
    odd: dict[str, Value] = {"device_id": " ", "service_id": REFERENCE}
    peer.say("DisplayRequest", **odd, display_1_device="Hologram", display_1_info=" ")
    assert peer.heard[-1].text("display_1_device") == "Hologram"
    peer.say("PrintRequest", **odd, print_kind="Poster", print_mode="Later")
    assert peer.heard[-1].text("print_kind") == "Poster"
    peer.say(
        "InputRequest", **odd, input_device="Mind", input_info="Thought", input_command="Guess"
    )
    assert peer.heard[-1].text("input_device") == "Mind"


def test_a_slip_is_taken_and_answered_unless_no_answer_is_wanted() -> None:
    peer = Peer()
    peer.start()
    slip: dict[str, Value] = {"device_id": "1", "print_lines": "a\nb"}
    peer.say("PrintRequest", **slip, print_kind="CustomerReceipt", print_mode="PrintEnd")
    assert peer.heard[-1].layout.name == "PrintResponse"
    assert peer.heard[-1].text("print_kind") == "CustomerReceipt"
    count = len(peer.sends)
    peer.say("PrintRequest", **slip, print_mode="NotRequired")
    assert len(peer.sends) == count
    assert peer.told == [
        ReceiptText(("a", "b"), "customer", last=True),
        ReceiptText(("a", "b"), "", last=True),
    ]


def test_lines_of_names_and_values_are_put_into_words() -> None:
    peer = Peer("json-local")
    peer.start()
    lines = [
        "name=Card%20number&value=4761%2073900101%200119&key=pan",
        "key=empty",
        "name=a&" + "b&" * 9,
        "plain",
    ]
    peer.say("PrintRequest", device_id="1", print_lines="\n".join(lines))
    assert peer.told == [
        ReceiptText(("Card number 4761 73****** 0119", "", "", "plain"), "", last=True)
    ]


def test_a_request_of_the_terminal_for_somebody_else_is_not_answered() -> None:
    peer = Peer()
    peer.start()
    peer.say("PrintRequest", device_id="1", service_id="0A00000000", print_lines="a")
    assert len(peer.sends) == 1


# --- events --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reason"),
    [("Initialised", "no_result"), ("Shutdown", "no_result"), ("Reject", "unclear")],
)
def test_a_restart_or_a_rejected_message_leaves_a_refund_unknown(event: str, reason: str) -> None:
    peer = Peer()
    peer.start()
    peer.say("EventNotification", event_time="now", event=event)
    assert peer.ended == ("unknown", reason)
    assert peer.result is not None
    assert not peer.result.line_clean


def test_other_events_are_news() -> None:
    peer = Peer()
    peer.start()
    peer.say("EventNotification", event_time="now", event="CardInserted", event_details="chip")
    peer.say("EventNotification", event_time="now", event="Reject", service_id="OTHER")
    peer.say("EventNotification", event_time="now", event="Completed")
    assert peer.told == [
        Progress("nexo.event.CardInserted", "chip"),
        Note("event", "Reject"),
        Note("event", "Completed"),
    ]


# --- abort ---------------------------------------------------------------------------------------


def test_an_abort_names_the_refund_once_and_its_own_answer_decides() -> None:
    peer = Peer()
    peer.do(peer.session.abort(peer.now))
    peer.start()
    peer.do(peer.session.abort(peer.now))
    peer.do(peer.session.abort(peer.now))
    assert len(peer.sends) == 2
    abort = peer.heard[-1]
    assert abort.text("reference_service_id") == REFERENCE
    assert abort.text("reference_category") == "Payment"
    assert abort.text("service_id") != REFERENCE
    peer.say("PaymentResponse", **failed("Aborted"))
    peer.durable()
    assert peer.ended == ("declined", "refused")


def test_a_harmless_request_is_not_aborted() -> None:
    peer = Peer()
    peer.start(STATUS)
    peer.do(peer.session.abort(peer.now))
    assert len(peer.sends) == 1


def test_an_abort_by_itself_has_no_answer() -> None:
    peer = Peer()
    peer.start(Request(Operation.ABORT, reference=REFERENCE))
    assert peer.heard[-1].text("reference_service_id") == REFERENCE
    peer.say("EventNotification", event_time="now", event="Completed")
    peer.wait(2.0)
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    assert peer.result.line_clean
    peer.start(Request(Operation.ABORT))
    assert peer.ended == ("declined", "not_offered")


# --- harmless requests ---------------------------------------------------------------------------


def test_signing_on_tells_which_terminal_it_is() -> None:
    peer = Peer()
    sent = peer.start(Request(Operation.CONNECT))
    assert sent is not None
    assert sent.layout.name == "LoginRequest"
    assert sent.text("protocol_version") == "3.1"
    assert sent.text("date_time") == "2026-03-02T09:00:00.000Z"
    peer.say(
        "LoginResponse", result="Success", serial_number="0001", software_application="x",
        software_version="7", global_status="OK",
    )  # fmt: skip
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    assert peer.result.details == {"terminal_id": "0001", "version": "7", "global_status": "OK"}


def test_a_refused_sign_on_is_refused() -> None:
    peer = Peer()
    peer.start(Request(Operation.CONNECT))
    peer.say("LoginResponse", **failed("Busy", additional_response="in maintenance"))
    assert peer.ended == ("declined", "refused")
    assert peer.result is not None
    assert peer.result.details == {"error_text": "in maintenance"}


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (Operation.CONNECT, "approved"),
        (Operation.DISCONNECT, "approved"),
        (Operation.INITIALISE, "approved"),
        (Operation.ABORT, "declined"),
    ],
)
def test_what_the_dialect_has_no_message_for_ends_at_once(
    operation: Operation, outcome: str
) -> None:
    peer = Peer("json-local")
    assert peer.start(Request(operation)) is None
    assert peer.ended == (outcome, "not_offered")
    assert peer.result is not None
    assert peer.result.line_clean
    assert peer.sends == []


def test_signing_off() -> None:
    peer = Peer()
    peer.start(Request(Operation.DISCONNECT))
    peer.say("LogoutResponse", result="Success")
    assert peer.ended == ("approved", "completed")


STATES: dict[str, tuple[dict[str, Value], bool, bool, str]] = {
    "ready": ({"result": "Success", "global_status": "OK"}, True, False, "OK"),
    "busy": ({"result": "Success", "global_status": "Busy"}, False, True, "Busy"),
    "maintenance": (
        {"result": "Success", "global_status": "Maintenance"}, False, False, "Maintenance",
    ),
    "no line": (
        {"result": "Success", "global_status": "OK", "communication_ok": False},
        False, False, "Unreachable",
    ),
    "says nothing": ({"result": "Success"}, False, False, ""),
    "answers busy": (failed("Busy"), False, True, "Busy"),
    "answers in progress": (failed("InProgress"), False, True, "InProgress"),
    "logged out": (failed("LoggedOut"), False, False, "LoggedOut"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@BOTH
def test_the_state_of_the_terminal(
    profile: str, state: tuple[dict[str, Value], bool, bool, str]
) -> None:
    told, ready, busy, code = state
    peer = Peer(profile)
    sent = peer.start(STATUS)
    assert sent is not None
    assert sent.values["host_diagnosis"] is False
    peer.say("DiagnosisResponse", **told)
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    status = peer.result.status
    assert status is not None
    assert (status.ready, status.busy, status.code) == (ready, busy, code)
    assert (status.advice == "") is ready


def test_a_diagnosis_tells_printer_and_hosts() -> None:
    peer = Peer()
    sent = peer.start(Request(Operation.DIAGNOSE))
    assert sent is not None
    assert sent.values["host_diagnosis"] is True
    peer.say(
        "DiagnosisResponse", result="Success", global_status="OK", printer_status="NoPaper",
        host_1_acquirer=1, host_1_reachable=True, host_2_acquirer=2, host_2_reachable=False,
    )  # fmt: skip
    assert peer.result is not None
    assert peer.result.details["printer"] == "NoPaper"
    assert peer.result.details["hosts_reachable"] == "1/2"


@pytest.mark.parametrize(
    ("told", "outcome"), [({"result": "Success"}, "approved"), (failed("Busy"), "declined")]
)
def test_an_end_of_day_ends_as_it_is_answered(told: dict[str, Value], outcome: str) -> None:
    peer = Peer()
    sent = peer.start(Request(Operation.END_OF_DAY))
    assert sent is not None
    assert sent.text("reconciliation") == "SaleReconciliation"
    peer.wait(100.0)
    peer.say("ReconciliationResponse", **told)
    assert peer.result is not None
    assert peer.result.outcome.value == outcome


# --- enquiries -----------------------------------------------------------------------------------


def repeated(category: str, values: dict[str, Value], **header: Value) -> dict[str, Value]:
    """The values of a status answer that repeats another one."""
    prefix = f"{category.lower()}_"
    told: dict[str, Value] = {
        "result": "Success",
        "repeated_category": category,
        "repeated_service_id": REFERENCE,
        **header,
    }
    return told | {f"{prefix}{name}": value for name, value in values.items()}


@BOTH
def test_the_last_transaction_is_the_answer_of_then(profile: str) -> None:
    peer = Peer(profile)
    sent = peer.start(LAST)
    assert sent is not None
    assert "reference_service_id" not in sent.values
    peer.say("TransactionStatusResponse", **repeated("Payment", APPROVED))
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    record = peer.result.record
    assert record is not None
    assert record.kind is Operation.REFUND
    assert record.reference == REFERENCE
    assert record.amount_minor == 1250
    assert not peer.told, "a receipt is only printed where it was asked for"


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        (failed("NotFound"), ("approved", "completed")),
        (failed("InProgress"), ("unknown", "timeout")),
        (failed("Busy"), ("unknown", "timeout")),
        (failed("LoggedOut"), ("declined", "refused")),
        (failed("Tuesday"), ("declined", "refused")),
        ({"result": "Success"}, ("unknown", "no_result")),
        (repeated("CardAcquisition", {}), ("unknown", "no_result")),
        ({"result": "Success", "repeated_category": "Payment"}, ("unknown", "no_result")),
        (repeated("Payment", {}), ("unknown", "no_result")),
    ],
)
def test_other_answers_to_the_enquiry(told: dict[str, Value], ended: tuple[str, str]) -> None:
    peer = Peer()
    peer.start(LAST)
    peer.say("TransactionStatusResponse", **told)
    assert peer.ended == ended
    assert peer.result is not None
    assert peer.result.record is None


@BOTH
def test_a_query_names_the_attempt(profile: str) -> None:
    peer = Peer(profile)
    sent = peer.start(replace(QUERY, about=Operation.VOID))
    assert sent is not None
    assert sent.text("reference_category") == "Reversal"
    assert sent.text("reference_service_id") == REFERENCE
    peer.say("TransactionStatusResponse", **repeated("Reversal", REVERSED))
    assert peer.result is not None
    record = peer.result.record
    assert record is not None
    assert (record.kind, record.booking) == (Operation.VOID, Booking.APPROVED)
    assert (record.amount_minor, record.currency) == (1250, None)


def test_a_query_shows_a_refusal_of_then() -> None:
    peer = Peer()
    peer.start(QUERY)
    peer.say("TransactionStatusResponse", **repeated("Payment", failed("Refusal")))
    assert peer.ended == ("approved", "completed")
    assert peer.result is not None
    assert peer.result.record is not None
    assert peer.result.record.booking is Booking.DECLINED
    assert peer.result.result_code == "Refusal"


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        (failed("NotFound"), ("approved", "not_found")),
        (failed("LoggedOut"), ("declined", "refused")),
        (
            repeated("Payment", APPROVED, repeated_service_id="0A00000000"),
            ("unknown", "mismatch"),
        ),
        (repeated("Reversal", REVERSED), ("unknown", "mismatch")),
    ],
)
def test_other_answers_to_a_query(told: dict[str, Value], ended: tuple[str, str]) -> None:
    peer = Peer()
    peer.start(QUERY)
    peer.say("TransactionStatusResponse", **told)
    assert peer.ended == ended
    assert peer.result is not None
    assert peer.result.record is None


@pytest.mark.parametrize("condition", ["InProgress", "Busy"])
def test_a_query_while_it_runs_tells_a_busy_terminal(condition: str) -> None:
    peer = Peer()
    peer.start(QUERY)
    peer.say("TransactionStatusResponse", **failed(condition))
    assert peer.ended == ("approved", "in_progress")
    assert peer.result is not None
    assert peer.result.status is not None
    assert peer.result.status.busy
    assert peer.result.line_clean


def test_a_reprint_brings_the_receipts() -> None:
    peer = Peer()
    sent = peer.start(Request(Operation.REPRINT))
    assert sent is not None
    assert sent.values["reprint"] is True
    assert sent.text("documents") == "CashierReceipt\nCustomerReceipt"
    peer.say("TransactionStatusResponse", **repeated("Payment", APPROVED))
    assert peer.told == [ReceiptText(("REFUND", "EUR 12.50"), "merchant", last=True)]


def test_till_and_terminal_are_called_as_they_are_set_up() -> None:
    options = {"sale_id": "KASSE 4", "poi_id": "V400m-346403161"}
    settings = SessionSettings("xml-3.1", "tcp", options=options)
    assert "KASSE" not in repr(settings)
    session = NexoSession(settings)
    (sent,) = session.begin(replace(REFUND, operation=Operation.QUERY, about=Operation.VOID), 0.0)
    assert isinstance(sent, Send)
    message = parse(sent.data[4:])
    assert message.text("sale_id") == message.text("reference_sale_id") == "KASSE 4"
    assert message.text("poi_id") == message.text("reference_poi_id") == "V400m-346403161"
    wrong = NexoSession(replace(settings, options={"poi_id": ""}))
    with pytest.raises(BadField):
        wrong.begin(REFUND, 0.0)


# --- what cannot be said -------------------------------------------------------------------------

UNSAYABLE = {
    "no amount": replace(REFUND, amount=None),
    "another currency": replace(REFUND, amount=Amount(1250, Currency.of("USD"))),
    "a long reference": replace(REFUND, reference="RF-20261124-0007-1"),
    "a long reference of a void": replace(VOID, reference="RF-20261124-0007-1"),
    "a void of nothing": replace(VOID, original=None),
    "a void without a number": replace(VOID, original=Original(trace_number="1")),
    "a query about nothing": Request(Operation.QUERY),
    "a query about a long reference": replace(QUERY, reference="RF-20261124-0007-1"),
    "an abort of a long reference": Request(Operation.ABORT, reference="RF-20261124-0007-1"),
    "a number that is too long": replace(VOID, original=replace(SOLD, receipt_number="1" * 200)),
}


@pytest.mark.parametrize("request_", UNSAYABLE.values(), ids=UNSAYABLE)
def test_what_has_no_form_is_refused_before_anything_is_sent(request_: Request) -> None:
    peer = Peer()
    with pytest.raises(BadField):
        peer.start(request_)
    assert peer.sends == []
    peer.start(STATUS)


def test_a_refund_without_an_original_names_none() -> None:
    for original in (None, Original(trace_number="1")):
        peer = Peer()
        sent = peer.start(replace(REFUND, original=original))
        assert sent is not None
        assert "original_transaction_id" not in sent.values
        assert "reuse_card_data" not in sent.values


def test_a_sale_is_a_normal_payment() -> None:
    peer = Peer()
    sent = peer.start(Request(Operation.SALE, Amount(1250, EUR), reference=REFERENCE))
    assert sent is not None
    assert sent.text("payment_type") == "Normal"
    peer.say("PaymentResponse", **{**APPROVED, "payment_type": "Normal"})
    peer.durable()
    assert peer.ended == ("approved", "completed")


def test_a_money_request_without_a_reference_has_a_number_of_its_own() -> None:
    peer = Peer()
    sent = peer.start(replace(REFUND, reference=None))
    assert sent is not None
    told = sent.text("service_id") or ""
    peer.say("PaymentResponse", **{**APPROVED, "sale_transaction_id": told})
    peer.durable()
    assert peer.ended == ("approved", "completed")


def test_harmless_numbers_never_meet_each_other_or_those_of_money() -> None:
    seen = set()
    peer = Peer()
    for _ in range(40):
        sent = peer.start(STATUS)
        assert sent is not None
        told = sent.text("service_id") or ""
        assert len(told) == 9
        seen.add(told)
        peer.say("DiagnosisResponse", result="Success", global_status="OK")
        peer.now += 0.5
    assert len(seen) == 40
