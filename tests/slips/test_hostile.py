"""Whatever people and terminals write: the grid holds, no command, no card number gets through."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.grid import CLOSING
from printing.html import to_html
from printing.sheet import Row
from printing.text import to_plain, to_text
from protocols.kit.vocabulary import Outcome
from terminal_agent.slips import CaseSheet, Happening, SlipCopy, SlipData, layout
from terminal_agent.slips.model import COLUMNS, SLIP_LANGUAGES
from terminal_agent.slips.paper import shown
from tests.slips.samples import case_sheet, refund

COMMANDS, UNSEEN = "\n\r\t\x00\x07\x1b@\x1d\x9b", "\u202e\u2066\u200d\ufeff\u0301"
ODD = f"退货款，。）！a.,;:) (（ {COMMANDS}{UNSEEN}\U0001f600\U00020000"
TEXTS = (
    st.text(max_size=80)
    | st.text(alphabet=ODD, max_size=80)
    | st.sampled_from(["", " ", "W" * 300, "，" * 90, "\x1b@\x1bt\x13\x1d(k", "👨‍👩‍👧" * 30])
)
# Card numbers of four schemes that pass the Luhn check, and ways to hide them in a text.
PANS = ["4761739001010119", "6225887319548265", "5413330089010640", "30569309025904"]
DISGUISES = ["", "\u200b", "\u202e", " ", "-", "\t", "\u0301", "\n"]


def slips(
    language: str, columns: int, outcome: Outcome, copy: SlipCopy, text: list[str]
) -> list[SlipData | CaseSheet]:
    """A slip and a case sheet with these texts wherever a person or a terminal may write."""
    slip = replace(
        refund(language, columns),
        outcome=outcome,
        copy=copy,
        merchant_lines=(text[0], text[1]),
        card_name=text[2],
        reason=text[3],
        cashier=text[4],
        approver=text[5],
        result_text=text[6],
        terminal_lines=(text[7], text[8]),
    )
    sheet = replace(
        case_sheet(refund(language, columns)),
        merchant_lines=(text[0],),
        terminal=text[1],
        card_name=text[2],
        reason=text[3],
        cashier=text[4],
        approver=text[5],
        result_text=text[6],
        deciders=text[7],
        evidence=text[8],
        contact=text[9],
        reported=text[0],
        timeline=(Happening(slip.when, "contact", text[9]),),
    )
    return [slip, sheet]


@settings(max_examples=60)
@given(
    st.sampled_from(SLIP_LANGUAGES),
    st.sampled_from(COLUMNS),
    st.sampled_from(Outcome),
    st.sampled_from(SlipCopy),
    st.lists(TEXTS, min_size=10, max_size=10),
)
def test_no_text_breaks_the_grid_raises_or_sends_a_command(
    language: str, columns: int, outcome: Outcome, copy: SlipCopy, hostile: list[str]
) -> None:
    for slip in slips(language, columns, outcome, copy, hostile):
        sheet = layout(slip)  # a row that is too wide or not clean raises BadSheet in there
        assert max(block.cells for block in sheet.blocks if isinstance(block, Row)) == columns
        text, page = to_text(sheet), to_html(sheet, language)
        assert text.count("\n") == len(sheet.blocks)
        for line in (*text.split("\n"), *to_plain(sheet).split("\n"), *page.split("\n")):
            assert not [char for char in line if unicodedata.category(char).startswith("C")]


@settings(max_examples=50)
@given(
    st.lists(TEXTS, min_size=12, max_size=12),
    st.sampled_from(COLUMNS),
)
def test_numbers_of_any_form_do_no_harm_either(hostile: list[str], columns: int) -> None:
    slip = replace(
        refund("en", columns),
        merchant_id=hostile[0],
        terminal_id=hostile[1],
        masked_pan=hostile[2],
        receipt_number=hostile[3],
        trace_number=hostile[4],
        rrn=hostile[5],
        auth_code=hostile[6],
        batch_number=hostile[7],
        result_code=hostile[8],
        case_number=hostile[9],
        slip_id=hostile[10],
    )
    assert layout(slip).columns == columns
    assert layout(replace(case_sheet(slip), terminal_id=hostile[11])).columns == columns


@settings(max_examples=100)
@given(st.sampled_from(COLUMNS), st.lists(TEXTS, min_size=10, max_size=10))
def test_no_line_begins_with_closing_punctuation_that_could_stand_elsewhere(
    columns: int, hostile: list[str]
) -> None:
    """It may only where a text begins with it, or where nothing else stands on the line before."""
    begun = [shown(text).strip()[:1] for text in hostile]
    for slip in slips("zh", columns, Outcome.APPROVED, SlipCopy.MERCHANT, hostile):
        before = ""
        for block in layout(slip).blocks:
            text = block.text.strip() if isinstance(block, Row) else ""
            if text[:1] in CLOSING and text[:1] not in begun:
                assert set(before[1:]) <= CLOSING | {" ", "　"}, text
            before = text


@pytest.mark.parametrize("pan", PANS)
@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("columns", COLUMNS)
def test_a_card_number_is_hidden_in_every_text_however_it_is_written(
    pan: str, disguise: str, columns: int
) -> None:
    groups = [pan[at : at + 4] for at in range(0, len(pan), 4)]
    for written in (disguise.join(groups), _full_width(pan), f"x{pan}y"):
        planted = [f"card {written} of it"] * 10
        for slip in slips("en", columns, Outcome.APPROVED, SlipCopy.MERCHANT, planted):
            sheet = layout(slip)
            for text in (to_text(sheet), to_html(sheet, "en")):
                digits = "".join(unicodedata.normalize("NFKC", text).replace("-", "").split())
                assert pan not in digits
                assert pan[6:-4] not in digits
                assert pan[:6] in digits


def _full_width(digits: str) -> str:
    return "".join(chr(ord("０") + int(digit)) for digit in digits)


def test_digits_of_another_script_stay_as_they_are_unless_they_are_a_card_number() -> None:
    assert shown("金额１２．５０") == "金额１２．５０"
    assert shown("卡号４７６１７３９００１０１０１１９") == "卡号476173******0119"
