"""The state file: a terminal that was switched off, or killed, goes on where it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from simulators.errors import BadState
from simulators.terminal import Phase
from tests.simulators.till import ONE_SALE, Till, result, scene

if TYPE_CHECKING:
    from pathlib import Path


def bookings(ledger: Path) -> list[dict[str, object]]:
    content = json.loads(ledger.read_text(encoding="utf-8"))
    assert content["version"] == 1
    found: list[dict[str, object]] = content["bookings"]
    return found


def test_counters_store_and_books_survive_a_restart(tmp_path: Path) -> None:
    state, ledger = tmp_path / "state.json", tmp_path / "ledger.json"
    first = Till(ONE_SALE, state=state, ledger=ledger)
    first.register()
    first.refund(500)
    second = Till(ONE_SALE, state=state, ledger=ledger)
    shown = second.enquire()
    assert shown is not None
    assert (shown.text("receipt_number"), shown.number("amount_minor")) == ("0002", 500)
    found = result(second.void("0001"))
    assert found is not None
    assert found.text("receipt_number") == "0003"
    assert [b["kind"] for b in bookings(ledger)] == ["sale", "refund", "void"]
    assert bookings(ledger)[2]["original_receipt_number"] == "0001"


def test_the_ledger_is_written_before_the_till_is_told(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    till = Till(ONE_SALE, ledger=ledger)
    till.register()
    till.send(bytes.fromhex("06310A00000004000000000500"))
    while True:
        apdus = till.next_apdus()
        if any(apdu[:2] == b"\x04\x0f" for apdu in apdus):
            break
        for apdu in apdus:
            till.answer(apdu)
    assert [b["kind"] for b in bookings(ledger)] == ["sale", "refund"]


def test_a_booking_whose_result_nobody_took_is_undone_after_the_restart(tmp_path: Path) -> None:
    state, ledger = tmp_path / "state.json", tmp_path / "ledger.json"
    first = Till(ONE_SALE, state=state, ledger=ledger)
    first.mute_on = frozenset({"040F"})
    first.register()
    first.send(bytes.fromhex("06310A00000004000000000500"))
    while first.terminal.phase is not Phase.VOTE:
        for apdu in first.next_apdus(1.0):
            first.answer(apdu)
    second = Till(ONE_SALE, state=state, ledger=ledger)
    assert second.status() == "9C"
    second.line.pass_time(10.0)
    assert second.status() == "00"
    assert [b["kind"] for b in bookings(ledger)] == ["sale", "refund", "auto_reversal"]


def test_a_ledger_without_a_state_begins_anew(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    for _ in range(2):
        Till(ONE_SALE, ledger=ledger)
    assert len(bookings(ledger)) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("nonsense", "cannot be read"),
        ("[]", "no state file"),
        ('{"version": 1, "protocol": "fax"}', "speaks fax"),
        ('{"version": 1, "protocol": "zvt"}', "no ledger"),
    ],
)
def test_a_file_that_is_no_state_of_this_terminal_is_refused(
    tmp_path: Path, text: str, what: str
) -> None:
    state = tmp_path / "state.json"
    state.write_text(text, encoding="utf-8")
    with pytest.raises(BadState, match=what):
        Till(scene(""), state=state)
    assert state.read_text(encoding="utf-8") == text, "it is left as it was"
