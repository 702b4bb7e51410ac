"""ECR17's tables, its readings of one letter, what is masked, and what a technician is shown."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

import pytest

import protocols.ecr17
from protocols.ecr17 import layouts, records
from protocols.ecr17.decode import decode
from protocols.ecr17.framing import framer, mode_of
from protocols.ecr17.masking import mask, mask_card
from protocols.ecr17.messages import build, code_of, parse, serialise
from protocols.ecr17.printing import receipt_text
from protocols.ecr17.profiles import ECR17_PROFILES, PROFILES, StanShown
from protocols.ecr17.results import RESULTS, STATES, meaning, terminal_status
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import BadField, BadFrame, UnknownMessage
from protocols.kit.vocabulary import Booking, Operation, Outcome
from tests.protocols.ecr17_peer import SALE, VOID, body, receipt, refused, sold, voided

MESSAGE: Final = DecodeOptions("message")
FRAME: Final = DecodeOptions("frame")
# Lengths as the papers print them.
SIZES: Final = {
    "s": 10,
    "P": 167,
    "X": 167,
    "p": 167,
    "i": 176,
    "c": 176,
    "S": 26,
    "G": 22,
    "C": 26,
    "T": 26,
    "E": 11,
    "R": 22,
    "H": 39,
}


def test_every_request_has_the_length_that_the_papers_print() -> None:
    found = {}
    for layout in layouts.REQUESTS:
        code = layout.code.decode()
        if layout.variant == "" and code != "U":
            values = {"amount_minor": 0} if "amount_minor" in layout.names else {}
            found[code] = len(serialise(build(layout, **values)))
    assert found == SIZES
    for layout in layouts.REQUESTS:
        if layout.variant == "short":
            assert len(serialise(build(layout))) == 23


@pytest.mark.parametrize(
    ("pair", "size"),
    [
        (layouts.SHORT_RESULT, 71),
        (layouts.EXTENDED_RESULT, 92),
        (layouts.REVERSAL_RESULT, 84),
        (layouts.CONVERTED_RESULT, 107),
    ],
)
def test_results_are_told_apart_by_their_length(pair: tuple[object, ...], size: int) -> None:
    for layout, code in zip(pair, ("00", "01"), strict=True):
        assert isinstance(layout, type(layouts.STATUS))
        numbers = {"amount_minor": 7, "foreign_amount": 7}
        values = {name: value for name, value in numbers.items() if name in layout.names}
        wire = body(layout, result_code=code, **values)
        assert len(wire) == size
        assert parse(wire).layout is layout


def test_direction_decides_what_the_letter_s_means() -> None:
    wire = serialise(build(layouts.REVERSAL, trace_number="000123"))
    assert parse(wire).layout is layouts.REVERSAL
    assert parse(wire, direction="to_ecr").layout is layouts.RECEIPT
    assert parse(receipt("A")).layout is layouts.RECEIPT
    with pytest.raises(BadField):
        parse(receipt("A"), direction="to_terminal")
    with pytest.raises(UnknownMessage):
        parse(serialise(build(layouts.LAST_RESULT)), direction="to_ecr")


@pytest.mark.parametrize("wire", [b"", b"123456780", b"123456781G", b"123456780Z", b"\xff" * 20])
def test_what_is_no_message_is_refused_with_a_place_inside(wire: bytes) -> None:
    with pytest.raises(UnknownMessage) as caught:
        parse(wire)
    assert caught.value.offset is not None
    assert 0 <= caught.value.offset <= len(wire)
    assert code_of(wire) == ""


def test_the_error_is_that_of_the_reading_that_got_furthest() -> None:
    with pytest.raises(BadField) as caught:
        parse(sold()[:-3])
    assert caught.value.offset == 84
    assert code_of(sold()) == "E"
    assert code_of(b"\x01WAIT") == "SOH"


def test_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadField):
        build(layouts.PAYMENT)
    with pytest.raises(BadField):
        build(layouts.STATUS, amount_minor=1)
    with pytest.raises(BadField):
        build(layouts.RECEIPT, text="A\x03B")


# -- results -----------------------------------------------------------------------------------


def test_only_the_documented_codes_say_what_became_of_the_money() -> None:
    outcomes = {code: row.outcome for code, row in RESULTS.items()}
    assert outcomes == {
        "00": Outcome.APPROVED,
        "01": Outcome.DECLINED,
        "05": Outcome.DECLINED,
        "09": Outcome.UNKNOWN,
    }
    assert meaning("77").outcome is Outcome.UNKNOWN
    assert not any(row.already_done for row in RESULTS.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_is_there_in_both_languages(language: str) -> None:
    folder = Path(protocols.ecr17.__file__).parent / "texts"
    words = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))["ecr17"]
    keys = {row.text for row in RESULTS.values()} | {row.advice for row in RESULTS.values()}
    keys |= {meaning("77").text, meaning("77").advice, "ecr17.progress.terminal"}
    keys |= {terminal_status(state, "", "").advice for state in (*STATES, "?")} - {""}
    for key in keys:
        _, group, name = key.split(".")
        assert words[group][name], key


def test_a_state_is_ready_where_the_profile_says_so() -> None:
    assert terminal_status("5", "25", "").ready
    assert not terminal_status("", "2", "").ready


def test_profiles_say_only_what_is_known() -> None:
    for name, profile in PROFILES.items():
        capabilities = profile.capabilities
        assert not capabilities.can_refund
        assert capabilities.voids_last_only
        assert not capabilities.void_tells_amount
        horizon = capabilities.vote.horizon_s
        assert horizon > ECR17_PROFILES[name].result_s + ECR17_PROFILES[name].undo_s
        assert capabilities.quiet_s > ECR17_PROFILES[name].repeat_horizon_s
        assert ECR17_PROFILES[name].receipt_s > ECR17_PROFILES[name].repeat_horizon_s


# -- records -----------------------------------------------------------------------------------


def test_a_refused_record_has_no_date_and_no_card() -> None:
    record = records.record_of(parse(refused()), shown=StanShown.UNKNOWN)
    assert (record.booking, record.kind) == (Booking.DECLINED, Operation.VOID)
    assert (record.date, record.time, record.masked_pan, record.auth_code) == (None,) * 4
    assert record.trace_number == "000043"


def test_a_record_keeps_no_number_of_zeros_and_no_card_that_is_not_there() -> None:
    wire = body(layouts.SHORT_RESULT[0], result_code="00", trace_number="      ")
    record = records.record_of(parse(wire), shown=StanShown.OWN)
    assert (record.trace_number, record.turnover_number, record.masked_pan) == (None,) * 3
    assert (record.kind, record.amount_minor, record.currency) == (None, None, None)
    assert not records.is_nothing(record)


def test_a_void_has_no_kind_of_answer_but_its_own() -> None:
    shown = StanShown.UNKNOWN
    assert records.matches(VOID, parse(voided()), shown=shown)
    assert records.matches(VOID, parse(refused()), shown=shown)
    assert not records.matches(VOID, parse(sold()), shown=shown)
    assert records.matches(SALE, parse(sold()), shown=shown)
    assert not records.matches(SALE, parse(voided()), shown=shown)
    converted = body(layouts.CONVERTED_RESULT[0], result_code="00", amount_minor=1250,
                     foreign_amount=1)  # fmt: skip
    assert records.matches(SALE, parse(converted), shown=shown)


# -- receipts ----------------------------------------------------------------------------------


def test_receipt_marks_become_lines() -> None:
    text = receipt_text(parse(receipt("A\x7d\x7fB\x7dC", last=False)))
    assert (text.lines, text.last) == (("A", "B", "C"), False)
    text = receipt_text(parse(receipt("A\x7dB")))
    assert (text.lines, text.last) == (("A", "B"), True)


# -- masking -----------------------------------------------------------------------------------

CARD: Final = "4761739001010119"


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (CARD.rjust(19, "0"), "000476173******0119"),
        ("541333******0018".rjust(19, "0"), "000541333******0018"),
        ("123456789012".rjust(19, "0"), "0000000********9012"),
        ("1234".rjust(19, "0"), "0" * 15 + "****"),
        ("0" * 19, "*" * 19),
    ],
)
def test_a_card_field_shows_six_and_four_at_most(field: str, shown: str) -> None:
    assert mask_card(field) == shown


def test_card_numbers_are_hidden_wherever_they_stand() -> None:
    wire = sold(pan=CARD)
    assert CARD.encode() not in mask(wire)
    assert mask(wire)[12:31] == b"000476173******0119"
    assert parse(mask(wire)).layout is layouts.EXTENDED_RESULT[0]
    for hidden in (receipt(f"CARTA {CARD}"), body(layouts.RECEIPT, text=f"\x05{CARD}")):
        assert CARD.encode() not in mask(hidden)
        assert len(mask(hidden)) == len(hidden)
    unreadable = b"12345678" + CARD.encode()
    assert CARD.encode() not in mask(unreadable)


# -- decode ------------------------------------------------------------------------------------


def test_what_stands_in_a_reserved_place_is_shown_and_its_filling_is_not() -> None:
    (plain,) = decode(serialise(build(layouts.LAST_RESULT)), MESSAGE)
    assert "reserved_1" not in plain.fields
    (odd,) = decode(serialise(build(layouts.LAST_RESULT, reserved_1="007")), MESSAGE)
    assert odd.fields["reserved_1"] == "007"


def test_the_pending_request_tells_how_to_read_the_letter_s() -> None:
    wire = serialise(build(layouts.REVERSAL, trace_number="000123"))
    for after in ("X", "58"):
        (found,) = decode(wire, DecodeOptions("message", after=after))
        assert found.name == "receipt text"
    (found,) = decode(wire, MESSAGE)
    assert found.name == "reversal of the last transaction"
    assert "--after" in found.notes[0]
    for wrong in ("zz", "0", "XX", "ff", "123"):
        with pytest.raises(BadField) as caught:
            decode(wire, DecodeOptions("message", after=wrong))
        assert caught.value.code == "bad_after"


def test_a_dialogue_in_a_row_is_read_piece_by_piece() -> None:
    reading = framer()
    wire = b"\x06" + reading.frame(sold()) + b"\x06\x03\x79" + b"\x01ATTENDERE PREGO     \x04"
    found = decode(wire, FRAME)
    assert [row.command for row in found] == ["ACK", "E", "ACK", "SOH"]
    assert found[0].notes == ("one byte alone",)
    assert decode(b"", FRAME) == decode(b"", MESSAGE) == []


@pytest.mark.parametrize(
    ("wire", "kind", "offset"),
    [
        (b"noise", BadFrame, 0),
        (framer().frame(b"123456780Z1234"), UnknownMessage, 10),
        (b"\x06\x03\x79" + framer().frame(sold()[:-3]), BadField, 3 + 1 + 84),
        (b"\x06\x03\x79\x02123", BadFrame, 3),
    ],
)
def test_errors_tell_their_place_in_the_whole_input(
    wire: bytes, kind: type[Exception], offset: int
) -> None:
    with pytest.raises(kind) as caught:
        decode(wire, FRAME)
    assert getattr(caught.value, "offset", None) == offset


def test_the_mode_of_a_check_value() -> None:
    assert [mode_of(b"A", check) for check in (0x3E, 0x3F, 0x3D, 0x3C, 0x00)] == [
        "std",
        "stx",
        "noext",
        "stx_noext",
        "",
    ]
