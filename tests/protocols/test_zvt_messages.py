"""APDUs to messages and back, and which layout a code with several is read by."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.kit.errors import BadField, ProtocolError, UnknownMessage
from protocols.kit.messages import Message, MessageLayout
from protocols.kit.tlv import Tlv, primitive
from protocols.zvt.layouts import ABORTED_CURRENCY, MESSAGES, VARIANTS
from protocols.zvt.messages import build, code_of, is_known, parse, serialise
from tests.strategies import messages_of

ISSUE_COMMANDS = frozenset(
    {"0501", "0600", "0601", "0602", "060F", "061E", "0620", "0622", "0623", "0624", "0625"}
    | {"0630", "0631", "0650", "0670", "0693", "06B0", "06C0", "06D1", "06D3", "0401", "040F"}
    | {"04FF", "0618", "0814", "8000"}
)
# The command that decides how the variants of a completion are read.
PENDING = {"status": b"\x05\x01", "registration": b"\x06\x00"}


def read(apdu: str, after: str = "") -> Message:
    return parse(bytes.fromhex(apdu), after=bytes.fromhex(after))


@pytest.mark.parametrize(
    "layout", MESSAGES, ids=lambda layout: f"{layout.code.hex()} {layout.name}"
)
@settings(max_examples=15)
@given(data=st.data())
def test_every_message_comes_back(layout: MessageLayout, data: st.DataObject) -> None:
    message = data.draw(messages_of(layout))
    apdu = serialise(message)
    again = parse(apdu)
    assert again == message
    assert again.layout is layout
    assert serialise(again) == apdu


@pytest.mark.parametrize(
    "layout", VARIANTS, ids=lambda layout: f"{layout.code.hex()} {layout.variant}"
)
@settings(max_examples=15)
@given(data=st.data())
def test_a_message_read_by_its_command_is_written_unchanged(
    layout: MessageLayout, data: st.DataObject
) -> None:
    message = data.draw(messages_of(layout))
    if layout is ABORTED_CURRENCY:
        message = layout.message(**{**message.values, "result_code": "6F", "currency": "0978"})
    apdu = serialise(message)
    assert serialise(parse(apdu, after=PENDING.get(layout.variant, b""))) == apdu


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x05\x01", b"\x06\x00", b"\x06\x31"]))
def test_any_bytes_are_read_whole_or_refused(data: bytes, after: bytes) -> None:
    try:
        message = parse(data, after=after)
    except ProtocolError:
        return
    assert serialise(message) == data or data[2] == 0xFF


@given(st.sampled_from(MESSAGES), st.binary(max_size=60))
def test_any_data_behind_a_known_code_is_read_whole_or_refused(
    layout: MessageLayout, body: bytes
) -> None:
    code = layout.code if len(layout.code) == 2 else layout.code + b"\x66"
    apdu = code + bytes((len(body),)) + body
    try:
        message = parse(apdu)
    except ProtocolError as error:
        refused_at = error.offset
    else:
        assert serialise(message) == apdu
        return
    assert refused_at is not None
    assert 0 <= refused_at <= len(apdu)


def test_every_command_of_the_issue_is_in_the_table() -> None:
    codes = {layout.code.hex().upper() for layout in MESSAGES}
    assert codes >= ISSUE_COMMANDS
    assert "84" in codes
    assert len(codes) == len({(layout.code, layout.variant) for layout in MESSAGES}) - 1


@pytest.mark.parametrize(
    ("apdu", "code"),
    [("840000", "8400"), ("849C00", "849C"), ("848300", "8483"), ("8466020102", "8466")],
)
def test_a_negative_acknowledgement_carries_its_error_in_its_code(apdu: str, code: str) -> None:
    message = read(apdu)
    assert message.code.hex().upper() == code
    assert code_of(message) == message.code
    assert message.text("result_code") == code[2:]
    assert serialise(message).hex().upper() == apdu


def test_partial_goods_carry_the_amount() -> None:
    assert read("849D0704000000000500").number("amount_minor") == 500


def test_an_acknowledgement_carries_a_container_or_plain_data() -> None:
    assert read("8000060604 1F730100".replace(" ", "")).tlv() == (primitive(0x1F73, b"\0"),)
    assert read("800001 0D".replace(" ", "")).raw("data") == b"\x0d"
    assert read("841E036F0978").raw("data") == bytes.fromhex("6F0978")


@pytest.mark.parametrize(
    ("apdu", "after", "expected"),
    [
        ("060F07F0F0F3626C6100", "", {"version": "bla", "terminal_status": "00"}),
        ("060F07F0F0F3626C6100", "0501", {"version": "bla", "terminal_status": "00"}),
        ("060F03060600", "0501", {"terminal_status": "06", "tlv": Tlv.of()}),
        ("060F01DC", "", {"terminal_status": "DC"}),
        ("060F01DC", "0501", {"terminal_status": "DC"}),
        ("060F01DC", "0631", {"terminal_status": "DC"}),
        ("060F020600", "", {"tlv": Tlv.of()}),
        ("060F020600", "0631", {"tlv": Tlv.of()}),
        ("060F0227E0", "0650", {"result_code": "E0"}),
        ("060F021900", "0600", {"status_byte": "00"}),
        ("060F021900", "", {"payment_type": "00"}),
        ("060F00", "0631", {}),
    ],
)
def test_a_completion_is_read_by_the_command_it_completes(
    apdu: str, after: str, expected: dict[str, object]
) -> None:
    message = read(apdu, after)
    assert message.values == expected
    assert serialise(message).hex().upper() == apdu


@pytest.mark.parametrize(
    ("apdu", "after"), [("060F020600", "0501"), ("060F00", "0501"), ("060F03060600", "0631")]
)
def test_a_completion_that_does_not_fit_its_command_is_refused(apdu: str, after: str) -> None:
    with pytest.raises(BadField):
        read(apdu, after)


@pytest.mark.parametrize(
    ("apdu", "expected"),
    [
        ("061E016F", {"result_code": "6F"}),
        ("061E036F0978", {"result_code": "6F", "currency": "0978"}),
        ("061E066F0978870012", {"result_code": "6F", "currency": "0978", "receipt_number": "0012"}),
        ("061E036F0643", {"result_code": "6F", "currency": "0643"}),
        ("061E036F0600", {"result_code": "6F", "tlv": Tlv.of()}),
        ("061E046F870123", {"result_code": "6F", "receipt_number": "0123"}),
        ("061E04B887FFFF", {"result_code": "B8", "receipt_number": "FFFF"}),
    ],
)
def test_behind_6f_an_abort_may_name_the_currency_without_a_tag(
    apdu: str, expected: dict[str, object]
) -> None:
    message = read(apdu)
    assert message.values == expected
    assert serialise(message).hex().upper() == apdu


def test_text_behind_a_print_line_is_a_container_only_when_it_is_one() -> None:
    line = read("06D109004245 06041F070102".replace(" ", ""))
    assert line.values["text"] == "BE"
    assert line.tlv() == (primitive(0x1F07, b"\x02"),)
    odd = read("06D105004206 4106".replace(" ", ""))
    assert odd.values == {"attribute": "00", "text": "B\x06A\x06"}
    assert serialise(odd).hex().upper() == "06D1050042064106"
    assert read("06D10100").values == {"attribute": "00", "text": ""}


def test_charset_changes_what_text_gives_and_not_what_is_written() -> None:
    apdu = bytes.fromhex("06D10400C46E64")
    message = parse(apdu, charset="iso8859-1")
    assert message.text("text") == "Änd"
    assert serialise(message) == apdu


@pytest.mark.parametrize(
    "apdu",
    ["", "06", "0601", "060101", "06010000", "0601FF", "0601FF01", "060102040A"],
)
def test_wrong_lengths_are_refused(apdu: str) -> None:
    with pytest.raises(BadField):
        read(apdu)


def test_an_extended_length_may_be_longer_than_needed() -> None:
    assert read("0601FF0000").values == {}


def test_an_unknown_code_is_an_unknown_message() -> None:
    with pytest.raises(UnknownMessage) as caught:
        read("0F0100")
    assert caught.value.offset == 0
    assert is_known(b"\x06\x31")
    assert is_known(b"\x84\x12")
    assert not is_known(b"\x84")
    assert not is_known(b"\x0f\x01")


def test_an_error_behind_an_error_code_names_its_place_in_the_apdu() -> None:
    assert read("8466 01 06".replace(" ", "")).raw("data") == b"\x06"
    with pytest.raises(BadField) as caught:
        read("06300500000087 01".replace(" ", ""))
    assert caught.value.offset == 7


def test_long_messages_get_the_extended_length() -> None:
    tlv = Tlv.of(primitive(0x07, bytes(300)))
    apdu = serialise(build("06D3", tlv=tlv))
    assert apdu[:5] == bytes.fromhex("06D3FF") + (len(apdu) - 5).to_bytes(2, "little")
    assert parse(apdu).tlv() == tlv.nodes
    longest = Tlv.of(primitive(0x07, bytes(0xFFF0)))
    with pytest.raises(BadField, match="do not fit an APDU"):
        serialise(build("0631", password="000000", tlv=longest, additional_text="x" * 100))


def test_messages_are_built_by_the_layout_that_has_the_names() -> None:
    refund = build("0631", password="000000", amount_minor=2040, currency="0978", cvv=None)
    assert serialise(refund).hex().upper() == "06310D00000004000000002040490978"
    assert serialise(build("060F", terminal_status="00", version="1")).hex() == "060f05f0f0f13100"
    assert serialise(build("060f", terminal_status="9C")).hex() == "060f019c"
    assert serialise(build("060F")).hex() == "060f00"
    assert serialise(build("849C")).hex() == "849c00"
    assert serialise(build("8000", data=b"\x0d")).hex() == "8000010d"
    assert (
        serialise(build("0601", amount_minor=1, tlv=Tlv.of())).hex()
        == "0601090400000000000106" + "00"
    )


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("0F01", {}),
        ("0631", {"amount_minor": 1}),
        ("0602", {"amount_minor": 1}),
        ("8000", {"x": 1}),
    ],
)
def test_a_message_nobody_declared_is_not_built(code: str, values: dict[str, int]) -> None:
    with pytest.raises(UnknownMessage):
        build(code, **values)


def test_card_data_in_a_built_message_is_hidden() -> None:
    message = build("0631", password="471147", amount_minor=1, pan="4761739001010119")
    assert message.text("pan") == "476173******0119"
    for shown in (repr(message), str(message.values["pan"]), repr(message.values)):
        assert "471147" not in shown
        assert "900101" not in shown
