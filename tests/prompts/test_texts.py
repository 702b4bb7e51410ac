"""The texts are complete and equal in every language, and say nothing that is not known."""

from __future__ import annotations

import re

import pytest

from terminal_agent.journal.errors import refusal
from terminal_agent.prompts.catalog import LANGUAGES, own_entries, protocol_entries
from terminal_agent.prompts.reasons import Reason

# Words that decide; none may stand where the truth is unknown.
DECIDED = re.compile(
    r"fail|declin|not approved|no money|was refunded|went through"
    r"|失败|未成功|被拒|未批准|未退款|已退款|成功",
    re.IGNORECASE,
)
# What is allowed all the same: "may or may not", commands, names of files.
ALLOWED = ("是否已退款",)
PLACEHOLDER = re.compile(r"\{[^}]*\}")


def every_language() -> dict[str, dict[str, str]]:
    return {language: own_entries(language) for language in LANGUAGES}


def test_all_languages_have_the_same_keys() -> None:
    keys = {language: set(entries) for language, entries in every_language().items()}
    assert keys["en"] == keys["zh"]


def test_all_languages_have_the_same_placeholders() -> None:
    texts = every_language()
    different = [
        key
        for key in texts["en"]
        if set(PLACEHOLDER.findall(texts["en"][key])) != set(PLACEHOLDER.findall(texts["zh"][key]))
    ]
    assert different == []


def test_every_brace_is_a_placeholder_with_a_plain_name() -> None:
    plain = re.compile(r"\{[a-z][a-z0-9_]*\}")
    for entries in every_language().values():
        for key, text in entries.items():
            rest = plain.sub("", text)
            assert "{" not in rest, key
            assert "}" not in rest, key


def test_protocol_texts_are_equal_in_both_languages_and_clash_with_none_of_ours() -> None:
    found = {language: protocol_entries(language) for language in LANGUAGES}
    assert found["en"].keys() == found["zh"].keys()
    for name, english in found["en"].items():
        chinese = found["zh"][name]
        assert english.keys() == chinese.keys(), name
        assert not english.keys() & own_entries("en").keys(), name
        for key, text in english.items():
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(chinese[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_says_all_three_things(language: str) -> None:
    entries = own_entries(language)
    named = {key.rpartition(".")[0] for key in entries if key.endswith((".what", ".money"))}
    assert len(named) > 60
    for key in named:
        assert entries[f"{key}.what"], key
        assert entries[f"{key}.do"], key
        assert entries[f"{key}.money"] in {"no", "maybe", "yes"}, key


def test_a_message_means_the_same_for_the_money_in_both_languages() -> None:
    texts = every_language()
    for key in texts["en"]:
        if key.endswith(".money"):
            assert texts["en"][key] == texts["zh"][key], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_and_missing_ports_say_that_no_money_moved(language: str) -> None:
    entries = own_entries(language)
    for key, word in entries.items():
        before_sending = key.startswith(("refusal.", "link.", "config.", "usage."))
        if key.endswith(".money") and before_sending:
            late = {
                "refusal.again_unknown",
                "refusal.number_used",
                "refusal.number_not_new",
                "refusal.case_open",
                "refusal.case_elsewhere",
                "refusal.end_of_day_open",
                "refusal.open_case",
                "refusal.same_people",
                "refusal.recover_first",
                "link.lost",
                "link.stopped",
            }
            assert word == ("maybe" if key.rpartition(".")[0] in late else "no"), key


def test_a_refusal_about_an_open_case_never_says_that_no_money_moved() -> None:
    entries = own_entries("en")
    for key, word in entries.items():
        if key.startswith("refusal.") and key.endswith(".money"):
            assert refusal(key.removesuffix(".money"), "x", "").money.value == word, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_an_unknown_outcome_sounds_decided(language: str) -> None:
    entries = own_entries(language)
    unknown = [key.removesuffix(".money") for key, word in entries.items() if word == "maybe"]
    assert {"outcome.unknown", "outcome.unknown_customer", "outcome.parked"} <= set(unknown)
    keys = [f"{key}.{part}" for key in unknown for part in ("what", "do")]
    keys += ["money.maybe", "record.status.unknown", "record.status.parked"]
    keys += ["record.status.under_enquiry", "record.status.in_process"]
    keys += [
        key
        for key in entries
        if key.startswith(("step.", "unknown_reason.", "recovery.", "doubt."))
    ]
    for key in keys:
        text = entries[key]
        for allowed in ALLOWED:
            text = text.replace(allowed, "")
        assert not DECIDED.search(text), f"{key}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_outcomes_forbid_a_repeat(language: str) -> None:
    entries = own_entries(language)
    forbids = "Do not repeat" if language == "en" else "请勿重复"
    for key in ("outcome.unknown", "outcome.parked", "outcome.restart_found", "link.lost", "bug"):
        assert forbids in entries[f"{key}.do"], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_failed_stands_in_no_text_at_all(language: str) -> None:
    for key, text in own_entries(language).items():
        assert not re.search(r"fail|失败", text, re.IGNORECASE), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    entries = own_entries(language)
    assert [entries[reason.text_key] for reason in Reason]
    assert len(Reason) == 5
