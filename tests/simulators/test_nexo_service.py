"""What a simulated nexo terminal answers to everything that moves no money."""

from __future__ import annotations

import pytest

from protocols.nexo.messages import parse, serialise
from simulators.errors import BadScenario
from simulators.personalities.nexo import PERSONALITY, history
from simulators.personalities.nexo.words import names_of, words_of
from tests.protocols.nexo_vectors import MESSAGES, Vector
from tests.simulators.nexo_till import LOGIN, NexoTill

BOTH = pytest.mark.parametrize("profile", ["xml-3.1", "json-local"])


def test_a_login_tells_which_terminal_it_is() -> None:
    till = NexoTill(login=False)
    answer = till.ask("LoginRequest", **LOGIN)
    assert answer.text("serial_number") == "52500038"
    assert answer.text("global_status") == "OK"


@pytest.mark.parametrize(
    ("scene", "state", "printer"),
    [
        ("", "OK", "OK"),
        ("[terminal]\nlocked = true", "Maintenance", "OK"),
        ("[terminal]\npaper = false", "OK", "NoPaper"),
        ('[[step]]\non = "status"\ndo = "status"\ncode = "Unreachable"', "Unreachable", "OK"),
    ],
)
def test_a_diagnosis_tells_how_it_is(scene: str, state: str, printer: str) -> None:
    till = NexoTill(scene)
    answer = till.ask("DiagnosisRequest", host_diagnosis=True)
    assert answer.text("global_status") == state
    assert answer.text("printer_status") == printer
    assert answer.values["host_1_reachable"] is True
    assert "host_1_reachable" not in till.ask("DiagnosisRequest").values


@BOTH
def test_the_last_transaction_and_those_by_their_number(profile: str) -> None:
    till = NexoTill("", profile=profile)
    assert till.status().text("error_condition") == "NotFound"
    till.terminal.keypad("sale", 100)
    assert till.status().text("repeated_service_id") == "K000001"
    refund = till.refund().text("service_id") or ""
    void = till.void("0001").text("service_id") or ""
    last = till.status()
    assert last.text("repeated_category") == "Reversal"
    assert last.text("repeated_service_id") == void
    assert last.text("reversal_reversed_amount") == "1.00"
    found = till.status(refund)
    assert found.text("payment_authorized_amount") == "5.00"
    assert found.text("repeated_type") == "Response"
    assert till.status(refund, "Reversal").text("error_condition") == "NotFound"
    assert till.status("0").text("error_condition") == "NotFound"


def test_a_reprint_has_the_receipts() -> None:
    till = NexoTill("")
    till.refund()
    answer = till.ask("TransactionStatusRequest", reprint=True)
    assert "Refund 0001" in (answer.text("payment_receipt_1_lines") or "")


def test_what_was_refused_is_known_until_the_power_goes() -> None:
    till = NexoTill('[[step]]\non = "money"\ndo = "card_never"')
    refused = till.refund().text("service_id") or ""
    assert till.status(refused).text("payment_error_condition") == "Cancel"
    till.terminal.power_off(till.clock.monotonic(), for_s=1.0)
    till.line.poke()
    till.line.pass_time(60.0)
    till.reopen()
    assert till.status(refused).text("error_condition") == "NotFound"


def test_old_answers_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "HISTORY_MAX", 2)
    step = '[[step]]\non = "money"\ndo = "abort"\ncode = "Refusal"\nnth = 9'
    till = NexoTill(f"{step}\n[terminal]\nstore_max = 1")
    numbers = [till.refund().text("service_id") or "" for _ in range(4)]
    known = [till.status(number).text("error_condition") for number in numbers]
    assert known == [None, "NotFound", None, None], "the first was booked and stays in the store"


def test_an_end_of_day_takes_its_time_and_empties_the_store() -> None:
    till = NexoTill()
    till.send("ReconciliationRequest", reconciliation="SaleReconciliation")
    state = till.send("DiagnosisRequest")
    last = till.send("TransactionStatusRequest")
    money = till.send("PaymentRequest", currency="EUR", requested_amount="1", payment_type="Refund")
    told = [(m.text("service_id"), m.text("global_status") or m.text("error_condition"))
            for m in till.listen()]  # fmt: skip
    assert told == [(state, "Busy"), (last, "InProgress"), (money, "Busy"), ("T2", None)]
    assert till.void("0001").text("error_condition") == "NotFound"


def test_a_till_that_goes_away_does_not_stop_an_end_of_day() -> None:
    till = NexoTill()
    till.send("ReconciliationRequest")
    till.line.read(0.1)
    till.reopen()
    till.listen()
    assert till.terminal.memory.counters.batch == 2


def test_what_is_no_message_of_this_dialect_is_not_answered() -> None:
    till = NexoTill()
    till.line.write(till.framer.frame(b"<html/>"))
    till.line.write(till.framer.frame(b'{"a": 1}'))
    other = NexoTill(profile="json-local")
    other.send("DiagnosisRequest")
    json_message = next(v.data for v in MESSAGES if v.id == "nexo-json-req-diagnosis")
    till.line.write(till.framer.frame(json_message))
    assert till.listen() == []
    till.line.write(bytes(4))
    till.send("DiagnosisRequest")
    assert till.listen() == [], "behind a wrong length nothing is understood"
    till.reopen()
    assert till.ask("DiagnosisRequest").text("global_status") == "OK"


def test_requests_that_a_terminal_makes_are_none_that_it_takes() -> None:
    till = NexoTill()
    till.send("DisplayRequest", device_id="1")
    till.send("EventNotification", event_time="now", event="Abort")
    assert till.listen() == []


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector.id)
def test_a_message_is_known_by_its_header_alone(vector: Vector) -> None:
    message = parse(vector.data)
    told = names_of(vector.data)
    assert told == names_of(serialise(message))
    assert told == words_of(message) or vector.id == "nexo-json-sealed"


def test_words_and_codes() -> None:
    assert names_of(b"<html/>") == ()
    assert PERSONALITY.knows("money")
    assert PERSONALITY.knows("PaymentRequest")
    assert not PERSONALITY.knows("0631")
    assert PERSONALITY.is_code("Refusal")
    assert PERSONALITY.is_code("Maintenance")
    assert not PERSONALITY.is_code("partial")
    assert "partial" in PERSONALITY.odd
    assert not PERSONALITY.is_code("05")
    with pytest.raises(BadScenario, match="cannot play"):
        NexoTill('[[step]]\non = "money"\ndo = "nak"')
