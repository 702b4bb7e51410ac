"""Transbank's messages: which layout a body has, what decode says of it, and what stays hidden."""

from __future__ import annotations

import pytest

from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import BadField, ProtocolError, UnknownMessage
from protocols.kit.vocabulary import Outcome
from protocols.transbank import layouts
from protocols.transbank.decode import FRAME, MESSAGE, decode
from protocols.transbank.masking import mask
from protocols.transbank.messages import build, parse, serialise, shown_code, whole
from protocols.transbank.results import RESULTS, UNLISTED, meaning, progress_text

SALE = (
    b"0210|00|597029414300|75001637|0000T1|125194|000025000|01||6626|000122|DB||"
    b"4012888888881881|DB|10072023|145623|0|0|"
)


def decoded(body: bytes) -> dict[str, object]:
    (found,) = decode(body, DecodeOptions(MESSAGE))
    return dict(found.fields)


def test_0260_is_a_request_or_a_reply_by_the_width_of_its_first_field() -> None:
    assert parse(b"0260|1|").layout is layouts.LIST
    assert parse(b"0260||").layout is layouts.LIST
    assert parse(b"0260|11").layout is layouts.LAST_SALE_RESULT


@pytest.mark.parametrize("padded", [b"0200|25000|T1|||1|", b"0200|000025000|0000T1|||0"])
def test_a_sale_reads_in_the_paddings_of_both_official_clients(padded: bytes) -> None:
    message = parse(padded)
    assert whole(message, "amount") == 25000
    assert serialise(message) == padded


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(UnknownMessage):
        parse(b"0999|1")
    for body in (b"0210", b"0210|0", b"0210|000", b"1200|12a|", b"0100|x", b"0210;00"):
        with pytest.raises(BadField):
            parse(body)
    with pytest.raises(BadField):
        build(layouts.VOID, operation_number="1234567")


def test_an_amount_that_is_no_number_is_told_as_it_stands() -> None:
    message = parse(b"0200|1-2|1")
    with pytest.raises(BadField):
        whole(message, "amount")
    assert decoded(b"0200|1-2|1")["amount_minor"] == "1-2"
    assert whole(parse(b"0200||1"), "amount") is None
    assert decoded(b"0261|00|1|2|3|4|-500")["amount_minor"] == -500


def test_decode_names_fields_and_hides_the_account() -> None:
    told = decoded(SALE)
    assert told["amount_minor"] == 25000
    assert told["receipt_number"] == "000122"
    assert told["masked_pan"] == "****6626"
    assert told["account_number"] == "*" * 16
    assert told["result"] == "approved"
    assert "tail" not in told
    assert decoded(b"1210|02")["result"] == "unknown"
    assert decode(b"", DecodeOptions(MESSAGE)) == []


def test_decode_says_where_a_body_goes_wrong() -> None:
    with pytest.raises(ProtocolError) as bare:
        decode(b"1200|12a|", DecodeOptions(MESSAGE))
    frame = bytes.fromhex("06") + b"\x021200|12a|\x03" + bytes((0x1A,))
    with pytest.raises(ProtocolError) as framed:
        decode(frame, DecodeOptions(FRAME))
    assert bare.value.offset == 5
    assert framed.value.offset in {1, 7}


def test_decode_explains_the_lines_of_a_batch() -> None:
    (void,) = decode(b"0261|00|1|2|3|794981|-25000", DecodeOptions(MESSAGE))
    assert void.notes == ("an amount below zero: the sale with this number was voided",)
    (end,) = decode(b"0261|00|1|2|", DecodeOptions(MESSAGE))
    assert end.notes == ("no authorisation code: this line ends the list",)


def test_masking_keeps_the_shape_and_hides_accounts_and_card_numbers() -> None:
    masked = mask(SALE)
    assert masked == SALE.replace(b"4012888888881881", b"*" * 16)
    assert parse(masked).layout is layouts.SALE_RESULT
    fields = b"|" * 18
    voucher = b"0271|00" + fields + b"card 4012888888881881 ok|0|"
    assert b"4012888888881881" not in mask(voucher)
    assert b"401288******1881" in mask(voucher)
    assert b"4012888888881881" not in mask(b"\xff0210|4012888888881881")


def test_codes_for_traces_show_no_more_than_a_command() -> None:
    assert shown_code(b"0210|x") == "0210"
    assert shown_code(b"ab") == "?"
    assert shown_code(b"\xff\xff\xff\xff") == "?"


def test_codes_that_leave_the_host_in_doubt_are_unknown() -> None:
    unknown = {code for code, told in RESULTS.items() if told.outcome is Outcome.UNKNOWN}
    assert unknown == {"02", "03", "09", "14", "15", "16", "22", "65", "94", "95"}
    assert [code for code, told in RESULTS.items() if told.already_done] == ["04"]
    assert meaning("00").outcome is Outcome.APPROVED
    assert meaning("99").outcome is Outcome.UNKNOWN
    assert meaning("99").text == UNLISTED


def test_progress_codes_have_words() -> None:
    assert progress_text("81") == "transbank.progress.81"
    assert progress_text("99") == "transbank.progress.unlisted"
