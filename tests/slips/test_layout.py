"""Slips fit their paper, call nothing a refund that is none, and show no card number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.grid import width
from protocols.kit.errors import MoneyMoved
from protocols.kit.vocabulary import Operation, Outcome
from terminal_agent.slips import (
    OriginalSale,
    SlipCopy,
    SlipData,
    SlipError,
    SlipKind,
    layout,
    render,
    text_lines,
)
from terminal_agent.slips.words import words
from tests.slips.samples import EN, GOLDEN, SAMPLES, ZH, main

PAN = "4761739001010119"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_slip_is_as_it_was_agreed(name: str) -> None:
    assert render(SAMPLES[name]) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_slip_has_its_sample() -> None:
    assert {file.stem for file in GOLDEN.glob("*.txt")} == SAMPLES.keys()


def test_the_golden_slips_can_be_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.slips.samples.GOLDEN", tmp_path)
    main()
    assert len(list(tmp_path.glob("*.txt"))) == len(SAMPLES)


def test_the_words_have_the_same_keys_and_placeholders_in_both_languages() -> None:
    english, chinese = words("en"), words("zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", chinese[key])), key


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [32, 48])
def test_no_word_of_ours_needs_more_than_its_line(language: str, columns: int) -> None:
    for key, text in words(language).items():
        if not key.startswith("statement_"):
            assert width(text) <= columns, key


def _big(slip: SlipData) -> list[str]:
    return [line.text.strip() for line in layout(slip) if line.big]


@pytest.mark.parametrize("slip", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.DECLINED, Outcome.NOT_SENT])
@pytest.mark.parametrize("operation", [Operation.REFUND, Operation.VOID])
def test_only_an_approved_slip_has_refund_or_an_amount_in_big_letters(
    slip: SlipData, outcome: Outcome, operation: Operation
) -> None:
    say = words(slip.language)
    changed = replace(slip, outcome=outcome, operation=operation)
    assert _big(changed) == [say[f"title_{outcome.value}"]]
    assert say["title_refund"] not in say[f"title_{outcome.value}"]
    text = "".join(render(changed).split())
    no_receipt = {"en": "Thisisnotarefundreceipt.", "zh": "本单不是退款凭单。"}
    assert no_receipt[slip.language] in text
    assert say["amount_refund"] not in render(changed)


@pytest.mark.parametrize("slip", [EN, ZH], ids=["en", "zh"])
def test_the_slip_of_an_unknown_outcome_decides_nothing(slip: SlipData) -> None:
    lines = ("Gutschrift REFUND erfolgt",)
    text = render(replace(slip, outcome=Outcome.UNKNOWN, terminal_lines=lines, reason="x"))
    assert "REFUND" not in text
    for word in ("fail", "FAIL", "declin", "APPROVED", "失败", "成功", "未退款", "被拒"):
        assert word not in text
    assert words(slip.language)["remaining"] not in text


@pytest.mark.parametrize("slip", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize("operation", [Operation.REFUND, Operation.VOID])
def test_an_approved_slip_has_its_name_and_amount_in_big_letters(
    slip: SlipData, operation: Operation
) -> None:
    say = words(slip.language)
    assert _big(replace(slip, operation=operation)) == [
        say[f"title_{operation.value}"],
        str(slip.amount),
    ]


def test_only_the_merchants_copy_of_an_approval_is_signed() -> None:
    assert "Signature" in render(EN)
    assert "Signature" not in render(replace(EN, copy=SlipCopy.CUSTOMER))
    assert "Signature" not in render(replace(EN, outcome=Outcome.UNKNOWN))


def test_the_customers_copy_shows_the_last_four_digits_and_no_copy_shows_more_than_ten() -> None:
    bare = replace(EN, masked_pan=PAN)
    assert "476173******0119" in render(bare)
    assert "************0119" in render(replace(bare, copy=SlipCopy.CUSTOMER))
    assert PAN not in render(bare)


@pytest.mark.parametrize("field", ["reason", "cashier", "approver", "card_name"])
def test_a_card_number_typed_anywhere_is_hidden(field: str) -> None:
    changed = {"reason": EN.reason, "cashier": EN.cashier, field: f"card {PAN}"}
    text = render(
        replace(
            EN,
            reason=changed["reason"],
            cashier=changed["cashier"],
            approver=changed.get("approver", ""),
            card_name=changed.get("card_name", ""),
            terminal_lines=(f"PAN {PAN}",),
        )
    )
    assert PAN not in "".join(text.split())
    assert "476173******0119" in text


def test_a_reprint_says_so_and_counts() -> None:
    assert "REPRINT" not in render(EN)
    assert "*** REPRINT 3 ***" in render(replace(EN, reprint=3))
    assert "*** 重打印 1 ***" in render(replace(ZH, reprint=1))


def test_an_original_sale_may_be_known_by_nothing_but_its_existence() -> None:
    lines = text_lines(replace(EN, original=OriginalSale(), remaining=None, reason=""))
    assert "ORIGINAL SALE" in lines
    assert "ORIGINAL SALE" not in text_lines(replace(EN, original=None))


HOSTILE = "退货款，。a \n\x1b\u202e\u200d\U0001f600"
TEXTS = st.text(max_size=80) | st.text(alphabet=HOSTILE, max_size=80)


@settings(max_examples=150)
@given(
    st.sampled_from([EN, ZH]),
    st.sampled_from([32, 48]),
    st.sampled_from(Outcome),
    st.sampled_from(SlipCopy),
    st.lists(TEXTS, min_size=12, max_size=12),
)
def test_nothing_that_is_put_on_a_slip_breaks_the_grid_or_sends_a_command(
    slip: SlipData, columns: int, outcome: Outcome, copy: SlipCopy, hostile: list[str]
) -> None:
    changed = replace(
        slip,
        columns=columns,
        outcome=outcome,
        copy=copy,
        merchant_lines=(hostile[0],),
        merchant_id=hostile[1],
        card_name=hostile[2],
        masked_pan=hostile[3],
        reason=hostile[4],
        cashier=hostile[5],
        approver=hostile[6],
        result_text=hostile[7],
        rrn=hostile[8],
        case_number=hostile[9],
        receipt_number=hostile[10],
        terminal_lines=(hostile[11],),
    )
    text = render(changed)
    assert text.encode()
    assert len(text_lines(changed)) == text.count("\n")
    for line in text.removesuffix("\n").split("\n"):
        assert width(line) <= columns
        assert not [c for c in line if unicodedata.category(c).startswith("C")]


def test_what_no_slip_may_be_is_refused_with_the_field() -> None:
    with pytest.raises(SlipError, match="operation 'sale'") as caught:
        replace(EN, operation=Operation.SALE)
    assert caught.value.code == "slip.bad_data"
    assert dict(caught.value.details) == {"field": "operation", "value": "sale"}
    with pytest.raises(SlipError, match="columns 40"):
        replace(EN, columns=40)
    with pytest.raises(SlipError, match="language 'de'"):
        replace(EN, language="de")
    with pytest.raises(SlipError, match="reprint -1"):
        replace(EN, reprint=-1)


def test_the_slips_kind_and_money_follow_the_outcome() -> None:
    void = replace(EN, operation=Operation.VOID)
    assert (EN.kind, void.kind) == (SlipKind.REFUND, SlipKind.VOID)
    assert EN.money is MoneyMoved.YES
    unknown = replace(void, outcome=Outcome.UNKNOWN)
    assert (unknown.kind, unknown.money) == (SlipKind.UNKNOWN, MoneyMoved.MAYBE)
    assert replace(void, outcome=Outcome.DECLINED).money is MoneyMoved.NO
