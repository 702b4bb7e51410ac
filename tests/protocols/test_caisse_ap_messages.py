"""Bytes of Caisse-AP: vectors, the framer without a clock, decode, masking, tables."""

from __future__ import annotations

import json

import pytest

from protocols.caisse_ap import PROTOCOL
from protocols.caisse_ap.commands import encode
from protocols.caisse_ap.framing import MESSAGE_MAX, ItemsFramer
from protocols.caisse_ap.layouts import ANSWER, ITEMS, REQUEST
from protocols.caisse_ap.messages import command_of, parse, serialise
from protocols.caisse_ap.profiles import CAISSE_AP_PROFILES
from protocols.caisse_ap.results import RESULTS, code_of, meaning
from protocols.caisse_ap.session import CaisseApSession
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError
from protocols.kit.framing import Damaged, Payload, quieted
from protocols.kit.session import SessionSettings
from protocols.kit.vocabulary import Outcome
from tests.protocols.caisse_ap_peer import REFUND
from tests.protocols.caisse_ap_vectors import BAD, GOOD, Vector

good = pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.id)
bad = pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector.id)
MESSAGE = DecodeOptions("message")
DONE = b"CZ0040300AE00210CB0041250"
# A tag of the vectors -> the name of its field in decode, where the value is shown as it is.
SAME = {
    "CZ": "version",
    "CJ": "integrator",
    "CA": "till",
    "CD": "action",
    "CE": "currency",
    "CC": "application",
    "CI": "reading",
    "BA": "answer_when",
    "AC": "auth_code",
    "AF": "reason",
}


def tags(vector: Vector) -> list[tuple[str, str]]:
    stated = vector.fields["tags"]
    assert isinstance(stated, list)
    return [(tag, value) for tag, value in stated]


# --- vectors ---------------------------------------------------------------------------------


@good
def test_every_item_of_a_vector_is_read_as_its_source_states(vector: Vector) -> None:
    walked = ITEMS.walk(vector.data, 0, len(vector.data))
    found = [(ITEMS.word(tag), vector.data[a:b].decode("ascii")) for tag, a, b in walked]
    assert found == tags(vector)
    (decoded,) = PROTOCOL.decode(vector.data, DecodeOptions(vector.layer))
    assert decoded.direction == vector.direction
    for tag, value in tags(vector):
        match tag:
            case "CB":
                assert decoded.fields["amount_minor"] == int(value)
            case "AE":
                reason = dict(tags(vector)).get("AF")
                assert decoded.fields["result_code"] == code_of(value, reason)
            case "AA":
                assert decoded.fields["masked_pan"] == "*" * len(value)
            case "AB":
                assert decoded.fields["expiry"] == "*" * len(value)
            case _:
                assert decoded.fields[SAME[tag]] == value


@good
def test_a_vector_goes_out_again_byte_for_byte(vector: Vector) -> None:
    message = parse(vector.data)
    assert serialise(message) == vector.data
    assert message.layout is (ANSWER if vector.direction == "to_ecr" else REQUEST)


@good
def test_a_vector_comes_through_the_framer_whole_and_byte_by_byte(vector: Vector) -> None:
    for size in (1, 7, len(vector.data)):
        framer = ItemsFramer()
        for at in range(0, len(vector.data), size):
            assert framer.pieces(vector.data[at : at + size]) == []
            assert framer.pending
        assert quieted(framer) == [Payload(vector.data)]
        assert not framer.pending


@good
def test_a_vector_with_a_byte_too_many_is_refused(vector: Vector) -> None:
    with pytest.raises(ProtocolError) as caught:
        PROTOCOL.decode(vector.data + b"C", MESSAGE)
    assert caught.value.offset == len(vector.data)


@bad
def test_a_broken_vector_is_refused(vector: Vector) -> None:
    with pytest.raises(ProtocolError):
        PROTOCOL.decode(vector.data, DecodeOptions(vector.layer))
    with pytest.raises(BadField):
        parse(vector.data)
    assert isinstance(ItemsFramer().pieces(vector.data)[0], Damaged)


# --- the framer ------------------------------------------------------------------------------


def test_a_message_ends_where_the_next_begins() -> None:
    framer = ItemsFramer()
    assert framer.pieces(DONE + b"C") == []
    assert framer.standing == DONE
    assert framer.pieces(b"Z0040300") == [Payload(DONE)]
    assert framer.standing == b"CZ0040300"


def test_silence_within_an_item_ends_nothing() -> None:
    framer = ItemsFramer()
    framer.pieces(DONE[:-1])
    assert quieted(framer) == []
    assert framer.pending
    assert framer.standing == b"CZ0040300AE00210"
    assert framer.reset() == DONE[:-1]
    assert quieted(framer) == []


@pytest.mark.parametrize("junk", [b"\x05", b"C!", b"CA0A", b"CA00 "])
def test_behind_junk_nothing_is_found_until_reset(junk: bytes) -> None:
    framer = ItemsFramer()
    assert framer.pieces(DONE + junk) == [Damaged(DONE + junk, "bytes that are no item")]
    (rest,) = framer.pieces(DONE)
    assert isinstance(rest, Damaged)
    assert framer.pieces(b"") == []
    assert not framer.pending
    framer.reset()
    framer.pieces(DONE)
    assert quieted(framer) == [Payload(DONE)]


def test_a_message_has_ended_where_cz_stands_whatever_follows_it() -> None:
    whole, cut = ItemsFramer(), ItemsFramer()
    damaged = Damaged(b"CZ0A", "bytes that are no item")
    assert whole.pieces(DONE + b"CZ0A") == [Payload(DONE), damaged]
    assert [piece for byte in DONE + b"CZ0A" for piece in cut.pieces(bytes((byte,)))] == [
        Payload(DONE),
        damaged,
    ]


def test_a_message_has_a_most() -> None:
    framer = ItemsFramer()
    item = b"ZT999" + b"x" * 999
    framer.pieces(b"CZ0040300")
    found = [piece for _ in range(20) for piece in framer.pieces(item)]
    assert isinstance(found[0], Damaged)
    assert found[0].why == "a message without an end"
    assert len(found[0].data) <= MESSAGE_MAX + len(item)
    with pytest.raises(BadFrame, match="1 to 16384"):
        framer.frame(item * 20)


def test_only_one_message_fits_a_frame() -> None:
    framer = ItemsFramer()
    assert framer.frame(DONE) == DONE
    with pytest.raises(BadFrame, match="nowhere else"):
        framer.frame(DONE + DONE)
    with pytest.raises(BadFrame):
        framer.frame(b"CZ00X0300")


def test_framers_with_ends_of_their_own_know_no_silence() -> None:
    assert quieted(object()) == []


# --- decode and masking ----------------------------------------------------------------------


def test_several_messages_decode_in_a_row() -> None:
    first, second = PROTOCOL.decode(b"CZ0040300CD0011CB0041250" + DONE, MESSAGE)
    assert (first.command, first.name, first.direction) == ("CD1", "request: refund", "to_terminal")
    assert first.notes
    assert (second.command, second.name, second.direction) == ("AE10", "answer", "to_ecr")
    assert second.fields["result"] == "approved"
    assert not second.notes


def test_an_action_and_an_item_that_nobody_knows_are_shown() -> None:
    (found,) = PROTOCOL.decode(b"CZ0040300CD001XQQ003\x01\x02\x03", MESSAGE)
    assert found.name == "request: unlisted action"
    assert found.fields["tag_QQ"] == "010203"


def test_a_field_that_does_not_fit_is_refused_where_it_stands() -> None:
    with pytest.raises(BadField) as caught:
        PROTOCOL.decode(DONE + b"CZ0040300CD0011CB0041x50", MESSAGE)
    assert caught.value.offset == len(DONE) + 20
    with pytest.raises(BadFrame):
        PROTOCOL.decode(DONE + b"!!", MESSAGE)


def test_card_data_is_hidden_everywhere() -> None:
    pan = "4111111111111111"
    items = {
        "CZ": "0300",
        "AE": "10",
        "AA": pan,
        "AB": "2712",
        "CF": f"card {pan} ok",
        "BH": "0612345678",
        "QQ": pan,
    }
    wire = "".join(f"{tag}{len(value):03d}{value}" for tag, value in items.items()).encode()
    masked = PROTOCOL.mask(wire)
    assert len(masked) == len(wire)
    assert pan.encode() not in masked
    assert b"AA016411111******1111AB004****" in masked
    assert b"BH010**********" in masked
    (found,) = PROTOCOL.decode(wire, MESSAGE)
    assert pan not in json.dumps(dict(found.fields))
    assert found.fields["masked_pan"] == "411111******1111"
    assert pan not in repr(parse(wire))


def test_what_cannot_be_read_loses_its_digits() -> None:
    assert PROTOCOL.mask(b"??4970101234567890") == b"??" + b"*" * 16


# --- tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "reason", "code", "outcome"),
    [
        ("10", None, "10", Outcome.APPROVED),
        ("10", "01", "10", Outcome.APPROVED),
        ("10", "03", "10", Outcome.APPROVED),
        ("10", "04", "1004", Outcome.UNKNOWN),
        ("10", "07", "1007", Outcome.UNKNOWN),
        ("11", None, "11", Outcome.UNKNOWN),
        ("11", "01", "11", Outcome.UNKNOWN),
        ("01", None, "01", Outcome.UNKNOWN),
        ("01", "00", "0100", Outcome.UNKNOWN),
        ("01", "01", "0101", Outcome.UNKNOWN),
        ("01", "07", "0107", Outcome.UNKNOWN),
        ("01", "14", "0114", Outcome.UNKNOWN),
        ("02", None, "02", Outcome.UNKNOWN),
        *(
            ("01", reason, f"01{reason}", Outcome.DECLINED)
            for reason in ["04", "05", "06", "08", "09", "10", "11", "12", "13"]
        ),
    ],
)
def test_only_what_says_so_is_done_or_refused(
    result: str, reason: str | None, code: str, outcome: Outcome
) -> None:
    assert code_of(result, reason) == code
    assert meaning(code).outcome is outcome
    if code in RESULTS:
        assert RESULTS[code].text == f"caisse_ap.result.{code}"
    else:
        assert meaning(code).text == "caisse_ap.result.unlisted"


def test_commands_are_named_by_action_or_result() -> None:
    assert command_of(parse(DONE)) == "AE10"
    assert command_of(parse(b"CZ0040300CD0012")) == "CD2"


def test_till_and_integrator_are_as_the_configuration_has_them() -> None:
    options = {"integrator": "123456789012", "till": "7"}
    settings = SessionSettings("payxpert", "tcp", options=options)
    sent = encode(REFUND, settings, CAISSE_AP_PROFILES["payxpert"])
    assert sent is not None
    assert (sent.text("integrator"), sent.text("till")) == ("123456789012", "7")
    empty = SessionSettings("payxpert", "tcp", options={"integrator": "", "till": ""})
    usual = encode(REFUND, empty, CAISSE_AP_PROFILES["payxpert"])
    assert usual is not None
    assert (usual.text("integrator"), usual.text("till")) == ("323540032810", "1")


@pytest.mark.parametrize("options", [{"till": "123"}, {"till": "A"}, {"integrator": "12345678901"}])
def test_a_till_or_integrator_that_does_not_fit_is_refused_before_anything_is_written(
    options: dict[str, str],
) -> None:
    session = CaisseApSession(SessionSettings("generic", "tcp", options=options))
    with pytest.raises(BadField):
        session.begin(REFUND, 0.0)
