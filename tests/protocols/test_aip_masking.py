"""Card data and relayed bytes never come out of mask, decode or a repr."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from protocols.aip.decode import decode
from protocols.aip.masking import mask
from protocols.aip.messages import build, on_wire, parse, serialise
from protocols.kit.contract import DecodeOptions
from tests.protocols.aip_vectors import BY_ID, GOOD, Vector
from tests.strategies import card_numbers

PAN = "4761739001010119"


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.id)
def test_a_masked_vector_has_the_same_layout(vector: Vector) -> None:
    masked = mask(vector.payload)
    assert len(masked) == len(vector.payload)
    assert list(parse(masked).values) == list(parse(vector.payload).values)


@given(card_numbers())
def test_a_card_number_keeps_its_first_six_and_last_four_digits(number: str) -> None:
    message = build(3, pan=number, expiry="3011", memo=f"card {number}")
    masked = parse(mask(serialise(message)))
    pan, expiry = masked.secret("pan"), masked.secret("expiry")
    assert pan is not None
    assert expiry is not None
    assert pan.clear == number[:6] + "*" * (len(number) - 10) + number[-4:]
    assert expiry.clear == "****"
    assert number not in str(masked.text("memo"))
    shown = json.dumps(dict(decode(serialise(message), DecodeOptions("message"))[0].fields))
    assert number not in shown
    assert number not in repr(message)


def test_what_terminal_and_host_say_is_hidden_altogether() -> None:
    vector = BY_ID["aip-rsp-relay-request-17"]
    content = parse(vector.payload).raw("content")
    assert content is not None
    masked = mask(vector.payload)
    assert content not in masked
    assert parse(masked).raw("content") == b"\xee" * len(content)
    (told,) = decode(vector.data, DecodeOptions("frame"))
    assert told.fields["content_bytes"] == 23
    assert content.hex() not in json.dumps(dict(told.fields)).lower()


def test_numbers_that_are_no_card_stay_readable() -> None:
    message = build(4, rrn="000000000000", amount_minor=10**11, trace_number="000124")
    assert mask(serialise(message)) == serialise(message)
    longer = serialise(build(4, rrn=PAN))
    assert PAN.encode() not in mask(longer)


def test_text_with_control_bytes_and_bytes_of_unknown_tags_lose_every_number() -> None:
    packed = bytes.fromhex(PAN).decode("latin-1")
    masked = mask(serialise(build(2, bill_1="\x01" + packed, tag_9F77=bytes.fromhex(PAN))))
    assert bytes.fromhex(PAN) not in masked
    assert mask(serialise(build(2, memo=on_wire("缺纸\r\n")))).endswith(on_wire_bytes("缺纸\r\n"))


def on_wire_bytes(text: str) -> bytes:
    return on_wire(text).encode("latin-1")


def test_what_is_no_message_is_masked_as_a_whole() -> None:
    masked = mask(b"\x00\x99" + PAN.encode())
    assert masked == b"\x00\x99" + b"*" * 16
    assert mask(b"") == b""
