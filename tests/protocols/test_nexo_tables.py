"""Tables, numbers, times and words of nexo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.branches import Syntax
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import BadField, ProtocolError, UnknownMessage
from protocols.nexo import PROTOCOL
from protocols.nexo.masking import mask
from protocols.nexo.messages import build, parse, serialise
from protocols.nexo.numbers import (
    base36,
    civil,
    currency_number,
    day_of,
    harmless_id,
    minor_units,
    reference,
    timestamp,
)
from protocols.nexo.results import RESULTS, code_of, meaning
from tests.protocols.nexo_vectors import BY_ID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OK = BY_ID["nexo-xml-refund-resp-ok"].data
CARD = "4761739001010119"


@given(st.integers(0, 4_000_000_000_000))
def test_times_are_those_of_the_calendar(milliseconds: int) -> None:
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    assert timestamp(milliseconds) == moment.isoformat(timespec="milliseconds").replace(
        "+00:00", "Z"
    )
    day = (EPOCH + timedelta(days=milliseconds // 86_400_000)).date()
    assert civil(milliseconds // 86_400_000) == (day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("0301", "2026-03-01"),
        ("0302", "2026-03-02"),
        ("0303", "2025-03-03"),
        ("1231", "2025-12-31"),
        (None, "2026-03-02"),
        ("", "2026-03-02"),
        ("03-1", "2026-03-02"),
    ],
)
def test_the_day_of_a_sale_is_never_in_the_future(date: str | None, day: str) -> None:
    assert day_of(date, 1_772_442_000_000) == f"{day}T00:00:00.000Z"


def test_numbers_have_ten_letters_for_money_and_nine_for_questions() -> None:
    assert base36(35, 2) == "0Z"
    assert base36(36**2, 2) == "00"
    assert reference(36**10 - 1) == "Z" * 10
    assert reference(1) == "0000000001"
    assert harmless_id(0, 1) == "000000001"
    assert harmless_id(1, 0) == harmless_id(0, 32)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.34", "EUR", 1234), ("5.0", "978", 500), ("5", "JPY", 5), ("5.5", "JPY", None),
     ("0.001", "KWD", 1), ("0.001", "EUR", None)],
)  # fmt: skip
def test_amounts_in_minor_units(text: str, currency: str, minor: int | None) -> None:
    assert minor_units(text, currency) == minor


def test_currencies_by_number() -> None:
    assert currency_number("EUR") == "978"
    assert currency_number("ZZZ") == "ZZZ"
    assert currency_number(None) is None


def test_codes_are_conditions_of_failures_or_the_result() -> None:
    assert code_of("Success", None) == "Success"
    assert code_of("Success", "Refusal") == "Success"
    assert code_of("Failure", "Refusal") == "Refusal"
    assert code_of("Failure", None) == "Failure"
    assert meaning("Tuesday").text == "nexo.result.unlisted"
    assert len(RESULTS) == 19


# --- messages ------------------------------------------------------------------------------------


def test_what_we_build_obeys_the_schema() -> None:
    header = {"service_id": "1", "sale_id": "A", "poi_id": "B"}
    original = {"original_transaction_id": "7", "original_transaction_time": "now"}
    build("ReversalRequest", Syntax.XML, reversal_reason="MerchantCancel", **original, **header)
    with pytest.raises(BadField, match="OriginalPOITransaction"):
        build("ReversalRequest", Syntax.XML, reversal_reason="MerchantCancel", **header)
    with pytest.raises(BadField, match="reversal_reason"):
        build("ReversalRequest", Syntax.XML, reversal_reason="Boredom", **original, **header)
    with pytest.raises(BadField):
        build("LogoutRequest", Syntax.XML, **{**header, "service_id": "1" * 11})


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (b"<SaleToPOIResponse>", b"<SaleToBOIResponse>", ProtocolError),
        (b"MessageHeader", b"MassageHeader", BadField),
        (b'MessageClass="Service" ', b"", BadField),
        (b'MessageClass="Service"', b'MessageClass="Device"', BadField),
        (b'MessageType="Response"', b'MessageType="Request"', BadField),
        (b'MessageType="Response" ', b"", UnknownMessage),
        (b"PaymentResponse>", b"PaimentResponse>", BadField),
        (b"Service", b"Serv\x00ce", BadField),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    old: bytes, new: bytes, error: type[ProtocolError]
) -> None:
    with pytest.raises(error):
        parse(OK.replace(old, new))


def test_another_root_is_no_message() -> None:
    with pytest.raises(UnknownMessage):
        parse(b"<html/>")
    with pytest.raises(UnknownMessage):
        parse(b"plain")


def test_order_case_blanks_and_strangers_do_not_matter() -> None:
    text = OK.decode()
    other = (
        "\ufeff"
        + text.replace('MessageClass="Service" ', "").replace(
            'MessageType="Response"', 'messagetype="response" MESSAGECLASS="Service" New="1"'
        )
        + "\n"
    )
    other = other.replace("<PaymentResponse>", "<PaymentResponse><Brand><New/></Brand>")
    assert parse(other.encode()) == parse(OK)


# --- decode --------------------------------------------------------------------------------------


def test_frames_are_decoded_one_after_the_other() -> None:
    frame = len(OK).to_bytes(4, "big") + OK
    told = PROTOCOL.decode(frame * 2, DecodeOptions("frame"))
    assert [each.command for each in told] == ["PaymentResponse"] * 2
    with pytest.raises(ProtocolError) as caught:
        PROTOCOL.decode(frame + b"\x00\x00\x00\x05hello", DecodeOptions("frame"))
    assert caught.value.offset == len(frame) + 4
    with pytest.raises(ProtocolError) as caught:
        PROTOCOL.decode(frame + frame[:9], DecodeOptions("frame"))
    assert caught.value.offset == len(frame)
    with pytest.raises(ProtocolError) as caught:
        PROTOCOL.decode(frame + bytes(4), DecodeOptions("frame"))
    assert caught.value.offset == len(frame)


def test_nothing_is_no_message() -> None:
    for layer in PROTOCOL.layers:
        assert list(PROTOCOL.decode(b"", DecodeOptions(layer))) == []


def test_a_currency_that_is_not_known_has_no_minor_units() -> None:
    (told,) = PROTOCOL.decode(OK.replace(b'"EUR"', b'"ZZZ"'), DecodeOptions("message"))
    assert "amount_minor" not in told.fields
    assert told.fields["currency"] == "ZZZ"


# --- masking -------------------------------------------------------------------------------------


def test_card_data_is_hidden_in_messages_and_in_noise() -> None:
    secret = (
        f'<SensitiveCardData PAN="{CARD}" ExpiryDate="2512"><TrackData>;{CARD}=2512</TrackData>'
    )
    text = OK.decode().replace(
        'EntryMode="ICC"/>', f'EntryMode="ICC">{secret}</SensitiveCardData></CardData>'
    )
    text = text.replace("<OutputText>EUR 12.34", f"<OutputText>card {CARD}", 1)
    data = text.encode()
    masked = mask(data)
    assert len(masked) == len(data)
    assert CARD not in masked.decode()
    assert "2512" not in masked.decode()
    assert "card 476173******0119" in masked.decode()
    message = parse(data)
    assert CARD not in repr(message)
    assert message.text("pan") == "476173******0119"
    assert message.text("expiry") == "****"
    assert serialise(message).count(CARD.encode()) == 2, "the codec itself keeps what it read"
    (told,) = PROTOCOL.decode(data, DecodeOptions("message"))
    assert CARD not in str(told.fields)
    noise = b"\x00" + data[:-5]
    assert CARD.encode() not in mask(noise)
    assert len(mask(noise)) == len(noise)


def test_passwords_of_an_input_are_hidden_in_json() -> None:
    message = build(
        "InputResponse",
        Syntax.JSON,
        service_id="1",
        device_id="1",
        sale_id="A",
        poi_id="B",
        input_device="CashierInput",
        input_info="Input",
        input_result="Success",
        input_command="Password",
        password="geheim",
        digit_input="123456",
    )
    data = serialise(message)
    assert b"geheim" in data
    masked = mask(data)
    assert b"geheim" not in masked
    assert b"123456" not in masked
    assert parse(masked).layout is message.layout
    assert message.text("password") == "******"
