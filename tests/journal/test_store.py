"""The journal through its front door: what it keeps, guards, refuses and finds again."""

from __future__ import annotations

import os
import sqlite3
import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from protocols.kit.errors import MoneyMoved
from terminal_agent.journal import (
    JournalCorrupt,
    JournalLocked,
    JournalMissing,
    JournalRefusal,
    open_reader,
)
from terminal_agent.journal.files import RESERVE_BYTES
from terminal_agent.journal.store import connect
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.evidence import PersonVerdict, PrintProof
from terminal_agent.refund.facts import (
    EndOfDay,
    JournalOpened,
)
from terminal_agent.refund.states import CaseState
from tests.journal import shelf
from tests.refund import story as s


def test_a_refund_from_sale_to_slip_is_kept_and_found_again(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        for fact in (*s.TO_REFUNDED, s.print_due(), s.printed()):
            journal.append(fact)
        case = journal.case(s.CASE)
        assert case.state is CaseState.REFUNDED
    with shelf.opened(path) as journal:
        assert journal.case(s.CASE) == case
        assert journal.verify() == 10
        kinds = [record.kind for record in journal.records()]
    assert kinds[:3] == ["journal_opened", "sale_recorded", "case_created"]


def test_between_confirmation_and_outcome_there_are_three_commits(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created(), s.authorised())
        before = journal.commits
        journal.append(s.baselined(), s.armed())
        journal.append(s.seen())
        journal.append(s.approved(), s.print_due())
        assert journal.commits - before == 3
        assert journal.case(s.CASE).state is CaseState.REFUNDED


def test_the_file_has_the_settings_that_survive_a_power_cut(path: Path) -> None:
    with shelf.opened(path) as journal:
        db = journal._db
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA synchronous").fetchone() == (3,)  # EXTRA


def test_extra_is_set_before_wal(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    traced: list[str] = []

    class Traced(sqlite3.Connection):
        def execute(self, sql: str, /, *_: object) -> sqlite3.Cursor:
            traced.append(sql)
            return super().execute(sql)

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda p, **k: real(p, factory=Traced, **k))
    path.parent.mkdir()
    connect(path).close()
    assert traced[:2] == ["PRAGMA synchronous=EXTRA", "PRAGMA journal_mode=WAL"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_only_the_owner_may_open_any_of_the_files(path: Path) -> None:
    old_mask = os.umask(0)
    try:
        with shelf.opened(path) as journal:
            journal.append(shelf.sale())
            modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in path.parent.iterdir()}
    finally:
        os.umask(old_mask)
    assert set(modes) >= {
        f"journal.db{end}" for end in ("", "-wal", ".lock", ".marker", ".reserve")
    }
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_a_journal_that_others_could_read_is_closed_to_them(path: Path) -> None:
    shelf.filled(path)
    path.chmod(0o644)
    shelf.opened(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_writer_is_refused_and_told_who_writes(path: Path) -> None:
    with shelf.opened(path):
        with pytest.raises(JournalLocked) as caught:
            shelf.opened(path)
        assert caught.value.details["pid"] == os.getpid()
        assert caught.value.details["path"] == str(path)
        assert caught.value.money is MoneyMoved.NO
    shelf.opened(path).close()


def test_readers_take_no_lock_and_see_what_is_committed(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created())
        with open_reader(path) as first, open_reader(path) as second:
            assert first.case(s.CASE).state is CaseState.CREATED
            journal.append(s.authorised())
            assert second.case(s.CASE).state is CaseState.AUTHORISED
            assert second.path == path
            with pytest.raises(sqlite3.OperationalError):
                first._db.execute("INSERT INTO ends_of_day VALUES ('x', 1)")
    with open_reader(path) as late:
        assert late.case(s.CASE).state is CaseState.AUTHORISED


@pytest.mark.parametrize("empty", [True, False])
def test_there_is_nothing_to_read_where_no_journal_is(path: Path, empty: bool) -> None:
    path.parent.mkdir()
    if empty:
        path.touch()
    with pytest.raises(JournalMissing), open_reader(path):
        raise AssertionError("it opened")


def test_an_append_is_all_or_nothing(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        with pytest.raises(IllegalFact):
            journal.append(s.created(), s.authorised(), s.approved())
        with pytest.raises(JournalRefusal):
            journal.case(s.CASE)
        assert journal.tail()[0] == 2
        journal.append(s.created(), s.authorised())
        assert journal.verify() == 4


# --- finding things ----------------------------------------------------------------------------


def test_sales_are_found_by_any_number_day_and_terminal(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), shelf.sale("s2", receipt="0051"))
        for number in ("0050", "000050", "123456789012"):
            assert "s1" in [found.sale.sale_id for found in journal.sales(number=number)]
        assert [found.sale.sale_id for found in journal.sales(number="0051")] == ["s2"]
        assert [found.sale.sale_id for found in journal.sales()] == ["s2", "s1"]
        assert [found.sale.sale_id for found in journal.sales(limit=1)] == ["s2"]
        assert len(journal.sales(terminal="desk", on=s.AT.date())) == 2
        assert journal.sales(terminal="other") == []
        assert journal.sales(on=s.AT.date() - timedelta(days=1)) == []
        assert journal.sale("s9") is None


def test_the_history_of_a_sale_is_what_its_cases_left(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        assert journal.history("s1").taken_minor == 0
        journal.append(*s.TO_REFUNDED)
        history = journal.history("s1")
        assert (history.taken_minor, history.blocking_case) == (1000, s.CASE)
        with pytest.raises(JournalRefusal) as caught:
            journal.history("s9")
        assert caught.value.code == "refusal.not_found"


def test_cases_are_listed_newest_first_and_numbered_by_day(path: Path) -> None:
    day = date(2026, 11, 24)
    with shelf.opened(path) as journal:
        assert journal.next_case_id(day) == "RF-20261124-0001"
        journal.append(shelf.sale(), s.created())
        assert journal.next_case_id(day) == "RF-20261124-0002"
        journal.append(s.created("RF-20261124-0011", key="k2"))
        assert journal.next_case_id(day) == "RF-20261124-0012"
        assert journal.next_case_id(date(2026, 11, 25)) == "RF-20261125-0001"
        assert [c.case_id for c in journal.cases()] == ["RF-20261124-0011", s.CASE]
        assert [c.case_id for c in journal.newest_cases()] == ["RF-20261124-0011", s.CASE]
        assert [c.case_id for c in journal.cases(limit=1)] == ["RF-20261124-0011"]
        assert journal.cases(sale_id="s9") == []
        with pytest.raises(JournalRefusal) as caught:
            journal.case("RF-20261124-0099")
        assert caught.value.code == "refusal.no_such_case"


def test_a_receipt_number_belongs_to_the_case_that_it_proved(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), *s.TO_REFUNDED)
        assert journal.case_with_number("desk", "0002") == s.CASE
        assert journal.case_with_number("desk", "0003") is None
        assert journal.case_with_number("other", "0002") is None


@pytest.mark.parametrize(
    ("told", "number", "found"),
    [
        (PersonVerdict.BOOKED, "0031", s.CASE),
        (PersonVerdict.BOOKED, None, None),
        (PersonVerdict.NOT_BOOKED, "0031", None),
    ],
)
def test_a_number_that_people_typed_counts_when_it_proves_a_booking(
    path: Path, told: PersonVerdict, number: str | None, found: str | None
) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), *s.TO_PARKED, s.verdict(told, number=number))
        assert journal.case_with_number("desk", "0031") == found


def test_an_approval_without_a_record_proves_no_number(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), *s.TO_ARMED, s.seen(), replace(s.approved(), record=None))
        assert journal.case_with_number("desk", "0002") is None


def test_the_last_end_of_day_of_each_terminal_is_known(path: Path) -> None:
    with shelf.opened(path) as journal:
        assert journal.last_end_of_day("desk") is None
        first = EndOfDay(at=s.AT, terminal="desk")
        later = EndOfDay(at=s.AT + timedelta(days=1), terminal="desk", batch_number="8")
        journal.append(first, later)
        assert journal.last_end_of_day("desk") == later
        assert journal.last_end_of_day("other") is None


# --- starting ------------------------------------------------------------------------------------


def test_the_emergency_space_stands_from_the_start(path: Path) -> None:
    with shelf.opened(path):
        assert path.with_name("journal.db.reserve").stat().st_size == RESERVE_BYTES


def test_computed_tables_that_stop_short_are_built_again_at_the_start(path: Path) -> None:
    shelf.filled(path)
    shelf.raw(path, "DELETE FROM standing", "DELETE FROM case_records", "DELETE FROM open_attempts")
    with shelf.opened(path) as journal:
        assert journal.case(s.CASE).state is CaseState.REFUNDED
        assert journal.verify() == 8


def test_the_computed_tables_can_be_built_again_at_any_time(path: Path) -> None:
    shelf.filled(path)
    shelf.raw(path, "UPDATE sales SET reserved_minor = 0")
    with shelf.opened(path) as journal:
        with pytest.raises(JournalCorrupt, match="sales"):
            journal.verify()
        journal.rebuild()
        assert journal.verify() == 8
        state = journal.sale("s1")
        assert state is not None
        assert state.reserved_minor == 1000


def test_a_long_journal_is_checked_at_its_end(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(shelf.sale(), s.created(), *(s.noted() for _ in range(300)))
    with shelf.opened(path) as journal:
        assert len(journal.case(s.CASE).notes) == 300


def test_closing_twice_or_after_a_loss_of_the_disk_does_no_harm(path: Path) -> None:
    journal = shelf.opened(path)
    journal.close()
    journal.close()
    shelf.opened(path).close()


def test_the_first_record_tells_which_journal_it_is(path: Path) -> None:
    with shelf.opened(path, journal_id="j7") as journal:
        fact = journal.record(1).fact
        assert isinstance(fact, JournalOpened)
        assert (fact.journal_id, fact.agent_version) == ("j7", "0.1.0")
        with pytest.raises(JournalCorrupt, match="missing"):
            journal.record(2)


def test_slips_that_wait_are_found_until_they_came_out(tmp_path: Path) -> None:
    with shelf.opened(tmp_path / "j.db") as journal:
        journal.append(shelf.sale(), *s.TO_REFUNDED)
        assert journal.waiting_slips() == []
        journal.append(s.print_due())
        assert journal.waiting_slips() == [s.CASE]
        journal.append(s.print_started(), s.print_uncertain())
        assert journal.waiting_slips() == [s.CASE]
        journal.append(s.printed(proof=PrintProof.PERSON))
        assert journal.waiting_slips() == []
        journal.append(s.print_due(reprint=1))
        assert journal.waiting_slips() == [s.CASE]


def test_the_last_print_on_paper_is_found_behind_files_and_what_never_left(tmp_path: Path) -> None:
    with shelf.opened(tmp_path / "j.db") as journal:
        journal.append(shelf.sale(), *s.TO_REFUNDED, s.print_due())
        assert journal.last_print("counter") is None
        journal.append(s.printed(), s.print_due(reprint=1))
        assert journal.last_print("counter") is None  # a file
        journal.append(s.print_started(reprint=1), s.print_not_sent(reprint=1))
        assert journal.last_print("counter") is None  # not one byte
        journal.append(s.print_started(reprint=1, process_id="0002"))
        assert journal.last_print("counter") == s.print_started(reprint=1, process_id="0002")
        journal.append(s.print_uncertain(reprint=1))
        assert journal.last_print("counter") == s.print_uncertain(reprint=1)
        journal.append(s.printed(reprint=1, proof=PrintProof.PERSON), s.print_due(reprint=2))
        journal.append(s.printed(reprint=2))
        assert journal.last_print("counter") == s.printed(reprint=1, proof=PrintProof.PERSON)


def test_what_came_out_of_one_printer_says_nothing_about_another(tmp_path: Path) -> None:
    with shelf.opened(tmp_path / "j.db") as journal:
        journal.append(shelf.sale(), *s.TO_REFUNDED, s.print_due())
        journal.append(s.print_started(), s.print_uncertain(), s.print_due(reprint=1))
        elsewhere = replace(s.print_started(reprint=1, process_id="0002"), printer="kitchen")
        journal.append(elsewhere, s.printed(reprint=1, proof=PrintProof.ECHO))
        assert journal.last_print("kitchen") == s.printed(reprint=1, proof=PrintProof.ECHO)
        assert journal.last_print("counter") == s.print_uncertain()
        assert journal.last_print("office") is None
