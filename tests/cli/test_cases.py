"""The refund register on the command line."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.till import ONE_SALE, YES, Till

if TYPE_CHECKING:
    from pathlib import Path

DECLINED = ONE_SALE + '[[step]]\non = "money"\ndo = "decline"\ncode = "05"\n'
CUT = """[terminal]
vote = "stay"
[[sale]]
amount_minor = 1234
[[fault]]
direction = "to_ecr"
message = "result"
after = "money"
do = "cut"
"""
FIRST = "RF-20261124-0001"


def lines(out: str) -> list[dict[str, object]]:
    """One object per line."""
    return [json.loads(line) for line in out.splitlines()]


def test_the_register_lists_newest_first_and_only_open_ones_on_demand(till: Till) -> None:
    assert till.run("cases", "list").code == 0
    till.refund("--amount", "1.00")
    till.refund("--amount", "2.00")
    ran = till.run("cases", "list", "--json")
    assert [(one["case"], one["amount_minor"]) for one in lines(ran.out)] == [
        ("RF-20261124-0002", 200),
        (FIRST, 100),
    ]
    assert till.run("cases", "list", "--open", "--json").out == ""
    shown = till.run("cases", "list")
    assert "RF-20261124-0002" in shown.out
    assert "2026-11-24" in shown.out
    assert max(len(line) for line in shown.out.splitlines()) <= 80


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_case_is_shown_with_all_its_attempts(tmp_path: Path, language: str) -> None:
    till = Till(tmp_path, scenario=CUT)
    till.refund("--key", "K")
    shown = till.run("cases", "show", FIRST, options=("--lang", language))
    assert shown.code == 0
    assert FIRST in shown.out
    assert "[" not in shown.out
    for word in ("000001", f"{FIRST}-1", "simulated line"):
        assert word in shown.said, word
    found = till.run("cases", "show", FIRST, "--json").json
    assert (found["outcome"], found["state"]) == ("unknown", "attempting")
    attempts = found["attempts"]
    assert isinstance(attempts, dict)
    assert attempts["1"]["unknown"] == "recovery_interrupted"
    assert attempts["1"]["baseline"]["receipt_number"] == "0001"


def test_a_settled_and_a_parked_case_show_what_is_known(tmp_path: Path) -> None:
    till = Till(tmp_path)
    till.refund()
    shown = till.run("cases", "show", FIRST)
    assert "Booked (receipt / trace)" in shown.said
    folder = tmp_path / "parked"
    folder.mkdir()
    parked = parked_till(folder)
    shown = parked.run("cases", "show", FIRST)
    assert "The terminal's own journal or last receipts" in shown.said
    assert "people decide" in shown.said
    found = parked.run("cases", "show", FIRST, "--json").json
    assert (found["outcome"], found["parked"]) == ("unknown", True)


def parked_till(folder: Path) -> Till:
    """A case that no machine can tell: somebody booked at the keypad in between."""
    other = '[[step]]\non = "enquiry"\nnth = 2\ndo = "keypad"\nkind = "sale"\namount_minor = 777\n'
    till = Till(folder, scenario=CUT + "seconds = 5\n" + other)
    assert till.refund("--key", "K").code == 5
    return till


def test_a_declined_case_is_shown_with_the_advice_of_its_terminal(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=DECLINED)
    till.refund()
    found = till.run("cases", "show", FIRST, "--json").json
    message = found["message"]
    assert isinstance(message, dict)
    assert "customer" in message["do"]
    # A terminal that was taken out of the configuration since has no words for its codes.
    till.config.write_text(till.config.read_text().replace("terminal.till", "terminal.other"))
    assert till.run("cases", "show", FIRST, "--json").json["outcome"] == "declined"


def test_a_case_that_is_not_there_is_6(till: Till) -> None:
    for argv in (("show",), ("reprint",), ("cancel", "--by", "Ben")):
        what, *more = argv
        ran = till.run("cases", what, "RF-1", *more)
        assert ran.code == 6
        assert "There is no case RF-1." in ran.err


def test_no_journal_yet_is_8_and_says_so(tmp_path: Path) -> None:
    till = Till(tmp_path, sales="")
    ran = till.run("cases", "list", "--json")
    assert (ran.code, ran.error) == (8, "journal.missing")


def test_the_register_is_exported_to_a_file_and_to_standard_output(till: Till) -> None:
    till.refund("--amount", "1.00")
    file = till.folder / "out" / "register.csv"
    ran = till.run("cases", "export", str(file))
    assert ran.code == 2
    assert "cannot be" in ran.said
    file.parent.mkdir()
    ran = till.run("cases", "export", str(file))
    assert (ran.code, ran.out) == (0, f"1 rows were written to {file}.\n")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    told = till.run("cases", "export", "-").out
    rows = list(csv.reader(io.StringIO(told)))
    assert rows == list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert rows[0][0] == "Date"
    assert rows[1][1] == FIRST


def test_a_case_that_was_given_up_gives_its_amount_back(till: Till) -> None:
    till.line.pull()
    assert till.refund("--key", "K1").code == 7
    till.line.plug()
    blocked = till.refund("--key", "K2")
    assert (blocked.code, blocked.error) == (6, "refusal.duplicate")
    agreed = till.run("cases", "show", FIRST, "--json").json
    assert (agreed["outcome"], agreed["money_moved"]) == ("not_sent", "no")
    assert "nothing was sent for it so far" in str(agreed["message"])
    assert till.run("cases", "cancel", FIRST, "--by", " ").code == 2
    assert till.run("cases", "cancel", FIRST, "--by", "Ben").code == 0
    again = till.run("cases", "cancel", FIRST, "--by", "Ben")
    assert again.code == 6
    assert f"Case {FIRST} is closed." in again.err
    given_up = till.refund("--key", "K1")
    assert (given_up.code, given_up.json["outcome"]) == (4, "not_sent")
    assert "was given up" in str(given_up.json["message"])
    assert till.refund("--key", "K2").code == 0


def test_an_open_case_cannot_be_given_up(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    till.refund("--key", "K")
    ran = till.run("cases", "cancel", FIRST, "--by", "Ben")
    assert ran.code == 6
    assert "outcome is not known" in ran.said
    assert "No money has moved" not in ran.said


def test_without_a_key_a_refund_that_never_began_holds_nothing(till: Till) -> None:
    till.line.pull()
    assert till.refund().code == 7
    till.line.plug()
    assert till.refund().code == 0
    assert till.run("cases", "show", FIRST, "--json").json["state"] == "not_refunded"


def test_notes_fill_the_columns_that_people_fill(till: Till) -> None:
    till.refund("--amount", "1.00")
    for kind, text in (("contact", "called"), ("reported", "manager"), ("evidence", "folder 7")):
        argv = ("cases", "note", FIRST, "--kind", kind, "--by", "Ben", "--text", text)
        assert till.run(*argv).code == 0
    shown = till.run("cases", "show", FIRST).out
    for text in ("called", "manager", "folder 7"):
        assert text in shown
    short = ("cases", "note", FIRST, "--kind", "contact", "--by", "Ben", "--text", "x")
    assert till.run(*short).code == 2


def test_a_reprint_is_marked_and_needs_an_attempt(till: Till) -> None:
    till.line.pull()
    till.refund("--key", "K")
    ran = till.run("cases", "reprint", FIRST)
    assert ran.code == 6
    assert "there is no slip" in ran.said
    till.line.plug()
    till.refund("--key", "K")
    ran = till.run("cases", "reprint", FIRST)
    assert ran.code == 0
    files = [line.removeprefix("Slip: ") for line in ran.out.splitlines()]
    assert len(files) == 2
    for name in files:
        assert "COPY" in (till.folder / "slips" / name).read_text(encoding="utf-8").upper()


def test_a_reprint_that_cannot_be_written_is_told(till: Till) -> None:
    till.refund("--amount", "1.00")
    for slip in (till.folder / "slips").iterdir():
        slip.unlink()
    (till.folder / "slips").rmdir()
    (till.folder / "slips").write_text("a file")
    ran = till.run("cases", "reprint", FIRST)
    assert ran.code == 7
    assert "The slip could not be kept" in ran.said


def test_an_unknown_case_can_be_printed_as_such(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    ran = till.run("refund", "--receipt", "1", *YES)
    assert ran.code == 5
    ran = till.run("cases", "reprint", FIRST)
    assert ran.code == 0
    name = ran.out.splitlines()[0].removeprefix("Slip: ")
    assert "NOT CONFIRMED" in (till.folder / "slips" / name).read_text(encoding="utf-8").upper()
