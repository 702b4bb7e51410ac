"""The bytes of the acquirer line: fields, frames, check values; against vectors and by hand."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Final

import pytest

from simulators.acquirer import des, layout, mac
from simulators.acquirer import messages as m
from simulators.acquirer.errors import BadMessage, NoIso8583
from simulators.acquirer.frame import FRAME_MAX, Frame, FrameReader

VECTORS: Final = json.loads(
    (Path(__file__).parents[1] / "vectors" / "unionpay.json").read_text(encoding="utf-8")
)["vectors"]
BY_ID: Final = {vector["id"]: vector for vector in VECTORS}
UNSEALED: Final = "mac-ecb-8"  # a message to its field 63: what its field 64 is made from
GOOD: Final = [one for one in BY_ID if BY_ID[one]["valid"] and one != UNSEALED]
SALE: Final = bytes.fromhex(BY_ID["iso-sale"]["hex"])
EXTRAS: Final = {"route", "expect"}


def decoded(name: str) -> tuple[layout.Fields, Frame]:
    """The fields of a vector, and its frame (made up where the vector has none)."""
    data = bytes.fromhex(BY_ID[name]["hex"])
    frame = Frame(data) if BY_ID[name]["layer"] == "message" else FrameReader().feed(data)[0]
    return layout.decode(frame.message), frame


# --- vectors ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_a_vector_decodes_as_stated_and_comes_back_as_the_same_bytes(name: str) -> None:
    fields, frame = decoded(name)
    stated = {key: value for key, value in BY_ID[name]["fields"].items() if key not in EXTRAS}
    assert fields == stated
    again = Frame(layout.encode(fields), frame.tpdu, frame.header)
    whole = again.message if BY_ID[name]["layer"] == "message" else again.encode()
    assert whole.hex().upper() == BY_ID[name]["hex"]


def test_the_truncated_vector_is_refused() -> None:
    with pytest.raises(BadMessage):
        layout.decode(bytes.fromhex(BY_ID["iso-neg-truncated"]["hex"]))


def test_the_check_value_of_the_vector_is_ours_and_completes_its_message() -> None:
    stated = BY_ID[UNSEALED]["fields"]
    covered, key = bytes.fromhex(BY_ID[UNSEALED]["hex"]), bytes.fromhex(stated["mak"])
    assert mac.ecb(key, covered) == stated["mac_ascii"].encode("ascii")
    message = covered + mac.ecb(key, covered)
    assert m.seal_holds(message, key)
    fields = layout.decode(message)
    assert bytes.fromhex(fields["64"]) == b"FF19CC2A"
    assert m.sealed(fields, key) == message
    assert m.name_of(fields) == "refund"


# --- byte by byte, by hand --------------------------------------------------------------------

HEAD: Final = {"t": "0200"}
BY_HAND: Final = [
    # bitmap bit, value, the field's bytes on the line
    ("2", "6222020000000000003", "19 62 22 02 00 00 00 00 00 00 30"),  # odd: a 0 behind
    ("2", "622202000000000003", "18 62 22 02 00 00 00 00 00 03"),
    ("3", "200000", "20 00 00"),
    ("4", "000000003550", "00 00 00 00 35 50"),
    ("11", "000125", "00 01 25"),
    ("22", "021", "02 10"),  # left-justified
    ("23", "001", "00 01"),  # right-justified
    ("32", "48523310", "08 48 52 33 10"),
    ("35", "6222020000000000003D3012", "24 62 22 02 00 00 00 00 00 00 3D 30 12"),
    ("37", "093012345678", "30 39 33 30 31 32 33 34 35 36 37 38"),
    ("39", "A2", "41 32"),
    ("41", "12345678", "31 32 33 34 35 36 37 38"),
    ("48", "0" * 62, "00 62" + " 00" * 31),
    ("49", "156", "31 35 36"),
    ("54", "ABC", "00 03 41 42 43"),  # counted in characters
    ("60", "25000018000600", "00 14 25 00 00 18 00 06 00"),
    ("60", "00000018201", "00 11 00 00 00 18 20 10"),
    ("61", "0000170001231120", "00 16 00 00 17 00 01 23 11 20"),
    ("62", "A1B2C3", "00 03 A1 B2 C3"),
    ("63", "CUP", "00 03 43 55 50"),
    ("63", "银", "00 02 D2 F8"),  # GBK, counted in bytes
    ("64", "4646313943433241", "46 46 31 39 43 43 32 41"),
]


@pytest.mark.parametrize(("number", "value", "stated"), BY_HAND)
def test_a_field_is_written_as_the_reference_says(number: str, value: str, stated: str) -> None:
    bitmap = (1 << (64 - int(number))).to_bytes(8, "big")
    message = bytes.fromhex("0200") + bitmap + bytes.fromhex(stated)
    assert layout.encode({**HEAD, number: value}) == message
    assert layout.decode(message) == {**HEAD, number: value}


def test_a_message_begins_with_type_and_bitmap() -> None:
    assert SALE[:10].hex() == "0200" + "7024048000c08011"
    bits = int.from_bytes(SALE[2:10], "big")
    present = {str(number) for number in range(1, 65) if bits >> (64 - number) & 1}
    assert present == set(layout.decode(SALE)) - {"t"}


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("2", "6" * 20),
        ("4", "12345"),
        ("4", "00000000355A"),
        ("22", "0211"),
        ("37", "short"),
        ("39", "000"),
        ("60", "12X"),
        ("63", "\U0001f9fe"),  # not in GBK
        ("64", "00"),
        ("5", "000000000100"),
        ("128", "00"),
        ("t", "9999"),
        ("t", ""),
    ],
)
def test_what_does_not_fit_is_not_written_and_the_error_does_not_show_it(
    number: str, value: str
) -> None:
    with pytest.raises(BadMessage) as caught:
        layout.encode({**HEAD, number: value})
    assert f"field {number}" in str(caught.value)
    assert len(value) < 5 or value not in str(caught.value)


def test_a_message_cut_anywhere_is_refused_and_so_is_one_with_more_behind_it() -> None:
    for length in range(len(SALE)):
        with pytest.raises(BadMessage):
            layout.decode(SALE[:length])
    with pytest.raises(BadMessage):
        layout.decode(SALE + b"\0")


def test_letters_among_packed_digits_and_fields_without_a_row_are_refused() -> None:
    with pytest.raises(BadMessage, match="field 4"):
        layout.decode(bytes.fromhex("0200 1000000000000000 00000000355a"))
    with pytest.raises(BadMessage, match="field 5"):
        layout.decode(bytes.fromhex("0200 0800000000000000 000000003550"))
    with pytest.raises(BadMessage, match="field 1"):
        layout.decode(bytes.fromhex("0200 8000000000000000 0000000000000000"))


def test_random_bytes_are_refused_with_the_typed_error_or_come_back_the_same() -> None:
    rng = random.Random(8583)
    for _ in range(3_000):
        damaged = bytearray(SALE)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            fields = layout.decode(bytes(damaged))
        except BadMessage:
            continue
        assert layout.decode(layout.encode(fields)) == fields


def test_without_the_library_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    layout._library.cache_clear()
    monkeypatch.setitem(sys.modules, "iso8583", None)
    try:
        with pytest.raises(NoIso8583, match="pyiso8583") as caught:
            layout.check_installed()
        assert "[sim]" in caught.value.what_to_do
    finally:
        layout._library.cache_clear()


# --- frames ------------------------------------------------------------------------------------


def test_a_frame_is_length_tpdu_header_and_message() -> None:
    framed = Frame(SALE).encode()
    assert int.from_bytes(framed[:2], "big") == len(framed) - 2 == 5 + 6 + len(SALE)
    assert framed[2:13].hex() == "6000030000" + "603100311001"
    assert framed[13:] == SALE


def test_an_answer_goes_back_with_the_addresses_changed_over() -> None:
    asked = Frame(SALE, bytes.fromhex("6000030012"))
    assert asked.answer(b"x").tpdu.hex() == "6000120003"


def test_frames_are_cut_from_a_stream_however_it_comes() -> None:
    stream = Frame(SALE).encode() + Frame(b"second").encode()
    for size in (1, 2, 3, 50, len(stream)):
        reader = FrameReader()
        found = []
        for at in range(0, len(stream), size):
            found += reader.feed(stream[at : at + size])
        assert [frame.message for frame in found] == [SALE, b"second"]
        assert not reader.waiting


@pytest.mark.parametrize("length", [0, 10, 11, FRAME_MAX + 1, 65_535])
def test_a_length_that_cannot_be_ends_the_stream(length: int) -> None:
    reader = FrameReader()
    with pytest.raises(BadMessage):
        reader.feed(length.to_bytes(2, "big"))
    assert not reader.waiting


def test_a_frame_does_not_show_what_is_in_it() -> None:
    assert "622202" not in repr(Frame(SALE))
    assert SALE.hex() not in repr(Frame(SALE)).lower()


# --- check values and keys ---------------------------------------------------------------------


def test_the_cipher_is_the_standards() -> None:
    key, block = bytes.fromhex("133457799BBCDFF1"), bytes.fromhex("0123456789ABCDEF")
    assert des.encrypt(key, block).hex().upper() == "85E813540F0AB405"
    rng = random.Random(46)
    for size in (8, 16):
        key = rng.randbytes(size)
        block = rng.randbytes(8)
        assert des.decrypt(key, des.encrypt(key, block)) == block
    same = rng.randbytes(8)
    assert des.encrypt(same + same, block) == des.encrypt(same, block)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_the_cipher_agrees_with_a_library_on_many_keys() -> None:
    ciphers = pytest.importorskip("cryptography.hazmat.primitives.ciphers")
    decrepit = pytest.importorskip("cryptography.hazmat.decrepit.ciphers.algorithms")
    rng = random.Random(81)
    for _ in range(500):
        long, block = rng.randbytes(16), rng.randbytes(8)
        for key, same in ((long[:8], long[:8] * 3), (long, long + long[:8])):
            cipher = ciphers.Cipher(decrepit.TripleDES(same), ciphers.modes.ECB())
            assert des.encrypt(key, block) == cipher.encryptor().update(block)
            assert des.decrypt(key, block) == cipher.decryptor().update(block)


def test_every_changed_byte_changes_the_check_value() -> None:
    key = bytes.fromhex("0123456789ABCDEF")
    good = mac.ecb(key, SALE)
    for at in range(len(SALE)):
        damaged = SALE[:at] + bytes([SALE[at] ^ 1]) + SALE[at + 1 :]
        assert mac.ecb(key, damaged) != good
    assert mac.ecb(key + key[::-1], SALE) != good
    assert len(good) == 8
    assert set(good) <= set(b"0123456789ABCDEF")


@pytest.mark.parametrize("size", [8, 16])
def test_a_working_key_travels_under_the_master_key_and_a_damaged_one_is_noticed(
    size: int,
) -> None:
    key = random.Random(size).randbytes(size)
    carried = mac.wrapped(key)
    assert key not in carried
    assert mac.unwrapped(carried) == key
    assert mac.unwrapped(bytes([carried[0] ^ 1]) + carried[1:]) is None
    assert mac.unwrapped(carried[1:]) is None
    assert mac.unwrapped(b"") is None
