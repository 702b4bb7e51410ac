"""Slips are as they were agreed, call nothing a refund that is none, and mark every copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from printing.sheet import Cut, Qr, Row
from printing.text import to_text
from protocols.kit.errors import MoneyMoved
from protocols.kit.vocabulary import Operation, Outcome
from terminal_agent.journal.anchor import from_code
from terminal_agent.slips import (
    AnchorSlip,
    CaseSheet,
    OriginalSale,
    SlipCopy,
    SlipData,
    SlipError,
    SlipKind,
    layout,
    render,
)
from terminal_agent.slips.model import COLUMNS, SLIP_LANGUAGES
from terminal_agent.slips.words import words
from tests.slips.samples import EN, GOLDEN, SAMPLES, SHEETS, ZH, case_sheet, golden, main, refund

PAN = "4761739001010119"
NO_APPROVAL = [Outcome.UNKNOWN, Outcome.DECLINED, Outcome.NOT_SENT]


def text_of(slip: SlipData | AnchorSlip | CaseSheet) -> str:
    """Everything on the slip, with its marks."""
    return to_text(layout(slip))


def joined(text: str) -> str:
    """The text without blanks and line ends, as if it had never been wrapped."""
    return "".join(text.replace("<B>", "").split())


def big(slip: SlipData | AnchorSlip | CaseSheet) -> list[str]:
    """What stands in big letters."""
    rows = [block for block in layout(slip).blocks if isinstance(block, Row)]
    return [row.text.strip() for row in rows if row.tall > 1]


@pytest.mark.parametrize("paper", SHEETS)
def test_the_slips_are_as_they_were_agreed(paper: str) -> None:
    assert golden(paper) == (GOLDEN / f"{paper}.txt").read_text(encoding="utf-8")


def test_every_golden_file_has_its_samples() -> None:
    assert {file.stem for file in GOLDEN.glob("*.txt")} == SHEETS.keys()
    assert len(SHEETS) == len(COLUMNS) * len(SLIP_LANGUAGES)


def test_the_golden_slips_can_be_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.slips.samples.GOLDEN", tmp_path)
    main()
    assert len(list(tmp_path.glob("*.txt"))) == len(SHEETS)


@pytest.mark.parametrize("language", SLIP_LANGUAGES)
@pytest.mark.parametrize("outcome", NO_APPROVAL)
@pytest.mark.parametrize("operation", [Operation.REFUND, Operation.VOID])
def test_only_an_approved_slip_has_refund_or_an_amount_in_big_letters(
    language: str, outcome: Outcome, operation: Operation
) -> None:
    say = words(language)
    changed = replace(refund(language), outcome=outcome, operation=operation)
    assert big(changed) == [say[f"title_{outcome.value}"]]
    assert joined(say[f"statement_{outcome.value}"]) in joined(text_of(changed))
    assert say["amount_refund"] not in text_of(changed)
    assert str(changed.amount) in text_of(changed)


@pytest.mark.parametrize("slip", [EN, ZH], ids=["en", "zh"])
def test_the_slip_of_an_unknown_outcome_decides_nothing(slip: SlipData) -> None:
    lines = ("Gutschrift REFUND erfolgt",)
    unknown = replace(slip, outcome=Outcome.UNKNOWN, terminal_lines=lines, reason="x")
    for changed in (unknown, replace(unknown, terminal_prints=True)):
        text = text_of(changed)
        assert "REFUND" not in text
        for word in ("fail", "FAIL", "declin", "APPROVED", "失败", "成功", "未退款", "被拒"):
            assert word not in text
        assert words(slip.language)["remaining"] not in text
        assert joined(words(slip.language)["terminal_prints"]) not in joined(text)


@pytest.mark.parametrize("language", SLIP_LANGUAGES)
@pytest.mark.parametrize("operation", [Operation.REFUND, Operation.VOID])
def test_an_approved_slip_has_its_name_and_amount_in_big_letters(
    language: str, operation: Operation
) -> None:
    slip = replace(refund(language), operation=operation)
    assert big(slip) == [words(language)[f"title_{operation.value}"], str(slip.amount)]


def test_big_is_twice_each_way_where_that_fits_and_else_only_twice_as_high() -> None:
    def title(columns: int, words_of: str) -> list[tuple[str, int, int]]:
        sheet = layout(replace(case_sheet(refund("en", columns)), status=words_of))
        rows = [block for block in sheet.blocks if isinstance(block, Row)]
        return [(row.text.strip(), row.wide, row.tall) for row in rows if row.tall > 1]

    assert title(32, "voided") == [("VOIDED", 2, 2)]
    assert title(32, "confirmed_not_done") == [("CHECKED: NOT DONE", 1, 2)]
    assert title(48, "confirmed_not_done") == [("CHECKED: NOT DONE", 2, 2)]


def test_only_the_merchants_copy_of_an_approval_is_signed() -> None:
    assert "Signature" in text_of(EN)
    assert "Signature" not in text_of(replace(EN, copy=SlipCopy.CUSTOMER))
    for outcome in NO_APPROVAL:
        assert "Signature" not in text_of(replace(EN, outcome=outcome))


def test_the_customers_copy_shows_the_last_four_digits_and_no_copy_shows_more_than_ten() -> None:
    bare = replace(EN, masked_pan=PAN)
    assert "476173******0119" in text_of(bare)
    customer = text_of(replace(bare, copy=SlipCopy.CUSTOMER))
    assert "************0119" in customer
    assert "476173" not in customer
    assert PAN not in text_of(bare)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_further_copy_and_every_preview_is_marked_whatever_the_slip(name: str) -> None:
    slip = SAMPLES[name]
    for number in (1, 17):
        mark = words(slip.language)["reprint"].replace("{n}", str(number))
        assert mark in text_of(replace(slip, reprint=number))
        assert mark not in text_of(replace(slip, reprint=0))
    preview = words(slip.language)["preview"]
    assert preview in text_of(replace(slip, preview=True))
    assert preview not in text_of(replace(slip, preview=False))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_slip_has_one_code_and_ends_with_one_cut(name: str) -> None:
    slip = SAMPLES[name]
    blocks = layout(slip).blocks
    number = slip.code if isinstance(slip, AnchorSlip) else slip.case_number
    assert [block for block in blocks if isinstance(block, Qr)] == [Qr(number)]
    assert [block for block in blocks if isinstance(block, Cut)] == [blocks[-1]]


def test_a_case_number_that_no_code_can_hold_stands_in_letters_only() -> None:
    for number in ("案", "R" * 129, ""):
        blocks = layout(replace(EN, case_number=number)).blocks
        assert not [block for block in blocks if isinstance(block, Qr)]


def test_a_terminal_with_its_own_printer_is_not_repeated() -> None:
    told = replace(EN, terminal_lines=("** Gutschrift **",))
    assert "** Gutschrift **" in text_of(told)
    own = text_of(replace(told, terminal_prints=True))
    assert "Gutschrift" not in own
    assert joined(words("en")["terminal_prints"]) in joined(own)
    quiet = replace(told, terminal_prints=True, outcome=Outcome.NOT_SENT)
    assert joined(words("en")["terminal_prints"]) not in joined(text_of(quiet))


def test_the_terminals_text_keeps_its_order_and_its_indents() -> None:
    lines = ("   B", " A", "", "C")
    text = text_of(replace(EN, terminal_lines=lines))
    assert "TERMINAL'S RECEIPT   <B>\n   B\n A\n\nC\n" in text


@pytest.mark.parametrize("columns", COLUMNS)
def test_the_code_of_the_days_anchor_can_be_typed_from_its_slip(columns: int) -> None:
    slip = SAMPLES[f"en{columns}-anchor"]
    assert isinstance(slip, AnchorSlip)
    rows = [block for block in layout(slip).blocks if isinstance(block, Row)]
    at = next(place for place, row in enumerate(rows) if row.text == "CODE TO TYPE")
    typed = ""
    for row in rows[at + 1 :]:
        if not row.bold:
            break
        typed += row.text
    assert from_code(typed).seq == slip.records
    assert slip.digest.startswith(from_code(typed).hash)
    assert joined(text_of(slip)).count(slip.digest) == 1


def test_a_case_without_an_answer_and_without_a_history_says_so() -> None:
    sheet = CaseSheet(
        case_number="RF-1",
        status="awaiting_approval",
        when=EN.when,
        operation=None,
        amount=EN.amount,
        original=OriginalSale(),
        source="import",
    )
    text = text_of(sheet)
    assert "ANSWER OF THE TERMINAL   <B>\nNone.\n" in text
    assert "WHAT HAPPENED" not in text
    assert "This is not\na receipt for the customer." in text


def test_an_original_sale_may_be_known_by_nothing_but_its_existence() -> None:
    bare = replace(EN, original=OriginalSale(), remaining=None, reason="")
    assert "ORIGINAL SALE" in render(bare).splitlines()
    assert "ORIGINAL SALE" not in render(replace(bare, original=None))


def test_what_no_slip_may_be_is_refused_with_the_field() -> None:
    with pytest.raises(SlipError, match="operation 'sale'") as caught:
        replace(EN, operation=Operation.SALE)
    assert caught.value.code == "slip.bad_data"
    assert dict(caught.value.details) == {"field": "operation", "value": "sale"}
    for slip in (EN, SAMPLES["en32-anchor"], SAMPLES["en32-case"]):
        with pytest.raises(SlipError, match="columns 40"):
            replace(slip, columns=40)
        with pytest.raises(SlipError, match="language 'nl'"):
            replace(slip, language="nl")
        with pytest.raises(SlipError, match="reprint -1"):
            replace(slip, reprint=-1)


def test_the_slips_kind_and_money_follow_the_outcome() -> None:
    void = replace(EN, operation=Operation.VOID)
    assert (EN.kind, void.kind) == (SlipKind.REFUND, SlipKind.VOID)
    assert EN.money is MoneyMoved.YES
    unknown = replace(void, outcome=Outcome.UNKNOWN)
    assert (unknown.kind, unknown.money) == (SlipKind.UNKNOWN, MoneyMoved.MAYBE)
    assert replace(void, outcome=Outcome.DECLINED).money is MoneyMoved.NO
