"""Card data never comes out of mask, decode or a repr in clear, wherever it stood."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import ProtocolError
from protocols.kit.messages import Message, MessageLayout
from protocols.kit.tlv import Tlv, constructed, primitive
from protocols.zvt.decode import decode
from protocols.zvt.layouts import MESSAGES
from protocols.zvt.masking import mask
from protocols.zvt.messages import build, parse, serialise
from tests.protocols.zvt_vectors import GOOD, Vector
from tests.strategies import card_numbers, messages_of

SHOWN_FIRST = 6
# Numbers that the bytes around them would seem to hold by chance: amounts are full of zeros, and
# the hex of ASCII digits is full of 3s.
CHANCE = re.compile("0000|3.3.3")
# Names of fields that are nothing but secret, with a value to plant.
SECRETS = {
    "password": ("0631", "471147"),
    "expiry": ("0601", "2512"),
    "cvv": ("0601", "F471"),
    "track_1": ("0601", "B4761739001010119^DOE/JOHN^2512"),
    "chip_data": ("0601", "4761739001010119"),
    "chip_ef_id": ("040F", "6726123456789012345F"),
    "pin_data": ("0601", "04125478ABCDEF90"),
    "mac": ("06E0", "4711471147114711"),
    "geldkarte_record": ("040F", "6726123456789012"),
    "offline_data": ("040F", "6726123456789012"),
    "track_3": ("0601", "014761739001010119D2512"),
}
HIDDEN_TAGS = {
    0x4D: bytes.fromhex("6726123456789012345F"),
    0x57: bytes.fromhex("4761739001010119D251"),
    0x5A: bytes.fromhex("4761739001010119"),
    0x5F20: b"DOE/JOHN",
    0x5F24: bytes.fromhex("251231"),
    0x1F14: b"4761739001010119",
    0x1F74: b"Secret1",
}


def as_bcd(number: str) -> bytes:
    """Two digits a byte, an odd one filled with F."""
    return bytes.fromhex(number + "F" * (len(number) % 2))


def planted(number: str) -> list[Message]:
    """Messages that carry a card number in every way a message can."""
    text = f"KLM {number} OK"
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return [
        build("040F", result_code="00", pan=number),
        build("0631", password="000000", pan=number, amount_minor=100),
        build("0601", track_2=f"{number}D25122011234"),
        build("0601", track_1=f"B{number}^DOE/JOHN^2512"),
        build("0601", track_3=f"01{number}D250"),
        build("0601", chip_data=as_bcd(number).hex().upper()),
        build("040F", additional_text=text),
        build("040F", card_name=grouped),
        build("06D1", attribute="00", text=text),
        build("06D1", attribute="00", text=grouped),
        build("06E0", text_1=text, text_2=number),
        build("06D3", tlv=Tlv.of(constructed(0x25, primitive(0x07, text.encode())))),
        build("040F", tlv=Tlv.of(primitive(0x5A, as_bcd(number)))),
        build("040F", tlv=Tlv.of(constructed(0x60, primitive(0x46, text.encode())))),
        build("040F", tlv=Tlv.of(primitive(0xDF01, b"\x01" + as_bcd(number)))),
        build("040F", tlv=Tlv.of(primitive(0xDF01, text.encode()))),
        build("040F", tlv=Tlv.of(primitive(0x1C, b"\xaa" + as_bcd(number) + b"\xbb"))),
        build("8000", data=as_bcd(number)),
        build("8466", data=text.encode()),
        build("0603", data=b"\x22\xf0\xf8" + as_bcd(number)),
        build("0601", blocked_goods_groups=number),
    ]


def assert_hidden(number: str, shown: bytes) -> None:
    """Nothing longer than what may be shown, as digits, nibbles or hex of letters."""
    for known in range(len(number) - SHOWN_FIRST):
        # Any 7 digits in a row that are not wholly at the start or end would say too much.
        piece = number[known : known + SHOWN_FIRST + 1]
        assert piece.encode() not in shown, f"{piece} of {number}"
        assert piece.encode().hex().encode() not in shown.lower()


@given(card_numbers())
def test_a_planted_card_number_never_comes_out(number: str) -> None:
    assume(CHANCE.search(number) is None)
    for message in planted(number):
        apdu = serialise(message)
        masked = mask(apdu)
        assert len(masked) == len(apdu)
        (row,) = decode(apdu, DecodeOptions("apdu"))
        shown = json.dumps([row.fields, row.notes], ensure_ascii=False)
        for text in (
            masked.decode("latin-1"),
            masked.hex(),
            shown,
            repr(message),
            repr(parse(apdu)),
        ):
            assert_hidden(number, text.encode())


@given(card_numbers(), st.data())
def test_a_piece_of_a_message_says_no_more_than_its_first_and_last_four_digits(
    number: str, data: st.DataObject
) -> None:
    assume(CHANCE.search(number) is None)
    message = data.draw(st.sampled_from(planted(number)))
    apdu = serialise(message)
    cut = data.draw(st.integers(1, len(apdu) - 1))
    for piece in (apdu[:cut], apdu[cut:], b"\x10\x02" + apdu[:cut]):
        masked = mask(piece)
        assert len(masked) == len(piece)
        assert_hidden(number, masked)
        assert_hidden(number, masked.hex().encode())


@pytest.mark.parametrize(
    "layout", MESSAGES, ids=lambda layout: f"{layout.code.hex()} {layout.name}"
)
@settings(max_examples=12)
@given(data=st.data())
def test_a_masked_message_is_the_same_message_and_masked_for_good(
    layout: MessageLayout, data: st.DataObject
) -> None:
    message = data.draw(messages_of(layout))
    apdu = serialise(message)
    masked = mask(apdu)
    assert len(masked) == len(apdu)
    assert mask(masked) == masked
    again = parse(masked)
    assert again.layout.code == layout.code
    assert list(again.values) == list(message.values)
    for name in ("amount_minor", "receipt_number", "trace_number", "result_code", "currency"):
        assert again.values.get(name) == message.values.get(name)


@given(st.binary(max_size=200))
def test_masking_takes_any_bytes(data: bytes) -> None:
    masked = mask(data)
    assert len(masked) == len(data)
    assert mask(masked) == masked or masked != data


@pytest.mark.parametrize("name", SECRETS)
def test_secret_fields_are_hidden_altogether(name: str) -> None:
    code, value = SECRETS[name]
    values = {"password": "000000", name: value} if code == "0631" else {name: value}
    apdu = serialise(build(code, **values))
    shown = parse(mask(apdu)).secret(name)
    assert shown is not None
    assert len(shown.clear) == len(value)
    digits = [char for char in shown.clear if char.isdigit()]
    assert digits == []
    (row,) = decode(apdu, DecodeOptions("apdu"))
    assert row.fields[name] == "*" * len(value)


@pytest.mark.parametrize("tag", HIDDEN_TAGS, ids=lambda tag: f"{tag:X}")
def test_tags_of_card_data_are_hidden_altogether(tag: int) -> None:
    apdu = serialise(build("040F", tlv=Tlv.of(primitive(tag, HIDDEN_TAGS[tag]))))
    (node,) = parse(mask(apdu)).tlv()
    assert set(node.value) in ({0xEE}, {0x2A})
    assert len(node.value) == len(HIDDEN_TAGS[tag])


@pytest.mark.parametrize(
    ("pan", "masked"),
    [
        ("4761739001010119", "476173EEEEEE0119"),
        ("476173900101011", "476173EEEEE1011F"),
        ("EEEEEEEEEEEEEEE4281", "EEEEEEEEEEEEEEE4281F"),
        ("4761739001010119D2512", "476173EEEEEE0119DEEEEF"),
        ("4711", "EEEE"),
    ],
)
def test_a_card_number_keeps_at_most_its_first_six_and_last_four(pan: str, masked: str) -> None:
    apdu = serialise(build("040F", pan=pan))
    assert mask(apdu)[6:].hex().upper() == masked


def test_what_is_no_card_data_stays_readable() -> None:
    message = build(
        "040F",
        amount_minor=999_999_999_999,
        terminal_id="12345678",
        totals="0233023400" + "00" * 48,
        tlv=Tlv.of(
            primitive(0x43, bytes.fromhex("A0000000041010")), primitive(0x1F2B, b"\x10\x01\x60\x05")
        ),
    )
    apdu = serialise(message)
    assert mask(apdu) == apdu


def test_an_unreadable_message_keeps_its_code() -> None:
    cut = serialise(build("0631", password="471147", amount_minor=123_456))[:-2]
    assert mask(cut).hex().upper() == "0631" + mask(cut)[2:].hex().upper()
    assert b"\x47\x11" not in mask(cut)
    assert mask(b"\x10\x02" + cut)[:4].hex() == "10020631"
    assert mask(b"") == b""


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.id)
def test_a_masked_vector_decodes_to_the_same(vector: Vector) -> None:
    masked = mask(vector.apdu)
    assert decode(masked, DecodeOptions("apdu")) == decode(vector.apdu, DecodeOptions("apdu"))


def test_refusals_do_not_show_what_they_refuse() -> None:
    apdu = bytearray(serialise(build("040F", additional_text="4761739001010119")))
    apdu[5] = 0x00
    with pytest.raises(ProtocolError) as caught:
        decode(bytes(apdu), DecodeOptions("apdu"))
    assert "4761739" not in str(caught.value)


def test_a_print_line_that_is_no_text_is_hidden_like_unknown_bytes() -> None:
    """Noise of 06 D1 before a status information, over TCP: its card number is cut anywhere."""
    inside = bytes.fromhex("02040F0D270022F0F830123456789111")
    apdu = b"\x06\xd1" + bytes((len(inside),)) + inside
    assert "3012345" not in mask(apdu).hex()
    written = b"\x06\xd1\x14\x00\x02\x04 30123456789111222"
    assert b"3012345" not in mask(written[:2] + bytes((len(written) - 3,)) + written[3:])
