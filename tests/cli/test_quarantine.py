"""`quarantine show` and `release`: why, what both sides know last, and what the anchors say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from terminal_agent.journal.replay import open_reader
from terminal_agent.refund.facts import QuarantineReleased
from tests.cli.till import BOOK, SOLD, Ran, Till

if TYPE_CHECKING:
    from pathlib import Path

# A journal that is gone, older, or another one -----------------------------------------------


def test_the_quarantine_is_shown_and_released_by_two_people(tmp_path: Path) -> None:
    till = Till(tmp_path)
    assert till.run("quarantine", "show").out == "Nothing is in quarantine.\n"
    release = ("quarantine", "release", "--evidence", "compared both books", "--first", "Ann")
    assert till.run(*release, "--second", "Bob").code == 6
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    book = tmp_path / "sales.csv"
    book.write_text(BOOK + SOLD)
    assert till.run("sale", "import", str(book)).code == 0
    blocked = till.refund()
    assert (blocked.code, blocked.error) == (6, "refusal.quarantine")
    shown = till.run("quarantine", "show")
    assert shown.code == 6
    assert "Blocked since 2026-11-24" in shown.out
    told = till.run("quarantine", "show", "--json").json
    assert (told["quarantine"], told["why"]) == (True, "quarantine.journal_lost")
    same = till.run(*release, "--second", "ANN")
    assert same.code == 6
    released = till.run(*release, "--second", "Bob")
    assert "Last transaction of till, to be compared" in released.out
    assert "0001" in released.out
    assert released.out.endswith("Refunds are possible again.\n")
    with till.journal() as journal:
        (fact,) = (
            record.fact
            for record in journal.records()
            if isinstance(record.fact, QuarantineReleased)
        )
    assert fact.evidence_text.startswith("compared both books; till: 0001 ")
    assert till.refund().code == 0
    assert till.run("quarantine", "show", "--json").json == {"quarantine": False, "why": None}


def in_quarantine(tmp_path: Path, **made: str) -> Till:
    till = Till(tmp_path, **made)
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert till.run("sale", "import", str(tmp_path / "sales.csv")).code == 0
    return till


RELEASE = ("quarantine", "release", "--evidence", "paper", "--first", "Ann", "--second", "Bob")


def test_nothing_is_released_before_the_terminal_was_read(tmp_path: Path) -> None:
    till = in_quarantine(tmp_path)
    till.line.pull()
    ran = till.run(*RELEASE)
    assert ran.code == 7
    assert "refunds stay blocked" in ran.said
    assert "--no-terminal" in ran.said
    assert till.run("quarantine", "show").code == 6, "still blocked"
    assert till.run(*RELEASE, "--no-terminal").code == 0
    assert till.run("quarantine", "show").code == 0


def test_a_terminal_that_shows_nothing_is_told(tmp_path: Path) -> None:
    till = in_quarantine(tmp_path, scenario="")
    assert "the terminal shows no transaction" in till.run(*RELEASE).said


# What both sides know last -------------------------------------------------------------------


def terminals(ran: Ran) -> dict[str, object]:
    """What a script is told of the only terminal."""
    found = ran.json["terminals"]
    assert isinstance(found, dict)
    (one,) = found.values()
    assert isinstance(one, dict)
    return one


def put_back(till: Till, *, keep: tuple[str, ...] = ("journal.db",)) -> dict[str, bytes]:
    """The files as they are now, to be put back later."""
    return {name: (till.folder / name).read_bytes() for name in keep}


def restore(till: Till, files: dict[str, bytes]) -> None:
    for part in till.folder.glob("journal.db-*"):
        part.unlink()
    for name, data in files.items():
        (till.folder / name).write_bytes(data)


@pytest.fixture
def behind(till: Till) -> Till:
    """A till whose journal knows one refund of EUR 1.00; the terminal has booked two more."""
    assert till.refund("--amount", "1.00").code == 0
    files = put_back(till)
    for amount in ("2.00", "3.00"):
        assert till.refund("--amount", amount).code == 0
    restore(till, files)
    assert till.refund("--amount", "2.00").error == "refusal.quarantine"
    return till


def test_our_last_record_stands_beside_the_terminals(behind: Till) -> None:
    ran = behind.run("quarantine", "show")
    assert ran.code == 6
    ours, theirs = (
        "Last transaction of till that our journal knows:",
        "Last transaction of till, to be compared with the shop's records:",
    )
    assert ran.said.index(ours) < ran.said.index(theirs)
    between = ran.said[ran.said.index(ours) : ran.said.index(theirs)]
    assert "From case RF-20261124-0001, 2026-11-24" in between
    assert "0002" in between
    assert "100" in between
    after = ran.said[ran.said.index(theirs) :]
    assert "0004" in after
    assert "300" in after
    assert "The terminal's numbers are further by 2." in after
    assert behind.bookings == [("refund", 100), ("refund", 200), ("refund", 300)]


def test_a_script_is_told_both_and_the_difference(behind: Till) -> None:
    told = terminals(behind.run("quarantine", "show", "--json"))
    assert (told["difference"], told["count"]) == ("quarantine.further", 2)
    ours, theirs = told["ours"], told["terminal"]
    assert isinstance(ours, dict)
    assert isinstance(theirs, dict)
    assert (ours["source"], ours["name"]) == ("quarantine.from_case", "RF-20261124-0001")
    assert ours["record"]["receipt_number"] == "0002"
    assert (theirs["receipt_number"], theirs["amount_minor"]) == ("0004", 300)


def test_the_difference_is_told_in_chinese(behind: Till) -> None:
    ran = behind.run("quarantine", "show", options=("--lang", "zh"))
    assert "我方日志所知的 till 末笔交易" in ran.said
    assert "终端的号码多出 2 个" in ran.said


def test_the_journal_alone_is_shown_where_the_terminal_is_not_to_be_read(behind: Till) -> None:
    opened = behind.opened
    ran = behind.run("quarantine", "show", "--no-terminal")
    assert ran.code == 6
    assert "that our journal knows" in ran.said
    assert "till was not read" in ran.said
    assert behind.opened == opened
    told = terminals(behind.run("quarantine", "show", "--no-terminal", "--json"))
    assert (told["terminal"], told["difference"], told["count"]) == (None, None, None)


def test_a_terminal_that_cannot_be_read_is_told_and_ours_is_shown(behind: Till) -> None:
    behind.line.pull()
    ran = behind.run("quarantine", "show")
    assert ran.code == 6
    assert "that our journal knows" in ran.said
    assert "till was not read" in ran.said
    assert ran.err, "the cause is told"


def test_before_a_release_the_difference_is_shown_too(behind: Till) -> None:
    ran = behind.run(*RELEASE)
    assert ran.code == 0
    assert "From case RF-20261124-0001" in ran.said
    assert "The terminal's numbers are further by 2." in ran.said
    assert ran.out.endswith("Refunds are possible again.\n")


def test_a_journal_that_knows_nothing_says_so(tmp_path: Path) -> None:
    till = in_quarantine(tmp_path, sales=BOOK + SOLD)
    config = till.config.read_text(encoding="utf-8")
    till.config.write_text(config.replace("[terminal.till]", "[terminal.other]"), encoding="utf-8")
    ran = till.run("quarantine", "show")
    assert "other: our journal knows no transaction." in ran.said
    assert "Our journal knows nothing of this terminal." in ran.said
    assert terminals(till.run("quarantine", "show", "--json"))["ours"] is None


def test_where_nothing_is_blocked_no_terminal_is_asked(till: Till) -> None:
    opened = till.opened
    assert till.run("quarantine", "show", "--json").json == {"quarantine": False, "why": None}
    assert till.opened == opened


def test_a_trace_of_what_the_terminal_was_asked_may_be_kept(behind: Till) -> None:
    trace = behind.folder / "asked.jsonl"
    assert behind.run("quarantine", "show", "--trace", str(trace)).code == 6
    assert trace.stat().st_size


# The anchors -----------------------------------------------------------------------------------

ANCHORED = '[journal]\nanchors = "stick/anchors.jsonl"\nanchor_key = "of the shop"\n'
WHOLE = ("journal.db", "journal.db.marker", "journal.db.anchored")


@pytest.fixture
def anchored(tmp_path: Path) -> Till:
    """A till with an anchor on a stick."""
    (tmp_path / "stick").mkdir()
    till = Till(tmp_path, config=ANCHORED)
    assert till.refund("--amount", "1.00").code == 0
    assert till.run("journal", "anchor").code == 0
    return till


def test_a_folder_put_back_as_a_whole_is_noticed_by_the_anchor(anchored: Till) -> None:
    files = put_back(anchored, keep=WHOLE)
    assert anchored.refund("--amount", "2.00").code == 0
    assert anchored.run("journal", "anchor").code == 0
    restore(anchored, files)
    ran = anchored.run("quarantine", "show", "--no-terminal")
    assert ran.code == 6, "seen by who only reads, too"
    assert "older than it was" in ran.said
    blocked = anchored.refund("--amount", "2.00")
    assert (blocked.code, blocked.error) == (6, "refusal.quarantine")
    assert anchored.bookings == [("refund", 100), ("refund", 200)]
    released = anchored.run(*RELEASE)
    assert released.code == 0, released
    assert "The terminal's numbers are further by 1." in released.said
    assert anchored.refund("--amount", "3.00").code == 0
    ran = anchored.run("journal", "verify", "--json")
    assert (ran.code, ran.json["anchors"], ran.json["given_up"]) == (0, 2, 1)
    assert "Older anchors that do not count any more: 1." in anchored.run("journal", "verify").said


def test_a_journal_in_doubt_gets_no_anchor_that_would_vouch_for_it(anchored: Till) -> None:
    files = put_back(anchored, keep=WHOLE)
    assert anchored.refund("--amount", "2.00").code == 0
    assert anchored.run("journal", "anchor").code == 0
    kept = (anchored.folder / "stick" / "anchors.jsonl").read_bytes()
    restore(anchored, files)
    for _ in range(2):
        ran = anchored.run("journal", "anchor", "--json")
        assert (ran.code, ran.error) == (6, "refusal.anchor_in_doubt")
        ran = anchored.run("terminal", "end-of-day")
        assert ran.code == 0
        assert "ANCHOR OF THE JOURNAL" in ran.out, "on paper it does no harm"
        assert "the journal is in doubt" in ran.said
    assert (anchored.folder / "stick" / "anchors.jsonl").read_bytes() == kept
    assert anchored.refund("--amount", "2.00").error == "refusal.quarantine"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stick_that_is_not_there_blocks_until_it_is_back(anchored: Till, language: str) -> None:
    stick = anchored.folder / "stick"
    away = stick.rename(anchored.folder / "pocket")
    blocked = anchored.run(
        *("refund", "--receipt", "1", "--amount", "2.00", "--json", "--cashier", "Anna"),
        *("--approver", "Ben", "--reason", "complaint", "--yes"),
        options=("--lang", language),
    )
    assert (blocked.code, blocked.error) == (6, "refusal.anchors_missing")
    assert blocked.json["money_moved"] == "no"
    message = blocked.json["message"]
    assert isinstance(message, dict)
    assert str(stick / "anchors.jsonl") in message["what"]
    shown = anchored.run("quarantine", "show", "--no-terminal", options=("--lang", language))
    assert shown.code == 6
    assert anchored.run("cases", "list").code == 0
    ran = anchored.run("journal", "anchor", "--json")
    assert ran.error == "refusal.anchor_in_doubt", "no new file takes the place of the old one"
    away.rename(stick)
    assert anchored.run("quarantine", "show").code == 0
    assert anchored.refund("--amount", "2.00").code == 0


def test_a_stick_that_is_gone_for_good_is_replaced_by_two_people(anchored: Till) -> None:
    stick = anchored.folder / "stick"
    stick.rename(anchored.folder / "broken")
    ran = anchored.run(*RELEASE, "--no-terminal")
    assert ran.code == 2, "with no place for a new anchor nothing is released"
    assert "could not be kept" in ran.said
    assert anchored.refund("--amount", "2.00").error == "refusal.quarantine"
    stick.mkdir()
    assert anchored.run(*RELEASE).code == 0
    (line,) = (stick / "anchors.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["mac"]
    assert anchored.refund("--amount", "2.00").code == 0
    with open_reader(anchored.folder / "journal.db") as journal:
        started = [r.fact for r in journal.records() if r.kind == "quarantine_started"]
    assert [getattr(fact, "why", "") for fact in started] == ["quarantine.anchors_missing"]


def test_a_key_that_is_another_one_blocks_and_says_where_to_look(anchored: Till) -> None:
    config = anchored.config.read_text(encoding="utf-8")
    anchored.config.write_text(config.replace("of the shop", "of a thief"), encoding="utf-8")
    blocked = anchored.refund("--amount", "2.00")
    assert (blocked.code, blocked.error) == (6, "refusal.anchors_forged")
    message = blocked.json["message"]
    assert isinstance(message, dict)
    assert "anchor_key" in message["do"]
    anchored.config.write_text(config, encoding="utf-8")
    assert anchored.refund("--amount", "2.00").code == 0


def test_a_file_that_cannot_be_read_blocks(anchored: Till) -> None:
    file = anchored.folder / "stick" / "anchors.jsonl"
    file.unlink()
    file.mkdir()
    assert anchored.refund("--amount", "2.00").error == "refusal.anchors_unreadable"
    assert anchored.bookings == [("refund", 100)]


def test_a_case_that_is_open_is_recovered_without_the_stick(tmp_path: Path) -> None:
    from tests.cli.test_cases import CUT

    (tmp_path / "stick").mkdir()
    till = Till(tmp_path, config=ANCHORED, scenario=CUT)
    assert till.run("journal", "anchor").code == 0
    assert till.refund("--key", "K").code == 5
    (tmp_path / "stick").rename(tmp_path / "pocket")
    till.line.plug()
    ran = till.run("recover", "--json")
    assert (ran.code, ran.json["still_open"]) == (0, 0)
