"""Bytes in words, for a technician: the fields of each message by name, card data masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.concert.layouts import SHAPE
from protocols.concert.masking import mask_read
from protocols.concert.messages import command_of, is_answer, parse
from protocols.concert.records import amount_of
from protocols.concert.results import meaning
from protocols.kit.contract import Decoded
from protocols.kit.errors import BadField, BadFrame, ProtocolError, UnknownMessage
from protocols.kit.framing import Control, Damaged, Payload
from protocols.kit.masking import Secret
from protocols.kit.stx import StxFramer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from protocols.kit.contract import DecodeOptions

FRAME: Final = "frame"
MESSAGE: Final = "message"
LAYERS: Final = (FRAME, MESSAGE)
_STX_SIZE: Final = 1
_TYPES: Final[Mapping[str, str]] = {
    "0": "debit",
    "1": "credit (refund)",
    "2": "cancellation (void)",
    "3": "duplicate slip",
    "4": "automatic",
}


def decode(data: bytes, options: DecodeOptions) -> Sequence[Decoded]:
    """Every frame in `data`, or the one body that it is; consumed exactly.

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
    message = parse(body)
    masked = parse(mask_read(body, message))
    fields: dict[str, object] = {
        name: value.masked if isinstance(value, Secret) else value
        for name, value in masked.values.items()
    }
    name = message.layout.name
    if is_answer(message):
        del fields["amount"]
        fields["amount_minor"] = amount_of(message)
        fields["result_code"] = str(message.values["result"])
        fields["result"] = meaning(str(message.values["result"])).outcome.value
    else:
        kind = _TYPES.get(str(message.values["type"]), "unlisted type")
        name = f"{name}: {kind}"
    return Decoded(command_of(message), name, fields, direction=message.layout.direction)
