"""Targets of the shapes that all protocols share: BER-TLV, field types, masks, numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from drivers.trace_mask import UnknownBytesMask
from printing.escpos.answers import StatusBoard
from printing.escpos.questions import Question
from printing.escpos.replies import BLOCK_MAX, Echo, ReplyReader
from protocols.kit.asciifields import Digits, DigitsNumber, Fixed
from protocols.kit.errors import BadField, ProtocolError
from protocols.kit.fields import (
    Bcd,
    BcdNumber,
    Bytes,
    Field,
    Hex,
    Hidden,
    OpenBcd,
    OpenBytes,
    OpenHex,
    OpenText,
    Text,
    TlvContainer,
    Uint,
    Var,
)
from protocols.kit.masking import mask_bytes, mask_digits, mask_pan
from protocols.kit.tlv import leaves, read_container, read_length, read_nodes, write_node
from protocols.kit.vocabulary import Booking, TransactionRecord
from terminal_agent.refund.numbers import advance, same_number
from tests.fuzz import cards
from tests.fuzz.target import Script, Target, portions, vectors, within

if TYPE_CHECKING:
    from protocols.kit.tlv import TlvNode

CARD: Final = b"4761739001010119"
FIELDS: Final[tuple[Field, ...]] = (
    Bcd(3),
    Bcd(4, also="E", words=("FFFFFFFF",)),
    BcdNumber(6),
    Uint(2),
    Hex(3),
    Bytes(4),
    Text(8),
    Text(8, charset="cp437"),
    Text(8, right=True),
    Digits(6),
    Digits(6, also=" "),
    DigitsNumber(8),
    Fixed("0S"),
    OpenBcd(),
    OpenBcd(also="DE"),
    OpenHex(),
    OpenBytes(),
    OpenText(),
    OpenText(charset="cp437", until=6),
    Var(2, Hidden(OpenBcd(also="DE"), card_number=True)),
    Var(3, OpenText(charset="utf-8")),
    TlvContainer(),
)


def _tlv(data: bytes) -> None:
    try:
        container, end = read_container(data, 0, len(data))
    except BadField as error:
        within(error, data)
        return
    assert container.wire == data[:end]
    _, start = read_length(data, 0, end)
    found = [(tag, data[a:b]) for tag, a, b in leaves(data, start, end)]
    assert found == [(node.tag, node.value) for node in container.walk() if not node.constructed]
    written = b"".join(write_node(node) for node in container.nodes)
    assert _plain(read_nodes(written, 0, len(written))) == _plain(container.nodes)


def _plain(nodes: tuple[TlvNode, ...]) -> list[tuple[int, bytes]]:
    return [(node.tag, node.value) for node in nodes]


def _fields(data: bytes) -> None:
    script = Script(data)
    field, rest = FIELDS[script.byte() % len(FIELDS)], script.rest()
    try:
        value, end = field.decode(rest, 0, len(rest))
    except ProtocolError as error:
        within(error, rest)
        return
    assert 0 <= end <= len(rest)
    again = field.encode(value)
    assert field.decode(again, 0, len(again)) == (value, len(again))
    if not isinstance(field, OpenBcd | Var):  # a filling nibble F may be the value's own
        assert again == rest[:end]


def _masks(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    shown = mask_digits(text)
    assert len(shown) == len(text)
    assert not cards.in_text(shown), "mask_digits shows a card number"
    assert not cards.in_text(mask_pan(text))
    for whole in (False, True):
        hidden = mask_bytes(data, whole=whole)
        assert len(hidden) == len(data)
        assert not cards.in_bytes(hidden), "mask_bytes shows a card number"
    size = data[0] % 8 if data else 0
    noise = UnknownBytesMask()
    kept = b"".join(noise.mask(part) for part in portions(data, size))
    assert len(kept) == len(data)
    assert not cards.in_bytes(kept), "a torn card number is shown"


def _numbers(data: bytes) -> None:
    """Two records of texts that are cut from the input, and numbers that only text tells."""
    words = data.decode("utf-8", "replace").split("\n")
    names = ("receipt_number", "trace_number", "batch_number", "date", "time")
    first = dict(zip(names, words, strict=False))
    second = dict(zip(names, words[len(names) :], strict=False))
    before, after = _record(first), _record(second)
    steps = advance(before, after, names[:2])
    back = advance(after, before, names[:2])
    assert steps is None or back is None or steps == -back
    assert advance(before, before, names[:2]) in {None, 0}
    assert same_number(before.trace_number or "", before.trace_number or "")
    assert TransactionRecord.from_json(json.loads(json.dumps(before.to_json()))) == before


def _record(words: dict[str, str]) -> TransactionRecord:
    known = {name: word for name, word in words.items() if word != "-"}
    return TransactionRecord.from_json({"booking": Booking.APPROVED.value, **known})


def _tlv_seeds() -> list[bytes]:
    small = [b"\x00", b"\x03\x07\x01a", bytes.fromhex("0824060704616263 64".replace(" ", ""))]
    deep = b"\x81\x10" + b"".join(bytes((0x24, size)) for size in range(14, -2, -2))
    found = [at for data in vectors("zvt") if (at := data.find(b"\x06", 3)) > 0]
    cut = [data[data.find(b"\x06", 3) + 1 :] for data in vectors("zvt") if 6 in data[3:]]
    return [*small, deep, *cut[: len(found)]]


def _field_seeds() -> list[bytes]:
    bodies = [b"\x12\x34\x56\x78\x90\x12\x34", b"\xf1\xf2" + b"0" * 12, b"\xf0\xf1\xf2abcdefghijkl"]
    return [bytes((n,)) + body for n in range(len(FIELDS)) for body in bodies]


def _mask_seeds() -> list[bytes]:
    packed = bytes.fromhex(CARD.decode())
    return [
        CARD, b"\0" + packed, b"4761 7390 0101 0119", b"A0000000041010", b"12" + CARD + b"34",
        b";" + CARD + b"=2512201", packed + b"\x06" + CARD, bytes(b | 0x80 for b in CARD),
        "\u0664761739001010119 \u00b2\u00b3".encode(), *vectors("zvt")[::5],
    ]  # fmt: skip


def _number_seeds() -> list[bytes]:
    one, two = "0012\n000345\n-\n0302\n093000", "0013\n000346\n-\n0302\n093100"
    turn = "9999\n999999\n7\n1231\n235900\n0001\n000001\n7\n0101\n000100"
    long = "7" * 900 + "\n" + "8" * 900
    return [f"{one}\n{two}".encode(), turn.encode(), long.encode(), "\u0661\n\u00b2".encode()]


def _printer(data: bytes) -> None:
    """First byte: the size of the portions; the rest is what a printer says."""
    script = Script(data)
    size, stream = script.byte() % 16, script.rest()
    whole, cut, board = ReplyReader(), ReplyReader(), StatusBoard()
    at_once = whole.feed(stream)
    assert [reply for part in portions(stream, size) for reply in cut.feed(part)] == at_once
    assert whole.pending == cut.pending
    assert len(whole.reset()) <= BLOCK_MAX
    for number, reply in enumerate(at_once):
        board.asked(Question(number % 4 + 1))
        board.hear(reply)
        assert board.status.can_print in {None, True, False}
        if isinstance(reply, Echo):
            plain = bytes(byte for byte in stream if byte not in b"\x11\x13")
            assert b"\x37\x22" + reply.process_id + b"\0" in plain


def _printer_seeds() -> list[bytes]:
    said = b"\x12\x1a\x7e\x10\0\0\0\x37\x22AB12\0\x13\x37\x23A\0\x11_TM-T88V\0\x0c\x37\x25\0"
    return [b"\0" + said, b"\x03" + said, b"\x01" + said[::-1], b"\0_" + b"x" * 300]


TARGETS: Final = (
    Target("ber-tlv", _tlv, _tlv_seeds),
    Target("fields", _fields, _field_seeds),
    Target("masks", _masks, _mask_seeds),
    Target("printer-replies", _printer, _printer_seeds),
    Target("numbers", _numbers, _number_seeds, max_len=8192),
)
