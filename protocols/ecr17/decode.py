"""Bytes in words, for a technician: the fields of each message by name, card data masked.

What the names mean stands in docs/reference/decode.md. A frame is read in whichever mode its check
value fits, and the note says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.ecr17.framing import framer, mode_of
from protocols.ecr17.layouts import HEAD_SIZE, PROGRESS, RECEIPT, REVERSAL
from protocols.ecr17.masking import mask_card
from protocols.ecr17.messages import parse
from protocols.ecr17.printing import BOLD, END, LINE_END
from protocols.ecr17.results import meaning
from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError, UnknownMessage
from protocols.kit.framing import Control, Damaged, Payload
from protocols.kit.masking import Secret, mask_bytes, mask_digits
from protocols.kit.stx import SOH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocols.kit.fields import Value
    from protocols.kit.messages import Message

FRAME: Final = "frame"
MESSAGE: Final = "message"
LAYERS: Final = (FRAME, MESSAGE)
_NAMES: Final = {"pan": "masked_pan", "online_id": "turnover_number", "acquirer_id": "merchant_id"}
_HEX_DIGITS: Final = 2


def decode(data: bytes, options: DecodeOptions) -> Sequence[Decoded]:
    """Every message in `data`, which must be consumed exactly.

    `options.after` names the pending request, by its letter or the hex of it: then every message
    is the terminal's. Raises ProtocolError with the offset of the first byte that does not fit.
    """
    direction = "to_ecr" if _pending(options.after) else ""
    found: list[Decoded] = []
    for at, body, note in _in_frames(data) if options.layer == FRAME else _bare(data):
        try:
            found.append(_in_words(body, direction, note))
        except ProtocolError as error:
            inside = at + (error.offset or 0)
            kind = UnknownMessage if isinstance(error, UnknownMessage) else BadField
            raise kind(error.what_happened, offset=inside) from None
    return found


def _pending(after: str) -> str:
    """The letter of a request; "" for none. Raises BadField for something else."""
    letter = after
    if len(after) == _HEX_DIGITS:
        try:
            letter = bytes.fromhex(after).decode("ascii")
        except ValueError:
            letter = ""
    if after and not (letter.isascii() and letter.isalpha() and len(letter) == 1):
        raise BadField(f"{after!r} is no letter of a request", code="bad_after")
    return letter


def _bare(data: bytes) -> Iterator[tuple[int, bytes | Control, str]]:
    if data:
        yield 0, data, ""


def _in_frames(data: bytes) -> Iterator[tuple[int, bytes | Control, str]]:
    """Offset of the body, the body, and what to say of its frame."""
    reading = framer()
    at = 0
    for piece in (*reading.pieces(data), *reading.expire()):
        match piece:
            case Payload(data=body) if body[0] == SOH:
                yield at, body, ""
                at += len(body) + 1
            case Payload(data=body):
                mode = mode_of(body, data[at + len(body) + 2])
                yield at + 1, body, f"LRC mode {mode}"
                at += len(body) + 3
            case Control(data=control):
                mode = mode_of(control[:1], control[-1]) if len(control) > 1 else ""
                yield at, piece, f"LRC mode {mode}" if mode else "one byte alone"
                at += len(control)
            case Damaged(why=why):
                raise BadFrame(why, offset=at)
            case _:
                raise BadFrame("bytes that belong to no frame", offset=at)


def _in_words(body: bytes | Control, direction: str, note: str) -> Decoded:
    notes = [note] if note else []
    if isinstance(body, Control):
        return Decoded(body.name, body.name, {}, notes=tuple(notes))
    if note and len(body) < HEAD_SIZE:
        notes.append("the frame is right; its body is too short for a message")
        shown = mask_bytes(body, whole=True).decode("latin-1")
        return Decoded(body.hex().upper()[:2], "no message", {"data": shown}, notes=tuple(notes))
    message = parse(body, direction=direction)
    fields = {
        _NAMES.get(name, name): _shown(name, value)
        for name, value in message.values.items()
        if name not in {"code", "mark", "end"} and not _is_filling(name, value)
    }
    _add_text(message, fields)
    if "result_code" in message.values:
        fields["result"] = meaning(message.text("result_code") or "").outcome.value
    if message.layout is REVERSAL and not direction:
        notes.append("the letter S is also receipt text; name the request with --after")
    code = "SOH" if message.layout is PROGRESS else message.code.decode("ascii")
    return Decoded(code, message.layout.name, fields, message.layout.direction, tuple(notes))


def _is_filling(name: str, value: Value) -> bool:
    return name.startswith("reserved") and isinstance(value, str) and not value.strip("0 ")


def _shown(name: str, value: Value) -> object:
    match value:
        case Secret(clear=clear):
            return mask_card(clear).lstrip("0 ")
        case str() if name == "text":
            return value
        case str():
            return mask_digits(value).rstrip(" ")
        case _:
            return value


def _add_text(message: Message, fields: dict[str, object]) -> None:
    """Readable text as a list of lines; the marks of a receipt become line ends."""
    text = fields.pop("text", None)
    if not isinstance(text, str):
        return
    if message.layout is RECEIPT:
        lines = text.rstrip(END).replace(BOLD, "").split(LINE_END)
        fields["last"] = text.endswith(END)
    else:
        lines = [text.strip(" ")]
    if any(lines):
        fields["text"] = [mask_digits(line.rstrip(" ")) for line in lines]
