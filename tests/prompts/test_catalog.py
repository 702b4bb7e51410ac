"""Texts are found by key; what is missing is loud in tests and harmless at the counter."""

from __future__ import annotations

import pytest

from protocols.kit.errors import MoneyMoved
from protocols.kit.money import Amount, Currency
from terminal_agent.prompts import LANGUAGES, Message, TextMissing, Texts
from terminal_agent.prompts.catalog import _flatten

ENTRIES = {"hello": "Hello {name}", "sum": "{amount} of {amount}", "m.what": "W {x}", "m.do": "D"}
MONEY = {"money.no": "none", "money.maybe": "perhaps", "money.yes": "moved"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_loads_strictly_with_its_parameters(language: str) -> None:
    texts = Texts.load(language, strict=True)
    keys = list(texts)
    assert len(keys) > 400
    for key in keys:
        filled = texts.line(key, **dict.fromkeys(texts.placeholders(key), "VALUE"))
        assert "{" not in filled


def test_a_language_that_nobody_wrote_is_refused_with_the_choice() -> None:
    with pytest.raises(TextMissing) as caught:
        Texts.load("xx")
    assert caught.value.details["known"] == "en, zh"


def test_parameters_are_shown_as_people_write_them() -> None:
    texts = Texts("en", ENTRIES, strict=True)
    amount = Amount(1250, Currency.of("EUR"))
    assert texts.line("sum", amount=amount) == "EUR 12.50 of EUR 12.50"


def test_a_parameter_may_be_called_key_and_braces_in_a_value_are_left_alone() -> None:
    texts = Texts("en", {"k": "{key} {name}"}, strict=True)
    assert texts.line("k", key="{name}", name="{key!r}") == "{name} {key!r}"


def test_a_missing_text_or_parameter_raises_in_strict_catalogues() -> None:
    texts = Texts("en", ENTRIES, strict=True)
    with pytest.raises(TextMissing, match=r"no en text 'nothing'"):
        texts.line("nothing")
    with pytest.raises(TextMissing, match=r"'hello' was not given name"):
        texts.line("hello")


def test_at_the_counter_a_missing_text_falls_back_to_english_and_the_key() -> None:
    texts = Texts("zh", {}, fallback=ENTRIES)
    assert texts.line("hello", name="Li") == "Hello Li [hello]"
    assert texts.line("nothing") == "[nothing]"


def test_at_the_counter_a_missing_parameter_shows_its_name_and_the_key() -> None:
    assert Texts("en", ENTRIES).line("hello") == "Hello {name} [hello]"


def test_a_message_takes_its_money_word_from_the_file_unless_the_caller_knows_better() -> None:
    texts = Texts("en", {**ENTRIES, **MONEY, "m.money": "no"}, strict=True)
    assert texts.message("m", {"x": 1}) == Message("W 1", "none", "D")
    assert texts.message("m", {"x": 1}, money=MoneyMoved.YES).lines() == ("W 1", "moved", "D")


def test_a_message_that_says_nothing_of_the_money_means_that_it_is_not_known() -> None:
    texts = Texts("en", {**ENTRIES, **MONEY})
    assert texts.message("m", {"x": 1}).money == "perhaps"


def test_it_can_be_asked_which_texts_there_are() -> None:
    texts = Texts("en", ENTRIES)
    assert "hello" in texts
    assert 5 not in texts
    assert texts.is_message("m")
    assert not texts.is_message("hello")
    assert list(texts) == list(ENTRIES)


def test_nested_tables_become_dotted_keys() -> None:
    nested = {"a": {"b": {"c": "x"}}, "d.e": "y"}
    assert dict(_flatten(nested, "")) == {"a.b.c": "x", "d.e": "y"}


def test_a_text_file_holds_nothing_but_texts() -> None:
    with pytest.raises(AssertionError, match=r"a\.b is not a text"):
        dict(_flatten({"a": {"b": 1}}, ""))
