"""Every ending is told with all three sentences, and what is unknown never sounds decided."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import product

import pytest

from drivers.errors import LinkLost, NoPermission
from protocols.kit.errors import BadFrame, MoneyMoved, RefundAgentError
from protocols.kit.money import Amount
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from terminal_agent.console.desk import RefusalView
from terminal_agent.console.outcome import (
    OutcomeView,
    error_json,
    error_key,
    error_message,
    outcome_json,
    outcome_key,
    outcome_message,
    refusal_json,
    show_error,
    show_outcome,
)
from terminal_agent.prompts import Texts
from tests.console.stage import EUR, Stage

VIEW = OutcomeView(
    outcome=Outcome.APPROVED,
    operation=Operation.REFUND,
    case_number="R-000042",
    amount=Amount(1250, EUR),
)
# Stand-ins for a protocol's texts: any text key will do.
TOLD = {"result_code": "6F", "result_text": "why.cannot_void", "result_advice": "refusal.no_way.do"}


def told(view: OutcomeView) -> OutcomeView:
    """The view with a result code that the protocol explains."""
    return replace(
        view,
        result_code=TOLD["result_code"],
        result_text=TOLD["result_text"],
        result_advice=TOLD["result_advice"],
    )


@pytest.mark.parametrize(
    ("view", "key"),
    [
        (VIEW, "outcome.approved_refund"),
        (replace(VIEW, operation=Operation.VOID), "outcome.approved_void"),
        (replace(VIEW, slip_missing=True, resolved=True), "outcome.approved_no_slip"),
        (
            replace(VIEW, slip_missing=True, slip_doubtful=True),
            "outcome.approved_slip_doubtful",
        ),
        (replace(VIEW, resolved=True), "outcome.resolved_done"),
        (told(replace(VIEW, outcome=Outcome.DECLINED)), "outcome.declined"),
        (replace(VIEW, outcome=Outcome.DECLINED), "outcome.declined_plain"),
        (replace(VIEW, outcome=Outcome.DECLINED, resolved=True), "outcome.resolved_not_done"),
        (replace(VIEW, outcome=Outcome.NOT_SENT), "outcome.not_sent"),
        (told(replace(VIEW, outcome=Outcome.NOT_SENT)), "outcome.not_sent_told"),
        (replace(VIEW, outcome=Outcome.NOT_SENT, resolved=True), "outcome.resolved_not_done"),
        (replace(VIEW, outcome=Outcome.UNKNOWN), "outcome.unknown"),
        (replace(VIEW, outcome=Outcome.UNKNOWN, parked=True), "outcome.parked"),
    ],
)
def test_each_outcome_has_its_message(view: OutcomeView, key: str) -> None:
    assert outcome_key(view) == key


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whatever_else_is_known_an_unknown_outcome_is_told_as_unknown(language: str) -> None:
    for parked, resolved, slip_missing, operation in product(
        (True, False), (True, False), (True, False), (Operation.VOID, Operation.REFUND)
    ):
        stage = Stage(language=language)
        view = replace(
            told(VIEW),
            outcome=Outcome.UNKNOWN,
            operation=operation,
            parked=parked,
            resolved=resolved,
            slip_missing=slip_missing,
        )
        show_outcome(view, stage.texts, stage.screen)
        assert stage.texts.line("money.maybe") in stage.shown
        customer = stage.texts.message("outcome.unknown_customer", {"case": "R-000042"})
        assert "".join(customer.what.split()) in "".join(stage.shown.split())
        assert not re.search(r"fail|declin|no money|失败|未成功|未退款|成功", stage.shown, re.I)
        assert outcome_json(view, stage.texts)["money_moved"] == "maybe"


def test_the_person_reads_what_happened_then_the_money_then_what_to_do() -> None:
    stage = Stage()
    show_outcome(VIEW, stage.texts, stage.screen)
    assert stage.shown == (
        "Refund approved: EUR 12.50 go back to the card.\n"
        "Money       The money has been returned, once.\n"
        "What to do  Give the customer the slip. The bank needs a few working days.\n"
    )


def test_the_reasons_of_a_doubt_are_shown_with_it() -> None:
    stage = Stage()
    view = replace(
        VIEW, outcome=Outcome.UNKNOWN, parked=True, why=("doubt.no_baseline", "doubt.several_since")
    )
    show_outcome(view, stage.texts, stage.screen)
    assert "Why  What the terminal showed before is not known.\n" in stage.shown
    assert outcome_json(view, stage.texts)["why"] == ["doubt.no_baseline", "doubt.several_since"]


def test_a_refusal_of_the_terminal_names_code_meaning_and_advice() -> None:
    message = outcome_message(told(replace(VIEW, outcome=Outcome.DECLINED)), Stage().texts)
    assert message.what.endswith("6F This terminal cannot cancel a sale.")
    assert message.do == "Use another terminal or the written refund procedure."


def test_a_script_gets_stable_names_and_the_record() -> None:
    record = TransactionRecord(booking=Booking.APPROVED, receipt_number="0042", amount_minor=1250)
    view = replace(VIEW, record=record, slip_files=("a.txt", "b.txt"), evidence="E1")
    found = outcome_json(view, Stage().texts)
    assert json.loads(json.dumps(found)) == {
        "ok": True,
        "outcome": "approved",
        "money_moved": "yes",
        "operation": "refund",
        "case": "R-000042",
        "amount_minor": 1250,
        "currency": "978",
        "parked": False,
        "resolved": False,
        "slip_missing": False,
        "slip_doubtful": False,
        "result_code": "",
        "reason": "",
        "why": [],
        "evidence": "E1",
        "record": {"booking": "approved", "receipt_number": "0042", "amount_minor": 1250},
        "slips": ["a.txt", "b.txt"],
        "trouble": [],
        "message": {
            "what": "Refund approved: EUR 12.50 go back to the card.",
            "money": "The money has been returned, once.",
            "do": "Give the customer the slip. The bank needs a few working days.",
        },
    }
    assert outcome_json(VIEW, Stage().texts)["record"] is None


def test_an_error_is_told_in_the_persons_language_with_its_code_and_hint() -> None:
    error = NoPermission("no", what_to_do="usermod", details={"port": "/dev/ttyUSB0"})
    stage = Stage(language="zh")
    show_error(error, stage.texts, stage.screen)
    assert "操作系统不允许当前用户使用端口 /dev/ttyUSB0。" in stage.shown
    assert "未发生资金变动。" in stage.shown
    assert "link.no_permission" in stage.shown
    assert "usermod" in stage.shown


@pytest.mark.parametrize(("nothing_written", "money"), [(True, "no"), (False, "maybe")])
def test_what_an_error_knows_about_the_money_goes_before_the_text_file(
    nothing_written: bool, money: str
) -> None:
    texts = Stage().texts
    error = LinkLost("gone", nothing_written=nothing_written)
    assert error_message(error, texts).money == texts.line(f"money.{money}")
    assert error_json(error, texts)["money_moved"] == money


def test_a_code_with_an_underscore_finds_the_same_words() -> None:
    texts = Stage().texts
    assert error_key("link_lost", texts) == error_key("link.lost", texts) == "link.lost"


def test_an_error_without_words_of_its_own_shows_its_english_ones() -> None:
    stage = Stage(language="zh")
    show_error(BadFrame("CRC is wrong"), stage.texts, stage.screen)
    assert "CRC is wrong" in stage.shown
    assert stage.shown.count("Do not repeat the refund") == 1
    assert "资金是否变动尚未确认。" in stage.shown


def test_errors_and_refusals_for_scripts_say_code_details_and_money() -> None:
    texts = Texts.load("en", strict=True)
    error = RefundAgentError(
        "journal.locked", "x", money=MoneyMoved.NO, details={"pid": 7, "path": "j.db"}
    )
    assert json.loads(json.dumps(error_json(error, texts))) == {
        "ok": False,
        "error": {"code": "journal.locked", "details": {"pid": 7, "path": "j.db"}},
        "money_moved": "no",
        "message": {
            "what": "Another agent (process 7) is using the journal j.db.",
            "money": "No money has moved.",
            "do": "Use that one, or end it. Two agents may never drive one terminal.",
        },
    }
    refusal = RefusalView("refusal.over_limit", {"amount": Amount(5, EUR), "limit": 3})
    found = json.loads(json.dumps(refusal_json(refusal, texts)))
    assert found["error"]["details"] == {"amount": "EUR 0.05", "limit": 3}
    assert found["money_moved"] == "no"
