"""The edges of the journal: whose cases count, how many are given, and what a row says."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from terminal_agent.journal import derived, lock
from terminal_agent.journal.export import cells, to_csv
from terminal_agent.journal.store import connect
from terminal_agent.journal.table import RegisterRow, register_row
from terminal_agent.policy.decision import SaleHistory
from terminal_agent.refund.facts import EndOfDay
from tests.journal import shelf
from tests.journal.test_register import SALE
from tests.refund import story as s

ROW = RegisterRow(
    date=s.AT,
    case=s.CASE,
    amount=SALE.amount,
    way="way.refund",
    reason="reason.complaint",
    reason_text="torn",
    result_code="05",
    result_text="zvt.result.05",
    status="record.status.refunded",
    cashier="Anna",
    approvers=("Bruno", "Chen"),
    customer_contact="called",
    proof="evidence.E1",
    evidence_text="seen",
    reported="boss",
    receipt_number="0002",
    original_receipt_number="0050",
    terminal="desk",
    card="1234",
)


def say(key: str) -> str:
    return f"<{key}>"


def test_every_cell_has_its_word_and_its_text() -> None:
    assert cells(ROW, say) == (
        "2026-11-24 10:00",
        s.CASE,
        "EUR 10.00",
        "<way.refund>",
        "<reason.complaint>: torn",
        "05: <zvt.result.05>",
        "<record.status.refunded>",
        "Anna",
        "Bruno, Chen",
        "called",
        "<evidence.E1>: seen",
        "boss",
        "0002",
        "0050",
        "desk",
        "1234",
    )


def test_what_is_not_there_yet_has_no_word() -> None:
    bare = register_row(s.case_of(s.created()), SALE)
    row = cells(bare, say)
    assert (row[3], row[5], row[10]) == ("", "", "")


def test_the_csv_ends_its_lines_as_spreadsheets_do() -> None:
    data = to_csv([ROW], say)
    assert data.endswith(b",1234\r\n")
    assert data.count(b"\r\n") == 2


def test_the_row_of_a_case_names_the_terminal_that_was_used() -> None:
    case = s.case_of(s.created(), s.authorised(), s.baselined(terminal="bar"))
    assert register_row(case, SALE).terminal == "bar"


def test_cases_of_another_sale_do_not_count(path: Path) -> None:
    with shelf.opened(shelf.filled(path)) as journal:
        journal.append(shelf.sale("s2"))
        assert journal.history("s2") == SaleHistory()
        assert journal.history("s1").blocking_case == s.CASE


def test_no_more_than_a_hundred_sales_are_given_unless_asked_for(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(*(shelf.sale(f"s{number}") for number in range(101)))
        assert len(journal.sales()) == 100
        assert len(journal.sales(limit=200)) == 101


def test_a_lock_that_cannot_be_read_names_nobody(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "lock")
    db.close()
    assert lock._owner(db) == 0


def test_a_rule_for_a_fact_gets_the_tables_the_record_and_the_fact() -> None:
    heard: list[object] = []

    def hear(db: sqlite3.Connection, seq: int, fact: EndOfDay) -> None:
        heard.extend((db, seq, fact))

    kind, rule = derived._rule(EndOfDay, hear)
    db = sqlite3.connect(":memory:")
    fact = EndOfDay(at=s.AT, terminal="desk")
    rule(db, 7, fact)
    db.close()
    assert kind is EndOfDay
    assert heard == [db, 7, fact]
    with pytest.raises(AssertionError, match="CaseNoted under EndOfDay"):
        rule(db, 7, s.noted())


def test_the_writer_waits_for_readers_and_decides_itself_when_to_commit(path: Path) -> None:
    path.parent.mkdir()
    db = connect(path)
    try:
        assert db.isolation_level is None
        for pragma, value in (("fullfsync", 1), ("foreign_keys", 1), ("busy_timeout", 5000)):
            assert db.execute(f"PRAGMA {pragma}").fetchone() == (value,), pragma
    finally:
        db.close()
