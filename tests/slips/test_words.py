"""Every language says everything, in letters that printers have, on lines that fit."""

from __future__ import annotations

import re

import pytest

from printing.grid import width
from printing.sanitise import clean
from terminal_agent.prompts.catalog import own_entries
from terminal_agent.prompts.reasons import Reason
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.sale import SaleSource
from terminal_agent.slips.model import SLIP_LANGUAGES, SlipCopy, SlipKind
from terminal_agent.slips.words import with_words, words

LATIN = [language for language in SLIP_LANGUAGES if language != "zh"]
# What wraps over several lines; every other text has to fit in one.
_SENTENCES = re.compile(
    r"statement_|terminal_prints|anchor_purpose|case_no_receipt|keep|reason_|status_"
)
# The words of the field, as terminals and acquirers print them.
FIELD_TERMS = {
    "en": ("REFUND", "VOID", "MERCHANT COPY", "CUSTOMER COPY", "REPRINT"),
    "zh": ("退货", "消费撤销", "商户存根", "持卡人存根", "重打印"),
    "de": ("GUTSCHRIFT", "STORNO", "HÄNDLERBELEG", "KUNDENBELEG", "NACHDRUCK"),
    "fr": (
        "REMBOURSEMENT",
        "ANNULATION",
        "EXEMPLAIRE COMMERÇANT",
        "EXEMPLAIRE CLIENT",
        "DUPLICATA",
    ),
    "it": ("RIMBORSO", "STORNO", "COPIA ESERCENTE", "COPIA CLIENTE", "DUPLICATO"),
    "es": ("DEVOLUCIÓN", "ANULACIÓN", "COPIA COMERCIO", "COPIA CLIENTE", "DUPLICADO"),
}


@pytest.mark.parametrize("language", SLIP_LANGUAGES)
def test_no_language_lacks_a_key_or_a_placeholder_and_none_has_one_more(language: str) -> None:
    english, other = words("en"), words(language)
    assert english.keys() == other.keys()
    for key, text in english.items():
        assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", other[key]), key
        assert other[key].strip() == other[key] != ""


@pytest.mark.parametrize("language", SLIP_LANGUAGES)
def test_there_is_a_word_for_everything_that_the_journal_can_say(language: str) -> None:
    say = words(language)
    for kind in SlipKind:
        assert say[f"title_{kind.value}"]
        assert say[f"statement_{kind.value}"]
    assert all(say[f"copy_{copy.value}"] for copy in SlipCopy)
    assert all(say[f"reason_{reason.value}"] for reason in Reason)
    assert all(say[f"proof_{evidence.value}"] for evidence in Evidence)
    assert all(say[f"source_{source.value}"] for source in SaleSource)


def test_every_status_of_the_register_has_its_word() -> None:
    prefix = "record.status."
    register = {key.removeprefix(prefix) for key in own_entries("en") if key.startswith(prefix)}
    ours = {key.removeprefix("status_") for key in words("en") if key.startswith("status_")}
    assert ours == register


@pytest.mark.parametrize("language", SLIP_LANGUAGES)
def test_no_word_of_ours_needs_more_than_a_line_of_the_narrowest_paper(language: str) -> None:
    for key, text in words(language).items():
        assert clean(text) == text
        if not _SENTENCES.match(key):
            assert width(text) <= 32, key


@pytest.mark.parametrize("language", LATIN)
def test_latin_words_are_in_the_letters_of_nearly_every_printer(language: str) -> None:
    for key, text in words(language).items():
        assert text.encode("cp858"), key


def test_chinese_words_are_in_two_byte_letters() -> None:
    for key, text in words("zh").items():
        assert all(len(char.encode("gb18030")) <= 2 for char in text), key


@pytest.mark.parametrize("language", SLIP_LANGUAGES)
def test_the_titles_and_copies_are_the_words_of_the_field(language: str) -> None:
    say = words(language)
    refund, void, merchant, customer, reprint = FIELD_TERMS[language]
    assert (say["title_refund"], say["title_void"]) == (refund, void)
    assert (say["copy_merchant"], say["copy_customer"]) == (merchant, customer)
    assert say["reprint"] == f"*** {reprint} {{n}} ***"


@pytest.mark.parametrize("language", SLIP_LANGUAGES)
def test_nothing_that_is_no_approval_has_a_title_that_sounds_like_one(language: str) -> None:
    say = words(language)
    titles = [say[f"title_{kind}"] for kind in ("declined", "unknown", "not_sent")]
    undone = ("declined", "not_sent", "unknown", "under_enquiry", "parked", "confirmed_not_done")
    titles += [say[f"status_{status}"] for status in (*undone, "cancelled")]
    for title in titles:
        for word in (say["title_refund"], say["title_void"], say["status_refunded"]):
            assert word not in title


def test_our_paper_never_calls_itself_the_fiscal_receipt() -> None:
    german, italian = "\n".join(words("de").values()), "\n".join(words("it").values())
    assert re.findall(r"\w*[Kk]assen\w*|\w*[Bb]on\b", german) == ["Kassenbeleg"]
    assert "Kein Kassenbeleg" in german
    assert "scontrino" not in italian.lower()


def test_a_reason_is_not_read_again_for_places_to_fill_in() -> None:
    assert with_words("{text}?", "{reason}!", words("fr")) == "{text}? : {reason}!"
