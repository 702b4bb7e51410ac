"""Bytes in words, for a technician: the fields of each message by name, card data masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.errors import BadField, BadFrame, ProtocolError
from protocols.kit.framing import Damaged, Payload
from protocols.kit.masking import Secret, mask_digits
from protocols.kit.scalars import Lines
from protocols.kit.vocabulary import Outcome
from protocols.nexo.framing import LENGTH_SIZE, tcp_framer
from protocols.nexo.messages import parse
from protocols.nexo.numbers import currency_number, minor_units
from protocols.nexo.results import code_of, meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocols.kit.fields import Value
    from protocols.kit.messages import Message

FRAME: Final = "frame"
MESSAGE: Final = "message"
LAYERS: Final = (FRAME, MESSAGE)
# Our names of values, where they differ from those that all protocols share.
_NAMES: Final = {
    "approval_code": "auth_code",
    "acquirer_transaction_id": "rrn",
    "poi_transaction_id": "receipt_number",
    "original_transaction_id": "original_receipt_number",
}
_PREFIXES: Final = ("", "payment_", "reversal_")
_AMOUNTS: Final = ("requested_amount", "authorized_amount")


def decode(data: bytes, options: DecodeOptions) -> Sequence[Decoded]:
    """Every message in `data`, which must be consumed exactly.

    Raises ProtocolError with the offset of the first byte that does not fit.
    """
    pieces = _in_frames(data) if options.layer == FRAME else _bare(data)
    found: list[Decoded] = []
    for at, payload in pieces:
        try:
            found.append(_in_words(parse(payload)))
        except ProtocolError as error:
            error.offset = at + min(error.offset or 0, len(payload))
            raise
    return found


def _bare(data: bytes) -> Iterator[tuple[int, bytes]]:
    if data:
        yield 0, data


def _in_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    framer = tcp_framer()
    at = 0
    for piece in framer.pieces(data):
        if isinstance(piece, Damaged):
            raise BadFrame(piece.why, offset=at)
        assert isinstance(piece, Payload), "a stream has no other pieces"
        yield at + LENGTH_SIZE, piece.data
        at += LENGTH_SIZE + len(piece.data)
    if framer.pending:
        raise BadFrame("the frame is cut short", offset=at)


def _in_words(message: Message) -> Decoded:
    fields: dict[str, object] = {}
    for name, value in message.values.items():
        fields[_shared(name)] = _shown(message, name, value)
    for prefix in _PREFIXES:
        fields |= _money(message, prefix)
    layout = message.layout
    direction = "" if layout.direction == "both" else layout.direction
    return Decoded(layout.name, layout.name, fields, direction)


def _shared(name: str) -> str:
    """The name of a value as all protocols call it, with the prefix of a repeated message."""
    for prefix in _PREFIXES[1:]:
        rest = name.removeprefix(prefix)
        if rest != name and rest in _NAMES:
            return prefix + _NAMES[rest]
    return _NAMES.get(name, name)


def _shown(message: Message, name: str, value: Value) -> object:
    if isinstance(value, Secret):
        return value.masked
    if not isinstance(value, str):
        return value
    part = next(
        p for p in (*message.layout.parts, *message.layout.tagged.values()) if p.name == name
    )
    text = mask_digits(value)
    return text.split("\n") if isinstance(part.field, Lines) else text


def _money(message: Message, prefix: str) -> dict[str, object]:
    """Amount, currency and outcome in the words that all protocols share."""
    found: dict[str, object] = {}
    letters = message.text(f"{prefix}currency")
    for name in _AMOUNTS:
        text = message.text(f"{prefix}{name}")
        if text is not None and letters is not None:
            try:
                found[f"{prefix}amount_minor"] = minor_units(text, letters)
            except BadField:  # a currency that is not known has no minor units that we know
                continue
    if letters is not None:
        found[f"{prefix}currency"] = mask_digits(currency_number(letters) or "")
    result = message.text(f"{prefix}result")
    if result is not None:
        code = code_of(result, message.text(f"{prefix}error_condition"))
        outcome = meaning(code).outcome
        certain = outcome in {Outcome.APPROVED, Outcome.DECLINED}
        found[f"{prefix}result_code"] = mask_digits(code)
        found[f"{prefix}result"] = outcome.value if certain else Outcome.UNKNOWN.value
    return found
