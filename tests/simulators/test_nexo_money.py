"""What a simulated nexo terminal does with payments and reversals, as it should and otherwise."""

from __future__ import annotations

import pytest

from protocols.kit.errors import ProtocolError
from protocols.nexo.messages import parse
from simulators.scenario import Step
from simulators.terminal import Phase
from tests.simulators.nexo_till import LOGIN, ONE_SALE, REFUND, NexoTill

BOTH = pytest.mark.parametrize("profile", ["xml-3.1", "json-local"])


def a_till(step: str = "", profile: str = "xml-3.1", **values: str) -> NexoTill:
    return NexoTill(f"{step}\n{ONE_SALE}", profile=profile, **values)  # type: ignore[arg-type]


def odd(code: str) -> str:
    return f'[[step]]\non = "money"\ndo = "odd"\ncode = "{code}"'


def step(do: str, **values: object) -> str:
    lines = "".join(f"\n{key} = {value!r}".replace("'", '"') for key, value in values.items())
    return f'[[step]]\non = "money"\ndo = "{do}"{lines}'


@BOTH
def test_a_refund_is_booked_and_told(profile: str) -> None:
    till = a_till(profile=profile)
    answer = till.refund()
    assert answer.text("result") == "Success"
    assert answer.text("payment_type") == "Refund"
    assert answer.text("authorized_amount") == "5.00"
    assert answer.text("currency") == "EUR"
    assert answer.text("poi_transaction_id") == "0002"
    assert answer.text("masked_pan") == "541333******0018"
    assert answer.text("receipt_2_kind") == "CustomerReceipt"
    (booking,) = till.station.bank.standing_refunds()
    assert (booking.kind, booking.amount_minor) == ("refund", 500)
    assert booking.reference == answer.text("service_id")
    shown = [m.text("display_1_lines") for m in till.said if m.layout.name == "DisplayRequest"]
    assert len(shown) == (2 if profile == "xml-3.1" else 0)
    assert till.terminal.phase is Phase.IDLE


@BOTH
def test_a_sale_is_voided_once(profile: str) -> None:
    till = a_till(profile=profile)
    answer = till.void(reversed_amount="12.34")
    assert answer.text("result") == "Success"
    assert answer.text("reversed_amount") == "12.34"
    assert answer.text("original_transaction_id") == "0001"
    assert till.void().text("error_condition") == "Refusal"
    assert till.void("0099").text("error_condition") == "NotFound"
    assert [b.kind for b in till.station.bank.standing_refunds()] == ["void"]


def test_a_whole_sale_is_voided_without_an_amount_and_no_part_of_it() -> None:
    till = a_till()
    assert till.void(reversed_amount="1.00").text("error_condition") == "Refusal"
    assert till.void().text("reversed_amount") == "12.34"


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "USD"},
        {"currency": "ZZZ"},
        {"requested_amount": "5.001"},
        {"payment_type": "Recurring"},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    till = a_till()
    assert till.refund(**wrong).text("error_condition") == "MessageFormat"
    assert not till.station.bank.standing_refunds()


def test_a_payment_without_an_amount_and_a_reversal_without_a_number_are_refused() -> None:
    till = a_till()
    assert till.ask("PaymentRequest", **REFUND).text("error_condition") == "MessageFormat"
    answer = till.ask("ReversalRequest", reversal_reason="MerchantCancel")
    assert answer.text("error_condition") == "MessageFormat"


def test_who_has_not_logged_in_is_refused() -> None:
    till = NexoTill(login=False)
    assert till.refund().text("error_condition") == "LoggedOut"
    till = a_till()
    assert till.ask("LogoutRequest").text("result") == "Success"
    assert till.refund().text("error_condition") == "LoggedOut"


def test_a_number_that_was_used_is_refused() -> None:
    till = a_till()
    assert till.refund(service_id="A1").text("result") == "Success"
    again = till.refund(service_id="A1")
    assert again.text("error_condition") == "MessageFormat"
    assert again.text("additional_response") == "Repeated Message"
    assert len(till.station.bank.standing_refunds()) == 1


def test_a_number_that_was_refused_is_used_too_and_power_forgets_only_that() -> None:
    till = a_till(step("refuse", code="Busy"))
    assert till.refund(service_id="A1").text("error_condition") == "Busy"
    assert till.refund(service_id="A1").text("additional_response") == "Repeated Message"
    assert till.refund(service_id="A2").text("result") == "Success"
    till.terminal.power_off(till.clock.monotonic(), for_s=1.0)
    till.line.poke()
    till.line.pass_time(60.0)
    till.reopen()
    till.ask("LoginRequest", **LOGIN)
    assert till.refund(service_id="A2").text("additional_response") == "Repeated Message"
    assert till.refund(service_id="A1").text("result") == "Success"


def test_one_request_at_a_time() -> None:
    till = a_till(step("host_delay", seconds=20.0))
    first = till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    till.line.read(0.1)
    other = till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    copy = till.send(
        "PaymentRequest", **{**REFUND, "requested_amount": "5.00", "service_id": first}
    )
    asked = till.send("TransactionStatusRequest", reference_service_id=first)
    state = till.send("DiagnosisRequest")
    closing = till.send("ReconciliationRequest")
    told = [(m.text("service_id"), m.text("error_condition") or m.text("global_status"))
            for m in till.listen() if m.layout.name.endswith("Response")]  # fmt: skip
    assert told == [
        (other, "Busy"),
        (copy, "InProgress"),
        (asked, "InProgress"),
        (state, "Busy"),
        (closing, "Busy"),
        (first, None),
    ]


def test_an_abort_stops_a_refund_while_a_card_is_awaited() -> None:
    till = a_till(step("card_never"))
    refund = till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    till.line.read(0.1)
    till.send("AbortRequest", reference_service_id=refund, abort_reason="x")
    (answer,) = [m for m in till.listen() if m.layout.name == "PaymentResponse"]
    assert answer.text("error_condition") == "Aborted"


@BOTH
def test_an_abort_of_nothing_is_rejected_where_there_are_events(profile: str) -> None:
    till = a_till(profile=profile)
    till.send("AbortRequest", reference_service_id="0", abort_reason="x")
    events = [m.text("event") for m in till.listen()]
    assert events == (["Reject"] if profile == "xml-3.1" else [])


def test_an_abort_too_late_changes_nothing() -> None:
    till = a_till(step("host_delay", seconds=20.0))
    refund = till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    till.line.read(3.0)
    till.line.read(3.0)
    assert till.terminal.phase is Phase.HOST
    till.send("AbortRequest", reference_service_id=refund, abort_reason="x")
    (answer,) = [m for m in till.listen() if m.layout.name == "PaymentResponse"]
    assert answer.text("result") == "Success"


@pytest.mark.parametrize(
    ("scene", "condition"),
    [
        (step("decline", code="WrongPIN"), "WrongPIN"),
        (step("no_connection"), "UnreachableHost"),
        (step("card_abort", seconds=1.0), "Cancel"),
        (step("card_never"), "Cancel"),
        (step("abort", code="InvalidCard"), "InvalidCard"),
        (step("refuse", code="DeviceOut"), "DeviceOut"),
        (step("refuse", code="Refusal"), "Busy"),
        ("[terminal]\nlocked = true", "UnavailableService"),
        ("[terminal]\npaper = false\nown_printer = true", "DeviceOut"),
    ],
)
def test_ways_to_fail(scene: str, condition: str) -> None:
    till = a_till(scene)
    assert till.refund().text("error_condition") == condition
    assert not till.station.bank.standing_refunds()


@pytest.mark.parametrize("do", ["ignore", "silent"])
def test_a_request_may_vanish(do: str) -> None:
    till = a_till(step(do))
    till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    assert till.listen() == []
    assert not till.station.bank.standing_refunds()
    assert till.refund().text("result") == "Success"


def test_a_result_may_come_more_than_once_or_behind_an_older_one() -> None:
    till = a_till(step("repeat_result", count=2))
    till.refund()
    assert [m.layout.name for m in till.said].count("PaymentResponse") == 3
    till = a_till(step("stale"))
    till.refund()
    told = [m.text("service_id") for m in till.said if m.layout.name == "PaymentResponse"]
    assert told == ["K000001", "T2"]
    till = NexoTill(step("stale"))
    till.refund()
    assert [m.layout.name for m in till.said].count("PaymentResponse") == 1, "there was none before"


def test_a_success_may_tell_nothing() -> None:
    till = a_till(step("no_result"))
    answer = till.refund()
    assert answer.text("result") == "Success"
    assert answer.text("authorized_amount") is None
    till = a_till(step("no_result") + "\n" + step("decline", code="Refusal"))
    assert till.refund().text("error_condition") == "Refusal"


def test_another_amount_and_a_booking_before() -> None:
    till = a_till(step("approve", amount_minor=499))
    assert till.refund().text("authorized_amount") == "4.99"
    till = a_till(step("keypad", kind="refund", amount_minor=100))
    assert till.refund().text("poi_transaction_id") == "0003"


# --- odd answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("wrong_currency", "currency", "USD"),
        ("wrong_amount", "authorized_amount", "0.01"),
        ("wrong_type", "payment_type", "Normal"),
        ("wrong_sale", "sale_transaction_id", "another"),
        ("partial", "result", "Partial"),
        ("unknown_result", "result", "Maybe"),
        ("unknown_condition", "error_condition", "Tuesday"),
        ("no_receipts", "receipt_1_lines", None),
        ("clock_jump", "poi_transaction_time", "2026-03-01T09:33:22.500+00:00"),
    ],
)
def test_an_answer_may_be_wrong_in_one_member(code: str, name: str, told: str | None) -> None:
    till = a_till(odd(code))
    assert till.refund().text(name) == told
    assert len(till.station.bank.standing_refunds()) == 1, "and yet it is booked"


def test_a_reversal_may_be_wrong_too() -> None:
    assert a_till(odd("wrong_amount")).void().text("reversed_amount") == "0.01"
    assert a_till(odd("wrong_type")).void().text("original_transaction_id") == "0"
    assert "payment_type" not in a_till(odd("wrong_type")).void().values


@pytest.mark.parametrize(
    "code", ["truncated", "length_long", "length_short", "length_zero", "length_huge", "html"]
)
def test_an_answer_may_not_be_readable(code: str) -> None:
    till = a_till(odd(code))
    till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    assert not [m for m in till.listen() if m.layout.name == "PaymentResponse"]
    last = till.raw[-1] if code not in {"length_long"} else b""
    with pytest.raises(ProtocolError):
        parse(last)
    assert len(till.station.bank.standing_refunds()) == 1


@pytest.mark.parametrize(("code", "event"), [("reject", "Reject"), ("restarted", "Initialised")])
def test_an_event_may_come_in_place_of_the_answer(code: str, event: str) -> None:
    till = a_till(odd(code))
    till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    assert till.listen()[-1].text("event") == event


@pytest.mark.parametrize(("code", "name"), [("print", "PrintRequest"), ("input", "InputRequest")])
def test_the_till_may_be_asked_for_something_first(code: str, name: str) -> None:
    till = a_till(odd(code))
    assert till.refund().text("result") == "Success"
    names = [m.layout.name for m in till.said]
    assert names.index(name) < names.index("PaymentResponse")
    till = a_till(odd(code))
    till.answers = False
    sent = till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    assert till.listen()[-1].layout.name == name, "it waits"
    till.reopen()
    assert till.status(sent).text("result") == "Success", "nobody is there to be waited for"


def test_an_answer_to_a_question_that_was_not_asked_is_passed_over() -> None:
    till = a_till()
    till.send("PrintResponse", device_id="7", print_kind="Document", result="Success")
    till.send("DisplayResponse", device_id="7")
    assert till.listen() == []


# --- printing ------------------------------------------------------------------------------------


def test_a_terminal_with_a_printer_prints_for_itself() -> None:
    till = NexoTill(printer="terminal")
    assert till.refund().text("receipt_1_lines") is None
    assert till.terminal.paper[-1][0] == "Refund 0002"


# --- the line and the power ----------------------------------------------------------------------


def test_what_is_begun_goes_on_without_a_till_and_can_be_asked_after() -> None:
    till = a_till()
    sent = till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    till.line.read(0.1)
    till.reopen()
    assert till.listen() == []
    found = till.status(sent)
    assert found.text("payment_result") == "Success" or found.text("payment_authorized_amount")
    assert len(till.station.bank.standing_refunds()) == 1


@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_the_power_may_go_around_the_booking(when: str) -> None:
    till = a_till(step("power_cut", when=when, seconds=5.0))
    till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    till.listen()
    assert len(till.station.bank.standing_refunds()) == (when == "after_commit")
    till.reopen()
    assert till.terminal.phase is Phase.IDLE


def test_a_terminal_that_unbooks_after_all_ends_its_undoing() -> None:
    till = a_till(
        step("power_cut", when="after_commit", seconds=5.0) + '\n[terminal]\nvote = "rec1"'
    )
    till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    till.listen()
    assert not till.station.bank.standing_refunds()
    assert till.terminal.phase is Phase.IDLE
    till.reopen()
    assert till.status().text("payment_error_condition") == "Aborted"


def test_power_that_goes_while_a_card_is_awaited_ends_everything() -> None:
    till = a_till(step("card_never"))
    till.send("PaymentRequest", **{**REFUND, "requested_amount": "5.00"})
    till.line.read(0.1)
    till.terminal.power_off(till.clock.monotonic(), for_s=5.0)
    till.line.poke()
    assert not till.station.personality.listening
    assert till.station.personality.receive(b"x", till.clock.monotonic()) == b""
    till.line.pass_time(100.0)
    till.reopen()
    assert till.ask("DiagnosisRequest").text("global_status") == "OK"


def test_steps_can_be_added_while_it_runs() -> None:
    till = a_till()
    till.terminal.script.add(Step(on="enquiry", do="refuse", code="InProgress", nth=None))
    assert till.status().text("error_condition") == "InProgress"
