"""`slip show` and `slip preview`: the slip as it looks, marked; nothing is printed by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from printing.errors import NoFont
from printing.sheet import Row
from tests.cli.test_cases import CUT, DECLINED, FIRST, parked_till
from tests.cli.till import ONE_SALE, Till
from tests.printing.pages import PageReader
from tests.process.tools import missing
from tests.slips.pictures import fonts_of_the_pictures

if TYPE_CHECKING:
    from pathlib import Path

    from printing.glyphs import Fonts

PREVIEW = "*** PREVIEW, NOT A SLIP ***"


def rows_of(page: str) -> list[str]:
    """The rows of text on a page."""
    return [block.text for block in PageReader(page).blocks if isinstance(block, Row)]


def test_a_slip_is_shown_as_it_is_kept_but_for_the_mark(till: Till) -> None:
    till.refund()
    (kept,) = (till.folder / "slips").glob("*-merchant.txt")
    ran = till.run("slip", "show", FIRST)
    assert ran.code == 0
    shown = ran.out.splitlines()
    assert [line for line in shown if line.strip() != PREVIEW] == kept.read_text(
        encoding="utf-8"
    ).splitlines()
    assert PREVIEW in ran.out
    customer = till.run("slip", "show", FIRST, "--copy", "customer").out
    assert "CUSTOMER COPY" in customer
    assert "Signature" not in customer


def test_showing_a_slip_never_counts_as_a_print(till: Till) -> None:
    till.refund()
    before = till.run("journal", "anchor", "--json").json["records"]
    files = sorted((till.folder / "slips").iterdir())
    till.run("slip", "show", FIRST)
    till.run("slip", "preview", FIRST, "--to", str(till.folder / "look.html"))
    assert till.run("journal", "anchor", "--json").json["records"] == before
    assert sorted((till.folder / "slips").iterdir()) == files
    assert "REPRINT" not in till.run("slip", "show", FIRST).out


def test_a_reprint_is_shown_with_its_number_or_with_the_one_that_is_asked_for(till: Till) -> None:
    till.refund()
    till.run("cases", "reprint", FIRST)
    assert "*** REPRINT 1 ***" in till.run("slip", "show", FIRST).out
    assert "*** REPRINT 7 ***" in till.run("slip", "show", FIRST, "--reprint", "7").out
    assert "REPRINT" not in till.run("slip", "show", FIRST, "--reprint", "0").out


@pytest.mark.parametrize("wrong", ["-1", "1000", "x"])
def test_a_number_of_a_reprint_that_cannot_be_is_refused(till: Till, wrong: str) -> None:
    with pytest.raises(SystemExit) as refused:
        till.run("slip", "show", FIRST, f"--reprint={wrong}")
    assert refused.value.code == 2


def test_a_preview_goes_into_a_text_or_a_page(till: Till) -> None:
    till.refund()
    shown = till.run("slip", "show", FIRST).out
    for name in ("look.txt", "LOOK.HTML"):
        path = till.folder / name
        ran = till.run("slip", "preview", FIRST, "--to", str(path))
        assert ran.code == 0
        assert f"Shown, not printed: {path}" in ran.said
    assert (till.folder / "look.txt").read_text(encoding="utf-8") == shown
    page = (till.folder / "LOOK.HTML").read_text(encoding="utf-8")
    assert PREVIEW in "\n".join(rows_of(page))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_that_cannot_be_is_told_with_what_to_do(till: Till, language: str) -> None:
    till.refund()
    names = ("look.pdf", "look", str(till.folder / "no" / "look.txt"), "a\0b.txt")
    for name, code in zip(names, ("slip_file",) * 2 + ("not_written",) * 2, strict=True):
        ran = till.run("slip", "preview", FIRST, "--to", name, options=("--lang", language))
        assert ran.code == 2
        assert f"usage.{code}" in ran.err
        assert "[" not in ran.err
    assert ".png" in till.run("slip", "preview", FIRST, "--to", "x.doc").err


def test_a_case_without_an_attempt_has_a_sheet_and_no_slip(till: Till) -> None:
    till.line.pull()
    till.refund("--key", "K")
    ran = till.run("slip", "show", FIRST)
    assert ran.code == 6
    assert "there is no slip" in ran.said
    sheet = till.run("slip", "show", FIRST, "--case-sheet").out
    assert "APPROVED, NOT SENT" in sheet
    assert "None." in sheet


def test_a_case_that_is_not_there_is_6(till: Till) -> None:
    for what in (("show",), ("preview", "--to", "x.txt")):
        ran = till.run("slip", what[0], "RF-1", *what[1:])
        assert ran.code == 6
        assert "There is no case RF-1." in ran.err


def test_a_declined_slip_says_why_in_its_language_where_the_terminal_does(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=DECLINED)
    till.refund()
    english = till.run("slip", "show", FIRST).out
    assert "NOT APPROVED" in english
    assert "05" in english
    chinese = till.run("slip", "show", FIRST, options=("--lang", "zh")).out
    assert "交易未成功" in chinese
    meaning = chinese.split("应答码")[1].split("---")[0]
    assert any(ord(char) > 0x4E00 for char in meaning)
    till.config.write_text('[slip]\nlanguage = "fr"\n' + till.config.read_text())
    french = till.run("slip", "show", FIRST).out
    assert "REFUSÉ" in french
    assert "Code réponse                  05\n" in french
    assert "Réclamation ou retour" in french


def test_an_unknown_case_shows_no_number_of_the_terminal(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    till.refund("--key", "K")
    slip = till.run("slip", "show", FIRST).out
    assert "NOT CONFIRMED" in slip
    assert "Authorisation" not in slip
    sheet = till.run("slip", "show", FIRST, "--case-sheet").out
    assert "Outcome lost" in sheet
    assert "None." in sheet


def test_a_terminal_with_its_own_printer_is_named_on_the_slip(tmp_path: Path) -> None:
    till = Till(tmp_path)
    till.config.write_text(till.config.read_text() + 'printer = "terminal"\n')
    till.refund()
    assert "prints its own receipt" in " ".join(till.run("slip", "show", FIRST).out.split())


def test_the_sheet_of_a_settled_case_tells_people_proof_and_notes(till: Till) -> None:
    till.refund("--amount", "1.00")
    for kind in ("contact", "reported", "evidence"):
        argv = ("cases", "note", FIRST, "--kind", kind, "--by", "Ben", "--text", f"the {kind}")
        assert till.run(*argv).code == 0
    path = till.folder / "case.html"
    assert till.run("slip", "preview", FIRST, "--case-sheet", "--to", str(path)).code == 0
    rows = rows_of(path.read_text(encoding="utf-8"))
    text = "\n".join(rows)
    for word in ("REFUNDED", "Anna", "Ben", "the terminal's answer", "the contact", "the reported"):
        assert word in text, word
    happened = rows[rows.index("WHAT HAPPENED") :]
    order = ["Case opened", "Approved by", "Sent to the terminal", "Approved", "Customer was told"]
    told = [row[9:] for row in happened if row[2:3] == ":"]
    assert [one for one in told if one in order] == order
    assert PREVIEW not in text


def test_the_sheet_of_a_case_tells_what_people_decided_and_corrected(tmp_path: Path) -> None:
    till = parked_till(tmp_path)
    sheet = till.run("slip", "show", FIRST, "--case-sheet").out
    assert "PEOPLE DECIDE" in sheet
    assert "No machine can tell" in sheet, sheet
    word = ("--evidence", "list of the day", "--first", "Anna", "--second", "Carla")
    resolve = ("cases", "resolve", FIRST, *word)
    assert till.run(*resolve, "--verdict", "not-refunded").code == 0
    sheet = till.run("slip", "show", FIRST, "--case-sheet").out
    assert "Two people: not booked" in sheet
    assert "Anna, Carla" in sheet
    assert "list of the day" in sheet
    assert till.run(*resolve, "--verdict", "refunded", "--number", "0003").code == 0
    sheet = till.run("slip", "show", FIRST, "--case-sheet").out
    assert "Corrected: booked" in sheet
    assert "CHECKED: DONE" in sheet


def test_the_sheet_of_a_declined_and_of_a_given_up_case(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=DECLINED)
    till.refund()
    sheet = till.run("slip", "show", FIRST, "--case-sheet", options=("--lang", "zh")).out
    assert "交易未成功" in sheet
    assert "05" in sheet
    folder = tmp_path / "given-up"
    folder.mkdir()
    other = Till(folder)
    other.line.pull()
    other.refund("--key", "K")
    other.run("cases", "cancel", FIRST, "--by", "Ben")
    assert "Given up by" in other.run("slip", "show", FIRST, "--case-sheet").out


def test_the_days_anchor_is_put_into_a_page_when_wanted(till: Till) -> None:
    path = till.folder / "anchor.html"
    ran = till.run("journal", "anchor", "--json", "--to", str(path))
    assert ran.code == 0
    text = "".join("".join(rows_of(path.read_text(encoding="utf-8"))).split())
    assert str(ran.json["code"]) in text
    assert str(ran.json["hash"]) in text
    assert till.run("journal", "anchor", "--to", "anchor.odt").code == 2


def test_a_preview_goes_into_a_picture_where_there_is_a_font(till: Till) -> None:
    if fonts_of_the_pictures() is None:
        missing("no font with Chinese letters is installed (Debian: fonts-noto-cjk)")
    till.refund()
    path = till.folder / "look.png"
    for language in ("en", "zh"):
        options = ("--lang", language)
        ran = till.run("slip", "preview", FIRST, "--to", str(path), options=options)
        assert ran.code == 0
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert int.from_bytes(data[16:20]) == 384


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_font_a_picture_is_refused_with_what_to_do(
    till: Till, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    def none() -> Fonts:
        raise NoFont("no font", what_to_do="apt install fonts-noto-cjk")

    till.refund()
    monkeypatch.setattr("drivers.fonts.find_fonts", none)
    path = till.folder / "look.png"
    ran = till.run("slip", "preview", FIRST, "--to", str(path), options=("--lang", language))
    assert ran.code == 2
    assert "slip.no_font" in ran.err
    assert "fonts-noto-cjk" in ran.err
    assert not path.exists()


def test_a_preview_goes_into_a_printers_commands_without_a_font(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> Fonts:
        raise AssertionError("the printer has these letters")

    till.refund()
    # Without the terminal's own text, whose German letters no Chinese printer has.
    till.config.write_text(till.config.read_text() + 'printer = "terminal"\n')
    monkeypatch.setattr("drivers.fonts.find_fonts", none)
    path = till.folder / "look.escpos"
    for language, title in (("en", b"VOID"), ("zh", "消费撤销".encode("gb18030"))):
        options = ("--lang", language)
        ran = till.run("slip", "preview", FIRST, "--to", str(path), options=options)
        assert ran.code == 0
        data = path.read_bytes()
        assert data.startswith(b"\x1b@")
        assert title in data


def test_a_refund_that_the_terminal_refused_to_start_is_not_carried_out(tmp_path: Path) -> None:
    refuse = '[[step]]\non = "money"\ndo = "refuse"\ncode = "9C"\n'
    till = Till(tmp_path, scenario=ONE_SALE + refuse)
    assert till.refund("--key", "K").code == 4
    slip = till.run("slip", "show", FIRST).out
    assert "NOT CARRIED OUT" in slip
    assert "9C" in slip
    sheet = till.run("slip", "show", FIRST, "--case-sheet").out
    assert "NOT STARTED" in sheet
    assert "Proved: nothing was" in sheet
