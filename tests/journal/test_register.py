"""The refund register: one row per case with the word that is true, and a CSV that does no harm."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.journal.export import cells, harmless, to_csv
from terminal_agent.journal.table import COLUMNS, RegisterRow, register_row, status
from terminal_agent.refund.events import UnknownReason
from terminal_agent.refund.evidence import Evidence, PersonVerdict
from terminal_agent.refund.facts import Fact, NoteKind
from tests.journal import shelf
from tests.refund import story as s

VOID = Operation.VOID
SALE = shelf.sale().sale
BOOKED, NOT_BOOKED = PersonVerdict.BOOKED, PersonVerdict.NOT_BOOKED
REPEAT: tuple[Fact, ...] = (
    s.created(), s.authorised(operation=VOID), s.baselined(operation=VOID), s.armed(),
    s.unknown(), s.recovery(), s.baselined(2, repeats=1, operation=VOID), s.armed(2),
)  # fmt: skip

STORIES: list[tuple[tuple[Fact, ...], str, str]] = [
    ((s.created(),), "awaiting_approval", ""),
    ((s.created(), s.authorised()), "authorised", ""),
    ((s.created(), s.authorised(), s.baselined()), "in_process", ""),
    (s.TO_ARMED, "in_process", ""),
    ((*s.TO_ARMED, s.seen()), "in_process", ""),
    ((*s.TO_ARMED, s.unknown()), "unknown", ""),
    (s.TO_RESOLVING, "under_enquiry", ""),
    (s.TO_PARKED, "parked", ""),
    (REPEAT, "under_enquiry", ""),
    ((*REPEAT, s.unknown(2)), "unknown", ""),
    ((*REPEAT, s.unknown(2), s.recovery(2), s.parked(1)), "parked", ""),
    (s.TO_REFUNDED, "refunded", "evidence.E1"),
    (
        (
            s.created(), s.authorised(operation=VOID), s.baselined(operation=VOID), s.armed(),
            s.seen(), s.approved(),
        ),
        "voided",
        "evidence.E1",
    ),
    ((*s.TO_RESOLVING, s.approved(evidence=Evidence.ADVANCED)), "confirmed_done", "evidence.E4"),
    ((*s.TO_PARKED, s.verdict(BOOKED)), "confirmed_done", "evidence.E5"),
    ((*s.TO_PARKED, s.verdict(BOOKED, number=None)), "confirmed_done", "evidence.E6"),
    ((*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined()), "declined", "evidence.E1"),
    ((*s.TO_ARMED, s.dead(evidence=Evidence.NOT_STARTED)), "not_sent", "evidence.E0"),
    ((*s.TO_RESOLVING, s.dead()), "confirmed_not_done", "evidence.E3"),
    ((*s.TO_PARKED, s.verdict(NOT_BOOKED)), "confirmed_not_done", "evidence.E5"),
    (
        (*s.TO_PARKED, s.verdict(BOOKED), s.correction(NOT_BOOKED)),
        "confirmed_not_done",
        "evidence.E6",
    ),
    (
        (*s.TO_PARKED, s.verdict(NOT_BOOKED), s.correction(BOOKED)),
        "confirmed_done",
        "evidence.E6",
    ),
    ((s.created(), s.cancelled()), "cancelled", ""),
    ((*s.TO_RESOLVING, s.dead(), s.cancelled()), "cancelled", "evidence.E3"),
    ((*s.TO_PARKED, s.verdict(NOT_BOOKED), s.cancelled(), s.correction(BOOKED)),
     "confirmed_done", "evidence.E6"),
    ((*s.TO_PARKED, s.verdict(NOT_BOOKED), s.cancelled(), s.correction(BOOKED),
      s.correction(NOT_BOOKED)), "confirmed_not_done", "evidence.E6"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "word", "proof"), STORIES)
def test_the_status_is_the_word_that_is_true(
    facts: tuple[Fact, ...], word: str, proof: str
) -> None:
    case = s.case_of(*facts)
    assert status(case) == word
    assert register_row(case, SALE).proof == proof


def test_where_the_truth_is_unknown_no_row_says_declined_or_not_done() -> None:
    for reason in UnknownReason:
        if reason in {UnknownReason.RECOVERY_INTERRUPTED, UnknownReason.CONTRADICTED}:
            continue
        assert status(s.case_of(*s.TO_ARMED, s.unknown(reason=reason))) == "unknown"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_of_the_register_stands_in_both_languages(language: str) -> None:
    name = f"{language}.toml"
    text = resources.files("terminal_agent.prompts").joinpath("texts", name).read_text("utf-8")
    words = tomllib.loads(text)
    assert set(COLUMNS) <= words["record"]["column"].keys()
    assert {word for _, word, _ in STORIES} <= words["record"]["status"].keys()
    assert {evidence.value for evidence in Evidence} <= words["evidence"].keys()


def test_a_row_tells_the_whole_case() -> None:
    case = s.case_of(
        *s.TO_PARKED,
        s.verdict(BOOKED),
        s.noted(kind=NoteKind.CONTACT),
        s.noted(kind=NoteKind.CONTACT),
        s.noted(kind=NoteKind.REPORTED),
        s.noted(kind=NoteKind.EVIDENCE),
    )
    row = register_row(case, SALE)
    assert row == RegisterRow(
        date=s.AT,
        case=s.CASE,
        amount=case.amount,
        way="way.refund",
        reason="reason.complaint",
        reason_text="",
        result_code="",
        result_text="",
        status="record.status.confirmed_done",
        cashier="Anna",
        approvers=("Bruno",),
        customer_contact="called on Tuesday; called on Tuesday",
        proof="evidence.E5",
        evidence_text="terminal journal of today; called on Tuesday",
        reported="called on Tuesday",
        receipt_number="",
        original_receipt_number="0050",
        terminal="desk",
        card="************1234",
    )


def test_the_terminals_own_words_are_in_the_row() -> None:
    row = register_row(s.case_of(*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined()), SALE)
    assert (row.result_code, row.result_text) == ("05", "zvt.result.05")
    told = TransactionRecord(
        Booking.APPROVED, receipt_number="0002", result_code="00", masked_pan="************9999"
    )
    record = replace(s.approved(), record=told)
    row = register_row(s.case_of(*s.TO_ARMED, s.seen(record=told), record), SALE)
    assert (row.result_code, row.receipt_number, row.card) == ("00", "0002", "************9999")
    not_started = replace(
        s.dead(evidence=Evidence.NOT_STARTED), result_code="83", result_text="zvt.error.83"
    )
    row = register_row(s.case_of(*s.TO_ARMED, not_started), SALE)
    assert (row.result_code, row.result_text) == ("83", "zvt.error.83")


def test_a_case_without_anything_yet_has_empty_cells() -> None:
    bare = replace(SALE, receipt_number=None, masked_pan=None)
    row = register_row(s.case_of(s.created()), bare)
    assert (row.way, row.approvers, row.proof, row.card) == ("", (), "", "")
    assert (row.original_receipt_number, row.terminal) == ("", "desk")


def say(key: str) -> str:
    return {"record.column.case": "编号", "reason.complaint": "=complaint"}.get(key, f"[{key}]")


def test_the_csv_opens_in_a_spreadsheet_with_all_its_words() -> None:
    case = s.case_of(*s.TO_ARMED, s.seen(record=s.REFUSED), s.declined())
    data = to_csv([register_row(case, SALE)], say)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert rows[0][1] == "编号"
    assert len(rows[1]) == len(COLUMNS)
    assert rows[1][2] == "EUR 10.00"
    assert rows[1][4] == "'=complaint"
    assert rows[1][5] == "05: [zvt.result.05]"


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-1", "@SUM(A1)", "  =x", "\t=x", "\r\n=x"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")


@given(st.text())
def test_every_cell_is_a_printable_text_that_computes_nothing(cell: str) -> None:
    shown = harmless(cell)
    assert shown == "" or shown.isprintable()
    assert not shown.lstrip().startswith(("=", "+", "-", "@"))
    if cell.isprintable() and not cell.lstrip().startswith(("=", "+", "-", "@")):
        assert shown == cell


@given(st.text())
def test_any_name_survives_the_csv(name: str) -> None:
    row = replace(register_row(s.case_of(s.created()), SALE), cashier=name)
    data = to_csv([row], say)
    cashier = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1][7]
    assert cashier == harmless(name).encode("utf-8", errors="replace").decode()
    assert cells(row, say)[7] == name
