"""Bytes in words, for a technician: the fields of each message by name, card data masked.

What the names mean stands in docs/reference/decode.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError, UnknownMessage
from protocols.kit.framing import Control, Damaged, Payload
from protocols.kit.masking import Secret
from protocols.kit.tlv import Tlv
from protocols.zvt.bitmaps import CHARSET, TOTALS_SIZE, UNKNOWN_RECEIPT
from protocols.zvt.charset import declared, letters
from protocols.zvt.framing import SerialFramer, apdu_length
from protocols.zvt.layouts import ABORTED_CURRENCY, COMPLETION, POSITIVE, PRINT_LINE
from protocols.zvt.masking import mask_read
from protocols.zvt.messages import header_size, parse
from protocols.zvt.profiles import GENERIC, ZVT_PROFILES
from protocols.zvt.tags import (
    CHARACTER_SET,
    DISPLAY_TEXTS,
    PRINT_TEXTS,
    TEXT_LINE,
    TagKind,
    tag_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocols.kit.fields import Value
    from protocols.kit.messages import Message
    from protocols.kit.tlv import TlvNode

FRAME: Final = "frame"
APDU: Final = "apdu"
LAYERS: Final = (FRAME, APDU)
_FEED: Final = "FF"  # print attribute: the next byte counts line feeds
_APPROVED: Final = "00"
_CARD_TOTALS: Final = ("girocard", "jcb", "mastercard", "amex", "visa", "diners", "other")
_TOTALS_DIGITS: Final = 2 * TOTALS_SIZE
_STATUS_INFORMATION: Final = b"\x04\x0f"
_ABORTED: Final = b"\x06\x1e"
_WHICH_COMPLETION: Final = (
    "the layout of a completion depends on the command before it; name it with --after"
)


def decode(data: bytes, options: DecodeOptions) -> Sequence[Decoded]:
    """Every message in `data`, which must be consumed exactly.

    Raises ProtocolError with the offset of the first byte that does not fit. Between messages in
    a row the command that is pending is remembered, so that its completion reads rightly.
    """
    pending = _code(options.after)
    charset = ZVT_PROFILES.get(options.profile, GENERIC).charset
    found: list[Decoded] = []
    for at, apdu in _in_frames(data) if options.layer == FRAME else _bare(data):
        if len(apdu) == 1:
            found.append(Decoded(apdu.hex().upper(), _CONTROLS[apdu], {}))
            continue
        try:
            message = parse(apdu, after=pending)
            decoded = _in_words(mask_read(apdu, message), pending, charset)
        except ProtocolError as error:
            raise _moved(error, at, apdu, in_frame=options.layer == FRAME) from None
        found.append(decoded)
        if message.layout.direction == "to_terminal":
            pending = message.code
    return found


_CONTROLS: Final = {b"\x06": "ACK", b"\x15": "NAK"}


def _code(after: str) -> bytes:
    try:
        return bytes.fromhex(after)
    except ValueError:
        raise BadField(f"{after!r} is no command code", code="bad_after") from None


def _bare(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        length = apdu_length(data, at)
        if length is None or length > len(data) - at:
            there = len(data) - at
            declared_length = "is cut short" if length is None else f"says it has {length} bytes"
            raise BadFrame(f"an APDU of {there} bytes {declared_length}", offset=at)
        yield at, data[at : at + length]
        at += length


def _in_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    framer = SerialFramer()
    at = 0
    for piece in framer.pieces(data):
        match piece:
            case Payload(data=payload):
                yield at, payload
                at += len(framer.frame(payload))
            case Control(data=control):
                yield at, control
                at += len(control)
            case Damaged(why=why):
                raise BadFrame(why, offset=at)
            case _:
                raise BadFrame("bytes that belong to no frame", offset=at)
    if framer.pending:
        raise BadFrame("a frame is cut short", offset=at)


def _moved(error: ProtocolError, at: int, apdu: bytes, *, in_frame: bool) -> ProtocolError:
    """The same error with its offset in the whole input, doubled DLEs counted."""
    inside = error.offset or 0
    if in_frame:
        at += 2 + apdu[:inside].count(b"\x10")
    kind = UnknownMessage if isinstance(error, UnknownMessage) else BadField
    return kind(error.what_happened, offset=at + inside)


def _in_words(masked: bytes, pending: bytes, charset: str) -> Decoded:
    message = parse(masked, after=pending)
    notes: list[str] = []
    charset = _declared_charset(message, notes) or charset
    fields: dict[str, object] = {}
    for name, value in message.values.items():
        fields[_NAMES.get(name, name)] = _shown(name, value, charset)
    _add_text(message, fields, charset)
    _add_result(message, fields)
    if message.layout.code == POSITIVE.code and message.values:
        fields["data"] = masked[header_size(masked) :].hex().upper()
    notes += _notes(message, pending)
    direction = message.layout.direction
    return Decoded(
        command=message.code.hex().upper(),
        name=message.layout.name,
        fields=fields,
        direction="" if direction == "both" else direction,
        notes=tuple(notes),
    )


_NAMES: Final = {"pan": "masked_pan"}


def _shown(name: str, value: Value, charset: str) -> object:
    match value:
        case Secret():
            return value.masked
        case Tlv():
            return _tree(value.nodes, charset)
        case bytes():
            return value.hex().upper()
        case str() if name == "totals":
            return _totals(value)
        case str():
            return letters(value.encode(CHARSET), charset)
        case _:
            return value


def _tree(nodes: Sequence[TlvNode], charset: str) -> list[dict[str, object]]:
    return [_branch(node, charset) for node in nodes]


def _branch(node: TlvNode, charset: str) -> dict[str, object]:
    row = tag_row(node.tag)
    shown: dict[str, object] = {"tag": node.tag_hex}
    if row.name:
        shown["name"] = row.name
    if node.constructed:
        shown["nodes"] = _tree(node.children, charset)
        return shown
    shown["value"] = node.value.hex().upper()
    if row.kind is TagKind.TEXT:
        shown["text"] = letters(node.value, charset)
    return shown


def _totals(digits: str) -> object:
    """BMP 60: receipt numbers and seven pairs of count (binary) and sum (BCD); else as it is."""
    if len(digits) != _TOTALS_DIGITS:
        return digits
    cards: dict[str, object] = {}
    for place, name in enumerate(_CARD_TOTALS):
        row = digits[8 + 14 * place : 22 + 14 * place]
        if not row[2:].isdecimal():
            return digits
        cards[name] = {"count": int(row[:2], 16), "amount_minor": int(row[2:])}
    return {"first_receipt": digits[:4], "last_receipt": digits[4:8], "cards": cards}


def _declared_charset(message: Message, notes: list[str]) -> str | None:
    """What a tag 14 at the top of the container says, as print blocks carry it."""
    node = next((node for node in message.tlv() if node.tag == CHARACTER_SET), None)
    if node is None:
        return None
    name = declared(node.value)
    if name is None:
        notes.append(f"character set {node.value.hex().upper()} is not known")
    return name


def _add_text(message: Message, fields: dict[str, object], charset: str) -> None:
    """All readable lines of a message as one list under `text`; a count of feeds is none."""
    feeds = message.values.get("text")
    if fields.get("attribute") == _FEED and isinstance(feeds, str) and len(feeds) == 1:
        fields["line_feeds"] = feeds.encode(CHARSET)[0]
        del fields["text"]
    lines = [
        letters(node.value, charset)
        for block in message.tlv()
        if block.tag in {DISPLAY_TEXTS, PRINT_TEXTS}
        for node in block.children
        if node.tag == TEXT_LINE
    ]
    for name in ("text", *(f"text_{n}" for n in range(1, 9)), *_SECOND_TEXTS):
        value = fields.pop(name, None)
        if isinstance(value, str):
            lines.append(value)
    if lines:
        fields["text"] = lines


_SECOND_TEXTS: Final = tuple(f"second_text_{n}" for n in range(1, 9))


def _add_result(message: Message, fields: dict[str, object]) -> None:
    code = message.values.get("result_code")
    if message.code == _STATUS_INFORMATION:
        judged = {None: "unknown", _APPROVED: "approved"}
        fields["result"] = judged.get(code if isinstance(code, str) else None, "declined")
    elif message.code == _ABORTED:
        fields["result"] = "declined" if code != _APPROVED else "unknown"


def _notes(message: Message, pending: bytes) -> Iterator[str]:
    layout = message.layout
    if layout.code == COMPLETION.code and not pending:
        yield f"read as {layout.name}: {_WHICH_COMPLETION}"
    if layout is ABORTED_CURRENCY:
        yield "the currency behind result code 6F has no tag"
    if layout is PRINT_LINE and "tlv" in message.values:
        yield "a container follows the text; it is not printed"
    if message.values.get("receipt_number") == UNKNOWN_RECEIPT:
        yield "receipt number FFFF stands for none"
