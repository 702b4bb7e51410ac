"""The refund register reads well in 80 columns, in both languages."""

from __future__ import annotations

import pytest

from printing.grid import width
from terminal_agent.console.record_table import list_lines, show_list, show_row
from tests.console.stage import TEXTS, Stage

ROWS = [
    {
        "date": "2026-11-24 10:31",
        "case": "R-000042",
        "amount": "EUR 12.50",
        "reason": "charged_twice",
        "provider_response": "00",
        "status": "refunded",
        "cashier": "Ann",
        "approver": "Bob",
        "evidence": "E1",
    },
    {
        "date": "2026-11-24 11:02",
        "case": "R-000043",
        "amount": "EUR 1234.50",
        "reason": "broken glass in the parcel",
        "status": "unknown",
        "cashier": "Ann",
        "approver": "Bob",
        "more": "x",
    },
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_fits_and_speaks_the_language(language: str) -> None:
    texts = TEXTS[language]
    lines = list_lines(ROWS, texts)
    assert all(width(line) <= 80 for line in lines)
    text = "".join("".join(lines).split())
    for key in ("record.status.unknown", "record.status.refunded", "record.column.case"):
        assert "".join(texts.line(key).split()) in text


def test_the_english_list_is_as_it_was_agreed() -> None:
    assert list_lines(ROWS, TEXTS["en"]) == [
        "Date       Case          Amount Reason          Answer Status   Cashier Approver",
        "---------- -------- ----------- --------------- ------ -------- ------- --------",
        "2026-11-24 R-000042   EUR 12.50 Charged twice   00     refunded Ann     Bob",
        "2026-11-24 R-000043 EUR 1234.50 broken glass in        UNKNOWN  Ann     Bob",
        "                                the parcel",
    ]


def test_an_unknown_status_and_a_free_reason_are_shown_as_they_are() -> None:
    lines = list_lines([{"status": "odd", "reason": "broken"}], TEXTS["en"], names=["status", "x"])
    assert lines == ["Status x", "------ -", "odd"]


def test_an_empty_register_says_so() -> None:
    assert list_lines([], TEXTS["en"]) == ["There is no case to show."]


def test_list_and_row_go_to_the_screen() -> None:
    stage = Stage()
    show_list(ROWS, stage.texts, stage.screen)
    assert stage.shown.startswith("Refund register\n")
    one = Stage()
    show_row(ROWS[1], one.texts, one.screen)
    assert "Status    UNKNOWN\n" in one.shown
    assert "more      x\n" in one.shown
    assert "Reason    broken glass in the parcel\n" in one.shown
