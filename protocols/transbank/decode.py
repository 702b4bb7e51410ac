"""Bytes in words, for a technician: the fields of each message by name, card data masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError, UnknownMessage
from protocols.kit.framing import Control, Damaged, Payload
from protocols.kit.stx import StxFramer
from protocols.transbank.layouts import BATCH_LINE
from protocols.transbank.masking import mask
from protocols.transbank.messages import SHAPE, marked, parse, whole
from protocols.transbank.results import meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocols.kit.messages import Message

FRAME: Final = "frame"
MESSAGE: Final = "message"
LAYERS: Final = (FRAME, MESSAGE)
_STX_SIZE: Final = 1
# The contract's names for what we call otherwise.
_NAMES: Final = {"operation_number": "receipt_number", "last_four": "masked_pan"}
_NOT_SHOWN: Final = frozenset({"tail", "filler_1", "filler_2"})


def decode(data: bytes, options: DecodeOptions) -> Sequence[Decoded]:
    """Every message in `data`, which must be consumed exactly.

    Raises ProtocolError with the offset of the first byte that does not fit.
    """
    if options.layer != FRAME:
        return [_in_words(data)] if data else []
    found: list[Decoded] = []
    for at, piece in _in_frames(data):
        if isinstance(piece, Control):
            found.append(Decoded(piece.data.hex().upper(), piece.name, {}))
            continue
        try:
            found.append(_in_words(piece.data))
        except ProtocolError as error:
            kind = UnknownMessage if isinstance(error, UnknownMessage) else BadField
            offset = at + _STX_SIZE + (error.offset or 0)
            raise kind(error.what_happened, offset=offset) from None
    return found


def _in_frames(data: bytes) -> Iterator[tuple[int, Payload | Control]]:
    framer = StxFramer(SHAPE)
    at = 0
    for piece in framer.pieces(data):
        match piece:
            case Payload(data=body):
                yield at, piece
                at += len(framer.frame(body))
            case Control(data=control):
                yield at, piece
                at += len(control)
            case Damaged(why=why):
                raise BadFrame(why, offset=at)
            case _:
                raise BadFrame("bytes that belong to no frame", offset=at)
    if framer.pending:
        raise BadFrame("a frame is cut short", offset=at)


def _in_words(body: bytes) -> Decoded:
    parse(body)
    message = parse(mask(body))
    fields: dict[str, object] = {}
    for name in message.values:
        text = marked(message, name)
        if text and name not in _NOT_SHOWN:
            fields[_NAMES.get(name, name)] = f"****{text}" if name == "last_four" else text
    if "amount" in fields:
        fields["amount_minor"] = _amount(message, str(fields.pop("amount")))
    if "result_code" in fields:
        fields["result"] = meaning(str(fields["result_code"])).outcome.value
    return Decoded(
        command=message.code.decode("ascii"),
        name=message.layout.name,
        fields=fields,
        direction=message.layout.direction,
        notes=tuple(_notes(message, fields)),
    )


def _amount(message: Message, text: str) -> int | str:
    try:
        return whole(message, "amount") or 0
    except BadField:
        return text


def _notes(message: Message, fields: dict[str, object]) -> Iterator[str]:
    if message.layout is not BATCH_LINE:
        return
    amount = fields.get("amount_minor")
    if isinstance(amount, int) and amount < 0:
        yield "an amount below zero: the sale with this number was voided"
    if not marked(message, "auth_code"):
        yield "no authorisation code: this line ends the list"
