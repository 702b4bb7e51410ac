"""Results, states, profiles and character sets: every code has its meaning and its words."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from protocols.kit.capabilities import Capability, MissingAck
from protocols.kit.vocabulary import Outcome
from protocols.zvt.bitmaps import BITMAPS
from protocols.zvt.charset import CHARSETS, ZVT_7BIT, declared, from_letters, letters, rereader
from protocols.zvt.profiles import DEFAULT_PROFILE, PROFILES, ZVT_PROFILES
from protocols.zvt.results import (
    INTERMEDIATE,
    RESULTS,
    STATUS_CODES,
    UNLISTED,
    intermediate_text,
    meaning,
    terminal_status,
)
from protocols.zvt.tags import TAGS, TagKind, tag_row

EVERY_BYTE = [f"{number:02X}" for number in range(256)]


def texts(language: str) -> dict[str, str]:
    """The words of one language under their keys."""
    file = resources.files("protocols.zvt") / "texts" / f"{language}.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))["zvt"]
    return {
        f"zvt.{kind}.{key}": text for kind, rows in tables.items() for key, text in rows.items()
    }


# --- results ---------------------------------------------------------------------------------


def test_only_00_is_approved_and_only_b4_is_already_done() -> None:
    for code in EVERY_BYTE:
        told = meaning(code)
        assert told.outcome is (Outcome.APPROVED if code == "00" else Outcome.DECLINED)
        assert told.already_done is (code == "B4")


@pytest.mark.parametrize(
    ("code", "text", "advice"),
    [
        ("00", "zvt.result.00", "zvt.advice.none"),
        ("05", "zvt.result.host", "zvt.advice.host_declined"),
        ("63", "zvt.result.host", "zvt.advice.host_declined"),
        ("6C", "zvt.result.6C", "zvt.advice.ask_customer"),
        ("6F", "zvt.result.6F", "zvt.advice.check_currency"),
        ("B5", "zvt.result.B5", "zvt.advice.use_refund"),
        ("CC", "zvt.result.CC", "zvt.advice.printer"),
        ("F0", "zvt.result.F0", "zvt.advice.end_of_day"),
        ("6D", UNLISTED, "zvt.advice.diagnose"),
    ],
)
def test_a_result_code_has_words_and_advice(code: str, text: str, advice: str) -> None:
    assert (meaning(code).text, meaning(code).advice) == (text, advice)


def test_every_code_of_the_specification_has_a_row() -> None:
    listed = (
        "00 64 65 66 67 68 6A 6B 6C 6E 6F 71 72 73 74 75 76 77 78 79 7A 7B 7C 7D 7E 83 85 89 9A 9B "
        "9C 9D A0 A1 A3 A4 A5 B1 B2 B4 B5 B7 B8 BF C0 C1 C2 C3 C4 C5 C6 C8 C9 CB CC CD D2 DC DD DE "
        "E0 E1 E2 E3 E4 E7 E8 E9 EA EB EC ED F0 F1 F5 F6 FA FB FC FD FE FF"
    )
    host = {f"{number:02X}" for number in range(1, 100)}
    assert set(RESULTS) == set(listed.split()) | host


# --- terminal states -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "ready", "busy", "advice"),
    [
        ("00", True, False, ""),
        ("9C", False, True, "zvt.advice.wait"),
        ("E0", False, True, "zvt.advice.wait"),
        ("51", False, False, "zvt.advice.initialise"),
        ("F0", False, False, "zvt.advice.end_of_day"),
        ("DC", False, False, "zvt.advice.remove_card"),
        ("77", False, False, "zvt.advice.diagnose"),
    ],
)
def test_a_status_byte_says_ready_busy_or_what_to_do(
    code: str,
    ready: bool,
    busy: bool,
    advice: str,
) -> None:
    status = terminal_status(code, version="1.0")
    assert (status.ready, status.busy, status.advice) == (ready, busy, advice)
    assert (status.code, status.version) == (code, "1.0")


# --- intermediate states ---------------------------------------------------------------------


def test_forty_more_says_the_same_and_to_remove_the_card() -> None:
    assert intermediate_text("05") == "zvt.intermediate.05"
    assert intermediate_text("45") == "zvt.intermediate.05.remove_card"
    assert intermediate_text("68") == "zvt.intermediate.68"
    for strange in ("99", "", "zz"):
        assert intermediate_text(strange) == "zvt.intermediate.unlisted"
    assert len(INTERMEDIATE) == 54


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_key_has_words_and_every_word_has_a_key(language: str) -> None:
    wanted = {UNLISTED}
    for code in EVERY_BYTE:
        wanted |= {meaning(code).text, meaning(code).advice, intermediate_text(code)}
    wanted |= {terminal_status(code).advice for code in STATUS_CODES} - {""}
    found = texts(language)
    assert set(found) == wanted
    assert all(text.strip() == text and text for text in found.values())


def test_the_two_languages_differ() -> None:
    english, chinese = texts("en"), texts("zh")
    assert [key for key in english if english[key] == chinese[key]] == []
    assert all(text.isascii() for text in english.values())


# --- profiles --------------------------------------------------------------------------------


def test_the_three_profiles_are_there() -> None:
    assert set(PROFILES) == set(ZVT_PROFILES) == {"generic", "ingenico-a32", "card-complete"}
    assert DEFAULT_PROFILE in PROFILES
    for name, profile in PROFILES.items():
        assert profile.name == name
        assert profile.title


@pytest.mark.parametrize("profile", ZVT_PROFILES.values(), ids=lambda profile: profile.name)
def test_the_fence_is_longer_than_the_terminals_repeats(profile: object) -> None:
    zvt = next(one for one in ZVT_PROFILES.values() if one is profile)
    kit = zvt.to_kit().capabilities
    assert kit.quiet_s > zvt.t2_s * (zvt.repeats + 1)
    assert kit.vote.horizon_s > zvt.repeat_horizon_s
    assert kit.vote.missing_ack is not MissingAck.STAYS_BOOKED
    assert kit.number_fields == ("receipt_number", "trace_number", "turnover_number")
    assert kit.declared >= {Capability.LAST, Capability.NUMBERS}


def test_vendors_differ_where_their_documents_say_so() -> None:
    generic, ingenico = ZVT_PROFILES["generic"], ZVT_PROFILES["ingenico-a32"]
    complete = ZVT_PROFILES["card-complete"]
    assert generic.missing_ack is MissingAck.UNKNOWN
    assert ingenico.last_positive_only
    assert not ingenico.print_lines_vote
    assert not generic.last_positive_only
    assert not complete.has_initialisation
    assert not complete.has_reprint
    assert complete.charset == "iso8859-1"
    assert all(profile.charset in CHARSETS for profile in ZVT_PROFILES.values())


# --- character sets and tags -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "name", "data", "text"),
    [
        (0x00, ZVT_7BIT, b"[\\]{|}~", "ÄÖÜäöüß"),
        (0x01, "iso8859-1", b"\xc4\xe4", "Ää"),
        (0x02, "iso8859-2", b"\xa3", "Ł"),
        (0x0F, "iso8859-15", b"\xa4", "€"),
        (0x10, "iso8859-16", b"\xa4", "€"),
        (0xFE, "utf-8", "é".encode(), "é"),
        (0xFF, "cp437", b"\x84\x8e", "äÄ"),
    ],
)
def test_a_tag_14_names_the_character_set(tag: int, name: str, data: bytes, text: str) -> None:
    assert declared(bytes((tag,))) == name
    assert letters(data, name) == text
    assert from_letters(text, name) == data


def test_a_set_that_is_none_is_not_named() -> None:
    for wrong in (b"", b"\x0c", b"\x11", b"\x01\x01"):
        assert declared(wrong) is None


def test_letters_never_fail_and_missing_ones_are_marked() -> None:
    for charset in CHARSETS:
        assert len(letters(bytes(range(256)), charset)) > 100
        assert from_letters("中", charset) in {b"?", "中".encode()}
    assert letters(b"\xff", "utf-8") == "\ufffd"


def test_text_read_as_the_default_is_read_again_in_another_set() -> None:
    assert rereader("cp437") is None
    again = rereader("iso8859-1")
    assert again is not None
    assert again(b"\xc4".decode("cp437")) == "Ä"


def test_tags_that_hold_nodes_have_the_bit_for_it() -> None:
    for tag, row in TAGS.items():
        first = tag if tag < 0x100 else tag >> 8
        assert bool(first & 0x20) is (row.kind is TagKind.NODES), (
            f"{tag:X}" if tag != 0x5F20 else ""
        )
    assert tag_row(0xDF01).kind is TagKind.UNLISTED


def test_every_bitmap_has_its_own_name() -> None:
    assert len({part.name for part in BITMAPS.values()}) == len(BITMAPS)
