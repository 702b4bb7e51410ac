"""Card numbers are hidden in fields, in text and in bytes of any origin."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from protocols.kit.masking import Secret, mask_bytes, mask_digits, mask_pan, passes_luhn
from tests.strategies import card_numbers

PAN = "4761739001010119"


@pytest.mark.parametrize(
    ("digits", "masked"),
    [
        (PAN, "476173******0119"),
        ("476173EEEEEE0119", "476173******0119"),
        ("476173900101", "476173**0101"),
        ("47617390010", "*******0010"),
        ("47617", "*7617"),
        ("4761", "****"),
        ("", ""),
        ("٤761739001010119", "*76173******0119"),
    ],
)
def test_a_card_number_shows_its_first_six_and_last_four_at_most(digits: str, masked: str) -> None:
    assert mask_pan(digits) == masked


def test_the_check_digit_is_the_published_one() -> None:
    assert passes_luhn("79927398713")
    assert not passes_luhn("79927398710")


@given(card_numbers(), st.sampled_from(["", " ", "-"]), st.text("abc \n.", max_size=5))
def test_a_card_number_in_text_is_hidden(number: str, between: str, around: str) -> None:
    groups = between.join(number[at : at + 4] for at in range(0, len(number), 4))
    masked = mask_digits(f"{around}{groups}{around}")
    assert len(masked) == len(around) * 2 + len(groups)
    assert sum(char.isdigit() for char in masked) <= 10


@given(st.text("0123456789", max_size=8), card_numbers(), st.text("0123456789", max_size=8))
def test_digits_glued_to_a_card_number_do_not_uncover_it(
    before: str, number: str, after: str
) -> None:
    assume(not (before + number + after).startswith("000000"))
    masked = mask_digits(before + number + after)
    middle = masked[len(before) + 6 : len(before) + len(number) - 4]
    assert middle == "*" * len(middle)


@given(st.text("0123456789 -A", max_size=60))
def test_masking_text_twice_changes_nothing_more(text: str) -> None:
    once = mask_digits(text)
    assert len(once) == len(text)
    assert mask_digits(once) == once


def test_short_numbers_wrong_check_digits_and_application_ids_stay() -> None:
    for text in ("12345678901", "123456789010", "AID: A0000000041010", "2026-11-24 10:15:30"):
        assert mask_digits(text) == text
    assert mask_digits(f"A0000000041010 {PAN}") == "A0000000041010 476173******0119"


@given(card_numbers(), st.binary(max_size=6), st.binary(max_size=6))
def test_a_card_number_in_bytes_is_hidden(number: str, before: bytes, after: bytes) -> None:
    packed = bytes.fromhex(number + "F" * (len(number) % 2))
    for whole in (False, True):
        for planted in (packed, number.encode()):
            masked = mask_bytes(before + planted + after, whole=whole)
            assert len(masked) == len(before) + len(planted) + len(after)
            part = masked[len(before) : len(before) + len(planted)]
            shown = sum(char in "0123456789" for char in part.hex())
            kept = shown if planted is packed else sum(48 <= byte <= 57 for byte in part)
            assert kept <= (0 if whole else 10)


@given(st.binary(max_size=60), st.booleans())
def test_masking_bytes_twice_changes_nothing_more(data: bytes, whole: bool) -> None:
    once = mask_bytes(data, whole=whole)
    assert mask_bytes(once, whole=whole) == once


def test_a_secret_shows_itself_only_masked() -> None:
    assert str(Secret("123456")) == "******"
    assert repr(Secret(PAN, card_number=True)) == "Secret(476173******0119)"
    assert Secret(f"{PAN}D2512", card_number=True).masked == "476173******0119*****"
    assert Secret("123456") != Secret("123457")


def test_a_long_run_of_digits_is_masked_in_time() -> None:
    begun = time.process_time()
    mask_digits("1234567" * 9_300)
    mask_bytes(b"1234567" * 9_300)
    assert time.process_time() - begun < 2.0
