"""`journal anchor` and `journal verify --anchor`: told, kept, typed again, and what each finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from terminal_agent.cli import journal as command
from tests.cli.till import Till
from tests.journal import shelf

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = '[journal]\nanchors = "elsewhere.jsonl"\nanchor_key = "of the shop"\n'


@pytest.fixture
def till(tmp_path: Path) -> Till:
    till = Till(tmp_path)
    assert till.refund().code == 0
    return till


def code_of(till: Till) -> str:
    return str(till.run("journal", "anchor", "--json").json["code"])


def cut(till: Till, last: int) -> None:
    path = till.folder / "journal.db"
    shelf.raw(path, *shelf.UNGUARD, f"DELETE FROM records WHERE seq > {last}")
    path.with_name("journal.db.marker").unlink()


def test_the_code_is_told_and_put_on_a_slip(till: Till) -> None:
    ran = till.run("journal", "anchor")
    assert ran.code == 0
    assert "ANCHOR OF THE JOURNAL" in ran.out
    (slip,) = (till.folder / "slips").glob("anchor-*.txt")
    lines = slip.read_text(encoding="utf-8").splitlines()
    assert all(len(line) <= 32 for line in lines)
    assert "DAILY ANCHOR" in lines[1]
    at = lines.index("CODE TO TYPE")
    code = "".join(line.strip() for line in lines[at + 1 : at + 3])
    assert code == code_of(till)
    assert "".join(line.strip() for line in ran.out.splitlines()[3:5]) == code
    assert str(slip) in ran.said
    assert till.run("journal", "verify", "--anchor", code).code == 0


def test_the_check_says_what_it_could_not_see(till: Till) -> None:
    assert "Without an anchor" in till.run("journal", "verify").said
    ran = till.run("journal", "verify", "--anchor", code_of(till))
    assert "1 anchors fit" in ran.said
    assert "Without an anchor" not in ran.said
    told = till.run("journal", "verify", "--json", "--anchor", code_of(till)).json
    records = told["records"]
    assert told == {"ok": True, "records": records, "anchors": 1, "given_up": 0, "tables": True}


def test_many_records_are_checked_without_their_tables_unless_asked(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "TABLES_UP_TO", 3)
    ran = till.run("journal", "verify")
    assert "--tables" in ran.said
    assert till.run("journal", "verify", "--json").json["tables"] is False
    assert till.run("journal", "verify", "--json", "--tables").json["tables"] is True


def test_records_cut_off_are_found_and_the_next_step_is_said(till: Till) -> None:
    code = code_of(till)
    cut(till, 6)
    assert till.run("cases", "list").code == 0
    assert till.run("sale", "list").code == 0
    with till.journal():
        pass  # a start computes the tables anew, and then nobody else can see it
    assert till.run("journal", "verify").code == 0
    ran = till.run("journal", "verify", "--anchor", code)
    assert ran.code == 8
    assert "ends before record 7" in ran.said
    assert "bring the backup back" in ran.said
    assert till.run("journal", "verify", "--anchor", code, "--json").error == "journal.cut"


def test_each_end_of_day_keeps_an_anchor_in_the_configured_file(tmp_path: Path) -> None:
    till = Till(tmp_path, config=CONFIG)
    assert till.refund().code == 0
    ran = till.run("terminal", "end-of-day", "--terminal", "till")
    assert ran.code == 0
    assert "ANCHOR OF THE JOURNAL" in ran.out
    (line,) = (tmp_path / "elsewhere.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["mac"]
    assert till.run("journal", "verify", "--json").json["anchors"] == 1
    cut(till, 6)
    ran = till.run("journal", "verify")
    assert ran.code == 8, "the file is read without being named"


def test_an_unsigned_line_in_the_configured_file_is_refused(tmp_path: Path) -> None:
    till = Till(tmp_path, config=CONFIG)
    assert till.run("journal", "anchor").code == 0
    kept = tmp_path / "elsewhere.jsonl"
    forged = {**json.loads(kept.read_text(encoding="utf-8")), "seq": 1}
    kept.write_text(json.dumps(forged), encoding="utf-8")
    ran = till.run("journal", "verify")
    assert ran.code == 2
    assert "not signed by this shop's key" in ran.said
    assert "of the shop" not in ran.said


@pytest.mark.parametrize("given", ["17-ABCD", "nowhere.jsonl", ""])
def test_what_is_no_anchor_is_refused_before_the_journal_is_read(till: Till, given: str) -> None:
    ran = till.run("journal", "verify", "--anchor", given)
    assert ran.code == 2
    assert "That is no anchor" in ran.said
    assert "Type the code again" in ran.said


def test_an_anchor_of_another_journal_does_not_fit(till: Till, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Till(tmp_path / "other")
    ran = till.run("journal", "verify", "--anchor", code_of(other))
    assert ran.code == 8
    assert "an anchor differs" in ran.said


def test_an_anchor_is_added_to_a_file_that_is_named(till: Till) -> None:
    file = till.folder / "usb.jsonl"
    for count in (1, 2):
        assert till.run("journal", "anchor", "--out", str(file)).code == 0
        told = till.run("journal", "verify", "--json", "--anchor", str(file)).json
        assert told["anchors"] == count
    (till.folder / "folder").mkdir()
    ran = till.run("journal", "anchor", "--out", str(till.folder / "folder"))
    assert ran.code == 2
    assert "could not be kept" in ran.said


def test_a_file_that_cannot_be_written_does_not_stop_the_end_of_day(tmp_path: Path) -> None:
    till = Till(tmp_path, config='[journal]\nanchors = "no/such/folder/a.jsonl"\n')
    ran = till.run("terminal", "end-of-day", "--terminal", "till")
    assert ran.code == 0
    assert "could not be kept" in ran.said
    assert "ANCHOR OF THE JOURNAL" in ran.out
    ran = till.run("journal", "anchor")
    assert ran.code == 2
    assert "write it down" in ran.said


def test_a_file_of_anchors_that_is_a_folder_is_told(till: Till) -> None:
    config = till.config.read_text(encoding="utf-8")
    till.config.write_text(f'[journal]\nanchors = "slips"\n{config}', encoding="utf-8")
    ran = till.run("journal", "verify")
    assert ran.code == 2
    assert "That is no anchor" in ran.said


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    till = Till(tmp_path, config=CONFIG)
    shown = till.run("config", "show").said
    assert "journal.anchor_key" in shown
    assert "of the shop" not in shown


def test_a_path_of_anchors_that_is_none_is_refused_before_anything_else(till: Till) -> None:
    config = till.config.read_text(encoding="utf-8")
    till.config.write_text(f'[journal]\nanchors = "~no-such-user/a"\n{config}', encoding="utf-8")
    ran = till.run("terminal", "end-of-day", "--terminal", "till")
    assert ran.code == 2
    assert "journal.anchors" in ran.said
