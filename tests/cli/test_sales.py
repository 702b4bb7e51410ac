"""The sale book on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.till import BOOK, ONE_SALE, SOLD, TERMINAL, Said, Till

if TYPE_CHECKING:
    from pathlib import Path


def imported(till: Till, text: str | bytes, *more: str) -> tuple[int, Said]:
    """Import a file with this content; exit code and everything that was said."""
    file = till.folder / "book.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    ran = till.run("sale", "import", str(file), *more)
    return ran.code, ran.said


def test_a_book_is_imported_once(till: Till) -> None:
    file = str(till.folder / "sales.csv")
    ran = till.run("sale", "import", file, "--json")
    assert ran.json == {"ok": True, "imported": 0, "known": 1}
    more = till.folder / "more.csv"
    more.write_text(BOOK + SOLD + "S2,1.00,2026-11-24T09:30:00,0002,000002,\n")
    ran = till.run("sale", "import", str(more))
    assert ran.out == "1 new sales in the sale book, 1 were known.\n"


@pytest.mark.parametrize("number", ["1", "0001", "000001"])
def test_sales_are_found_by_their_number_however_many_zeros(till: Till, number: str) -> None:
    ran = till.run("sale", "list", "--number", number)
    assert ran.code == 0
    assert "S1" in ran.out
    assert "2026-11-24 09:00" in ran.out
    found = json.loads(till.run("sale", "list", "--number", number, "--json").out)
    assert (found["sale_id"], found["remaining_minor"]) == ("S1", 1234)


def test_all_sales_are_listed_or_none_is_said(till: Till) -> None:
    assert "S1" in till.run("sale", "list").out
    assert (
        till.run("sale", "list", "--number", "99").out
        == "There is no sale that could be refunded.\n"
    )
    assert till.run("sale", "list", "--terminal", "bar", "--json").out == ""


def test_a_spreadsheets_byte_order_mark_and_semicolons_are_understood(tmp_path: Path) -> None:
    till = Till(tmp_path, sales="")
    text = b"\xef\xbb\xbfsale_id;amount;sold_at\r\nA;12,50;2026-11-24 09:00\r\n"
    assert imported(till, text) == (0, "1 new sales in the sale book, 0 were known.")


def test_a_clear_card_number_is_masked_before_it_is_kept(tmp_path: Path) -> None:
    till = Till(tmp_path, sales="")
    pan = "4111111111111111"
    at = "2026-11-24T09:00:00"
    rows = f"A,12.50,{at},4111 1111 1111 1111\nB,1,{at},{pan}\n"
    text = f"sale_id,amount,sold_at,masked_pan\n{rows}"
    assert imported(till, text)[0] == 0
    assert pan not in till.run("sale", "list", "--json").out
    assert "411111******1111" in till.run("sale", "list", "--json").out
    for path in till.folder.glob("journal*"):
        assert pan.encode() not in path.read_bytes()


HEAD = "sale_id,amount,sold_at,currency,receipt_number\n"
GOOD = "A,1.00,2026-11-24T09:00:00,EUR,0007\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "sale_id, amount, sold_at"),
        ("sale_id,amount\nA,1\n", 1, "the heading lacks sold_at"),
        ("sale_id,amount,sold_at,colour\n", 1, "unknown columns: colour"),
        (HEAD + GOOD + "B,1.00,2026-11-24T09:00:00,EUR,0008,more\n", 3, "more values than columns"),
        (HEAD + GOOD + ",1.00,2026-11-24T09:00:00\n", 3, "sale_id: empty"),
        (HEAD + GOOD + "B,1.00\n", 3, "sold_at: empty"),
        (HEAD + GOOD + "B,1.000,2026-11-24T09:00:00\n", 3, "amount: EUR has 2 decimals"),
        (HEAD + GOOD + "B,0,2026-11-24T09:00:00\n", 3, "amount: a sale of nothing"),
        (HEAD + GOOD + "B,1,2026-11-24T09:00:00,XYZ\n", 3, "currency:"),
        (HEAD + GOOD + "B,1,yesterday\n", 3, "sold_at: 'yesterday' is no time"),
        (HEAD + GOOD + "B,1,2062-11-24T09:00:00\n", 3, "lies in the future"),
        (HEAD + GOOD + "A,2.00,2026-11-24T09:00:00\n", 3, "sale_id: A stands there twice"),
        (HEAD + GOOD + "B,1.00,2026-11-24T09:05:00,EUR,0007\n", 3, "receipt_number: 0007"),
        (HEAD + GOOD + 'B,"1.00\n', 3, "unexpected end of data"),
        (HEAD.encode() + GOOD.encode() + b"B,\xff,2026-11-24T09:00:00\n", 2, "not UTF-8"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_column_and_nothing_is_imported(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    till = Till(tmp_path, sales="")
    code, said = imported(till, text)
    assert code == 2
    assert f"book.csv, line {line}: " in said, said
    assert words in said, said
    assert "Nothing was imported." in said
    assert till.run("sale", "list").code == 8  # there is not even a journal


def test_a_known_id_with_other_content_is_refused_and_nothing_enters(till: Till) -> None:
    other = BOOK + "S9,5.00,2026-11-24T09:00:00Z,0009,000009,\nS1,99.00,2026-11-24T09:00:00Z,,,\n"
    code, said = imported(till, other)
    assert code == 6
    assert "The sale S1 is in the sale book already, with other content." in said
    assert "S9" not in till.run("sale", "list").out


def test_an_import_needs_one_source(till: Till) -> None:
    assert till.run("sale", "import").code == 2
    assert till.run("sale", "import", "x.csv", "--from-terminal").code == 2
    ran = till.run("sale", "import", str(till.folder / "none.csv"))
    assert ran.code == 2
    assert "none.csv cannot be read" in ran.said


def test_the_terminals_last_sale_is_taken_and_known_again(tmp_path: Path) -> None:
    till = Till(tmp_path, sales="")
    ran = till.run("sale", "import", "--from-terminal", "--json")
    assert ran.json == {"ok": True, "imported": 1, "known": 0}
    till.clock.wait(60)
    assert till.run("sale", "import", "--from-terminal").out.endswith("1 were known.\n")
    assert till.refund().json["operation"] == "void"


def test_the_terminals_last_refund_is_no_sale(till: Till) -> None:
    till.refund("--amount", "1.00")
    ran = till.run("sale", "import", "--from-terminal", "--json")
    assert (ran.code, ran.error) == (6, "refusal.not_a_sale")
    assert "is not a sale" in till.run("sale", "import", "--from-terminal").out


def test_a_terminal_without_a_transaction_has_no_sale(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario="", sales="")
    assert till.run("sale", "import", "--from-terminal").code == 6


def test_a_sale_in_another_currency_keeps_it(tmp_path: Path) -> None:
    swiss = TERMINAL + 'currency = "CHF"\n'
    sale = '[terminal]\ncurrency = "756"\n' + ONE_SALE
    till = Till(tmp_path, scenario=sale, terminal=swiss, sales="")
    assert till.run("sale", "import", "--from-terminal").code == 0
    assert "CHF 12.34" in till.run("sale", "list").out
    ran = till.refund("--amount", "5.00")
    assert (ran.code, ran.json["currency"]) == (0, "756")
